/* call.mute, call.volume: what is done to the sound of the own leg. */
#include "hub/cmd.h"

#include <stdio.h>

static bool
can(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	*why = "your phone has not answered that call";
	return own && own->state >= ZV_LEG_STATE_UP;
}

static struct zv_str
direction_of(const struct zv_job *job)
{
	struct zv_str direction = zv_job_text(job, "direction");

	return direction.n ? direction : ZV_STR("in");
}

/* MuteAudio needs the class system, of which nothing else is needed; the function that
 * it calls can be set with the class call. */
static void
on_muted(struct zv_job *job, const struct zv_packet *response)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	char function[40];

	if (!zv_cmd_is_error(response)) {
		zv_job_done(job);
	} else if (zv_cmd_is_denied(response) && own) {
		snprintf(function, sizeof function, "MUTEAUDIO(%.*s)",
			 ZV_ARG(direction_of(job)));
		zv_cmd_set(job, own->channel, function,
			   zv_job_bool(job, "on") ? "on" : "off", NULL);
	} else {
		zv_job_refuse_error(job, response);
	}
}

static void
run_mute(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	zv_job_send_any(job,
			zv_cmd_request("MuteAudio",
				       ZV_FIELDS({ "Channel", own->channel },
						 { "Direction", direction_of(job) },
						 { "State", zv_job_bool(job, "on")
								    ? ZV_STR("on")
								    : ZV_STR("off") })),
			on_muted);
}

/* VOLUME(RX) is what comes from the phone, VOLUME(TX) what it hears. */
static void
run_volume(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	bool in = zvon_str_equal(zv_job_text(job, "direction"), ZV_STR("in"));
	char level[8];

	snprintf(level, sizeof level, "%d", (int)zv_job_int(job, "level", 0));
	zv_cmd_set(job, own->channel, in ? "VOLUME(RX)" : "VOLUME(TX)", level, NULL);
}

static const char *const mute_directions[] = { "in", "out", "all", NULL };
static const char *const volume_directions[] = { "in", "out", NULL };

static const struct zv_argument mute_arguments[] = {
	ZV_ROW_CALL,
	{ .name = "on",
	  .kind = ZV_ARG_BOOL,
	  .required = true,
	  .help = "true or false" },
	{ .name = "direction",
	  .kind = ZV_ARG_WORD,
	  .words = mute_directions,
	  .help = "in: what you say (default), out: what you hear, all" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

static const struct zv_argument volume_arguments[] = {
	ZV_ROW_CALL,
	{ .name = "level",
	  .kind = ZV_ARG_INT,
	  .required = true,
	  .least = -4,
	  .most = 4,
	  .help = "0: as it is; each step doubles or halves" },
	{ .name = "direction",
	  .kind = ZV_ARG_WORD,
	  .words = volume_directions,
	  .help = "in: what you say, out: what you hear (default)" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_mute, ZV_RIGHT_CONTROL, .name = "call.mute",
	   .target = ZV_TARGET_CALL, .feature = 0x1000, .arguments = mute_arguments,
	   .help = "Silences your side, or what you hear.", .run = run_mute,
	   .can = can);

ZV_COMMAND(zv_cmd_call_volume, ZV_RIGHT_CONTROL, .name = "call.volume",
	   .target = ZV_TARGET_CALL, .arguments = volume_arguments,
	   .help = "Louder or softer.", .run = run_volume, .can = can);
