/* A session's beginning and end: who we are, what is wanted, how long to wait. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/reader.h"
#include "onec/daemon_session_impl.h"

bool
zv_daemon_is_token(struct zv_str s)
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
	if (!zv_daemon_is_token(zv_buf_str(&s->secret)))
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
