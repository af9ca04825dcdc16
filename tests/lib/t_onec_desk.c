/* The component's desk over one PBX: driven as the network thread drives it; what it tells,
 * in which order, and that it may be closed in every state, from its own handlers too. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/wait.h"
#include "onec/link_desk.h"
#include "server.h"
#include "support.h"

struct scene {
	struct server *server;
	struct zv_desk *desk; /* NULL: closed */
	bool close_at_message, close_at_ready, close_at_down;
	int messages, hellos, results, events, packets, readies, downs, gone;
	int after_gone; /* whatever was told then */
	struct zv_error why;
	int retry_ms;
	char last_result[300];
};

static void
close_desk(struct scene *s)
{
	struct zv_desk *desk = s->desk;

	s->desk = NULL;
	desk->link.kind->close(&desk->link);
}

static bool
is_of_type(struct zv_str json, const char *type)
{
	char wanted[60];

	snprintf(wanted, sizeof wanted, "{\"type\":\"%s\"", type);
	return json.n > strlen(wanted) && memcmp(json.p, wanted, strlen(wanted)) == 0;
}

static void
on_message(void *user, struct zv_str json)
{
	struct scene *s = user;

	s->messages++;
	s->after_gone += s->gone;
	s->hellos += is_of_type(json, "hello");
	s->events += is_of_type(json, "event");
	if (is_of_type(json, "result")) {
		s->results++;
		snprintf(s->last_result, sizeof s->last_result, "%.*s", ZV_ARG(json));
	}
	if (s->close_at_message && s->desk)
		close_desk(s);
}

static void
on_state(void *user, enum zv_desk_state state, const struct zv_error *why, int retry_ms)
{
	struct scene *s = user;

	s->after_gone += s->gone;
	s->readies += state == ZV_DESK_READY;
	if (state == ZV_DESK_DOWN) {
		s->downs++;
		s->why = why ? *why : (struct zv_error){ 0 };
		s->retry_ms = retry_ms;
	}
	if ((state == ZV_DESK_READY && s->close_at_ready) ||
	    (state == ZV_DESK_DOWN && s->close_at_down))
		close_desk(s);
}

static void
on_packet(void *user, const struct zv_packet *packet)
{
	struct scene *s = user;

	s->after_gone += s->gone;
	s->packets++;
}

static void
on_gone(void *user)
{
	struct scene *s = user;

	s->gone++;
}

static const struct zv_desk_handlers handlers = {
	.on_message = on_message,
	.on_state = on_state,
	.on_packet = on_packet,
	.on_gone = on_gone,
};

static void
open_desk(struct scene *s, const struct server_options *server, const char *secret)
{
	char url[60];
	struct zv_error err = { 0 };
	struct zv_link_desk_options o = {
		.client = { .url = url, .secret = secret },
		.server = { .name = ZV_STR("pbx"), .context = ZV_STR("internal") },
		.version = ZV_STR("0"),
	};

	s->server = server_start(server);
	snprintf(url, sizeof url, "ami://tester@127.0.0.1:%d", server_port(s->server));
	s->desk = zv_link_desk_new(&o, &handlers, s, &err);
	if (!s->desk)
		fail_msg("%s", err.text);
	assert_true(zv_desk_is_direct(s->desk));
}

static void
end_scene(struct scene *s)
{
	if (s->desk)
		close_desk(s);
	assert_int_equal(s->gone, 1);
	assert_int_equal(s->after_gone, 0);
	server_stop(s->server);
}

/* One turn of the network thread. */
static void
turn(struct scene *s)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	struct zv_link *l = &s->desk->link;
	size_t n = l->kind->descriptors(l, fds, ZV_MAX_DESCRIPTORS);
	int ms = l->kind->timeout(l);

	zv_wait(fds, n, ms < 0 || ms > 50 ? 50 : ms);
	l->kind->process(l);
}

/* Until it has counted so far, or is closed; fails after 10 s. */
static void
until(struct scene *s, const int *count, int n)
{
	int64_t end = now_ms() + 10000;

	while (s->desk && *count < n) {
		assert_true(now_ms() < end);
		turn(s);
	}
}

