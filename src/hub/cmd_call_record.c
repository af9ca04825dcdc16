/* call.record: MixMonitor; on Asterisk 1.4 to 11, where 1.8 has no such action, Monitor. */
#include "hub/cmd.h"
#include "hub/job_impl.h"

/* ---- what is sent ------------------------------------------------------------------------ */

static struct zv_request *
make_start(struct zv_job *job, struct zv_str channel, bool old)
{
	struct zv_str file = zvon_str(zv_job_room(job));

	if (old) /* Monitor adds the ending itself */
		return zv_cmd_request("Monitor", ZV_FIELDS({ "Channel", channel },
							   { "File", file },
							   { "Format", ZV_STR("wav") },
							   { "Mix", ZV_STR("1") }));
	return zv_cmd_request("MixMonitor",
			      ZV_FIELDS({ "Channel", channel }, { "File", file }));
}

static struct zv_request *
make_stop(struct zv_job *job, struct zv_str channel, bool old)
{
	(void)job;
	return zv_cmd_request(old ? "StopMonitor" : "StopMixMonitor",
			      ZV_FIELDS({ "Channel", channel }));
}

static struct zv_request *
mute(struct zv_str channel, bool old, bool on)
{
	if (old)
		return zv_cmd_request(on ? "PauseMonitor" : "UnpauseMonitor",
				      ZV_FIELDS({ "Channel", channel }));
	return zv_cmd_request("MixMonitorMute",
			      ZV_FIELDS({ "Channel", channel },
					{ "Direction", ZV_STR("both") },
					{ "State", on ? ZV_STR("1") : ZV_STR("0") }));
}

static struct zv_request *
make_pause(struct zv_job *job, struct zv_str channel, bool old)
{
	(void)job;
	return mute(channel, old, true);
}

static struct zv_request *
make_resume(struct zv_job *job, struct zv_str channel, bool old)
{
	(void)job;
	return mute(channel, old, false);
}

/* ---- what is seen -------------------------------------------------------------------------- */

static void
tell_file(struct zv_job *job, struct zv_str file)
{
	if (file.n)
		zv_json_member(zv_job_answer(job), "file", file);
	zv_job_done(job);
}

static bool
on_started(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_RECORDING_STARTED && zv_cmd_is_own_leg(job, event))
		tell_file(job,
			  event->file.n ? event->file : zvon_str(zv_job_room(job)));
	return false;
}

static bool
on_stopped(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_RECORDING_STOPPED && zv_cmd_is_own_leg(job, event))
		tell_file(job, event->file);
	return false;
}

/* The answer said that it records; Asterisk 13 and 11 tell it only by a variable, which
 * the account may not see. */
static void
late_start(struct zv_job *job)
{
	tell_file(job, zvon_str(zv_job_room(job)));
}

static const struct deed {
	const char *name;
	struct zv_request *(*make)(struct zv_job *job, struct zv_str channel, bool old);
	zv_job_event_fn on_event; /* NULL: the answer is all */
	zv_job_time_fn late;
} deeds[] = {
	{ "start", make_start, on_started, late_start },
	{ "stop", make_stop, on_stopped, zv_cmd_late_is_done },
	{ "pause", make_pause, NULL, NULL },
	{ "resume", make_resume, NULL, NULL },
};

/* ---- the file -------------------------------------------------------------------------------- */

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

/* FOLDER/zvon-ID-RANDOM.wav: nobody guesses it, and it tells whose it is. */
static void
name_file(struct zv_job *job, bool old)
{
	struct zv_str folder = zv_job_server(job)->recordings;
	char id[80];
	size_t n = 0;

	for (const char *c = job->call; *c && n < sizeof id - 1; c++)
		id[n++] = is_plain(*c) ? *c : '_';
	id[n] = 0;
	snprintf(zv_job_room(job), ZV_JOB_ROOM, "%.*s%szvon-%s-%016llx%s",
		 (int)(folder.n < 120 ? folder.n : 120), folder.p ? folder.p : "",
		 folder.n ? "/" : "", id,
		 (unsigned long long)zv_hub_random(job->jobs->h), old ? "" : ".wav");
}

static bool
can(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	*why = "your phone has not answered that call";
	return own && own->state >= ZV_LEG_STATE_UP;
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	struct zv_str action = zv_job_text(job, "action");
	bool old = zv_job_ami_major(job) < 2;

	name_file(job, old);
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (zvon_str_equal(action, zvon_str(deeds[i].name))) {
			if (deeds[i].on_event)
				zv_job_await(job, deeds[i].on_event, ZV_CMD_ECHO_MS,
					     deeds[i].late);
			zv_job_send(job, deeds[i].make(job, own->channel, old), NULL);
			return;
		}
}

static const char *const actions[] = { "start", "stop", "pause", "resume", NULL };

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	{ .name = "action",
	  .kind = ZV_ARG_WORD,
	  .required = true,
	  .words = actions,
	  .help = "start, stop, pause or resume" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_record, ZV_RIGHT_RECORD, .name = "call.record",
	   .target = ZV_TARGET_CALL, .arguments = arguments,
	   .help = "Records your call.", .run = run, .can = can);
