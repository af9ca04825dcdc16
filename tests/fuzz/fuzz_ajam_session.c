/* The AJAM session: whatever is answered and whenever, one connection carries one exchange,
 * nothing is asked before the login but the login, each action taken is told its end once,
 * a secret never stands in a target, and time always goes on.
 *
 * Input: options, then commands, each a letter with what follows it:
 *   h n bytes NUL  the head of the answer on connection n & 1; n & 0x80: of 200 with a
 *                  cookie and these fields, else the bytes as they are
 *   b n bytes NUL  a part of its body
 *   a n kind       a whole answer: Success, denied, empty, events, a list, a page …
 *   e n code       the end of it: whole, or lost
 *   l n code       late news of an exchange that is over: must mean nothing
 *   t n            n tenths of a second go by
 *   s kind name NUL  we send an action of that name (kind & 0x80: with an ActionID of ours;
 *                  & 0x40: its end makes us send a Ping)
 *   x n            the session ends (for good if n is odd) and begins again */
#include "ajam/session.h"
#include "base/str.h"
#include "base/utf.h"
#include "session.h"

#define MOST_ASLEEP 60000 /* ms: no deadline of these options is further away */
#define MOST_TICKS  200	  /* in one millisecond: each must have done something */

struct line {
	bool running;
	int64_t late_ms;		   /* then the transport gives up */
	unsigned long ticket, last_ticket; /* last_ticket: of one that is over */
	char id[80];			   /* ActionID of what is asked */
};

struct scene {
	struct zv_ajam_session *session;
	int64_t now_ms;
	struct line lines[ZV_AJAM_N_EXCHANGES];
	int64_t wait_started_ms[8]; /* of the last ones */
	bool ready;		    /* was told so, in this session */
	struct fuzz_actions actions;
	bool failed;
};

static void
on_state(void *user, enum zv_client_state state)
{
	struct scene *s = user;

	CHECK(state == ZV_STATE_LOGIN || state == ZV_STATE_BOOTING ||
	      state == ZV_STATE_READY);
	s->ready = state == ZV_STATE_READY;
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct scene *s = user;

	CHECK(event->kind == ZV_PACKET_EVENT);
	CHECK(s->ready);
}

static void
on_text(void *user, enum zv_direction direction, struct zv_str text)
{
	CHECK(text.n > 0);
	if (direction == ZV_TO_SERVER)
		CHECK(zv_str_find(text, ZV_STR("s3cret")) == text.n);
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	CHECK(zv_utf8_valid(zvon_str(text)) == strlen(text));
}

/* ---- what is asked ------------------------------------------------------------------ */

