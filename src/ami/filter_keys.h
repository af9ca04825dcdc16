/* filter_keys.h - what of a packet people subscribe to: its lines, channels, numbers and
 * queue, whatever its version of Asterisk calls them. */
#ifndef ZV_AMI_FILTER_KEYS_H
#define ZV_AMI_FILTER_KEYS_H

#include "zvon/packet.h"

enum zv_key_kind {
	ZV_KEY_LINE,
	ZV_KEY_CHANNEL,
	ZV_KEY_NUMBER,
	ZV_KEY_QUEUE,
	ZV_KEY_KINDS,
};

#define ZV_KEYS_MAX 64 /* of one kind in one packet; more are passed over */

/* Each value once, in the order of the packet; views into it. */
struct zv_packet_keys {
	struct zv_str values[ZV_KEY_KINDS][ZV_KEYS_MAX];
	size_t n[ZV_KEY_KINDS];
};

void zv_packet_keys_read(struct zv_packet_keys *k, const struct zv_packet *packet);

/* The line of `SIP/200-0000019d`, `PJSIP/200`, `Local/200@office-0001;1`: 200. Empty
 * when there is no technology before it. */
struct zv_str zv_channel_line(struct zv_str channel);

#endif
