#include "onec/daemon_session.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"
#include "json/reader.h"
#include "onec/daemon_session_impl.h"

#define PROTOCOL "zvon.v1"

/* ---- life ------------------------------------------------------------------------------ */

static bool
is_token(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

static void
choose(struct zv_buf *out, const char *option, const char *of_url)
{
	out->secret = true;
	zv_buf_add(out, zvon_str(option && *option ? option : of_url ? of_url : ""));
}

/* Who we are: user and password, or a token. */
static int
set_login(struct zv_daemon_session *s, const struct zv_daemon_session_options *o,
	  struct zv_error *err)
{
	choose(&s->user, o->user, s->url.user);
	choose(&s->secret, o->secret, s->url.secret);
	if (zv_buf_failed(&s->user) || zv_buf_failed(&s->secret))
		return zv_fail_nomem(err);
	if (!s->secret.n)
		return zv_daemon_say(err, ZV_EINVAL, o->russian, ZV_SAY_NO_TOKEN);
	if (s->user.n)
		return 0;
	s->token.secret = true;
	if (!is_token(zv_buf_str(&s->secret)))
		return zv_daemon_say(err, ZV_EINVAL, o->russian, ZV_SAY_TOKEN_CHARS);
	zv_buf_add(&s->token, zv_buf_str(&s->secret));
	return zv_buf_failed(&s->token) ? zv_fail_nomem(err) : 0;
}

static bool
is_subscription(const json_t *lists)
{
	static const char *const names[] = { "events", "lines", "queues", "numbers" };
	size_t known = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *list = json_object_get(lists, names[i]);

		if (list && !json_is_array(list))
			return false;
		known += list != NULL;
	}
	return json_is_object(lists) && json_object_size(lists) == known;
}

/* What stands between its braces goes into start and resume as it is. */
static int
set_subscription(struct zv_daemon_session *s, const char *text, bool russian,
		 struct zv_error *err)
{
	struct zv_str inner = zv_str_trim(zvon_str(text ? text : ""));
	struct zv_error ignored = { 0 };
	json_t *lists;
	bool good;

	if (!inner.n)
		return 0;
	lists = zv_json_read(inner, &ignored);
	good = is_subscription(lists);
	if (good && json_object_size(lists)) {
		zv_buf_add_char(&s->lists, ',');
		zv_buf_add(&s->lists, (struct zv_str){ inner.p + 1, inner.n - 2 });
	}
	json_decref(lists);
	if (ignored.code == ZV_ENOMEM || zv_buf_failed(&s->lists))
		return zv_fail_nomem(err);
	return good ? 0 : zv_daemon_say(err, ZV_EINVAL, russian, ZV_SAY_SUBSCRIPTION);
}

static int
or_default(int value, int fallback)
{
	return value > 0 ? value : fallback;
}

static void
set_times(struct zv_daemon_session *s, const struct zv_daemon_session_options *o)
{
	s->answer_ms = or_default(o->answer_ms, ZV_DAEMON_ANSWER_MS);
	s->ping_ms = or_default(o->ping_ms, ZV_DAEMON_PING_MS);
	s->pong_ms = or_default(o->pong_ms, ZV_DAEMON_PONG_MS);
	s->backoff_ms = or_default(o->backoff_ms, ZV_DAEMON_BACKOFF_MS);
	s->backoff_most_ms = or_default(o->backoff_most_ms, ZV_DAEMON_BACKOFF_MOST);
	if (s->backoff_most_ms < s->backoff_ms)
		s->backoff_most_ms = s->backoff_ms;
	s->refused_ms = or_default(o->refused_ms, ZV_DAEMON_REFUSED_MS);
	s->limits.message_bytes =
		o->max_message_bytes ? o->max_message_bytes : ZV_DAEMON_MESSAGE_BYTES;
}

struct zv_daemon_session *
zv_daemon_session_new(const struct zv_daemon_session_options *o,
		      const struct zv_desk_handlers *handlers, void *user,
		      struct zv_error *err)
{
	struct zv_daemon_session *s = zv_calloc(1, sizeof *s);
	int rc;

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	s->handlers = *handlers;
	s->context = user;
	s->random = o->random;
	s->russian = o->russian;
	s->out.secret = true;
	set_times(s, o);
	zv_ws_reader_init(&s->reader, ZV_WS_CLIENT, &s->limits, NULL);
	rc = zv_daemon_url_parse(&s->url, zvon_str(o->url ? o->url : ""), o->russian,
				 err);
	if (rc == 0)
		rc = set_login(s, o, err);
	if (rc == 0)
		rc = set_subscription(s, o->subscription, o->russian, err);
	if (rc == 0)
		return s;
	zv_daemon_session_free(s);
	return NULL;
}

