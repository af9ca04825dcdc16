#include "client/calls.h"

#include <stdio.h>

#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "call/resync.h"

struct zv_follow {
	struct zv_follow_options options;
	struct zv_resync *resync;
	struct zv_client_session *session; /* NULL: not logged in */
	struct zv_node questions;	   /* that are not answered yet */
	int64_t now_ms;
};

/* An action of ours, from the asking to the answer. */
struct question {
	struct zv_node node;
	struct zv_follow *follow;
	unsigned id;
};

/* ---- life -------------------------------------------------------------------------- */

struct zv_follow *
zv_follow_new(const struct zv_follow_options *options)
{
	const struct zv_resync_options resync = { options->user, !options->is_ajam };
	struct zv_follow *f = zv_calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->options = *options;
	zv_list_init(&f->questions);
	f->resync = zv_resync_new(&resync);
	if (!f->resync) {
		zv_free(f);
		return NULL;
	}
	return f;
}

void
zv_follow_free(struct zv_follow *f)
{
	struct zv_node *node, *next;

	if (!f)
		return;
	ZV_EACH(&f->questions, node, next)
	zv_free(ZV_OWNER(node, struct question, node));
	zv_resync_free(f->resync);
	zv_free(f);
}

static int64_t
wall_us(const struct zv_follow *f)
{
	return f->options.wall_us ? f->options.wall_us() : 0;
}

/* The tracker stays sound without memory; the next lists bring what it missed. */
static void
check(struct zv_follow *f, int rc)
{
	if (rc < 0)
		zv_log(f->options.log, ZV_LOG_WARN, "calls", "%s: a call may be wrong",
		       zvon_err_name(rc));
}

/* ---- what the machine wants ----------------------------------------------------------- */

static void take_steps(struct zv_follow *f);

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct question *q = user;
	struct zv_follow *f = q->follow;

	if (f->session &&
	    zv_resync_reply(f->resync, q->id, part, status, packet, f->now_ms))
		check(f, zvon_calls_snapshot_item(f->options.calls, packet, f->now_ms,
						  wall_us(f)));
	if (part == ZV_REPLY_DONE) {
		zv_list_remove(&q->node);
		zv_free(q);
	}
	if (f->session)
		take_steps(f);
}

static struct zv_request *
request_of(const struct zv_resync_step *step)
{
	struct zv_request *r = zvon_request_new(zvon_str(step->action), NULL);

	if (r && step->key &&
	    zvon_request_add(r, zvon_str(step->key), step->value, NULL) < 0) {
		zvon_request_free(r);
		return NULL;
	}
	return r;
}

/* Before what users ask for, however much that is. */
static int
send_question(struct zv_follow *f, const struct zv_resync_step *step)
{
	struct question *q = zv_calloc(1, sizeof *q);
	struct zv_request *r = request_of(step);
	int rc = ZV_ENOMEM;

	if (q && r) {
		q->follow = f;
		q->id = step->id;
		rc = zv_client_session_send_first(f->session, r, on_reply, q, f->now_ms,
						  NULL);
	}
	if (rc == 0)
		zv_list_append(&f->questions, &q->node);
	else
		zv_free(q);
	zvon_request_free(r);
	return rc;
}

static void
ask(struct zv_follow *f, const struct zv_resync_step *step)
{
	unsigned id = step->id;
	int rc = send_question(f, step);

	if (rc < 0)
		zv_resync_reply(f->resync, id, ZV_REPLY_DONE, rc, NULL, f->now_ms);
}

static void
end_snapshot(struct zv_follow *f, const struct zv_resync_step *step)
{
	struct zv_calls_counters counters;

	check(f, zvon_calls_snapshot_end(f->options.calls, step->complete,
					 step->restarted, f->now_ms, wall_us(f)));
	zvon_calls_counters(f->options.calls, &counters);
	zv_log(f->options.log, ZV_LOG_DEBUG, "calls",
	       "snapshot complete=%d restarted=%d calls=%zu", step->complete,
	       step->restarted, counters.calls);
	if (f->options.on_synced)
		f->options.on_synced(f->options.synced_user, step->complete);
}

static void
take_steps(struct zv_follow *f)
{
	struct zv_resync_step step;

	while (f->session && zv_resync_next(f->resync, &step)) {
		switch (step.kind) {
		case ZV_RESYNC_ASK:
			ask(f, &step);
			break;
		case ZV_RESYNC_BEGIN:
			zvon_calls_snapshot_begin(f->options.calls, f->now_ms);
			break;
		case ZV_RESYNC_END:
			end_snapshot(f, &step);
			break;
		case ZV_RESYNC_TELL:
			zv_log(f->options.log,
			       step.is_warning ? ZV_LOG_WARN : ZV_LOG_INFO, "calls",
			       "%.*s", ZV_ARG(step.text));
			break;
		}
	}
}

/* ---- what happens ------------------------------------------------------------------------ */

/* The session keeps the greeting to itself. */
static void
tell_generation(struct zv_follow *f, struct zv_str version)
{
	struct zv_packet banner = { .kind = ZV_PACKET_BANNER };
	char line[100];

	snprintf(line, sizeof line, "Asterisk Call Manager/%.*s",
		 (int)(version.n < 60 ? version.n : 60), version.p ? version.p : "");
	banner.name = banner.text = zvon_str(line);
	if (version.n)
		check(f, zvon_calls_feed(f->options.calls, &banner, f->now_ms,
					 wall_us(f)));
}

void
zv_follow_login(struct zv_follow *f, struct zv_client_session *session, int64_t now_ms)
{
	struct zv_str version;
	int major;

	f->now_ms = now_ms;
	f->session = session;
	version = zv_client_session_version(session, &major);
	tell_generation(f, version);
	zvon_calls_server(f->options.calls, true, now_ms, wall_us(f));
	zv_resync_login(f->resync, major, version, now_ms);
	take_steps(f);
}

void
zv_follow_ready(struct zv_follow *f, int64_t now_ms)
{
	if (!f->session)
		return;
	f->now_ms = now_ms;
	zv_resync_ready(f->resync, zv_client_session_is_booted(f->session), now_ms);
	take_steps(f);
}

void
zv_follow_lost(struct zv_follow *f, int64_t now_ms)
{
	if (!f->session)
		return;
	f->now_ms = now_ms;
	f->session = NULL;
	zv_resync_lost(f->resync);
	zvon_calls_server(f->options.calls, false, now_ms, wall_us(f));
}

void
zv_follow_event(struct zv_follow *f, const struct zv_packet *event, int64_t now_ms)
{
	f->now_ms = now_ms;
	check(f, zvon_calls_feed(f->options.calls, event, now_ms, wall_us(f)));
	if (!f->session)
		return;
	zv_resync_event(f->resync, event, now_ms);
	take_steps(f);
}

/* ---- time ---------------------------------------------------------------------------------- */

int64_t
zv_follow_deadline(const struct zv_follow *f)
{
	int64_t calls = zvon_calls_deadline(f->options.calls);
	int64_t resync = f->session ? zv_resync_deadline(f->resync) : INT64_MAX;

	return calls < resync ? calls : resync;
}

void
zv_follow_tick(struct zv_follow *f, int64_t now_ms)
{
	f->now_ms = now_ms;
	if (now_ms >= zvon_calls_deadline(f->options.calls))
		check(f, zvon_calls_tick(f->options.calls, now_ms, wall_us(f)));
	if (!f->session)
		return;
	zv_resync_tick(f->resync, now_ms);
	take_steps(f);
}
