#include "hubrig.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json/reader.h"

static struct rig *the_rig;
static struct zv_buf out;

/* ---- users ------------------------------------------------------------------------------ */

static const struct zv_role operators = {
	.name = { "operator", 8 },
	.rights = 1u << ZV_RIGHT_VIEW | 1u << ZV_RIGHT_DIAL | 1u << ZV_RIGHT_AGENT,
	.sees = ZV_SCOPE_OWN,
	.calls_a_minute = -1,
	.calls_at_once = -1,
};
static const struct zv_role supervisors = {
	.name = { "supervisor", 10 },
	.rights = 1u << ZV_RIGHT_VIEW,
	.sees = ZV_SCOPE_QUEUES,
};
static const struct zv_role chiefs = {
	.name = { "chief", 5 },
	.rights = 1u << ZV_RIGHT_VIEW,
	.sees = ZV_SCOPE_ALL,
};
static const struct zv_role spies = {
	.name = { "spy", 3 },
	.rights = 1u << ZV_RIGHT_RAW,
	.sees = ZV_SCOPE_OWN,
};
static const struct zv_str lines_of_anna[] = { { "101", 3 }, { "office/102", 10 } };
static const struct zv_str lines_of_boris[] = { { "103", 3 } };
static const struct zv_str lines_of_queen[] = { { "110", 3 } };
static const struct zv_str sales[] = { { "sales", 5 } };

struct zv_user rig_users[] = {
	{ .name = { "anna", 4 },
	  .full_name = { "Anna", 4 },
	  .role = &operators,
	  .lines = lines_of_anna,
	  .n_lines = 2 },
	{ .name = { "boris", 5 },
	  .role = &operators,
	  .lines = lines_of_boris,
	  .n_lines = 1 },
	{ .name = { "queen", 5 },
	  .role = &supervisors,
	  .lines = lines_of_queen,
	  .n_lines = 1,
	  .queues = sales,
	  .n_queues = 1 },
	{ .name = { "chief", 5 }, .role = &chiefs },
	{ .name = { "spy", 3 }, .role = &spies },
	{ .name = { "panel", 5 }, .role = &operators, .shared = true },
};
const size_t rig_n_users = N_OF(rig_users);

const struct zv_user *
rig_user(const char *name)
{
	for (size_t i = 0; i < rig_n_users; i++)
		if (zvon_str_equal(rig_users[i].name, zvon_str(name)))
			return &rig_users[i];
	fail_msg("no user %s", name);
	return NULL;
}

/* ---- life --------------------------------------------------------------------------------- */

static void
on_ready(void *context, struct zv_session *s)
{
	struct rig *r = context;

	r->ready++;
}

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct rig *r = context;

	r->sent++;
	return 0;
}

static uint64_t
next_random(void *context)
{
	struct rig *r = context;

	return ++r->random * 0x9e3779b97f4a7c15u;
}

static void
on_event_0(void *context, const struct zv_call_event *e)
{
	zv_hub_on_event(((struct rig *)context)->hub, 0, e);
}

static void
on_event_1(void *context, const struct zv_call_event *e)
{
	zv_hub_on_event(((struct rig *)context)->hub, 1, e);
}

static const struct zv_str server_names[RIG_SERVERS] = { { "office", 6 },
							 { "branch", 6 } };

static void
add_server(struct rig *r, size_t i)
{
	const struct zv_calls_options o = {
		.server = server_names[i],
		.on_event = i ? on_event_1 : on_event_0,
		.context = r,
	};
	struct zv_hub_server server = { .name = server_names[i] };

	r->calls[i] = zvon_calls_new(&o);
	server.calls = r->calls[i];
	assert_int_equal(zv_hub_add_server(r->hub, &server), (int)i);
}

static void
make_hub(struct rig *r, const struct zv_hub_limits *limits, uint64_t first_seq,
	 struct zv_str text)
{
	struct zv_hub_options o = {
		.hooks = { on_ready, on_send, next_random },
		.context = r,
		.stream = ZV_STR("s1"),
		.version = ZV_STR("0.1"),
		.first_seq = first_seq,
	};

	if (limits)
		o.limits = *limits;
	r->hub = zv_hub_new(&o);
	assert_non_null(r->hub);
	if (text.n)
		assert_int_equal(zv_hub_load(r->hub, text, r->now_ms, NULL), 0);
	assert_int_equal(zv_hub_set_users(r->hub, rig_users, rig_n_users, r->now_ms),
			 0);
	for (size_t i = 0; i < RIG_SERVERS; i++)
		add_server(r, i);
}

void
rig_open(struct rig *r, const struct zv_hub_limits *limits, uint64_t first_seq)
{
	*r = (struct rig){ .now_ms = 1000000 };
	the_rig = r;
	r->parser = zvon_parser_new(NULL);
	make_hub(r, limits, first_seq, (struct zv_str){ NULL, 0 });
	rig_synced(r);
}

void
rig_synced(struct rig *r)
{
	for (size_t i = 0; i < RIG_SERVERS; i++)
		zv_hub_on_synced(r->hub, i, r->now_ms);
}

static void
drop_hub(struct rig *r)
{
	zv_hub_free(r->hub);
	for (size_t i = 0; i < RIG_SERVERS; i++)
		zvon_calls_free(r->calls[i]);
}

void
rig_close(struct rig *r)
{
	drop_hub(r);
	zvon_parser_free(r->parser);
	zv_buf_deinit(&out);
}

void
rig_restart(struct rig *r, const struct zv_hub_limits *limits, uint64_t first_seq,
	    struct zv_str text)
{
	drop_hub(r);
	make_hub(r, limits, first_seq, text);
}

