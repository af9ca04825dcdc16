/* The legacy view of a client, in each way to run it: events, items of lists and filters are
 * those of AMI 1.x, the server is not asked to filter, and a new connection knows nothing
 * of the calls of the last one. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define CALLER "Channel: PJSIP/1-a\r\nUniqueid: 1\r\nLinkedid: 1\r\n"
#define CALLEE "DestChannel: PJSIP/2-b\r\nDestUniqueid: 2\r\nDestLinkedid: 1\r\n"
#define DIALS                                                                          \
 "Event: Newchannel\r\n" CALLER "ChannelState: 4\r\n\r\n"                              \
 "Event: DialBegin\r\n" CALLER CALLEE "DialString: 2\r\n\r\n"
#define ENDS                                                                           \
 "Event: DialEnd\r\n" CALLER CALLEE "DialStatus: BUSY\r\n\r\n"                         \
 "Event: Hangup\r\nChannel: PJSIP/2-b\r\nUniqueid: 2\r\nLinkedid: 1\r\n\r\n"
#define ITEM                                                                           \
 "Event: Status\r\nPrivilege: Call\r\nActionID: %s\r\nChannel: PJSIP/1-a\r\n"          \
 "Exten: 2\r\nUniqueid: 1\r\nLinkedid: 1\r\n\r\n"

struct scene {
	int filters; /* that came */
	bool cuts;   /* the first connection, in the middle of the call */
};

static void
emit(struct talk *t, const struct scene *s)
{
	bool first = talk_index(t) == 0;

	if (first || !s->cuts)
		talk_printf(t, "%s", DIALS);
	if (s->cuts && first) {
		talk_reset(t);
		return;
	}
	talk_printf(t, "%s", ENDS);
	talk_emit(t, 1, 1);
}

static void
talk_calls(struct talk *t, void *user)
{
	struct scene *s = user;
	const char *packet;
	char action[32], id[64];

	if (!talk_login(t))
		return;
	while ((packet = talk_next(t))) {
		packet_value(packet, "Action", action, sizeof action);
		packet_value(packet, "ActionID", id, sizeof id);
		s->filters += strcmp(action, "Filter") == 0;
		if (strcmp(action, "Status") == 0) {
			talk_printf(t,
				    "Response: Success\r\nActionID: %s\r\n"
				    "EventList: start\r\n\r\n" ITEM
				    "Event: StatusComplete\r\nActionID: %s\r\n"
				    "EventList: Complete\r\nListItems: 1\r\n"
				    "Items: 1\r\n\r\n",
				    id, id, id);
			continue;
		}
		talk_printf(t, "Response: Success\r\nActionID: %s\r\n\r\n", id);
		if (strcmp(action, "Emit") == 0)
			emit(t, s);
	}
}

/* The names of all events, one behind another. */
struct heard {
	char text[1000];
};

static void
on_event(struct rig *r, const struct zv_packet *event)
{
	struct heard *h = r->own;
	struct zv_str sub = zvon_packet_get(event, ZV_STR("SubEvent"));
	size_t n = strlen(h->text);

	snprintf(h->text + n, sizeof h->text - n, "%.*s%.*s ", ZV_ARG(event->name),
		 ZV_ARG(sub));
}

static struct rig *
legacy_rig(void **state, const struct server *server, struct heard *heard)
{
	static const struct zv_legacy_options legacy = { 0 };
	struct rig *r = rig_new(way_of(state), server);

	r->options.legacy = &legacy;
	r->on_event = on_event;
	r->own = heard;
	return r;
}

static void
test_events(void **state)
{
	struct scene scene = { 0 };
	struct heard heard = { 0 };
	struct server *s = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct rig *r = legacy_rig(state, s, &heard);

	rig_open_ready(r);
	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_events, 1, 5000));
	rig_close(r);
	server_stop(s);
	assert_string_equal(heard.text,
			    "FullyBooted Newchannel Newstate DialBegin Hangup DialEnd "
			    "UserEvent ");
	rig_free(r);
}

static void
test_filter(void **state)
{
	static const char *const events[] = { "Dial", "UserEvent" };
	static const struct zv_filter_options filter = { .events = events,
							 .n_events = 2 };
	struct scene scene = { 0 };
	struct heard heard = { 0 };
	struct zv_client_counters counters;
	struct server *s = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct rig *r = legacy_rig(state, s, &heard);

	r->options.filter = &filter;
	rig_open_ready(r);
	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_events, 1, 5000));
	rig_close(r);
	server_stop(s);
	zvon_client_counters(r->client,
			     &counters);	/* threads tell them after the events */
	assert_int_equal(counters.filtered, 4); /* FullyBooted, New…, New…, Hangup */
	assert_string_equal(heard.text, "DialBegin DialEnd UserEvent ");
	assert_int_equal(scene.filters, 0);
	rig_free(r);
}

static void
test_list(void **state)
{
	struct scene scene = { 0 };
	struct heard heard = { 0 };
	struct zv_result result;
	struct server *s = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct rig *r = legacy_rig(state, s, &heard);
	struct zv_request *status = make_request("Status", NULL);

	rig_open_ready(r);
	assert_int_equal(zvon_client_request(r->client, status, 5000, &result, NULL),
			 0);
	assert_int_equal(result.status, 0);
	assert_int_equal(result.n_items, 2);
	assert_non_null(zvon_packet_find(result.items[0], ZV_STR("Extension")));
	assert_null(zvon_packet_find(result.items[0], ZV_STR("Exten")));
	assert_null(zvon_packet_find(result.items[1], ZV_STR("ListItems")));
	zvon_result_deinit(&result);
	zvon_request_free(status);
	rig_close(r);
	server_stop(s);
	rig_free(r);
}

/* The Dial of the first connection has no End in the second. */
static void
test_new_connection(void **state)
{
	struct scene scene = { .cuts = true };
	struct heard heard = { 0 };
	struct server *s = server_start(
		&(struct server_options){ .script = talk_calls, .user = &scene });
	struct rig *r = legacy_rig(state, s, &heard);

	r->options.backoff_first_ms = 20;
	rig_open_ready(r);
	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_readies, 2, 5000));
	rig_send(r, make_request("Emit", NULL), 0, NULL);
	assert_true(rig_until(r, has_events, 1, 5000));
	rig_close(r);
	server_stop(s);
	assert_non_null(strstr(heard.text, "FullyBooted Hangup UserEvent "));
	assert_null(strstr(heard.text, "DialEnd"));
	rig_free(r);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_events),
		IN_ALL_WAYS(test_filter),
		IN_ALL_WAYS(test_list),
		IN_ALL_WAYS(test_new_connection),
	};

	return RUN_GROUP(argc, argv, "client_legacy", tests);
}