static const struct server_options plain = { 0 };

/* ---- what is told -------------------------------------------------------------------------- */

static void
test_ready(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, SECRET);
	assert_int_equal(s.messages, 0); /* inside process only */
	until(&s, &s.readies, 1);
	assert_int_equal(s.readies, 1);
	assert_int_equal(s.hellos, 1);
	assert_true(s.events >= 1); /* server.state */
	assert_int_equal(s.downs, 0);
	end_scene(&s);
}

static void
test_refused(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, "wrong");
	until(&s, &s.downs, 1);
	assert_int_equal(s.why.code, ZV_EAUTH);
	assert_non_null(strstr(s.why.text, "manager.conf"));
	assert_true(s.retry_ms > 0);
	assert_int_equal(s.readies, 0);
	assert_int_equal(s.desk->send(s.desk, ZV_STR("{}"), NULL), ZV_ECLOSED);
	end_scene(&s);
}

static void
test_a_loss_and_its_end(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, SECRET);
	until(&s, &s.readies, 1);
	server_reset(s.server);
	until(&s, &s.downs, 1);
	until(&s, &s.readies, 2);
	assert_int_equal(s.hellos, 1); /* the same session goes on */
	end_scene(&s);
}

static void
test_a_command(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, SECRET);
	until(&s, &s.readies, 1);
	assert_int_equal(s.desk->send(s.desk,
				      ZV_STR("{\"type\":\"command\",\"id\":\"7\","
					     "\"name\":\"call.drop\","
					     "\"args\":{\"call\":\"1.1\"}}"),
				      NULL),
			 0);
	assert_int_equal(s.results, 0); /* told inside process, at once */
	assert_int_equal(s.desk->link.kind->timeout(&s.desk->link), 0);
	until(&s, &s.results, 1);
	assert_non_null(strstr(s.last_result, "\"id\":\"7\",\"ok\":false"));
	assert_non_null(strstr(s.last_result, "not_found"));
	end_scene(&s);
}

/* It reads, and says nothing any more. */
static void
mute_after_login(struct talk *t, void *user)
{
	if (talk_login(t))
		while (talk_next(t))
			;
}

static const struct server_options mute = { .script = mute_after_login };

/* Its outcome comes before the state does: nobody has to guess what became of it. */
static void
test_a_command_at_a_loss(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &mute, SECRET);
	until(&s, &s.readies, 1);
	s.desk->send(s.desk,
		     ZV_STR("{\"type\":\"command\",\"id\":\"8\",\"name\":\"call.make\","
			    "\"args\":{\"to\":\"205\",\"line\":\"101\"}}"),
		     NULL);
	turn(&s);
	turn(&s);
	assert_int_equal(s.results, 0);
	server_reset(s.server);
	s.close_at_down = true;
	until(&s, &s.downs, 1);
	assert_int_equal(s.results, 1);
	assert_non_null(strstr(s.last_result, "pbx_down"));
	end_scene(&s);
}

/* ---- packets --------------------------------------------------------------------------------- */

static void
ask_events(struct scene *s, int n)
{
	struct zv_client *client = s->desk->client(s->desk);
	struct zv_request *r = zvon_request_new(ZV_STR("Emit"), NULL);
	char count[20];

	snprintf(count, sizeof count, "%d", n);
	zvon_request_set(r, "First", "0", NULL);
	zvon_request_set(r, "Count", count, NULL);
	assert_int_equal(zvon_client_send(client, r, 0, NULL, NULL, NULL), 0);
	zvon_request_free(r);
}

static void
test_packets(void **state)
{
	static const struct zv_legacy_options legacy = { 0 };
	struct scene s = { 0 };
	int before;

	open_desk(&s, &plain, SECRET);
	until(&s, &s.readies, 1);
	before = s.packets;
	ask_events(&s, 1000);
	until(&s, &s.packets, before + 1000);
	assert_int_equal(zv_link_desk_set_view(s.desk, &legacy), 0);
	ask_events(&s, 10); /* UserEvent: AMI 1.x has it, too */
	until(&s, &s.packets, before + 1010);
	assert_int_equal(zv_link_desk_set_view(s.desk, NULL), 0);
	ask_events(&s, 10);
	until(&s, &s.packets, before + 1020);
	end_scene(&s);
}

