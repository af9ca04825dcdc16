#include "cli/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/link.h"
#include "cli/stop.h"
#include "io/clock.h"
#include "term/reason.h"

#define SPOOL_BYTES (1024 * 1024)

int
zv_stream_init(struct zv_stream *s, const char *url, int format)
{
	*s = (struct zv_stream){ .place = zv_link_place(url) };
	if (zv_spool_init(&s->spool, SPOOL_BYTES) < 0) {
		char why[ZV_REASON_MAX];

		zv_say_error("cannot make a pipe: %s", "не создать канал: %s",
			     zv_file_reason(errno, why));
		return ZV_EXIT_NEGATIVE;
	}
	zv_out_init(&s->out, format);
	return 0;
}

void
zv_stream_deinit(struct zv_stream *s)
{
	zv_stop_forget_wake();
	zv_spool_deinit(&s->spool);
}

/* ---- on the delivery thread --------------------------------------------------------- */

/* The first reason counts. */
void
zv_stream_end(struct zv_stream *s, int code)
{
	if (zv_spool_is_closed(&s->spool))
		return;
	s->code = code;
	zv_spool_close(&s->spool);
}

static void
tell_loss(struct zv_stream *s, const struct zv_client_status *status)
{
	double seconds = status->retry_ms / 1000.0;

	if (s->up)
		zv_say_note("lost: %s; next try in %.1f s",
			    "связь потеряна: %s; новая попытка через %.1f с",
			    status->text, seconds);
	else
		zv_say_note("not connected: %s; next try in %.1f s",
			    "нет соединения: %s; новая попытка через %.1f с",
			    status->text, seconds);
}

static void
on_down(struct zv_stream *s, const struct zv_client_status *status)
{
	bool for_good = status->state == ZV_STATE_CLOSED || !s->was_up;
	char why[ZV_REASON_MAX];

	if (status->reason == 0) /* we asked for it */
		return;
	if (!for_good) {
		tell_loss(s, status);
		return;
	}
	zv_reason(status->text, why);
	if (s->was_up)
		zv_say_error("lost: %s", "связь потеряна: %s", why);
	else
		zv_say_error("%s", "%s", why);
	zv_stream_end(s, zv_link_exit_code(status->reason, s->state));
}

static void
on_up(struct zv_stream *s, const struct zv_client_status *status)
{
	if (!s->up && status->ami_version.n)
		zv_say_note("connected to %s (AMI %.*s)", "соединено с %s (AMI %.*s)",
			    s->place, ZV_ARG(status->ami_version));
	else if (!s->up) /* AJAM tells its version only to those with rights */
		zv_say_note("connected to %s", "соединено с %s", s->place);
	s->up = s->was_up = true;
}

void
zv_stream_state(struct zv_stream *s, const struct zv_client_status *status)
{
	switch (status->state) {
	case ZV_STATE_BOOTING:
	case ZV_STATE_READY:
		on_up(s, status);
		break;
	case ZV_STATE_DOWN:
	case ZV_STATE_CLOSED:
		on_down(s, status);
		s->up = false;
		break;
	case ZV_STATE_CONNECTING:
	case ZV_STATE_LOGIN:
		break;
	}
	s->state = status->state;
}

/* ---- on the main thread -------------------------------------------------------------- */

static int
write_waiting(struct zv_stream *s)
{
	zv_spool_take(&s->spool, &s->out.buf);
	return zv_out_flush(&s->out);
}

/* Until there is something to write, the reader of our output has gone, or the time is
 * up. < 0: that is the case. */
static int
wait_for_more(struct zv_stream *s, int for_ms, int64_t end_ms)
{
	struct pollfd fds[] = {
		{ s->spool.wake[0], POLLIN, 0 },
		{ STDOUT_FILENO, 0, 0 },
	};
	int64_t left = end_ms - zv_clock_ms();

	if (for_ms && left <= 0)
		return -1;
	if (poll(fds, 2, for_ms ? (int)left : -1) < 0 && errno != EINTR)
		return -1;
	zv_spool_awake(&s->spool);
	return fds[1].revents & (POLLERR | POLLHUP) ? -1 : 0;
}

static void
write_until_end(struct zv_stream *s, int for_ms)
{
	int64_t end_ms = zv_clock_ms() + for_ms;

	while (!zv_stop_asked() && !zv_spool_is_closed(&s->spool))
		if (wait_for_more(s, for_ms, end_ms) < 0 || write_waiting(s) < 0)
			break;
	zv_spool_close(&s->spool);
}

static void
wake(void *user)
{
	zv_spool_wake(user);
}

int
zv_stream_run(struct zv_stream *s, struct zv_client *client, int for_ms)
{
	struct zv_error err = { 0 };

	zv_stop_on_signals(wake, &s->spool);
	if (zvon_client_start(client, &err) < 0) {
		zv_say_reason(&err);
		return ZV_EXIT_NEGATIVE;
	}
	write_until_end(s, for_ms);
	zvon_client_stop(client);
	write_waiting(s);
	return s->code;
}