/* ---- sessions ------------------------------------------------------------------------------- */

struct zv_session *
rig_session(struct rig *r, const char *user)
{
	struct zv_error err = { 0 };
	struct zv_session *s =
		zv_session_new(r->hub, ZV_DIALECT_ZVON, rig_user(user),
			       ZV_STR("127.0.0.1:1"), NULL, r->now_ms, &err);

	if (!s)
		fail_msg("%s: %s", user, err.text);
	return s;
}

void
rig_input(struct rig *r, struct zv_session *s, const char *text)
{
	char *copy = exact_copy(zvon_str(text));

	zv_session_input(s, (struct zv_str){ copy, strlen(text) }, r->now_ms);
	free(copy);
}

const char *
rig_take(struct zv_session *s)
{
	struct zv_message *m;

	zv_buf_clear(&out);
	while ((m = zv_session_take(s))) {
		zv_buf_add(&out, m->text);
		zv_buf_add_char(&out, '\n');
		zv_message_unref(m);
	}
	return zv_buf_cstr(&out);
}

static void
add_brief(struct zv_str text)
{
	json_t *j = zv_json_read_own(text, NULL);
	struct zv_str type = zv_json_text(j, "type");
	static const char *const keys[] = { "call", "line", "queue", "reason", "code" };

	if (out.n)
		zv_buf_add(&out, ZV_STR("; "));
	zv_buf_add(&out, zvon_str_equal(type, ZV_STR("event"))
				 ? zv_json_text(j, "event")
				 : type);
	for (size_t i = 0; i < N_OF(keys); i++) {
		struct zv_str value = zv_json_text(j, keys[i]);

		if (value.n && (i != 2 || !zv_json_text(j, "call").n))
			zv_buf_printf(&out, " %.*s", ZV_ARG(value));
	}
	json_decref(j);
}

const char *
rig_brief(struct zv_session *s)
{
	struct zv_message *m;

	zv_buf_clear(&out);
	while ((m = zv_session_take(s))) {
		add_brief(m->text);
		zv_message_unref(m);
	}
	return zv_buf_cstr(&out);
}

/* ---- events ------------------------------------------------------------------------------------- */

static void
tell(struct rig *r, size_t server, struct zv_call_event *e)
{
	e->now_ms = r->now_ms;
	e->unix_us = 1795225247000000;
	e->server = server_names[server];
	zv_hub_on_event(r->hub, server, e);
}

void
rig_call(struct rig *r, size_t server, enum zv_call_event_kind kind, const char *call,
	 const char *names, const char *queue)
{
	struct zv_leg legs[8] = { 0 };
	struct zv_call c = { .id = zvon_str(call), .queue = zvon_str(queue) };
	struct zv_call_event e = { .kind = kind, .call = &c };
	struct zv_str rest = zvon_str(names), name;
	size_t n = 0;

	for (; names[0] && n < 8; n++) {
		size_t end = rest.n;

		for (size_t i = rest.n; i > 0; i--)
			if (rest.p[i - 1] == ' ')
				end = i - 1;
		name = (struct zv_str){ rest.p, end };
		legs[n].is_trunk = name.n > 6 && memcmp(name.p, "trunk:", 6) == 0;
		legs[n].line = legs[n].number = name;
		if (legs[n].is_trunk) {
			legs[n].line = ZV_STR("trunk");
			legs[n].number = (struct zv_str){ name.p + 6, name.n - 6 };
		}
		if (n > 0)
			legs[n - 1].next = &legs[n];
		if (end == rest.n)
			break;
		rest = (struct zv_str){ rest.p + end + 1, rest.n - end - 1 };
	}
	if (names[0])
		c.legs = e.leg = legs;
	if (kind == ZV_CALL_ENDED)
		c.state = ZV_CALL_STATE_ENDED;
	tell(r, server, &e);
}

void
rig_line(struct rig *r, size_t server, const char *name)
{
	const struct zv_line line = { .name = zvon_str(name) };
	struct zv_call_event e = { .kind = ZV_LINE_STATE, .line = &line };

	tell(r, server, &e);
}

void
rig_member(struct rig *r, size_t server, const char *queue, const char *line,
	   enum zv_member_state state)
{
	char interface[64];
	struct zv_queue_member m = {
		.queue = zvon_str(queue),
		.line = zvon_str(line),
		.state = state,
	};
	struct zv_call_event e = { .kind = ZV_QUEUE_MEMBER, .member = &m };

	snprintf(interface, sizeof interface, "PJSIP/%s", line);
	m.interface = zvon_str(interface);
	e.queue = m.queue;
	tell(r, server, &e);
}

void
rig_queue(struct rig *r, size_t server, const char *queue)
{
	const struct zv_queue_now now = { zvon_str(queue), 1 };
	struct zv_call_event e = { .kind = ZV_QUEUE_STATE,
				   .queue_now = &now,
				   .queue = zvon_str(queue) };

	tell(r, server, &e);
}

void
rig_server(struct rig *r, size_t server, const char *state)
{
	struct zv_call_event e = { .kind = ZV_SERVER_STATE, .reason = zvon_str(state) };

	tell(r, server, &e);
}

void
rig_feed(struct rig *r, size_t server, const char *text)
{
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(r->parser, zvon_str(text)), 0);
	while (zvon_parser_next(r->parser, &packet) == 1) {
		zvon_calls_feed(r->calls[server], packet, r->now_ms, 0);
		zv_hub_on_packet(r->hub, server, packet, r->now_ms);
	}
}
