/* The session machine: whatever the server says and whenever, nothing is sent before
 * its greeting and no action before the login, each action taken is told its end once,
 * and time always goes on.
 *
 * Input: commands, each a letter with what follows it:
 *   >bytes NUL   the server says that
 *   a id         it answers the last action sent: Success, Error, a list, an item, its end
 *   t n          n tenths of a second go by
 *   s kind name NUL  we send an action of that name (kind & 0x80: with an ActionID of
 *                ours; & 0x40: its end makes us send a Ping)
 *   x n          the connection is lost (for good if n is odd) and comes back */
#include "base/str.h"
#include "session.h"

#define MOST_ASLEEP 60000 /* ms: no deadline of these options is further away */

struct scene {
	struct zv_ami_session *session;
	int64_t now_ms;
	struct zv_buf heard; /* from the server, on this connection */
	struct zv_buf said;  /* to the server, on this connection */
	bool login_sent;     /* on this connection */
	char last_id[80];    /* of the action sent last */
	struct fuzz_actions actions;
	bool failed;
};

static void
on_state(void *user, enum zv_client_state state)
{
	CHECK(state == ZV_STATE_LOGIN || state == ZV_STATE_BOOTING ||
	      state == ZV_STATE_READY);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	CHECK(event->kind == ZV_PACKET_EVENT);
}

/* Was an action of that ActionID sent, or is at least in the output? */
static bool
was_sent(const struct scene *s, struct zv_str id)
{
	struct zv_str said = zv_buf_str(&s->said);
	struct zv_str output = zv_buf_str(zv_ami_session_output(s->session));
	struct zv_buf line = { 0 };
	bool found;

	zv_buf_printf(&line, "ActionID: %.*s\r\n", ZV_ARG(id));
	found = zv_str_find(said, zv_buf_str(&line)) < said.n ||
		zv_str_find(output, zv_buf_str(&line)) < output.n;
	zv_buf_deinit(&line);
	return found;
}

/* Answers belong to what was sent, items to a list; it ends by itself or by time. */
static void
check_reply(const void *scene, const struct fuzz_asked *a, enum zv_reply_part part,
	    int status, const struct zv_packet *packet)
{
	if (part == ZV_REPLY_RESPONSE)
		CHECK(was_sent(scene, zvon_packet_get(packet, ZV_STR("ActionID"))));
	else if (part == ZV_REPLY_ITEM)
		CHECK(a->answered);
	else
		CHECK(status == 0 || status == ZV_ETIMEOUT || status == ZV_ECLOSED);
}

/* A reason that a person can read comes with each failure; further calls just fail. */
static void
note_result(struct scene *s, int rc, const struct zv_error *err)
{
	CHECK(rc <= 0);
	if (rc < 0 && !s->failed)
		fuzz_check_reason(rc, err);
	s->failed |= rc < 0;
}

static bool
has_greeted(const struct scene *s)
{
	return zv_str_starts(zv_buf_str(&s->heard), ZV_STR("Asterisk Call Manager/")) &&
	       memchr(s->heard.p, '\n', s->heard.n);
}

static bool
is_own_login(struct zv_str name)
{
	return zvon_str_equal(name, ZV_STR("Challenge")) ||
	       zvon_str_equal(name, ZV_STR("Login"));
}

/* What the session wants to send is whole packets: none before the greeting, and
 * before the login nothing but the login. */
