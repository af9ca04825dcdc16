#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

/* What a line shows when its legs differ: the first of these that there is. */
static const enum zv_line_state ranking[] = {
	ZV_LINE_TALKING,
	ZV_LINE_HELD,
	ZV_LINE_RINGING,
	ZV_LINE_DIALING,
};

static void
free_line(struct zv_line_now *line)
{
	if (line)
		zv_text_free(&line->pub.name);
	zv_free(line);
}

/* NULL: one too many, or no memory. */
static struct zv_line_now *
new_line(struct zv_calls *t, struct zv_str name)
{
	struct zv_line_now *line;

	if (t->lines_by_name.n >= ZV_CALLS_MAX_LINES) {
		t->counters.refused++;
		return NULL;
	}
	line = zv_calloc(1, sizeof *line);
	if (line)
		zv_text_set(t, &line->pub.name, name);
	if (!line || !line->pub.name.n ||
	    zv_map_add(&t->lines_by_name, line->pub.name, line) < 0) {
		free_line(line);
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	return line;
}

static struct zv_line_now *
get_line(struct zv_calls *t, struct zv_str name)
{
	struct zv_line_now *line;

	if (!name.n)
		return NULL;
	line = zv_map_find(&t->lines_by_name, name);
	return line ? line : new_line(t, name);
}

static enum zv_line_state
state_of(const struct zv_line_now *line)
{
	for (size_t i = 0; i < sizeof ranking / sizeof *ranking; i++)
		if (line->legs[ranking[i]])
			return ranking[i];
	return line->unavailable ? ZV_LINE_UNAVAILABLE : ZV_LINE_IDLE;
}

static void
refresh(struct zv_calls *t, struct zv_line_now *line)
{
	enum zv_line_state state = state_of(line);
	struct zv_call_event event = { .kind = ZV_LINE_STATE, .line = &line->pub };

	if (state == line->pub.state)
		return;
	line->pub.state = state;
	zv_tell(t, &event);
}

/* What a leg makes of its line: one that is called and does not ring yet is nothing. */
static int
counts_as(const struct zv_live_leg *leg)
{
	switch (leg->pub.state) {
	case ZV_LEG_STATE_DIALING:
		return leg->pub.role == ZV_ROLE_CALLER && !leg->own ? ZV_LINE_DIALING
								    : -1;
	case ZV_LEG_STATE_RINGING:
		return ZV_LINE_RINGING;
	case ZV_LEG_STATE_UP:
		return ZV_LINE_TALKING;
	case ZV_LEG_STATE_HELD:
		return ZV_LINE_HELD;
	default:
		return -1;
	}
}

void
zv_line_count(struct zv_calls *t, struct zv_live_leg *leg)
{
	int now = leg->pub.is_trunk ? -1 : counts_as(leg);

	if (now == leg->counted)
		return;
	if (!leg->line)
		leg->line = get_line(t, leg->pub.line);
	if (!leg->line)
		return;
	if (leg->counted >= 0)
		leg->line->legs[leg->counted]--;
	if (now >= 0)
		leg->line->legs[now]++;
	leg->counted = now;
	refresh(t, leg->line);
}

void
zv_line_uncount(struct zv_calls *t, struct zv_live_leg *leg)
{
	if (leg->line && leg->counted >= 0) {
		leg->line->legs[leg->counted]--;
		refresh(t, leg->line);
	}
	leg->counted = -1;
	leg->line = NULL;
}

/* Device states come in no order with a call's own events, and one of a busy line says
 * nothing that its legs do not say better: only whether it can be reached is taken. */
void
zv_fact_device(struct zv_calls *t, struct zv_str device, bool available)
{
	struct zv_str name = zv_name_peer(device);
	struct zv_line_now *line = zv_map_find(&t->lines_by_name, name);

	if (!line && (zv_name_tech(device) != ZV_TECH_PEER ||
		      zv_name_is_trunk(t, device, ZV_STR(""))))
		return;
	line = get_line(t, name);
	if (!line)
		return;
	line->unavailable = !available;
	refresh(t, line);
}

void
zv_lines_deinit(struct zv_calls *t)
{
	struct zv_line_now *line;
	size_t cursor = 0;

	while ((line = zv_map_next(&t->lines_by_name, &cursor)))
		free_line(line);
	zv_map_deinit(&t->lines_by_name);
}
