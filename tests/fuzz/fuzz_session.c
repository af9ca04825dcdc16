/* The session machine: whatever the server says and whenever, an action is sent only
 * when logged in, each one taken is told its end once, and time always goes on.
 *
 * Input: commands, each a letter with what follows it:
 *   >bytes NUL   the server says that
 *   a id         it answers the last action sent: Success, Error, a list, an item, its end
 *   t n          n tenths of a second go by
 *   s kind name NUL  we send an action of that name
 *   x n          the connection is lost (for good if n is odd) and comes back */
#include "ami/session.h"
#include "base/str.h"
#include "fuzz.h"

#define MAX_ACTIONS 64

struct scene {
	struct zv_ami_session *session;
	int64_t now_ms;
	char last_id[80]; /* of the action sent last */
	int open;	  /* actions without their end */
	int asked;
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

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct scene *s = user;

	CHECK((part == ZV_REPLY_DONE) == (packet == NULL));
	CHECK(status == 0 || part == ZV_REPLY_DONE);
	if (part == ZV_REPLY_DONE)
		s->open--;
	CHECK(s->open >= 0);
}

static bool
is_own_login(struct zv_str name)
{
	return zvon_str_equal(name, ZV_STR("Challenge")) ||
	       zvon_str_equal(name, ZV_STR("Login"));
}

/* What the session wants to send is whole packets, and before the login is answered
 * nothing but the login. */
static void
drain(struct scene *s)
{
	struct zv_buf *out = zv_ami_session_output(s->session);
	enum zv_client_state state = zv_ami_session_state(s->session);
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	CHECK(parser);
	CHECK(zvon_parser_feed(parser, zv_buf_str(out)) == 0);
	while (zvon_parser_next(parser, &p) == 1) {
		CHECK(zvon_str_equal(p->fields[0].key, ZV_STR("Action")));
		CHECK(zvon_str_equal(p->fields[1].key, ZV_STR("ActionID")));
		CHECK(state >= ZV_STATE_BOOTING || is_own_login(p->name));
		snprintf(s->last_id, sizeof s->last_id, "%.*s",
			 ZV_ARG(p->fields[1].value));
	}
	CHECK(zvon_parser_pending(parser) == 0);
	zvon_parser_free(parser);
	zv_buf_consume(out, out->n);
}

static void
server_says(struct scene *s, struct zv_str bytes)
{
	struct zv_error err = { 0 };
	char *copy = fuzz_copy(bytes);
	int rc = zv_ami_session_input(s->session, (struct zv_str){ copy, bytes.n },
				      s->now_ms, &err);

	CHECK(rc <= 0 && (rc == 0 || err.code == rc || s->failed));
	s->failed |= rc < 0;
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

static void
pass_time(struct scene *s, unsigned tenths)
{
	int64_t end = s->now_ms + tenths * 100;
	struct zv_error err = { 0 };

	do {
		int64_t at = zv_ami_session_deadline(s->session);
		int rc;

		if (at > s->now_ms)
			s->now_ms = at < end ? at : end;
		rc = zv_ami_session_tick(s->session, s->now_ms, &err);
		s->failed |= rc < 0;
		drain(s);
		CHECK(s->failed || zv_ami_session_deadline(s->session) > s->now_ms);
	} while (!s->failed && s->now_ms < end);
}

static void
send_action(struct scene *s, unsigned kind, struct zv_str name)
{
	static const int timeouts[] = { 0, 1, 3000, 10000, 20000 };
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(name, &err);
	int rc;

	CHECK((r == NULL) == (err.code != 0));
	if (!r || s->asked++ >= MAX_ACTIONS) {
		zvon_request_free(r);
		return;
	}
	if (kind & 0x80)
		zvon_request_set(r, "ActionID", "zvon-00000001-5", NULL);
	s->open++; /* its end may come at once */
	rc = zv_ami_session_send(s->session, r, timeouts[kind % 5], on_reply, s,
				 s->now_ms, &err);
	CHECK(rc <= 0 && rc == err.code);
	if (rc < 0) /* not taken: no end will be told */
		s->open--;
	zvon_request_free(r);
	drain(s);
}

static void
lose_connection(struct scene *s, bool for_good)
{
	zv_ami_session_stop(s->session, for_good);
	CHECK(!for_good || s->open == 0);
	drain(s);
	zv_ami_session_start(s->session, s->now_ms);
	s->failed = false;
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
		send_action(s, kind, fuzz_until(in, 0));
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
	struct zv_ami_session_options options = {
		.user = ZV_STR("ops"),
		.secret = ZV_STR("s3cret"),
		.events = ZV_STR("on"),
		.plain_login = fuzz_byte(&in) & 1,
		.login_timeout_ms = 4500,
		.action_timeout_ms = 10000,
		.booted_wait_ms = 2000,
		.ping_after_ms = 10000,
		.ping_timeout_ms = 5000,
		.max_pending = 20,
		.limits = { 1000, 4000, 32 },
		.seed = (uint64_t)1 << 32,
	};
	struct zv_log silence = { 0 };
	struct scene s = { .now_ms = 1 };

	s.session = zv_ami_session_new(&options, &handlers, &s, &silence);
	CHECK(s.session);
	zv_ami_session_start(s.session, s.now_ms);
	while (in.n)
		obey(&s, &in);
	zv_ami_session_free(s.session);
	CHECK(s.open == 0);
	return 0;
}
