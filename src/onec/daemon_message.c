/* Messages of zvon.v1: those that change what is known are looked at, all are passed on. */
#include "base/str.h"
#include "json/reader.h"
#include "onec/daemon_session_impl.h"

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
		zv_daemon_lack_memory(s);
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

	if (!zvon_str_equal(zv_json_text(message, "protocol"),
			    ZV_STR(ZV_DAEMON_PROTOCOL))) {
		zv_daemon_lose_with(s, ZV_EPROTO, ZV_SAY_OTHER_PROTOCOL, ZV_STR(""),
				    true, 0);
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
	zv_daemon_tell_state(s, ZV_DESK_READY, NULL, 0);
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
		zv_daemon_lose_with(s, ZV_EAUTH, ZV_SAY_NO_EVENTS,
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

void
zv_daemon_take_text(struct zv_daemon_session *s, struct zv_str text)
{
	struct zv_error why = { 0 };
	json_t *message = zv_json_read(text, &why);
	bool good;

	if (why.code == ZV_ENOMEM) {
		zv_daemon_lack_memory(s);
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
		zv_daemon_lack_memory(s);
	} else if (!good) {
		zv_daemon_lose_with(s, ZV_EPROTO, ZV_SAY_BAD_MESSAGE,
				    zvon_str(why.text), false, 0);
	} else if (!s->is_doubled && s->handlers.on_message) {
		s->handlers.on_message(s->context, text);
	}
}