/* ---- closed in every state --------------------------------------------------------------------- */

static void
test_closed_before_anything(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, SECRET);
	end_scene(&s);
}

static void
test_closed_after_each_turn(void **state)
{
	for (int turns = 1; turns <= 12; turns++) {
		struct scene s = { 0 };

		open_desk(&s, &plain, SECRET);
		for (int i = 0; i < turns; i++)
			turn(&s);
		end_scene(&s);
	}
}

static void
test_closed_from_its_handlers(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct scene s = {
			.close_at_message = i == 0,
			.close_at_ready = i == 1,
			.close_at_down = i == 2,
		};

		open_desk(&s, &plain, i == 2 ? "wrong" : SECRET);
		until(&s, &s.gone, 1);
		assert_null(s.desk);
		end_scene(&s);
	}
}

static void
test_closed_with_actions_under_way(void **state)
{
	struct scene s = { 0 };

	open_desk(&s, &plain, SECRET);
	until(&s, &s.readies, 1);
	server_freeze(s.server, true);
	for (int i = 0; i < 5; i++)
		s.desk->send(s.desk,
			     ZV_STR("{\"type\":\"command\",\"id\":\"9\","
				    "\"name\":\"call.make\","
				    "\"args\":{\"to\":\"205\",\"line\":\"101\"}}"),
			     NULL);
	turn(&s);
	end_scene(&s);
}

static void
test_silent_server(void **state)
{
	static const struct server_options silent = { .silent = true };
	struct scene s = { 0 };

	open_desk(&s, &silent, SECRET);
	for (int i = 0; i < 5; i++)
		turn(&s);
	assert_int_equal(s.readies, 0);
	end_scene(&s);
}

/* READY though the server says nothing of what goes on there. */
static void
test_ready_without_lists(void **state)
{
	struct scene s = { 0 };
	int64_t began = now_ms();

	open_desk(&s, &mute, SECRET);
	until(&s, &s.readies, 1);
	assert_true(now_ms() - began >= ZV_DESK_SYNC_MS - 100);
	end_scene(&s);
}

/* Each allocation of its beginning fails in turn: told, and nothing is left. */
static void
test_no_memory(void **state)
{
	struct scene s = { 0 };
	const struct zv_str trunk = ZV_STR("trunk");
	const struct zv_link_desk_options o = {
		.client = { .url = "ami://tester@127.0.0.1:1", .secret = SECRET },
		.server = { .name = ZV_STR("pbx"), .context = ZV_STR("internal") },
		.line = ZV_STR("101"),
		.trunks = &trunk,
		.n_trunks = 1,
	};
	unsigned long i = 0;

	while (!s.desk) {
		struct zv_error err = { 0 };

		assert_true(++i < 1000);
		zv_mem_fail_at(i);
		s.desk = zv_link_desk_new(&o, &handlers, &s, &err);
		assert_true(s.desk || err.code == ZV_ENOMEM);
	}
	zv_mem_fail_at(0);
	assert_true(i > 20);
	close_desk(&s);
	assert_int_equal(s.gone, 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_a_loss_and_its_end),
		cmocka_unit_test(test_a_command),
		cmocka_unit_test(test_a_command_at_a_loss),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_closed_before_anything),
		cmocka_unit_test(test_closed_after_each_turn),
		cmocka_unit_test(test_closed_from_its_handlers),
		cmocka_unit_test(test_closed_with_actions_under_way),
		cmocka_unit_test(test_silent_server),
		cmocka_unit_test(test_ready_without_lists),
		cmocka_unit_test(test_no_memory),
	};

	return RUN_GROUP(argc, argv, "onec_desk", tests);
}