void
zv_daemon_session_free(struct zv_daemon_session *s)
{
	if (!s)
		return;
	zv_daemon_answer_deinit(&s->answer);
	zv_ws_reader_deinit(&s->reader);
	zv_buf_deinit(&s->user);
	zv_buf_deinit(&s->secret);
	zv_buf_deinit(&s->token);
	zv_buf_deinit(&s->lists);
	zv_buf_deinit(&s->stream);
	zv_buf_deinit(&s->out);
	zv_daemon_url_deinit(&s->url);
	zv_free(s);
}

const struct zv_daemon_url *
zv_daemon_session_url(const struct zv_daemon_session *s)
{
	return &s->url;
}

struct zv_buf *
zv_daemon_session_output(struct zv_daemon_session *s)
{
	return &s->out;
}

void
zv_daemon_session_wrote(struct zv_daemon_session *s, size_t n)
{
	zv_buf_consume(&s->out, n);
	s->counters.bytes_out += n;
}

const struct zv_daemon_counters *
zv_daemon_session_counters(const struct zv_daemon_session *s)
{
	return &s->counters;
}

bool
zv_daemon_session_wants_link(const struct zv_daemon_session *s)
{
	return s->phase >= ZV_PHASE_LINKING && s->phase <= ZV_PHASE_READY;
}

enum zv_desk_state
zv_daemon_session_state(const struct zv_daemon_session *s)
{
	static const enum zv_desk_state states[] = {
		[ZV_PHASE_IDLE] = ZV_DESK_DOWN,
		[ZV_PHASE_WAITING] = ZV_DESK_DOWN,
		[ZV_PHASE_LINKING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_SIGNING_IN] = ZV_DESK_CONNECTING,
		[ZV_PHASE_UPGRADING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_GREETING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_STARTING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_READY] = ZV_DESK_READY,
		[ZV_PHASE_CLOSED] = ZV_DESK_CLOSED,
	};

	return states[s->phase];
}

static void
tell(struct zv_daemon_session *s, enum zv_desk_state state, const struct zv_error *why,
     int retry_ms)
{
	if (s->handlers.on_state)
		s->handlers.on_state(s->context, state, why, retry_ms);
}

void
zv_daemon_session_start(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->phase != ZV_PHASE_IDLE)
		return;
	s->phase = ZV_PHASE_LINKING;
	tell(s, ZV_DESK_CONNECTING, NULL, 0);
}

void
zv_daemon_session_stop(struct zv_daemon_session *s)
{
	if (s->phase >= ZV_PHASE_GREETING && s->phase <= ZV_PHASE_READY)
		zv_daemon_session_say_close(s, 1000, ZV_STR(""));
	if (s->phase == ZV_PHASE_CLOSED)
		return;
	s->phase = ZV_PHASE_CLOSED;
	if (s->handlers.on_gone)
		s->handlers.on_gone(s->context);
}

/* ---- losses ------------------------------------------------------------------------------ */

/* 1 s at least, 2, 4 … 30 s at most, by chance in between: a thousand clients of a daemon
 * that was restarted do not come at once. */
static int
next_wait(struct zv_daemon_session *s)
{
	int most = s->backoff_ms;

	for (unsigned i = 0; i <= s->failures && most < s->backoff_most_ms; i++)
		most = most > s->backoff_most_ms / 2 ? s->backoff_most_ms : most * 2;
	return s->backoff_ms +
	       (int)(s->random() % (uint64_t)(most - s->backoff_ms + 1));
}

static int
wait_of(struct zv_daemon_session *s, bool is_refusal, int least_ms)
{
	int wait = is_refusal ? s->refused_ms + (int)(s->random() %
						      (uint64_t)(s->refused_ms / 2 + 1))
			      : next_wait(s);

	return wait > least_ms ? wait : least_ms;
}

