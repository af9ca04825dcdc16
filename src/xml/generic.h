/* generic.h - a packet as the <generic …/> element that AJAM's mxml makes of it. */
#ifndef ZV_XML_GENERIC_H
#define ZV_XML_GENERIC_H

#include "base/buf.h"
#include "zvon/ajam.h"

/* Adds the element to out: 0 or ZV_ENOMEM. See zvon_packet_xml. */
int zv_xml_generic(const struct zv_packet *p, struct zv_buf *out);

#endif
