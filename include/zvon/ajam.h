/* ajam.h - packets as Asterisk shows them over HTTP. */
#ifndef ZVON_AJAM_H
#define ZVON_AJAM_H

#include "zvon/packet.h"

ZVON_BEGIN_DECLS

/* The packet as `<generic event='Hangup' channel='…' />`, the element that AJAM's mxml
 * encoding of Asterisk 13 and later gives for it, byte for byte: it is made of p->text.
 *
 * Keys are lower case, with '_' for each byte that is no letter or digit and in front of
 * a digit at the start; the second `Key` of the same spelling is `key-2`. Lines from the
 * first one without a colon on are one value, `opaque_data`. Blanks and control
 * characters at both ends of a value are gone, inside they stay, and so do bytes that
 * are not UTF-8: as from Asterisk itself, not every XML parser takes every element.
 * Only where a lone CR or LF in a value makes an empty line Asterisk begins another
 * element; here a packet is always one. Asterisk up to 11 puts no '_' before a digit.
 *
 * Like snprintf: writes at most size bytes, with a NUL at the end when size > 0, and
 * returns the length of the whole without that NUL. 0: out of memory. */
ZVON_API size_t zvon_packet_xml(const struct zv_packet *p, char *out, size_t size);

ZVON_END_DECLS

#endif
