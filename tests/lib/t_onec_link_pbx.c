/* The component's link that is a client of libzvon: driven as the network thread drives it,
 * and closed in every state, from outside and from its own handlers. */
#include <stdio.h>
#include <string.h>

#include "ajam.h"
#include "io/wait.h"
#include "onec/link_pbx.h"
#include "server.h"
#include "support.h"
#include "zvon/call.h"

struct scene {
	struct zv_link *link; /* NULL: closed */
	bool close_when_ready, close_at_event, close_at_reply;
	int states, readies, events, synced, bytes, replies;
	int status; /* of the last DONE */
	char response[16];
};

static void
close_link(struct scene *s)
{
	struct zv_link *link = s->link;

	s->link = NULL;
	link->kind->close(link);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct scene *s = user;

	s->states++;
	s->readies += status->state == ZV_STATE_READY;
	if (status->state == ZV_STATE_READY && s->close_when_ready)
		close_link(s);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct scene *s = user;

	if (zvon_str_equal(event->name, ZV_STR("FullyBooted")))
		return;
	s->events++;
	if (s->close_at_event)
		close_link(s);
}

static void
on_synced(void *user, bool complete)
{
	struct scene *s = user;

	s->synced++;
}

static void
on_bytes(void *user, enum zv_direction direction, struct zv_str bytes)
{
	struct scene *s = user;

	s->bytes++;
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct scene *s = user;

	if (part == ZV_REPLY_RESPONSE)
		snprintf(s->response, sizeof s->response, "%.*s", ZV_ARG(packet->name));
	if (part != ZV_REPLY_DONE)
		return;
	s->replies++;
	s->status = status;
	if (s->close_at_reply && s->link)
		close_link(s);
}

static const struct zv_client_handlers handlers = {
	.on_event = on_event,
	.on_state = on_state,
	.on_calls_synced = on_synced,
};

static void
open_link(struct scene *s, const char *url, const struct zv_client_handlers *h,
	  struct zv_calls *calls)
{
	const struct zv_client_options options = {
		.url = url,
		.user = "tester",
		.secret = SECRET,
	};
	struct zv_error err = { 0 };

	s->link = zv_link_pbx_new(&options, calls, h, s, &err);
	if (!s->link)
		fail_msg("%s", err.text);
}

static const char *
url_of(const struct server *server)
{
	static char url[64];

	snprintf(url, sizeof url, "ami://127.0.0.1:%d", server_port(server));
	return url;
}

/* As the network thread does, until *count reaches n, the link is closed, or time is up. */
static bool
drive(struct scene *s, const int *count, int n, int ms)
{
	int64_t end = now_ms() + ms;

	while (s->link && *count < n && now_ms() < end) {
		struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
		size_t n_fds = s->link->kind->descriptors(s->link, fds, N_OF(fds));
		int timeout_ms = s->link->kind->timeout(s->link);

		zv_wait(fds, n_fds,
			timeout_ms < 0 || timeout_ms > 50 ? 50 : timeout_ms);
		s->link->kind->process(s->link);
	}
	return *count >= n;
}

static void
send_action(struct scene *s, const char *name)
{
	struct zv_request *r = make_request(name, "Number", "1", "Ms", "2000", "Count",
					    "3", "First", "1", (char *)NULL);
	struct zv_error err = { 0 };
	int rc = zvon_client_send(zv_link_pbx_client(s->link), r, 0, on_reply, s, &err);

	zvon_request_free(r);
	if (rc < 0)
		fail_msg("%s", err.text);
}

/* ---- tests ----------------------------------------------------------------------------- */

static void
test_works_and_closes_in_silence(void **state)
{
	int before = count_descriptors();
	struct server *server = server_start(NULL);
	struct scene s = { 0 };
	int told;

	open_link(&s, url_of(server), &handlers, NULL);
	assert_true(drive(&s, &s.readies, 1, 5000));
	send_action(&s, "Echo");
	assert_true(drive(&s, &s.replies, 1, 5000));
	assert_string_equal(s.response, "Success");
	send_action(&s, "Emit");
	assert_true(drive(&s, &s.events, 3, 5000));
	assert_false(s.link->kind->is_resolving(s.link));

	send_action(&s, "Wait");
	told = s.states;
	close_link(&s);
	assert_int_equal(s.states, told);
	assert_int_equal(s.replies, 3); /* Echo, Emit, and the one that waits: */
	assert_int_equal(s.status, ZV_ECLOSED);
	server_stop(server);
	check_descriptors(before);
}

static void
test_says_goodbye(void **state)
{
	struct server *server = server_start(NULL);
	struct scene s = { 0 };

	open_link(&s, url_of(server), &handlers, NULL);
	assert_true(drive(&s, &s.readies, 1, 5000));
	close_link(&s);
	for (int i = 0; i < 500 && server_counts(server).open; i++)
		sleep_ms(5);
	assert_int_equal(server_counts(server).logoffs, 1);
	server_stop(server);
}

static void
test_closes_from_its_handlers(void **state)
{
	struct server *server = server_start(NULL);
	struct scene at_state = { .close_when_ready = true };
	struct scene at_event = { .close_at_event = true };
	struct scene at_reply = { .close_at_reply = true };

	open_link(&at_state, url_of(server), &handlers, NULL);
	drive(&at_state, &at_state.events, 1, 5000);
	assert_null(at_state.link);
	assert_int_equal(at_state.readies, 1);

	open_link(&at_event, url_of(server), &handlers, NULL);
	assert_true(drive(&at_event, &at_event.readies, 1, 5000));
	send_action(&at_event, "Emit");
	drive(&at_event, &at_event.events, 3, 5000);
	assert_null(at_event.link);
	assert_int_equal(at_event.events, 1); /* of three: the others are not told */

	open_link(&at_reply, url_of(server), &handlers, NULL);
	assert_true(drive(&at_reply, &at_reply.readies, 1, 5000));
	send_action(&at_reply, "Echo");
	drive(&at_reply, &at_reply.replies, 2, 5000);
	assert_null(at_reply.link);
	server_stop(server);
}

