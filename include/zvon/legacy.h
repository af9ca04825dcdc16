/* legacy.h - the legacy view: events of Asterisk 12 and later (AMI 2 and up) shown as
 * Asterisk 1.8 to 11 (AMI 1.x) sent them: Dial, Bridge, Unlink, Join, Hold with Status …,
 * for programs written in those years. docs/legacy.md tells what becomes of each event.
 *
 * A filter on the stream of packets: one goes in, none, one or several come out. It keeps
 * a little about channels that are dialled or bridged, until they are hung up. Packets
 * that AMI 1.x has too, responses, and everything of a server that speaks AMI 1.x pass
 * unchanged. No sockets, no clock, no globals. */
#ifndef ZVON_LEGACY_H
#define ZVON_LEGACY_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/packet.h"

ZVON_BEGIN_DECLS

struct zv_legacy;

/* Of more channels the one is forgotten of which nothing was heard for longest. */
#define ZV_LEGACY_MAX_CHANNELS 20000 /* known at a time */
#define ZV_LEGACY_MAX_NAME     512  /* bytes; a channel of a longer name is not known */
#define ZV_LEGACY_MAX_VARS     4096 /* bytes of ChanVariable lines kept of a channel */
#define ZV_LEGACY_MAX_WAITING  1000 /* items of lists that wait for another one */
#define ZV_LEGACY_MAX_ATTEMPTS 1000 /* channels at a time that Originate dials */

/* Zeroed: as Asterisk 1.8. */
struct zv_legacy_options {
	bool unlink_as_bridge; /* the end of a conversation is `Bridge` with Bridgestate
	                        * Unlink, as in Asterisk 11, not the event `Unlink`; code
	                        * that takes each Bridge for a beginning must not get it */
	bool sip_names; /* PJSIP/200-0000001d reads SIP/200-0000001d. For programs
	                        * that only watch: an action with such a name would not
	                        * find the channel */
	bool keep_new;	/* events that AMI 1.x did not have pass unchanged; default:
	                        * they are left out */
	size_t max_channels; /* 0: ZV_LEGACY_MAX_CHANNELS; at least 2 */
};

/* options: NULL for the defaults. NULL: out of memory. */
ZVON_API struct zv_legacy *zvon_legacy_new(const struct zv_legacy_options *options);
ZVON_API void zvon_legacy_free(struct zv_legacy *l); /* NULL is fine */

/* A connection begins: all that was known of the last one is forgotten. ami_major: as in
 * zv_client_status; 0: not known, the banner or the first events will tell. */
ZVON_API void zvon_legacy_begin(struct zv_legacy *l, int ami_major);

/* Takes a packet. It is borrowed, and so are its parts, until the next call of this
 * function; what came out for the last one is gone. A banner begins a connection,
 * and says AMI 1.1 (1.3 with unlink_as_bridge) when it comes out.
 * 0, or ZV_ENOMEM: this packet is lost, the next one may be given. */
ZVON_API int zvon_legacy_feed(struct zv_legacy *l, const struct zv_packet *packet);

/* true: *out is the next packet that came out, borrowed until the next call of
 * zvon_legacy_feed (not changed: it is the very packet that was fed). */
ZVON_API bool zvon_legacy_next(struct zv_legacy *l, const struct zv_packet **out);

struct zv_legacy_counters {
	uint64_t in, out;
	uint64_t unchanged; /* of `out` */
	uint64_t dropped;   /* of `in`: nothing came out */
	uint64_t forgotten; /* channels, because there were more than max_channels */
	size_t channels;    /* known now */
};

ZVON_API void zvon_legacy_count(const struct zv_legacy *l,
				struct zv_legacy_counters *out);

/* What becomes of an event of AMI 2 and up, for documentation and tests: its name in the
 * view, the same name when it stays, "" when it is left out or only has effects on
 * others. NULL: there is no rule, so it passes unchanged. */
ZVON_API const char *zvon_legacy_name_of(struct zv_str event);

ZVON_END_DECLS

#endif
