/* originate_order.h - what the user of `zvon originate` asked for, checked before
 * anything is connected, and the action made of it.
 *
 * What a number, a channel or a name may hold is a list of what is allowed: a
 * character that means something to the dialplan (`200&DAHDI/g1/8810…`, `${SHELL(id)}`)
 * is refused with the field's name. */
#ifndef ZV_CLI_ORIGINATE_ORDER_H
#define ZV_CLI_ORIGINATE_ORDER_H

#include "term/options.h"
#include "zvon/request.h"

/* As typed; NULL: not given. */
struct zv_order {
	const char *from, *to, *channel, *context, *priority, *caller_id, *account;
	struct zv_opt_list variables;
	int ring_timeout_ms;
	bool early_media;
	bool allow_letters;
};

/* 0, or what to exit with when the reason was said. */
int zv_order_check(const struct zv_order *order);

/* The action. channel and context are what the order says or the server told; id is
 * its ActionID, and for AMI 2 and up its ChannelId, for AMI 1.x the mark (see
 * call/originate.h). NULL: the reason was said. */
struct zv_request *zv_order_request(const struct zv_order *order, const char *channel,
				    const char *context, const char *id, int ami_major);

/* Is it a whole channel ("PJSIP/200") rather than a line's number? */
bool zv_order_is_channel(const char *text);

#endif
