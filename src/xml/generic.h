/* generic.h - a packet as the <generic …/> element that AJAM's mxml makes of it. */
#ifndef ZV_XML_GENERIC_H
#define ZV_XML_GENERIC_H

#include "base/buf.h"
#include "zvon/ajam.h"

/* Adds the element to out: 0 or ZV_ENOMEM. See zvon_packet_xml. */
int zv_xml_generic(const struct zv_packet *p, struct zv_buf *out);

/* The same for a reader of XML, who refuses what Asterisk itself sends: well-formed whatever
 * the packet holds. A key that differs in case only is counted as a repeated one, a line
 * `: x` is attribute `_`, and U+FFFD stands for characters that XML 1.0 does not have. What
 * is not UTF-8 stays. */
int zv_xml_element(const struct zv_packet *p, struct zv_buf *out);

#endif
