/* channel.h - what the name of a channel says: records have little else. The words are those of
 * docs/calls.md. */
#ifndef ZV_HIST_CHANNEL_H
#define ZV_HIST_CHANNEL_H

#include "ami/channel_name.h"

enum zv_channel_kind {
	ZV_CHANNEL_NONE, /* an empty name, an announcement, a helper of Asterisk */
	ZV_CHANNEL_LOCAL,
	ZV_CHANNEL_PEER,  /* a phone or a trunk: SIP, PJSIP, IAX2… */
	ZV_CHANNEL_TRUNK, /* to the outside by its technology: DAHDI… */
};

enum zv_channel_kind zv_channel_kind(struct zv_str channel);

/* SIP/101-0000001d of Parking/SIP/101-0000001d (1.x) and of SIP/101-0000001d<ZOMBIE>. */
struct zv_str zv_channel_plain(struct zv_str channel);

/* "101" of PJSIP/101-0000001d and of SIP/101. */
struct zv_str zv_channel_peer(struct zv_str channel);

/* Local/606@internal-00000000;1 without ";1". */
struct zv_str zv_channel_pair(struct zv_str channel);
bool zv_channel_is_first_half(struct zv_str channel);

/* One of the phones and trunks of a Dial: "PJSIP/101&PJSIP/102,20,tT". */
struct zv_dialled {
	struct zv_str channel; /* "PJSIP/101" */
	struct zv_str peer,
		number; /* number: outside, of "8926…@trunk", "trunk/8926…" */
};
/* Takes the next one of *list; false: no more. */
bool zv_dialled_next(struct zv_str *list, struct zv_dialled *out);
/* The list in the data of Dial, and its time limit in seconds, 0: none. */
struct zv_str zv_dialled_list(struct zv_str data, int *timeout_s);

#endif