/* A last reply that asks to close what is being closed already. */
static void
test_closes_once(void **state)
{
	struct server *server = server_start(NULL);
	struct scene s = { .close_at_reply = true };
	struct zv_link *link;

	open_link(&s, url_of(server), &handlers, NULL);
	assert_true(drive(&s, &s.readies, 1, 5000));
	send_action(&s, "Wait");
	link = s.link;
	link->kind->close(link); /* s.link is still set: the reply closes it, too */
	assert_null(s.link);
	assert_int_equal(s.status, ZV_ECLOSED);
	server_stop(server);
}

static void
test_closes_in_every_state(void **state)
{
	const struct server_options silent = { .silent = true };
	const struct server_options late = { .login_ms = 300 };
	int before = count_descriptors();
	struct hole *hole = hole_open("127.0.0.1", 0);
	struct server *mute = server_start(&silent), *slow = server_start(&late);
	const int ports[] = { hole_port(hole), server_port(mute), server_port(slow),
			      1 };

	for (size_t i = 0; i < N_OF(ports); i++)
		for (int turns = 0; turns < 4; turns++) {
			struct scene s = { 0 };
			char url[64];
			int none = 0;

			snprintf(url, sizeof url, "%s://127.0.0.1:%d",
				 turns % 2 ? "ami" : "http", ports[i]);
			open_link(&s, url, &handlers, NULL);
			drive(&s, &none, 1, turns * 30);
			assert_false(s.link->kind->is_resolving(s.link));
			close_link(&s);
		}
	server_stop(mute);
	server_stop(slow);
	hole_close(hole);
	check_descriptors(before);
}

static void
test_handlers_that_are_not_wanted(void **state)
{
	static const struct zv_client_handlers none = { 0 },
					       bytes = { .on_bytes = on_bytes };
	struct server *server = server_start(NULL);
	struct scene s = { 0 };

	open_link(&s, url_of(server), &none, NULL);
	send_action(&s, "Echo"); /* waits for the login */
	assert_true(drive(&s, &s.replies, 1, 5000));
	close_link(&s);
	assert_int_equal(s.states + s.bytes, 0);
	open_link(&s, url_of(server), &bytes, NULL);
	assert_true(drive(&s, &s.bytes, 3, 5000));
	close_link(&s);
	server_stop(server);
}

static void
test_follows_calls(void **state)
{
	struct server *server = server_start(NULL);
	struct zv_calls *calls = zvon_calls_new(&(struct zv_calls_options){ 0 });
	struct scene s = { 0 };

	open_link(&s, url_of(server), &handlers, calls);
	assert_true(drive(&s, &s.synced, 1, 10000));
	close_link(&s);
	zvon_calls_free(calls);
	server_stop(server);
}

static void
test_ajam(void **state)
{
	struct ajam *a = ajam_start(&(struct ajam_options){ 0 });
	struct scene s = { 0 };
	char url[80];
	int64_t began;

	snprintf(url, sizeof url, "http://127.0.0.1:%d/asterisk/rawman",
		 server_port(ajam_server(a)));
	open_link(&s, url, &handlers, NULL);
	assert_true(drive(&s, &s.readies, 1, 5000));
	ajam_emit(a, 1, 3);
	assert_true(drive(&s, &s.events, 3, 5000));
	send_action(&s, "Silence");
	drive(&s, &s.replies, 1, 100);
	began = now_ms();
	close_link(&s);
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	assert_int_equal(s.status, ZV_ECLOSED);
	assert_int_equal(ajam_counts(a).logoffs, 1);
	ajam_stop(a);
}

static void
test_bad_options(void **state)
{
	static const struct {
		const char *url, *events, *wanted;
		bool follows;
	} rows[] = {
		{ NULL, NULL, "no URL", false },
		{ "tel://x", NULL, "bad URL", false },
		{ "ami://h", "off", "events off", true },
	};
	int before = count_descriptors();

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_client_options options = {
			.url = rows[i].url,
			.user = "u",
			.events = rows[i].events,
		};
		struct zv_calls *calls =
			zvon_calls_new(&(struct zv_calls_options){ 0 });
		struct zv_error err = { 0 };

		assert_null(zv_link_pbx_new(&options, rows[i].follows ? calls : NULL,
					    &handlers, NULL, &err));
		if (!strstr(err.text, rows[i].wanted))
			fail_msg("%s", err.text);
		zvon_calls_free(calls);
	}
	check_descriptors(before);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_works_and_closes_in_silence),
		cmocka_unit_test(test_says_goodbye),
		cmocka_unit_test(test_closes_from_its_handlers),
		cmocka_unit_test(test_closes_once),
		cmocka_unit_test(test_closes_in_every_state),
		cmocka_unit_test(test_handlers_that_are_not_wanted),
		cmocka_unit_test(test_follows_calls),
		cmocka_unit_test(test_ajam),
		cmocka_unit_test(test_bad_options),
	};

	return RUN_GROUP(argc, argv, "onec_link_pbx", tests);
}
