/* call.dtmf: keys, as if pressed at the own phone. */
#include "hub/cmd.h"

#define PAUSE_MS                                                                       \
 250 /* from one digit to the next: 100 ms of tone and as much silence */

struct keys {
	size_t next;
};

static bool
can(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job), *far = zv_job_far_leg(job);

	*why = "your phone has not answered that call";
	if (!own || own->state < ZV_LEG_STATE_UP)
		return false;
	*why = "only the dialplan is in that call, and Asterisk before 12 cannot send "
	       "keys "
	       "to it";
	return far || zv_job_ami_major(job) > 1;
}

static void send_next(struct zv_job *job);

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_LEG_ENDED && zv_cmd_is_own_leg(job, event))
		zv_job_refuse(job, ZV_REFUSED_FAILED,
			      "your phone has hung up meanwhile");
	return false;
}

static void
on_sent(struct zv_job *job, const struct zv_packet *response)
{
	struct keys *k = zv_job_room(job);

	(void)response;
	if (++k->next >= zv_job_text(job, "digits").n)
		zv_job_done(job);
	else
		zv_job_await(job, on_event, PAUSE_MS, send_next);
}

/* To somebody else: the tone goes out at his leg. To the dialplan: it comes in at ours. */
static void
send_next(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job), *far = zv_job_far_leg(job);
	const struct keys *k = zv_job_room(job);
	struct zv_str digit = { zv_job_text(job, "digits").p + k->next, 1 };

	if (!own) {
		zv_job_refuse(job, ZV_REFUSED_FAILED,
			      "your phone has hung up meanwhile");
		return;
	}
	zv_job_send(job,
		    zv_cmd_request(
			    "PlayDTMF",
			    ZV_FIELDS({ "Channel", far ? far->channel : own->channel },
				      { "Digit", digit },
				      { "Receive",
					far ? (struct zv_str){ 0 } : ZV_STR("true") })),
		    on_sent);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	{ .name = "digits",
	  .kind = ZV_ARG_DIGITS,
	  .required = true,
	  .most = 32,
	  .help = "0-9 * # A-D" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_dtmf, ZV_RIGHT_CONTROL, .name = "call.dtmf",
	   .target = ZV_TARGET_CALL, .feature = 0x400, .arguments = arguments,
	   .help = "Sends keys to the other side.", .run = send_next, .can = can);
