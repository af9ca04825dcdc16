/* queue.add, queue.remove, queue.pause: the own line as a member of queues. */
#include "hub/cmd.h"

#include <stdio.h>

#define INTERFACE_ROOM 256

/* His queues are those of the configuration; who controls all may use any. */
static bool
may_use(struct zv_job *job, struct zv_str queue)
{
	const struct zv_user *user = zv_job_user(job);

	if (!queue.n || user->role->controls == ZV_SCOPE_ALL)
		return true;
	for (size_t i = 0; i < user->n_queues; i++)
		if (zvon_str_equal(user->queues[i], queue))
			return true;
	zv_job_refuse(job, ZV_REFUSED_DENIED,
		      "queue %.*s is none of yours (zvond.conf, [user], queues =)",
		      ZV_ARG(queue));
	return false;
}

static bool
is_member(struct zv_job *job, const struct zv_call_event *event)
{
	char room[INTERFACE_ROOM];
	struct zv_str queue = zv_job_text(job, "queue");

	return event->kind == ZV_QUEUE_MEMBER && event->member &&
	       (!queue.n || zvon_str_equal(event->member->queue, queue)) &&
	       zvon_str_equal(event->member->interface,
			      zv_cmd_queue_interface(job, room, sizeof room));
}

static bool
on_added(struct zv_job *job, const struct zv_call_event *event)
{
	if (is_member(job, event) && event->member->state != ZV_MEMBER_REMOVED)
		zv_job_done(job);
	return false;
}

static bool
on_removed(struct zv_job *job, const struct zv_call_event *event)
{
	if (is_member(job, event) && event->member->state == ZV_MEMBER_REMOVED)
		zv_job_done(job);
	return false;
}

static bool
on_paused(struct zv_job *job, const struct zv_call_event *event)
{
	if (is_member(job, event) && event->member->paused == zv_job_bool(job, "on"))
		zv_job_done(job);
	return false;
}

static void
run_add(struct zv_job *job)
{
	char room[INTERFACE_ROOM], penalty[16];
	struct zv_str interface = zv_cmd_queue_interface(job, room, sizeof room);
	struct zv_str state = zv_job_interface(job), queue = zv_job_text(job, "queue");

	if (!may_use(job, queue))
		return;
	snprintf(penalty, sizeof penalty, "%d", (int)zv_job_int(job, "penalty", 0));
	if (zvon_str_equal(interface, state))
		state = (struct zv_str){ 0 };
	zv_job_await(job, on_added, ZV_CMD_ECHO_MS, zv_cmd_late_is_done);
	zv_job_send(
		job,
		zv_cmd_request("QueueAdd",
			       ZV_FIELDS({ "Queue", queue }, { "Interface", interface },
					 { "Penalty", zvon_str(penalty) },
					 { "MemberName", zv_job_user(job)->full_name },
					 { "StateInterface", state })),
		NULL);
}

static void
run_remove(struct zv_job *job)
{
	char room[INTERFACE_ROOM];
	struct zv_str queue = zv_job_text(job, "queue");

	if (!may_use(job, queue))
		return;
	zv_job_await(job, on_removed, ZV_CMD_ECHO_MS, zv_cmd_late_is_done);
	zv_job_send(job,
		    zv_cmd_request("QueueRemove",
				   ZV_FIELDS({ "Queue", queue },
					     { "Interface",
					       zv_cmd_queue_interface(job, room,
								      sizeof room) })),
		    NULL);
}

static void
run_pause(struct zv_job *job)
{
	char room[INTERFACE_ROOM];
	bool on = zv_job_bool(job, "on");

	zv_job_await(job, on_paused, ZV_CMD_ECHO_MS, zv_cmd_late_is_done);
	zv_job_send(
		job,
		zv_cmd_request(
			"QueuePause",
			ZV_FIELDS({ "Interface",
				    zv_cmd_queue_interface(job, room, sizeof room) },
				  { "Paused", on ? ZV_STR("true") : ZV_STR("false") },
				  { "Queue", zv_job_text(job, "queue") },
				  { "Reason", zv_job_text(job, "reason") })),
		NULL);
}

#define ROW_QUEUE(needed)                                                              \
 {                                                                                     \
  .name = "queue", .kind = ZV_ARG_QUEUE, .required = (needed),                         \
  .help = "name of the queue"                                                          \
 }

static const struct zv_argument add_arguments[] = {
	ROW_QUEUE(true),
	ZV_ROW_LINE,
	{ .name = "penalty",
	  .kind = ZV_ARG_INT,
	  .least = 0,
	  .most = 1000,
	  .help = "those with less are called first" },
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

static const struct zv_argument remove_arguments[] = {
	ROW_QUEUE(true),
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

static const struct zv_argument pause_arguments[] = {
	{ .name = "on",
	  .kind = ZV_ARG_BOOL,
	  .required = true,
	  .help = "true or false" },
	{ .name = "queue", .kind = ZV_ARG_QUEUE, .help = "left out: all of them" },
	{ .name = "reason",
	  .kind = ZV_ARG_TEXT,
	  .most = 80,
	  .help = "shown to others" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_queue_add, ZV_RIGHT_AGENT, .name = "queue.add",
	   .target = ZV_TARGET_LINE, .arguments = add_arguments,
	   .help = "Your line becomes a member of a queue.", .run = run_add);

ZV_COMMAND(zv_cmd_queue_remove, ZV_RIGHT_AGENT, .name = "queue.remove",
	   .target = ZV_TARGET_LINE, .arguments = remove_arguments,
	   .help = "Your line leaves a queue.", .run = run_remove);

ZV_COMMAND(zv_cmd_queue_pause, ZV_RIGHT_AGENT, .name = "queue.pause",
	   .target = ZV_TARGET_LINE, .arguments = pause_arguments,
	   .help = "No calls of queues for a while, or again.", .run = run_pause);