/* The streams of both sides are over; the numbers stay. */
static void
forget_link(struct zv_daemon_session *s)
{
	zv_daemon_answer_deinit(&s->answer);
	zv_ws_reader_deinit(&s->reader);
	zv_ws_reader_init(&s->reader, ZV_WS_CLIENT, &s->limits, NULL);
}

static void
lose(struct zv_daemon_session *s, const struct zv_error *why, bool is_refusal,
     int least_ms)
{
	bool was_ready = s->phase == ZV_PHASE_READY;
	struct zv_error copy = *why;
	int wait;

	if (!zv_daemon_session_wants_link(s))
		return;
	if (was_ready && s->now_ms - s->ready_ms >= ZV_DAEMON_STEADY_MS)
		s->failures = 0;
	wait = wait_of(s, is_refusal, least_ms);
	if (s->failures < 16)
		s->failures++;
	s->counters.losses += was_ready;
	s->phase = ZV_PHASE_WAITING;
	s->retry_at_ms = s->now_ms + wait;
	s->retries_silently = false;
	forget_link(s);
	tell(s, ZV_DESK_DOWN, &copy, wait);
}

/* A server may say back what it was sent: then it is not quoted. */
static struct zv_str
quotable(const struct zv_daemon_session *s, struct zv_str quote)
{
	struct zv_str secret = zv_buf_str(&s->secret), token = zv_buf_str(&s->token);

	if ((secret.n && zv_str_find(quote, secret) < quote.n) ||
	    (token.n && zv_str_find(quote, token) < quote.n))
		return ZV_STR("");
	return quote;
}

/* Something to be said of this link, in words of ours. */
static void
lose_with(struct zv_daemon_session *s, int code, enum zv_daemon_word word,
	  struct zv_str quote, bool is_refusal, int least_ms)
{
	struct zv_error why = { 0 };

	zv_daemon_tell(&why, code, s->russian, s->url.place, word, quotable(s, quote));
	lose(s, &why, is_refusal, least_ms);
}

static void
lack_memory(struct zv_daemon_session *s)
{
	struct zv_error why = { 0 };

	zv_fail_nomem(&why);
	lose(s, &why, false, 0);
}

/* The next connection, at once, and nobody is told: nothing was wrong. */
static void
link_again(struct zv_daemon_session *s)
{
	s->phase = ZV_PHASE_WAITING;
	s->retry_at_ms = s->now_ms;
	s->retries_silently = true;
	forget_link(s);
}

/* ---- before the WebSocket ------------------------------------------------------------------ */

static void
write_login(struct zv_daemon_session *s)
{
	struct zv_buf body = { .secret = true };

	zv_daemon_write_login(&s->out, &body, s);
	s->phase = ZV_PHASE_SIGNING_IN;
	if (zv_buf_failed(&body) || zv_buf_failed(&s->out))
		lack_memory(s);
	zv_buf_deinit(&body);
}

static void
write_upgrade(struct zv_daemon_session *s)
{
	for (size_t i = 0; i < sizeof s->key; i += sizeof(uint64_t)) {
		uint64_t chance = s->random();

		memcpy(s->key + i, &chance, sizeof chance);
	}
	zv_ws_ask(&s->out, zvon_str(s->url.place), zvon_str(s->url.target),
		  ZV_STR(PROTOCOL), zv_buf_str(&s->token), s->key, false);
	s->phase = ZV_PHASE_UPGRADING;
	if (zv_buf_failed(&s->out))
		lack_memory(s);
}

void
zv_daemon_session_link_up(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->phase != ZV_PHASE_LINKING)
		return;
	s->heard_ms = now_ms;
	s->until_ms = now_ms + s->answer_ms;
	s->token_is_fresh = false;
	zv_buf_clear(&s->out);
	if (s->token.n)
		write_upgrade(s);
	else
		write_login(s);
}

static enum zv_daemon_word
word_of_fault(enum zv_daemon_answer_fault fault)
{
	static const enum zv_daemon_word of_fault[] = {
		[ZV_ANSWER_FINE] = ZV_SAY_BAD_HTTP,
		[ZV_ANSWER_NOT_HTTP] = ZV_SAY_NOT_HTTP,
		[ZV_ANSWER_AMI] = ZV_SAY_IS_AMI,
		[ZV_ANSWER_TLS] = ZV_SAY_IS_TLS,
		[ZV_ANSWER_BAD] = ZV_SAY_BAD_HTTP,
	};

	return of_fault[fault];
}