static void
drain(struct scene *s)
{
	struct zv_buf *out = zv_ami_session_output(s->session);
	enum zv_client_state state = zv_ami_session_state(s->session);
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	CHECK(parser);
	CHECK(out->n == 0 || has_greeted(s));
	CHECK(zvon_parser_feed(parser, zv_buf_str(out)) == 0);
	while (zvon_parser_next(parser, &p) == 1) {
		CHECK(zvon_str_equal(p->fields[0].key, ZV_STR("Action")));
		CHECK(zvon_str_equal(p->fields[1].key, ZV_STR("ActionID")));
		CHECK(is_own_login(p->name) ||
		      (s->login_sent && state >= ZV_STATE_BOOTING));
		s->login_sent |= zvon_str_equal(p->name, ZV_STR("Login"));
		snprintf(s->last_id, sizeof s->last_id, "%.*s",
			 ZV_ARG(p->fields[1].value));
	}
	CHECK(zvon_parser_pending(parser) == 0);
	zvon_parser_free(parser);
	zv_buf_add(&s->said, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

static void
server_says(struct scene *s, struct zv_str bytes)
{
	struct zv_error err = { 0 };
	char *copy = fuzz_copy(bytes);
	int rc;

	zv_buf_add(&s->heard, bytes);
	rc = zv_ami_session_input(s->session, (struct zv_str){ copy, bytes.n },
				  s->now_ms, &err);
	note_result(s, rc, &err);
	free(copy);
	drain(s);
}

static void
answer(struct scene *s, unsigned kind)
{
	static const char *const starts[] = {
		"Response: Success\r\nChallenge: 1",
		"Response: Error\r\nMessage: no",
		"Response: Success\r\nEventList: start",
		"Event: Item\r\nX: 1",
		"Event: ItemComplete\r\nX: 1",
		"Response: Follows\r\nPrivilege: Command",
	};
	struct zv_buf text = { 0 };

	zv_buf_printf(&text, "%s\r\nActionID: %s\r\n\r\n", starts[kind % 6],
		      s->last_id);
	server_says(s, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

/* Wakes the session when it wants to be woken: it must want that, and not at once
 * again. */
static void
pass_time(struct scene *s, unsigned tenths)
{
	int64_t end = s->now_ms + tenths * 100;

	do {
		int64_t at = zv_ami_session_deadline(s->session);
		struct zv_error err = { 0 };

		if (at > s->now_ms)
			s->now_ms = at < end ? at : end;
		note_result(s, zv_ami_session_tick(s->session, s->now_ms, &err), &err);
		drain(s);
		at = zv_ami_session_deadline(s->session);
		CHECK(s->failed || (at > s->now_ms && at <= s->now_ms + MOST_ASLEEP));
	} while (!s->failed && s->now_ms < end);
}

static int
send_request(void *scene, const struct zv_request *r, int timeout_ms, zvon_reply_fn fn,
	     void *user, struct zv_error *err)
{
	struct scene *s = scene;

	return zv_ami_session_send(s->session, r, timeout_ms, fn, user, s->now_ms, err);
}

static void
lose_connection(struct scene *s, bool for_good)
{
	s->actions.for_good = for_good;
	zv_ami_session_stop(s->session, for_good);
	s->actions.for_good = false;
	if (for_good)
		fuzz_check_ends(&s->actions);
	CHECK(zv_ami_session_output(s->session)->n == 0);
	zv_ami_session_start(s->session, s->now_ms);
	zv_buf_clear(&s->heard);
	zv_buf_clear(&s->said);
	s->login_sent = s->failed = false;
}

static void
obey(struct scene *s, struct fuzz_input *in)
{
	unsigned kind;

	switch (fuzz_byte(in)) {
	case '>':
		server_says(s, fuzz_until(in, 0));
		break;
	case 'a':
		answer(s, fuzz_byte(in));
		break;
	case 't':
		pass_time(s, fuzz_byte(in));
		break;
	case 's':
		kind = fuzz_byte(in);
		fuzz_send_action(&s->actions, kind, fuzz_until(in, 0));
		drain(s);
		break;
	case 'x':
		lose_connection(s, fuzz_byte(in) & 1);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct zv_ami_session_handlers handlers = { on_event, on_state };
	struct fuzz_input in = { bytes, n };
	struct zv_ami_session_options options = fuzz_session_options();
	struct zv_log silence = { 0 };
	struct scene s = {
		.now_ms = 1,
		.actions = { send_request, &s, check_reply },
	};

	options.plain_login = fuzz_byte(&in) & 1;
	s.session = zv_ami_session_new(&options, &handlers, &s, &silence);
	CHECK(s.session);
	zv_ami_session_start(s.session, s.now_ms);
	while (in.n)
		obey(&s, &in);
	s.actions.for_good = true;
	zv_ami_session_free(s.session);
	fuzz_check_ends(&s.actions);
	zv_buf_deinit(&s.heard);
	zv_buf_deinit(&s.said);
	return 0;
}
