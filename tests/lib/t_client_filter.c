/* The filter of a client, in each way to run it: what the server is asked to do, what is
 * checked here, and READY after that. */
#include <string.h>

#include "rig.h"

#define EVENTS	  100
#define N_FILTERS 5 /* UserEvent, and the four that the client needs itself */

struct scene {
	int refused; /* the number of the Filter that is, in the first session; 0: none */
	int filters; /* that came in the last session */
	bool masked; /* its Events came, after the last of them */
};

static void
answer(struct talk *t, const char *packet, const char *how)
{
	char id[64];

	packet_value(packet, "ActionID", id, sizeof id);
	talk_printf(t, "Response: %s\r\nActionID: %s\r\n\r\n", how, id);
}

/* Of two events the server lets one through, as far as it was asked to. */
static void
emit(struct talk *t, const struct scene *s)
{
	for (unsigned long i = 1; i <= EVENTS; i++) {
		if (!s->filters)
			talk_printf(t, "Event: Newchannel\r\n\r\n");
		talk_emit(t, i, 1);
	}
}

static void
talk_filters(struct talk *t, void *user)
{
	struct scene *s = user;
	const char *packet;
	char action[32];

	s->filters = 0;
	s->masked = false;
	if (!talk_login(t))
		return;
	while ((packet = talk_next(t))) {
		packet_value(packet, "Action", action, sizeof action);
		if (strcmp(action, "Filter") == 0) {
			bool refused = ++s->filters == s->refused && talk_index(t) == 0;

			answer(t, packet, refused ? "Error" : "Success");
		} else if (strcmp(action, "Events") == 0) {
			s->masked = s->filters == N_FILTERS;
			answer(t, packet, "Success");
		} else if (strcmp(action, "Emit") == 0) {
			answer(t, packet, "Success");
			emit(t, s);
		} else {
			answer(t, packet, "Goodbye");
		}
	}
}

static struct rig *
rig_with_filter(void **state, const struct server *server)
{
	static const char *const events[] = { "UserEvent" };
	static const struct zv_filter_options filter = { .events = events,
							 .n_events = 1 };
	struct rig *r = rig_new(way_of(state), server);

	r->options.filter = &filter;
	return r;
}

/* In threads the figures follow the events, a batch at a time. */
static bool
has_kept_back(const struct rig *r, long n)
{
	struct zv_client_counters counters;

	zvon_client_counters(r->client, &counters);
	return counters.filtered >= (uint64_t)n;
}

static void
check_events(struct rig *r, uint64_t kept_back)
{
	struct zv_client_counters counters;

	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_events, EVENTS, 5000));
	assert_true(rig_told(r, ZV_STATE_READY, 0).booted);
	assert_int_equal(rig_count_told(r, ZV_STATE_READY), 1);
	assert_true(rig_until(r, has_kept_back, (long)kept_back, 5000));
	zvon_client_counters(r->client, &counters);
	assert_int_equal(counters.filtered, kept_back);
}

static void
test_taken(void **state)
{
	struct scene scene = { 0 };
	struct server *s = server_start(
		&(struct server_options){ .script = talk_filters, .user = &scene });
	struct rig *r = rig_with_filter(state, s);

	rig_open_ready(r);
	check_events(r, 1); /* FullyBooted */
	rig_close(r);
	server_stop(s);
	assert_int_equal(scene.filters, N_FILTERS);
	assert_true(scene.masked);
	rig_free(r);
}

/* The session that would lose events is no loss in the eyes of no_reconnect. */
static void
test_taken_in_part(void **state)
{
	struct scene scene = { .refused = 3 };
	struct server *s = server_start(
		&(struct server_options){ .script = talk_filters, .user = &scene });
	struct rig *r = rig_with_filter(state, s);

	r->options.no_reconnect = true;
	rig_open(r);
	assert_true(rig_until(r, has_readies, 1, 5000));
	check_events(r, 2 + EVENTS); /* FullyBooted of both sessions */
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 1);
	assert_non_null(strstr(rig_told(r, ZV_STATE_DOWN, 0).text,
			       "once more, without a filter at the server"));
	rig_close(r);
	server_stop(s);
	assert_int_equal(scene.filters, 0);
	assert_false(scene.masked);
	rig_free(r);
}

static void
test_not_asked(void **state)
{
	struct scene scene = { 0 };
	struct server *s = server_start(
		&(struct server_options){ .script = talk_filters, .user = &scene });
	struct rig *r = rig_with_filter(state, s);

	r->options.no_push_down = true;
	rig_open_ready(r);
	check_events(r, 1 + EVENTS);
	rig_close(r);
	server_stop(s);
	assert_int_equal(scene.filters, 0);
	rig_free(r);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_taken),
		IN_ALL_WAYS(test_taken_in_part),
		IN_ALL_WAYS(test_not_asked),
	};

	return RUN_GROUP(argc, argv, "client_filter", tests);
}