/* What zvond says of a refusal: {"error":{"message":…,"retry_ms":…}}. */
static struct zv_str
read_refusal(const json_t *body, int *retry_ms)
{
	const json_t *error = json_object_get(body, "error");
	json_int_t ms = json_integer_value(json_object_get(error, "retry_ms"));

	*retry_ms = ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
	return zv_json_text(error, "message");
}

static struct zv_str
answer_field(const struct zv_daemon_session *s, const char *name)
{
	struct zv_str value = { NULL, 0 };

	zv_http_head_find(&s->answer.head, zvon_str(name), NULL, &value);
	return value;
}

static void
be_refused(struct zv_daemon_session *s)
{
	struct zv_daemon_status status = zv_daemon_status_of(
		s->answer.head.status, s->phase == ZV_PHASE_SIGNING_IN);
	json_t *body = zv_json_read(zv_buf_str(&s->answer.body), NULL);
	struct zv_error why = { 0 };
	int retry_ms = 0;
	struct zv_str quote = read_refusal(body, &retry_ms);

	if (status.word == ZV_SAY_REDIRECT)
		quote = answer_field(s, "Location");
	else if (!quote.n && status.word == ZV_SAY_NO_UPGRADE)
		quote = s->answer.head.reason;
	zv_daemon_tell(&why, status.code, s->russian, s->url.place, status.word,
		       quotable(s, quote));
	json_decref(body);
	lose(s, &why, status.is_refusal, retry_ms);
}

static void
take_token(struct zv_daemon_session *s)
{
	json_t *body = zv_json_read(zv_buf_str(&s->answer.body), NULL);
	struct zv_str token = zv_json_text(body, "token");
	bool keeps = zv_daemon_answer_keeps(&s->answer);

	zv_buf_clear(&s->token);
	s->token.secret = true;
	if (is_token(token))
		zv_buf_add(&s->token, token);
	json_decref(body);
	zv_daemon_answer_deinit(&s->answer);
	if (zv_buf_failed(&s->token)) {
		lack_memory(s);
	} else if (!s->token.n) {
		lose_with(s, ZV_EPROTO, ZV_SAY_LOGIN_ANSWER, ZV_STR(""), true, 0);
	} else if (keeps) {
		s->token_is_fresh = true;
		write_upgrade(s);
	} else {
		link_again(s);
	}
}

/* A session token ends after hours, or with the daemon; the password gives another. */
static bool
sign_in_again(struct zv_daemon_session *s)
{
	if (s->answer.head.status != 401 || !s->user.n || s->token_is_fresh)
		return false;
	zv_buf_clear(&s->token);
	link_again(s);
	return true;
}

static void
check_upgrade(struct zv_daemon_session *s)
{
	struct zv_error why = { 0 };
	bool deflate = false;

	if (s->answer.head.status != 101) {
		if (!sign_in_again(s))
			be_refused(s);
		return;
	}
	if (zv_ws_check_answer(&s->answer.head, s->key, ZV_STR(PROTOCOL), &deflate,
			       &why) < 0) {
		lose_with(s, why.code, ZV_SAY_BAD_UPGRADE, zvon_str(why.text), true, 0);
		return;
	}
	zv_daemon_answer_deinit(&s->answer);
	s->phase = ZV_PHASE_GREETING;
}

