/* zvon listen - events as they come. The library's threads receive them, so that a slow
 * reader of standard output does not keep the socket unread; this thread writes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/link.h"
#include "cli/out.h"
#include "cli/spool.h"
#include "cli/stop.h"
#include "cli/view.h"
#include "io/clock.h"

#define SPOOL_BYTES (1024 * 1024)
#define DAY_MS	    (24 * 60 * 60 * 1000)

static struct zv_filter_wish wish;
static struct zv_view_wish view;
static int format, count, for_ms;
static const char *events = "on";
static bool no_push_down;

static const struct zv_opt options[] = {
	ZV_FILTER_OPTIONS(&wish),
	ZV_OPT_FLAG("no-push-down", 0, &no_push_down,
		    "do not ask the server to filter, only do it here",
		    "не просить сервер фильтровать, только здесь"),
	ZV_VIEW_OPTIONS(&view),
	ZV_OUT_FORMAT_OPTION(&format),
	ZV_OPT_NUMBER("count", 0, "N", &count, 1, 1000000000,
		      "end after N events that passed",
		      "завершиться после N прошедших событий"),
	ZV_OPT_SECONDS("for", 0, "SECONDS", &for_ms, DAY_MS,
		       "end after so many seconds", "завершиться через столько секунд"),
	ZV_OPT_TEXT("events", 0, "MASK", &events,
		    "classes the server shall send: call,agent (default: on, all)",
		    "классы, которые присылать серверу: call,agent (по умолчанию: on, "
		    "все)"),
	ZV_OPT_END,
};

struct listener {
	const char *place; /* "host:port" */
	struct zv_out out; /* the main thread's; format and style are constant */
	struct zv_spool spool;

	/* the delivery thread's, until the spool is closed */
	enum zv_client_state state;
	bool up;	/* logged in now */
	bool was_up;	/* at least once */
	long long seen; /* events that passed */
	int code;
};

/* ---- on the delivery thread --------------------------------------------------------- */

/* The first reason counts. */
static void
end(struct listener *l, int code)
{
	if (zv_spool_is_closed(&l->spool))
		return;
	l->code = code;
	zv_spool_close(&l->spool);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct listener *l = user;
	struct zv_buf *buf;

	buf = zv_spool_begin(&l->spool);
	if (!buf)
		return;
	l->out.format(buf, event, &l->out.style);
	zv_spool_end(&l->spool);
	if (++l->seen == count)
		end(l, ZV_EXIT_DONE);
}

static void
on_filter_off(void *user)
{
	zv_filter_tell_off();
}

static void
tell_loss(struct listener *l, const struct zv_client_status *status)
{
	double seconds = status->retry_ms / 1000.0;

	if (l->up)
		zv_say_note("lost: %s; next try in %.1f s",
			    "связь потеряна: %s; новая попытка через %.1f с",
			    status->text, seconds);
	else
		zv_say_note("not connected: %s; next try in %.1f s",
			    "нет соединения: %s; новая попытка через %.1f с",
			    status->text, seconds);
}

static void
on_down(struct listener *l, const struct zv_client_status *status)
{
	bool for_good = status->state == ZV_STATE_CLOSED || !l->was_up;

	if (status->reason == 0) /* we asked for it */
		return;
	if (!for_good) {
		tell_loss(l, status);
		return;
	}
	if (l->was_up)
		zv_say_error("lost: %s", "связь потеряна: %s", status->text);
	else
		zv_say_error("%s", "%s", status->text);
	end(l, zv_link_exit_code(status->reason, l->state));
}

static void
on_up(struct listener *l, const struct zv_client_status *status)
{
	if (!l->up && status->ami_version.n)
		zv_say_note("connected to %s (AMI %.*s)", "соединено с %s (AMI %.*s)",
			    l->place, ZV_ARG(status->ami_version));
	else if (!l->up) /* AJAM tells its version only to those with rights */
		zv_say_note("connected to %s", "соединено с %s", l->place);
	l->up = l->was_up = true;
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct listener *l = user;

	switch (status->state) {
	case ZV_STATE_BOOTING:
	case ZV_STATE_READY:
		on_up(l, status);
		break;
	case ZV_STATE_DOWN:
	case ZV_STATE_CLOSED:
		on_down(l, status);
		l->up = false;
		break;
	case ZV_STATE_CONNECTING:
	case ZV_STATE_LOGIN:
		break;
	}
	l->state = status->state;
}