static bool
is_own_login(struct zv_str form)
{
	static const char *const names[] = {
		"Action=Challenge&",
		"Action=Login&",
		"Action=Events&",
		"Action=CoreSettings&",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (zv_str_starts(form, zvon_str(names[i])))
			return true;
	return false;
}

static bool
has(struct zv_str s, const char *word)
{
	return zv_str_find(s, zvon_str(word)) < s.n;
}

/* One wait and what it takes to get it through (GET, a digest), then a pause. */
static void
check_pace(struct scene *s)
{
	size_t n = sizeof s->wait_started_ms / sizeof *s->wait_started_ms;

	CHECK(s->wait_started_ms[0] == 0 ||
	      s->now_ms - s->wait_started_ms[0] >= ZV_AJAM_POLL_MS);
	memmove(s->wait_started_ms, s->wait_started_ms + 1,
		(n - 1) * sizeof *s->wait_started_ms);
	s->wait_started_ms[n - 1] = s->now_ms;
}

static void
keep_id(struct line *l, struct zv_str form)
{
	struct zv_str part, name;

	l->id[0] = '\0';
	while (zv_str_split(&form, '&', &part)) {
		zv_str_split(&part, '=', &name);
		if (zvon_str_equal(name, ZV_STR("ActionID")))
			snprintf(l->id, sizeof l->id, "%.*s", ZV_ARG(part));
	}
}

static void
begin_exchange(struct scene *s, const struct zv_ajam_order *order)
{
	const struct zv_ajam_asked *asked = &order->asked;
	struct line *l = &s->lines[order->exchange];
	struct zv_str form = asked->body, path;

	CHECK(!l->running && order->ticket > l->ticket);
	CHECK(zv_str_starts(asked->target, ZV_STR("/asterisk/")));
	CHECK(memchr(asked->target.p, ' ', asked->target.n) == NULL);
	CHECK(asked->fields.n == 0 || asked->fields.p[asked->fields.n - 1] == '\n');
	CHECK(!has(asked->fields, "s3cret") && !has(asked->fields, "\r\n\r\n"));
	if (!asked->is_post) {
		CHECK(asked->body.n == 0);
		CHECK(asked->target.n < ZV_AJAM_MAX_REQUEST_LINE);
		form = asked->target;
		zv_str_split(&form, '?', &path);
	} else {
		CHECK(memchr(asked->target.p, '?', asked->target.n) == NULL);
	}
	CHECK(is_own_login(form) || s->ready);
	if (order->exchange == ZV_AJAM_WAIT) {
		CHECK(zv_str_starts(form, ZV_STR("Action=WaitEvent&")));
		CHECK(order->timeout_ms > 0);
		check_pace(s);
	}
	l->running = true;
	l->late_ms = order->timeout_ms ? s->now_ms + order->timeout_ms : INT64_MAX;
	l->last_ticket = l->ticket;
	l->ticket = order->ticket;
	keep_id(l, form);
}

static void
drain(struct scene *s)
{
	struct zv_ajam_order order;
	int n = 0;

	for (; zv_ajam_session_next_order(s->session, &order); n++) {
		CHECK(order.exchange == ZV_AJAM_WAIT ||
		      order.exchange == ZV_AJAM_COMMAND);
		if (order.kind == ZV_AJAM_ORDER_START)
			begin_exchange(s, &order);
		else
			s->lines[order.exchange].running = false;
	}
	CHECK(n <= 2 * ZV_AJAM_N_EXCHANGES);
}

/* ---- what is answered ------------------------------------------------------------------ */

/* A reason that a person can read comes with each failure. */
static void
note_result(struct scene *s, int rc, const struct zv_error *err)
{
	CHECK(rc <= 0);
	if (rc < 0 && !s->failed) {
		fuzz_check_reason(rc, err);
		CHECK(!has(zvon_str(err->text), "s3cret"));
	}
	s->failed |= rc < 0;
	if (!s->failed)
		drain(s);
}

static void
give_head(struct scene *s, unsigned long ticket, struct zv_str bytes)
{
	struct zv_error err = { 0 };
	char *copy = fuzz_copy(bytes);
	int rc = zv_ajam_session_head(
		s->session, ticket, (struct zv_str){ copy, bytes.n }, s->now_ms, &err);

	free(copy);
	note_result(s, rc, &err);
}

static void
give_body(struct scene *s, unsigned long ticket, struct zv_str bytes)
{
	struct zv_error err = { 0 };
	char *copy = fuzz_copy(bytes);
	int rc = zv_ajam_session_body(
		s->session, ticket, (struct zv_str){ copy, bytes.n }, s->now_ms, &err);

	free(copy);
	note_result(s, rc, &err);
}

static void
give_end(struct scene *s, unsigned long ticket, unsigned code)
{
	static const int codes[] = { 0,		 0,	      0,      0,
				     ZV_ECLOSED, ZV_ETIMEOUT, ZV_EIO, ZV_EPROTO };
	struct zv_error why = { 0 }, err = { 0 };
	int rc;

	why.code = codes[code % 8];
	snprintf(why.text, sizeof why.text, "pbx:8088: %s", zvon_err_name(why.code));
	rc = zv_ajam_session_end(s->session, ticket, &why, s->now_ms, &err);
	note_result(s, rc, &err);
}

static void
answer_head(struct scene *s, struct line *l, unsigned how, struct zv_str bytes)
{
	struct zv_buf text = { 0 };

	if (how & 0x80)
		zv_buf_printf(&text,
			      "HTTP/1.1 200 OK\r\nServer: Asterisk\r\n"
			      "Set-Cookie: mansession_id=\"1a2b\"; Max-Age=60\r\n"
			      "Pragma: SuppressEvents\r\n%.*s\r\n",
			      ZV_ARG(bytes));
	else
		zv_buf_add(&text, bytes);
	give_head(s, l->ticket, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

/* The end of an exchange frees its connection, whatever the session makes of it. */
static void
answer_end(struct scene *s, struct line *l, unsigned code)
{
	l->running = false;
	give_end(s, l->ticket, code);
}

static void
add_packet(struct zv_buf *out, const char *start, const char *id)
{
	zv_buf_printf(out, "%s\r\nActionID: %s\r\n\r\n", start, id);
}

static void
answer_whole(struct scene *s, struct line *l, unsigned kind)
{
	static const char *const responses[] = {
		"Response: Success\r\nChallenge: 1\r\nAMIversion: 5.0.4",
		"Response: Error\r\nMessage: Permission denied",
		"Response: Error\r\nMessage: Missing action in request",
		"Response: Error\r\nMessage: Authentication failed",
	};
	static const char *const heads[] = {
		"HTTP/1.1 501 Not Implemented\r\n\r\n",
		"HTTP/1.1 413 Request Entity Too Large\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nServer: Asterisk\r\n\r\n",
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "
		"realm=\"asterisk\", nonce=\"1\", qop=\"auth\"\r\n\r\n",
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "
		"realm=\"asterisk\", nonce=\"2\", qop=\"auth\", stale=true\r\n\r\n",
	};
	unsigned long ticket = l->ticket;
	struct zv_buf body = { 0 };

	if (kind & 0x80) {
		give_head(s, ticket, zvon_str(heads[kind % 5]));
	} else {
		answer_head(s, l, 0x80, ZV_STR(""));
		if (kind & 0x40)
			add_packet(&body, "Event: Hangup", "other");
		add_packet(&body, responses[kind % 4], l->id);
		if (kind & 0x20)
			add_packet(&body, "Event: Item", l->id);
		if (kind & 0x10)
			add_packet(&body, "Event: WaitEventComplete", l->id);
		if (kind != 0x0f) /* else: nothing at all */
			give_body(s, ticket, zv_buf_str(&body));
	}
	zv_buf_deinit(&body);
	if (l->ticket == ticket && l->running && !s->failed)
		answer_end(s, l, 0);
}

/* News of an exchange that is over are nobody's. */
static void
late_news(struct scene *s, struct line *l, unsigned code)
{
	size_t before = s->actions.n;

	if (!l->last_ticket || s->failed)
		return;
	give_head(s, l->last_ticket, ZV_STR("HTTP/1.1 200 OK\r\n\r\n"));
	give_body(s, l->last_ticket, ZV_STR("Response: Success\r\n\r\n"));
	give_end(s, l->last_ticket, code);
	CHECK(!s->failed && s->actions.n == before);
}

/* ---- time -------------------------------------------------------------------------------- */

static void
tick(struct scene *s)
{
	struct zv_error err = { 0 };

	for (int i = 0; !s->failed; i++) {
		int rc = zv_ajam_session_tick(s->session, s->now_ms, &err);

		note_result(s, rc, &err);
		if (zv_ajam_session_deadline(s->session) > s->now_ms)
			break;
		CHECK(i < MOST_TICKS);
	}
}

/* When something happens by itself: in the session, or because the transport gives up. */
static int64_t
next_ms(const struct scene *s)
{
	int64_t at = zv_ajam_session_deadline(s->session);

	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		if (s->lines[i].running && s->lines[i].late_ms < at)
			at = s->lines[i].late_ms;
	CHECK(at > s->now_ms && at <= s->now_ms + MOST_ASLEEP);
	return at;
}

static void
end_late(struct scene *s)
{
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES && !s->failed; i++)
		if (s->lines[i].running && s->lines[i].late_ms <= s->now_ms)
			answer_end(s, &s->lines[i], 5);
}

static void
pass_time(struct scene *s, unsigned tenths)
{
	int64_t end = s->now_ms + tenths * 100;

	tick(s);
	while (!s->failed && s->now_ms < end) {
		int64_t at = next_ms(s);

		s->now_ms = at < end ? at : end;
		end_late(s);
		tick(s);
	}
}

/* ---- what we do ------------------------------------------------------------------------------ */

static int
send_request(void *scene, const struct zv_request *r, int timeout_ms, zvon_reply_fn fn,
	     void *user, struct zv_error *err)
{
	struct scene *s = scene;

	return zv_ajam_session_send(s->session, r, timeout_ms, fn, user, s->now_ms,
				    err);
}

static void
begin_session(struct scene *s)
{
	s->ready = s->failed = false;
	memset(s->wait_started_ms, 0, sizeof s->wait_started_ms);
	zv_ajam_session_start(s->session, s->now_ms);
	tick(s);
}

static void
end_session(struct scene *s, bool for_good)
{
	struct zv_ajam_order order;

	if (!s->failed && zv_ajam_session_farewell(s->session, &order))
		CHECK(s->ready && order.exchange == ZV_AJAM_COMMAND);
	s->actions.for_good = for_good;
	zv_ajam_session_stop(s->session, for_good);
	s->actions.for_good = false;
	if (for_good)
		fuzz_check_ends(&s->actions);
	CHECK(!zv_ajam_session_next_order(s->session, &order));
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		s->lines[i].running = false;
	CHECK(zv_ajam_session_deadline(s->session) >= s->now_ms);
}

static void
obey(struct scene *s, struct fuzz_input *in)
{
	unsigned what = fuzz_byte(in), n = fuzz_byte(in);
	struct line *l = &s->lines[n & 1];
	struct zv_str bytes = { 0 };

	if (what == 'h' || what == 'b' || what == 's')
		bytes = fuzz_until(in, 0);
	if (what == 'x' || s->failed) {
		end_session(s, n & 1);
		begin_session(s);
	} else if (what == 't') {
		pass_time(s, n);
	} else if (what == 's') {
		fuzz_send_action(&s->actions, n, bytes);
		tick(s);
	} else if (what == 'l') {
		late_news(s, l, n >> 1);
	} else if (!l->running) {
		return;
	} else if (what == 'h') {
		answer_head(s, l, n, bytes);
	} else if (what == 'b') {
		give_body(s, l->ticket, bytes);
	} else if (what == 'a') {
		answer_whole(s, l, fuzz_byte(in));
	} else if (what == 'e') {
		answer_end(s, l, n >> 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct zv_ajam_session_handlers handlers = {
		.ami = { on_event, on_state },
		.on_text = on_text,
	};
	static const char *const paths[] = { "/asterisk/rawman", "/asterisk/mxml",
					     "/asterisk/manager", "/asterisk/rawman" };
	struct fuzz_input in = { bytes, n };
	unsigned how = fuzz_byte(&in);
	struct zv_ajam_session_options options = {
		.ami = fuzz_session_options(),
		.path = zvon_str(paths[(how >> 2) % 4]),
		.encoding = (enum zv_ajam_encoding)((how >> 2) % 4 % 3),
		.digest = how & 0x10,
	};
	struct scene s = {
		.now_ms = 1,
		.actions = { send_request, &s, NULL },
	};
	struct zv_log log = { on_log, &s, ZV_LOG_TRACE };

	if (how & 1)
		options.ami.events = ZV_STR("off");
	options.ami.plain_login = how & 2;
	if (n && memmem(bytes, n, "s3cret", 6))
		return 0; /* who guesses the secret may say it */
	s.session = zv_ajam_session_new(&options, &handlers, &s, &log);
	CHECK(s.session);
	begin_session(&s);
	while (in.n)
		obey(&s, &in);
	end_session(&s, true);
	zv_ajam_session_free(s.session);
	return 0;
}
