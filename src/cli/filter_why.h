/* filter_why.h - a verdict of a filter as a sentence. */
#ifndef ZV_CLI_FILTER_WHY_H
#define ZV_CLI_FILTER_WHY_H

#include "base/buf.h"
#include "cli/filter.h"

/* Adds why the last packet that f judged, and that is this one, got that verdict. */
void zv_filter_why(struct zv_buf *out, const struct zv_filter_wish *wish,
		   const struct zv_filter *f, const struct zv_packet *packet,
		   enum zv_filter_verdict verdict);

#endif
