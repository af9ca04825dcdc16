#include "cli/calls_clock.h"

#include "base/num.h"
#include "base/str.h"

#define MOST_S 99999999999LL /* the year 5138 */

static void
move(struct zv_calls_clock *c, int64_t ms)
{
	if (ms > c->now_ms)
		c->now_ms = ms;
	if (c->stamp_us)
		c->unix_us = c->stamp_us + (c->now_ms - c->stamp_ms) * 1000;
}

void
zv_calls_clock_set(struct zv_calls_clock *c, int64_t ms)
{
	c->indexed = true;
	move(c, ms);
}

/* `Timestamp: 1795225195.123456` as microseconds; 0: there is none. */
static int64_t
stamp_of(const struct zv_packet *packet)
{
	struct zv_str rest = zvon_packet_get(packet, ZV_STR("Timestamp")), part;
	long long seconds = 0, us = 0;

	if (!zv_str_split(&rest, '.', &part) ||
	    zv_num_parse(part, 1, MOST_S, &seconds) < 0)
		return 0;
	if (rest.n && (rest.n != 6 || zv_num_parse(rest, 0, 999999, &us) < 0))
		return 0;
	return seconds * 1000000 + us;
}

/* Responses are passed over: Ping's has a Timestamp everywhere, the events around it
 * may have none. */
void
zv_calls_clock_packet(struct zv_calls_clock *c, const struct zv_packet *packet)
{
	int64_t us = packet->kind == ZV_PACKET_EVENT ? stamp_of(packet) : 0;

	if (!us)
		return;
	if (c->indexed || !c->stamp_us) {
		c->stamp_us = us;
		c->stamp_ms = c->now_ms;
	} else {
		move(c, c->stamp_ms + (us - c->stamp_us) / 1000);
	}
	c->unix_us = us;
}
