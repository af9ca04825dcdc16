/* A tracker of calls that follows a client, in each way to run it. */
#include <string.h>

#include "rig.h"
#include "zvon/call.h"

#define CHANNEL                                                                        \
 "Channel: PJSIP/101-1\r\nChannelState: 6\r\nCallerIDNum: 101\r\nExten: 600\r\n"       \
 "Uniqueid: 1.1\r\nLinkedid: 1.1\r\n"

struct scene {
	struct rig *rig;
	pthread_t thread; /* on which the client's handlers run */
	bool has_thread;
	int filters;
	int started, ended, other_thread; /* under the rig's lock */
};

/* ---- the server -------------------------------------------------------------------------- */

static void
answer(struct talk *t, const char *packet, const char *action, struct scene *s)
{
	char id[64];

	packet_value(packet, "ActionID", id, sizeof id);
	if (strcmp(action, "CoreShowChannels") == 0)
		talk_printf(
			t,
			"Response: Success\r\nActionID: %s\r\nEventList: start\r\n\r\n"
			"Event: CoreShowChannel\r\nActionID: %s\r\n" CHANNEL
			"Application: Echo\r\n\r\n"
			"Event: CoreShowChannelsComplete\r\nActionID: %s\r\n"
			"ListItems: 1\r\n\r\n",
			id, id, id);
	else if (strcmp(action, "Emit") == 0)
		talk_printf(t,
			    "Response: Success\r\nActionID: %s\r\n\r\n"
			    "Event: Hangup\r\nPrivilege: call,all\r\n" CHANNEL
			    "Cause: 16\r\n\r\n",
			    id);
	else if (strcmp(action, "Logoff") == 0)
		talk_printf(t, "Response: Goodbye\r\nActionID: %s\r\n\r\n", id);
	else
		talk_printf(t,
			    "Response: Error\r\nActionID: %s\r\n"
			    "Message: Invalid/unknown command: %s.\r\n\r\n",
			    id, action);
	s->filters += strcmp(action, "Filter") == 0;
}

static void
talk_calls(struct talk *t, void *user)
{
	const char *packet;
	char action[32];

	if (!talk_login(t))
		return;
	while ((packet = talk_next(t))) {
		packet_value(packet, "Action", action, sizeof action);
		answer(t, packet, action, user);
	}
}

/* ---- the client --------------------------------------------------------------------------- */

static void
on_state(struct rig *r, const struct zv_client_status *status)
{
	struct scene *s = r->own;

	s->thread = pthread_self();
	s->has_thread = true;
}

static void
on_call(void *context, const struct zv_call_event *e)
{
	struct scene *s = context;

	pthread_mutex_lock(&s->rig->lock);
	if (s->has_thread && !pthread_equal(s->thread, pthread_self()))
		s->other_thread++;
	s->started += e->kind == ZV_CALL_STARTED;
	s->ended += e->kind == ZV_CALL_ENDED;
	pthread_cond_signal(&s->rig->news);
	pthread_mutex_unlock(&s->rig->lock);
}

static bool
has_started(const struct rig *r, long n)
{
	return ((struct scene *)r->own)->started >= n;
}

static bool
has_ended(const struct rig *r, long n)
{
	return ((struct scene *)r->own)->ended >= n;
}

/* The filter lets nothing pass, and the server is not told of it. */
static void
test_follows(void **state)
{
	static const char *const events[] = { "Nothing" };
	static const struct zv_filter_options filter = { .events = events,
							 .n_events = 1 };
	struct scene scene = { 0 };
	struct server *server = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct zv_calls_options o = { .on_event = on_call, .context = &scene };
	struct rig *r = rig_new(way_of(state), server);
	struct zv_calls *calls;

	scene.rig = r;
	r->own = &scene;
	r->on_state = on_state;
	r->options.filter = &filter;
	r->calls = calls = zvon_calls_new(&o);
	rig_open_ready(r);
	assert_int_equal(zvon_client_follow_calls(r->client, r->calls), ZV_EBUSY);
	assert_true(rig_until(r, has_started, 1, 5000));
	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_ended, 1, 5000));
	assert_int_equal(r->events, 0);
	assert_int_equal(scene.filters, 0);
	assert_int_equal(scene.other_thread, 0);
	rig_close(r);
	server_stop(server);
	rig_free(r);
	assert_int_equal(scene.started, 1);
	assert_int_equal(scene.ended, 1);
	zvon_calls_free(calls);
}

/* Lost in the middle of the lists, again and again. */
static void
test_losses(void **state)
{
	struct scene scene = { 0 };
	struct server *server = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct zv_calls_options o = { .on_event = on_call, .context = &scene };
	struct rig *r = rig_new(way_of(state), server);
	struct zv_calls *calls;

	scene.rig = r;
	r->own = &scene;
	r->options.backoff_first_ms = 20;
	r->calls = calls = zvon_calls_new(&o);
	rig_open_ready(r);
	for (int i = 1; i <= 5; i++) {
		server_reset(server);
		assert_true(rig_until(r, has_downs, i, 5000));
		assert_true(rig_until(r, has_readies, i + 1, 5000));
	}
	assert_true(rig_until(r, has_started, 1, 5000));
	rig_run(r, 700);
	assert_int_equal(scene.started, 1);
	assert_int_equal(scene.ended, 0);
	rig_close(r);
	server_stop(server);
	rig_free(r);
	zvon_calls_free(calls);
}

static void
test_not_taken(void **state)
{
	struct zv_client_options o = { .url = "ami://a@127.0.0.1", .events = "off" };
	struct zv_client *c = zvon_client_new(&o, NULL, NULL, NULL);
	struct zv_calls_options none = { 0 };
	struct zv_calls *calls = zvon_calls_new(&none);

	assert_int_equal(zvon_client_follow_calls(c, calls), ZV_EINVAL);
	zvon_client_free(c);
	o.events = NULL;
	c = zvon_client_new(&o, NULL, NULL, NULL);
	assert_int_equal(zvon_client_follow_calls(c, calls), 0);
	assert_int_equal(zvon_client_follow_calls(c, calls), ZV_EBUSY);
	zvon_client_free(c);
	zvon_calls_free(calls);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_follows),
		IN_ALL_WAYS(test_losses),
		cmocka_unit_test(test_not_taken),
	};

	return RUN_GROUP(argc, argv, "client_calls", tests);
}