static void
take_answer(struct zv_daemon_session *s, struct zv_str *bytes)
{
	struct zv_error why = { 0 };
	int rc = zv_daemon_answer_feed(&s->answer, bytes, &why);

	if (rc == ZV_ENOMEM)
		lack_memory(s);
	else if (rc < 0)
		lose_with(s, ZV_EPROTO, word_of_fault(s->answer.fault),
			  s->answer.fault == ZV_ANSWER_BAD ? zvon_str(why.text)
							   : ZV_STR(""),
			  true, 0);
	else if (rc > 0 && s->phase == ZV_PHASE_UPGRADING)
		check_upgrade(s);
	else if (rc > 0 && s->answer.head.status == 200)
		take_token(s);
	else if (rc > 0)
		be_refused(s);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void
ask_for_events(struct zv_daemon_session *s)
{
	struct zv_buf json = { 0 };

	if (s->has_seq)
		zv_buf_printf(&json,
			      "{\"type\":\"resume\",\"seq\":%lld,\"stream\":\"%.*s\"",
			      s->seq, ZV_ARG(zv_buf_str(&s->stream)));
	else
		zv_buf_add(&json, ZV_STR("{\"type\":\"start\""));
	zv_buf_add(&json, zv_buf_str(&s->lists));
	zv_buf_add_char(&json, '}');
	if (zv_buf_failed(&json) ||
	    zv_daemon_session_frame(s, ZV_WS_TEXT, zv_buf_str(&json)) < 0)
		lack_memory(s);
	zv_buf_deinit(&json);
}

/* It goes into a message of ours as it is: zvond's are 16 hex digits. */
static bool
is_stream(struct zv_str stream)
{
	for (size_t i = 0; i < stream.n; i++)
		if (!(stream.p[i] >= '0' && stream.p[i] <= '9') &&
		    !(zv_lower((unsigned char)stream.p[i]) >= 'a' &&
		      zv_lower((unsigned char)stream.p[i]) <= 'z') &&
		    stream.p[i] != '-' && stream.p[i] != '_')
			return false;
	return stream.n > 0 && stream.n <= 64;
}

static bool
set_stream(struct zv_daemon_session *s, struct zv_str stream)
{
	if (!is_stream(stream))
		return false;
	zv_buf_clear(&s->stream);
	zv_buf_add(&s->stream, stream); /* on_text looks whether it failed */
	return true;
}

/* The first one of a connection; a later one tells that our rights are others. */
static bool
on_hello(struct zv_daemon_session *s, const json_t *message)
{
	struct zv_str stream = zv_json_text(message, "stream");

	if (!zvon_str_equal(zv_json_text(message, "protocol"), ZV_STR(PROTOCOL))) {
		lose_with(s, ZV_EPROTO, ZV_SAY_OTHER_PROTOCOL, ZV_STR(""), true, 0);
		return false;
	}
	if (s->phase != ZV_PHASE_GREETING)
		return true;
	/* With numbers of another stream we resume all the same: the resync says so */
	if (!s->has_seq && !set_stream(s, stream))
		return false;
	s->phase = ZV_PHASE_STARTING;
	ask_for_events(s);
	return true;
}

/* The answer to start or resume. */
static bool
be_ready(struct zv_daemon_session *s)
{
	if (s->phase != ZV_PHASE_STARTING)
		return true;
	s->phase = ZV_PHASE_READY;
	s->ready_ms = s->now_ms;
	s->counters.connects++;
	tell(s, ZV_DESK_READY, NULL, 0);
	return true;
}

static bool
take_seq(struct zv_daemon_session *s, const json_t *message)
{
	const json_t *seq = json_object_get(message, "seq");

	if (!json_is_integer(seq) || json_integer_value(seq) < 0)
		return false;
	s->seq = json_integer_value(seq);
	s->has_seq = true;
	return true;
}

static bool
on_picture(struct zv_daemon_session *s, const json_t *message)
{
	return take_seq(s, message) && be_ready(s);
}

static bool
on_resumed(struct zv_daemon_session *s, const json_t *message)
{
	return be_ready(s);
}

/* Of what is not asked of a command: start was refused. */
static bool
on_error(struct zv_daemon_session *s, const json_t *message)
{
	if (s->phase == ZV_PHASE_STARTING)
		lose_with(s, ZV_EAUTH, ZV_SAY_NO_EVENTS,
			  zv_json_text(message, "message"), true, 0);
	return true;
}

static bool
on_resync(struct zv_daemon_session *s, const json_t *message)
{
	s->counters.resyncs++;
	return set_stream(s, zv_json_text(message, "stream")) && take_seq(s, message) &&
	       be_ready(s);
}

static bool
on_event(struct zv_daemon_session *s, const json_t *message)
{
	long long before = s->has_seq ? s->seq : -1;

	if (!take_seq(s, message))
		return false;
	if (s->seq > before) {
		s->counters.events++;
		return true;
	}
	s->seq = before;
	s->counters.doubled++;
	s->is_doubled = true;
	return true;
}

/* Those that change what we know; others are passed on as they are. */
static const struct {
	const char *type;
	bool (*take)(struct zv_daemon_session *s, const json_t *message);
} kinds[] = {
	{ "event", on_event },	   { "hello", on_hello },   { "snapshot", on_picture },
	{ "resumed", on_resumed }, { "resync", on_resync }, { "error", on_error },
};

static bool
take_message(struct zv_daemon_session *s, const json_t *message)
{
	struct zv_str type = zv_json_text(message, "type");

	s->is_doubled = false;
	if (s->phase == ZV_PHASE_GREETING && !zvon_str_equal(type, ZV_STR("hello")))
		return false; /* zvond says hello before all else */
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (zvon_str_equal(type, zvon_str(kinds[i].type)))
			return kinds[i].take(s, message);
	return type.n > 0;
}

static void
on_text(struct zv_daemon_session *s, struct zv_str text)
{
	struct zv_error why = { 0 };
	json_t *message = zv_json_read(text, &why);
	bool good;

	if (why.code == ZV_ENOMEM) {
		lack_memory(s);
		return;
	}
	s->counters.messages++;
	good = message && take_message(s, message);
	json_decref(message);
	if (!zv_daemon_session_wants_link(s))
		return;
	if (zv_buf_failed(&s->stream)) {
		zv_buf_clear(&s->stream);
		s->has_seq = false; /* a number of nothing */
		lack_memory(s);
	} else if (!good) {
		lose_with(s, ZV_EPROTO, ZV_SAY_BAD_MESSAGE, zvon_str(why.text), false,
			  0);
	} else if (!s->is_doubled && s->handlers.on_message) {
		s->handlers.on_message(s->context, text);
	}
}

/* ---- frames ------------------------------------------------------------------------------------ */

static void
on_close(struct zv_daemon_session *s, int code, struct zv_str reason)
{
	static const struct {
		int code, err;
		enum zv_daemon_word word;
		bool is_refusal;
	} ends[] = {
		{ 1001, ZV_ECLOSED, ZV_SAY_LEAVING, false },
		{ 1008, ZV_EAUTH, ZV_SAY_ENDED, true },
		{ 1012, ZV_ECLOSED, ZV_SAY_LEAVING, false },
		{ 1013, ZV_ECLOSED, ZV_SAY_BEHIND, false },
	};
	size_t i = 0, n = sizeof ends / sizeof *ends;

	zv_daemon_session_say_close(s, code, ZV_STR(""));
	/* a token that a password gave may be over meanwhile */
	if (code == 1008 && s->user.n)
		zv_buf_clear(&s->token);
	while (i < n && ends[i].code != code)
		i++;
	if (i < n)
		lose_with(s, ends[i].err, ends[i].word, reason, ends[i].is_refusal, 0);
	else
		lose_with(s, ZV_ECLOSED, ZV_SAY_CLOSED, reason, false, 0);
}

static void
on_frame(struct zv_daemon_session *s, const struct zv_ws_message *m)
{
	switch (m->op) {
	case ZV_WS_TEXT:
		on_text(s, m->payload);
		break;
	case ZV_WS_PING:
		/* what does not read gets no answers; its own time ends it */
		if (s->out.n < ZV_DAEMON_UNREAD_BYTES &&
		    zv_daemon_session_frame(s, ZV_WS_PONG, m->payload) < 0)
			lack_memory(s);
		break;
	case ZV_WS_CLOSE:
		on_close(s, m->close_code, m->payload);
		break;
	case ZV_WS_BINARY:
		lose_with(s, ZV_EPROTO, ZV_SAY_BAD_MESSAGE, ZV_STR("binary"), false, 0);
		break;
	case ZV_WS_PONG:
		break;
	}
}

static void
take_frames(struct zv_daemon_session *s, struct zv_str *bytes)
{
	struct zv_ws_message m;
	const char *why = "";
	int code = 1002, rc;

	rc = zv_ws_reader_next(&s->reader, bytes, &m, &code, &why);
	if (rc > 0) {
		on_frame(s, &m);
	} else if (rc < 0) {
		zv_daemon_session_say_close(s, code, zvon_str(why));
		lose_with(s, rc, code == 1009 ? ZV_SAY_TOO_LARGE : ZV_SAY_BAD_FRAME,
			  zvon_str(why), false, 0);
	}
}

void
zv_daemon_session_input(struct zv_daemon_session *s, struct zv_str bytes,
			int64_t now_ms)
{
	s->now_ms = now_ms;
	s->heard_ms = now_ms;
	s->pinged = false;
	s->counters.bytes_in += bytes.n;
	while (bytes.n && zv_daemon_session_wants_link(s)) {
		if (s->phase == ZV_PHASE_LINKING)
			return; /* nobody asked yet */
		if (s->phase >= ZV_PHASE_GREETING)
			take_frames(s, &bytes);
		else
			take_answer(s, &bytes);
	}
}

int
zv_daemon_session_send(struct zv_daemon_session *s, struct zv_str json,
		       struct zv_error *err)
{
	if (s->phase != ZV_PHASE_READY)
		return zv_daemon_say(err, ZV_ECLOSED, s->russian, ZV_SAY_NOT_READY);
	if (json.n > ZV_DAEMON_SEND_BYTES)
		return zv_daemon_say(err, ZV_ETOOBIG, s->russian, ZV_SAY_LONG_COMMAND);
	if (s->out.n > ZV_DAEMON_UNREAD_BYTES)
		return zv_daemon_say(err, ZV_ETOOBIG, s->russian, ZV_SAY_UNREAD);
	if (zv_utf8_valid(json) < json.n)
		return zv_daemon_say(err, ZV_EINVAL, s->russian, ZV_SAY_NOT_TEXT);
	if (zv_daemon_session_frame(s, ZV_WS_TEXT, json) < 0)
		return zv_fail_nomem(err);
	return 0;
}

/* ---- the link, and time ------------------------------------------------------------------------ */

void
zv_daemon_session_link_down(struct zv_daemon_session *s, const struct zv_error *why,
			    int64_t now_ms)
{
	struct zv_error told = { 0 };
	struct zv_str text = zvon_str(why->text), place = zvon_str(s->url.place);

	s->now_ms = now_ms;
	/* refused, and it did not wait until all was said */
	if (s->answer.has_head && !s->answer.is_whole && s->answer.head.status >= 300) {
		be_refused(s);
		return;
	}
	if (!s->russian) {
		lose(s, why, false, 0);
		return;
	}
	/* the driver's words begin with the place, too */
	if (zv_str_starts(text, place))
		text = zv_str_from(text, place.n + 2);
	zv_fail(&told, why->code, "%s: %s (%.*s)", s->url.place,
		zv_daemon_text(why->code == ZV_ETLS ? ZV_SAY_NO_TLS : ZV_SAY_NO_LINK,
			       true),
		ZV_ARG(text));
	told.system = why->system;
	lose(s, &told, false, 0);
}

int64_t
zv_daemon_session_deadline(const struct zv_daemon_session *s)
{
	switch (s->phase) {
	case ZV_PHASE_WAITING:
		return s->retry_at_ms;
	case ZV_PHASE_SIGNING_IN:
	case ZV_PHASE_UPGRADING:
	case ZV_PHASE_GREETING:
		return s->until_ms;
	case ZV_PHASE_STARTING: /* a snapshot may be long */
		return s->heard_ms + s->answer_ms;
	case ZV_PHASE_READY:
		return s->pinged ? s->pinged_ms + s->pong_ms : s->heard_ms + s->ping_ms;
	default:
		return INT64_MAX;
	}
}

static void
ask_whether_alive(struct zv_daemon_session *s)
{
	s->pinged = true;
	s->pinged_ms = s->now_ms;
	if (zv_daemon_session_frame(s, ZV_WS_PING, ZV_STR("")) < 0)
		lack_memory(s);
}

void
zv_daemon_session_tick(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (now_ms < zv_daemon_session_deadline(s))
		return;
	if (s->phase == ZV_PHASE_WAITING) {
		s->phase = ZV_PHASE_LINKING;
		if (!s->retries_silently)
			tell(s, ZV_DESK_CONNECTING, NULL, 0);
	} else if (s->phase != ZV_PHASE_READY) {
		lose_with(s, ZV_ETIMEOUT, ZV_SAY_SILENT_PORT, ZV_STR(""), false, 0);
	} else if (s->pinged) {
		lose_with(s, ZV_ETIMEOUT, ZV_SAY_SILENT, ZV_STR(""), false, 0);
	} else {
		ask_whether_alive(s);
	}
}
