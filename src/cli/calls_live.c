/* The library's threads follow the calls, this thread writes: see stream.h. */
#include "cli/calls_live.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/link.h"
#include "cli/stream.h"
#include "client/url.h"
#include "io/clock.h"
#include "term/reason.h"

/* What tells of calls. Not reporting: of that class the lists are asked for, its events
 * are RTCP statistics. */
#define EVENTS "system,call,agent,dialplan,dtmf"

struct live {
	struct zv_stream stream;
	struct zv_calls *calls;
	struct zv_calls_view
		view; /* the delivery thread's until the client is stopped */
	long long count;
};

static void
out_of_memory(void)
{
	zv_say_error("out of memory", "нет памяти");
}

/* ---- on the delivery thread --------------------------------------------------------- */

static void
show(struct live *l, const struct zv_call_event *event, struct zv_buf *out)
{
	zv_calls_view_event(&l->view, event, out);
	if (!l->view.failed && !zv_buf_failed(out))
		return;
	out_of_memory();
	zv_stream_end(&l->stream, ZV_EXIT_NEGATIVE);
}

static void
on_call_event(void *context, const struct zv_call_event *event)
{
	struct live *l = context;
	struct zv_buf *out = zv_spool_begin(&l->stream.spool);
	bool enough;

	if (!out)
		return;
	show(l, event, out);
	enough = l->count && l->view.shown >= l->count;
	zv_spool_end(&l->stream.spool);
	if (enough)
		zv_stream_end(&l->stream, ZV_EXIT_DONE);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct live *l = user;

	if (status->state == ZV_STATE_LOGIN && !l->view.moment.start_ms)
		l->view.moment.start_ms = zv_clock_ms();
	zv_stream_state(&l->stream, status);
}

/* That the account may not see something is told without -v too: calls would look wrong
 * for no visible reason. */
static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	char why[ZV_REASON_MAX];

	if (strcmp(area, "calls") == 0 && level == ZV_LOG_WARN)
		zv_say_warning("%s", "%s", zv_reason(text, why));
	else if (level <= zv_say_log_level())
		zv_say_log(user, level, area, text);
}

/* ---- on the main thread -------------------------------------------------------------- */

/* The host, and the port where it is not the usual one. */
static struct zv_str
name_of(const char *text, char *name, size_t size)
{
	static const int usual[] = { ZV_PORT_AMI, ZV_PORT_AMIS, ZV_PORT_AJAM,
				     ZV_PORT_AJAMS };
	struct zv_url url;
	bool is_usual = false;

	name[0] = '\0';
	if (zv_url_parse(&url, zvon_str(text), NULL) == 0) {
		size_t i = (size_t)(url.protocol == ZV_URL_AJAM) * 2 + url.tls;

		is_usual = url.port == usual[i];
		snprintf(name, size, "%s", is_usual ? url.host : zv_link_place(text));
	}
	zv_url_deinit(&url);
	return zvon_str(name);
}

static int
follow(struct live *l, struct zv_client *client, int for_ms)
{
	int rc = zvon_client_follow_calls(client, l->calls);
	int code;

	if (rc < 0) {
		zv_say_reason(&(struct zv_error){ .code = rc });
		return ZV_EXIT_NEGATIVE;
	}
	code = zv_stream_run(&l->stream, client, for_ms);
	if (!l->count || l->view.shown < l->count)
		zv_calls_view_end(&l->view, l->calls, &l->stream.out.buf);
	return code;
}

static int
run(struct live *l, const char *url, int for_ms)
{
	static const struct zv_client_handlers handlers = {
		.on_state = on_state,
		.on_log = on_log,
	};
	struct zv_client_handlers h = handlers;
	const struct zv_client_options own = { .events = EVENTS, .no_push_down = true };
	struct zv_client *client;
	int code = ZV_EXIT_NEGATIVE;

	h.log_level =
		zv_say_log_level() > ZV_LOG_WARN ? zv_say_log_level() : ZV_LOG_WARN;
	client = zv_link_client(url, &own, &h, l, &code);
	if (client)
		code = follow(l, client, for_ms);
	code = zv_out_finish(&l->stream.out, code);
	zvon_client_free(client);
	return code;
}

int
zv_calls_live(const char *url, const struct zv_calls_wish *wish,
	      const struct zv_calls_options *options, int count, int for_ms)
{
	struct live l = { .count = count };
	struct zv_calls_options o = *options;
	struct zv_calls_wish w = *wish;
	char name[300];
	int code = zv_stream_init(&l.stream, url, 0);

	if (code)
		return code;
	w.server = o.server = name_of(url, name, sizeof name);
	o.on_event = on_call_event;
	o.context = &l;
	zv_calls_view_init(&l.view, &w, &l.stream.out.style);
	l.calls = zvon_calls_new(&o);
	if (l.calls && !l.view.failed) {
		code = run(&l, url, for_ms);
	} else {
		out_of_memory();
		code = ZV_EXIT_NEGATIVE;
	}
	zvon_calls_free(l.calls);
	zv_calls_view_deinit(&l.view);
	zv_stream_deinit(&l.stream);
	return code;
}
