/* All calls at once: after OpenConnection, and when what was lost is known again. */
#include "hub/tms.h"

static bool
look_at_each(void *context, size_t server, const struct zv_call *call)
{
	zv_tms_look_at(context, server, call, NULL, true);
	return true;
}

static bool
look_at_known(void *context, size_t server, const struct zv_call *call)
{
	zv_tms_look_at(context, server, call, NULL, false);
	return true;
}

void
zv_tms_learn(struct zv_session *s)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_tms_calls_free(t);
	t->quiet = true;
	zv_session_each_call(s, look_at_each, s);
	t->quiet = false;
}

struct place {
	struct zv_session *session;
	size_t server;
};

static bool
look_there(void *context, size_t server, const struct zv_call *call)
{
	const struct place *place = context;

	if (server == place->server)
		zv_tms_look_at(place->session, server, call, NULL, true);
	return true;
}

void
zv_tms_look_anew(struct zv_session *s, size_t server)
{
	struct place place = { s, server };

	zv_session_each_call(s, look_there, &place);
}

/* Does that call of the panel go on in one of the calls there are? */
struct search {
	const struct zv_tms_call *wanted;
	bool found;
};

static bool
search_call(void *context, size_t server, const struct zv_call *call)
{
	struct search *search = context;
	const struct zv_leg *leg = server == search->wanted->server
					   ? zv_tms_leg_in(call, search->wanted->leg)
					   : NULL;

	search->found = leg && zv_tms_is_live(leg);
	return !search->found;
}

static bool
goes_on(struct zv_session *s, const struct zv_tms_call *c)
{
	struct search search = { .wanted = c };

	zv_session_each_call(s, search_call, &search);
	return search.found;
}

/* Calls that began while nobody could tell: cards must not pop up for them now, so they
 * come as a snapshot. true: there were such. */
static bool
learn_new(struct zv_session *s)
{
	struct zv_tms *t = zv_tms_of(s);
	const struct zv_node *last = t->calls.prev;

	t->quiet = true;
	zv_session_each_call(s, look_at_each, s);
	t->quiet = false;
	return t->calls.prev != last;
}

void
zv_tms_compare(struct zv_session *s, size_t server)
{
	struct zv_tms *t = zv_tms_of(s);
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (c->server == server && !goes_on(s, c))
			zv_tms_finish(s, c, "vanished");
	}
	zv_session_each_call(s, look_at_known, s);
	if (learn_new(s))
		zv_tms_tell_snapshot(s);
	zv_tms_tell_line(s, false);
}
