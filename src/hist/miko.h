/* miko.h - finished calls in the XML of MIKO's scripts for 1C (cdr_xml): rows of attributes
 * whose values are percent-encoded. Pure. */
#ifndef ZV_HIST_MIKO_H
#define ZV_HIST_MIKO_H

#include "hist/conversation.h"
#include "hist/zone.h"

#define ZV_MIKO_BEGIN "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<cdr-table>\n"
#define ZV_MIKO_END   "</cdr-table>\n"

/* One row, one call; id is its number in the store. zone: of its times. */
void zv_miko_row(struct zv_buf *out, const struct zv_conversation *c,
		 const struct zv_zone *zone);

/* %XX for all but letters, digits and -_.~ (RFC 3986, PHP's rawurlencode). */
void zv_percent_encode(struct zv_buf *out, struct zv_str text);

#endif
