/* zvon listen - events as they come. The library's threads receive them, so that a slow
 * reader of standard output does not keep the socket unread; this thread writes. */
#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/link.h"
#include "cli/stream.h"
#include "cli/view.h"

#define DAY_MS (24 * 60 * 60 * 1000)

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
	struct zv_stream stream;
	long long seen; /* the delivery thread's: events that passed */
};

/* ---- on the delivery thread --------------------------------------------------------- */

static void
on_event(void *user, const struct zv_packet *event)
{
	struct listener *l = user;
	struct zv_buf *buf;

	buf = zv_spool_begin(&l->stream.spool);
	if (!buf)
		return;
	l->stream.out.format(buf, event, &l->stream.out.style);
	zv_spool_end(&l->stream.spool);
	if (++l->seen == count)
		zv_stream_end(&l->stream, ZV_EXIT_DONE);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct listener *l = user;

	zv_stream_state(&l->stream, status);
}

static void
on_filter_off(void *user)
{
	zv_filter_tell_off();
}

/* ---- on the main thread -------------------------------------------------------------- */

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
	struct listener l = { .seen = 0 };
	struct zv_client *client;
	int code = zv_view_options(&view, &own.legacy);

	(void)n;
	if (!code)
		code = check_filter();
	if (code)
		return code;
	if (zv_filter_is_wished(&wish))
		own.filter = &filter;
	code = zv_stream_init(&l.stream, args[0], format);
	if (code)
		return code;
	client = zv_link_client(args[0], &own, &handlers, &l, &code);
	if (client) {
		code = zv_stream_run(&l.stream, client, for_ms);
		tell_counters(&l, client);
	}
	code = zv_out_finish(&l.stream.out, code);
	zvon_client_free(client);
	zv_stream_deinit(&l.stream);
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