/* ---- on the main thread -------------------------------------------------------------- */

static int
write_waiting(struct listener *l)
{
	zv_spool_take(&l->spool, &l->out.buf);
	return zv_out_flush(&l->out);
}

/* Until there is something to write, the reader of our output has gone, or the time is
 * up. < 0: that is the case. */
static int
wait_for_more(struct listener *l, int64_t end_ms)
{
	struct pollfd fds[] = {
		{ l->spool.wake[0], POLLIN, 0 },
		{ STDOUT_FILENO, 0, 0 },
	};
	int64_t left = end_ms - zv_clock_ms();

	if (for_ms && left <= 0)
		return -1;
	if (poll(fds, 2, for_ms ? (int)left : -1) < 0 && errno != EINTR)
		return -1;
	zv_spool_awake(&l->spool);
	return fds[1].revents & (POLLERR | POLLHUP) ? -1 : 0;
}

static void
write_until_end(struct listener *l)
{
	int64_t end_ms = zv_clock_ms() + for_ms;

	while (!zv_stop_asked() && !zv_spool_is_closed(&l->spool))
		if (wait_for_more(l, end_ms) < 0 || write_waiting(l) < 0)
			break;
	zv_spool_close(&l->spool);
}

static void
wake(void *user)
{
	zv_spool_wake(user);
}

/* "No events come" and "none passes" look alike otherwise. */
static void
tell_counters(const struct listener *l, struct zv_client *client)
{
	struct zv_client_counters counters;

	if (zv_say_log_level() < ZV_LOG_INFO)
		return;
	zvon_client_counters(client, &counters);
	zv_say_note("%llu events received, %lld passed, %llu kept back here",
		    "получено событий: %llu, прошло: %lld, отсеяно здесь: %llu",
		    (unsigned long long)counters.events, l->seen,
		    (unsigned long long)counters.filtered);
}

static int
listen_on(struct listener *l, struct zv_client *client)
{
	struct zv_error err = { 0 };

	zv_stop_on_signals(wake, &l->spool);
	if (zvon_client_start(client, &err) < 0) {
		zv_say_error("%s", "%s", err.text);
		return ZV_EXIT_NEGATIVE;
	}
	write_until_end(l);
	zvon_client_stop(client);
	write_waiting(l);
	tell_counters(l, client);
	return zv_out_finish(&l->out, l->code);
}

/* A bad filter is told before anything else is asked or done. */
static int
check_filter(void)
{
	struct zv_filter *filter;
	int code = zv_filter_make(&wish, &filter);

	zvon_filter_free(filter);
	return code;
}

static int
run(char **args, int n)
{
	static const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
		.on_filter_off = on_filter_off,
	};
	struct zv_filter_options filter = zv_filter_options(&wish);
	struct zv_client_options own = { .events = events,
					 .no_push_down = no_push_down };
	struct listener l = { .place = zv_link_place(args[0]) };
	struct zv_client *client;
	int code = zv_view_options(&view, &own.legacy);

	(void)n;
	if (!code)
		code = check_filter();
	if (code)
		return code;
	if (zv_filter_is_wished(&wish))
		own.filter = &filter;
	if (zv_spool_init(&l.spool, SPOOL_BYTES) < 0) {
		zv_say_error("cannot make a pipe: %s", "не создать канал: %s",
			     strerror(errno));
		return ZV_EXIT_NEGATIVE;
	}
	zv_out_init(&l.out, format);
	client = zv_link_client(args[0], &own, &handlers, &l, &code);
	if (client)
		code = listen_on(&l, client);
	zv_stop_forget_wake();
	zvon_client_free(client);
	zv_spool_deinit(&l.spool);
	return code;
}

const struct zv_cmd zv_cmd_listen = {
	.name = "listen",
	.arguments = "URL",
	.summary = { "print events as they come", "печатать события по мере прихода" },
	.about = { "Prints each event as one line of JSON until Ctrl-C. If the first "
		   "connection fails, it ends and the exit code tells why; a "
		   "connection "
		   "lost later is made again, after 1 to 30 s.",
		   "Печатает каждое событие строкой JSON до Ctrl-C. Если не удалось "
		   "первое соединение, завершается, и код говорит почему; потерянное "
		   "позже соединение устанавливается снова через 1–30 с." },
	.options = options,
	.connects = true,
	.least = 1,
	.most = 1,
	.run = run,
};
