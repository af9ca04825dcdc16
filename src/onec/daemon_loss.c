/* Losses: what is told of one, and when the next try is. */
#include "base/err.h"
#include "base/str.h"
#include "onec/daemon_session_impl.h"

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

void
zv_daemon_lose(struct zv_daemon_session *s, const struct zv_error *why, bool is_refusal,
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
	zv_daemon_tell_state(s, ZV_DESK_DOWN, &copy, wait);
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
void
zv_daemon_lose_with(struct zv_daemon_session *s, int code, enum zv_daemon_word word,
		    struct zv_str quote, bool is_refusal, int least_ms)
{
	struct zv_error why = { 0 };

	zv_daemon_tell(&why, code, s->russian, s->url.place, word, quotable(s, quote));
	zv_daemon_lose(s, &why, is_refusal, least_ms);
}

void
zv_daemon_lack_memory(struct zv_daemon_session *s)
{
	struct zv_error why = { 0 };

	zv_fail_nomem(&why);
	zv_daemon_lose(s, &why, false, 0);
}

/* The next connection, at once, and nobody is told: nothing was wrong. */
void
zv_daemon_link_again(struct zv_daemon_session *s)
{
	s->phase = ZV_PHASE_WAITING;
	s->retry_at_ms = s->now_ms;
	s->retries_silently = true;
	forget_link(s);
}
