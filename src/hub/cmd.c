#include "hub/cmd.h"

#include <stdio.h>

#include "base/str.h"

struct zv_request *
zv_cmd_request(const char *action, const struct zv_cmd_field *fields)
{
	struct zv_request *r = zvon_request_new(zvon_str(action), NULL);

	for (; r && fields->key; fields++)
		if (fields->value.n && zvon_request_add(r, zvon_str(fields->key),
							fields->value, NULL) < 0) {
			zvon_request_free(r);
			return NULL;
		}
	return r;
}

bool
zv_cmd_is_error(const struct zv_packet *response)
{
	return zvon_str_equal_nocase(response->name, ZV_STR("Error"));
}

bool
zv_cmd_is_denied(const struct zv_packet *response)
{
	struct zv_str words = zvon_packet_get(response, ZV_STR("Message"));

	return zv_cmd_is_error(response) &&
	       zv_str_starts(zv_str_trim(words), ZV_STR("Permission denied"));
}

void
zv_cmd_set(struct zv_job *job, struct zv_str channel, const char *variable,
	   const char *value, zv_job_reply_fn on_response)
{
	struct zv_request *r =
		zv_cmd_request("Setvar", ZV_FIELDS({ "Channel", channel },
						   { "Variable", zvon_str(variable) }));

	if (r && zvon_request_add(r, ZV_STR("Value"), zvon_str(value), NULL) < 0) {
		zvon_request_free(r);
		r = NULL;
	}
	zv_job_send(job, r, on_response);
}

/* ---- events and legs ---------------------------------------------------------------- */

bool
zv_cmd_is_mine(const struct zv_job *job, const struct zv_call_event *event)
{
	const struct zv_call *call = event->call ? zv_job_call(job) : NULL;

	return call && zvon_str_equal(event->call->id, call->id);
}

bool
zv_cmd_is_own_leg(const struct zv_job *job, const struct zv_call_event *event)
{
	return event->leg && zv_cmd_is_mine(job, event) &&
	       zvon_str_equal(event->leg->line, zv_job_line(job));
}

size_t
zv_cmd_living(const struct zv_call *call)
{
	size_t n = 0;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		n += leg->state != ZV_LEG_STATE_ENDED;
	return n;
}

size_t
zv_cmd_legs(const struct zv_call *call)
{
	size_t n = 0;

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg; leg = leg->next)
		n++;
	return n;
}

bool
zv_cmd_is_new(const struct zv_call_event *event, size_t legs_before)
{
	size_t at = 0;

	if (!event->leg || !event->call)
		return false;
	for (const struct zv_leg *leg = event->call->legs; leg; leg = leg->next, at++)
		if (zvon_str_equal(leg->unique_id, event->leg->unique_id))
			return at >= legs_before;
	return false;
}

const struct zv_leg *
zv_cmd_consulted(const struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);
	const struct zv_leg *own = zv_job_own_leg(job), *last = NULL;

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg; leg = leg->next)
		if (leg != own && leg->state != ZV_LEG_STATE_ENDED)
			last = leg;
	return last;
}

bool
zv_cmd_can_talk(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job), *far = zv_job_far_leg(job);

	*why = "your phone has not answered that call";
	if (!own || own->state < ZV_LEG_STATE_UP)
		return false;
	*why = "nobody else is in that call";
	return far && far->state >= ZV_LEG_STATE_UP;
}

bool
zv_cmd_can_consulted(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	const struct zv_call *call = zv_job_call(job);

	*why = "there is no consultation in that call (call.consult begins one)";
	/* while it lasts the first side is on hold: three who talk are no consultation */
	return own && own->state == ZV_LEG_STATE_HELD && call &&
	       zv_cmd_living(call) > 2;
}

/* ---- NOTIFY ---------------------------------------------------------------------------- */

static const char *
notify_variable(const char *event)
{
	return strcmp(event, "hold") == 0 ? "Event=hold" : "Event=talk";
}

static void
notify_endpoint(struct zv_job *job, const struct zv_packet *response)
{
	struct zv_str interface = zv_job_interface(job), technology;
	const char *variable = *(const char **)zv_job_room(job);

	if (!zv_cmd_is_error(response))
		return;
	if (zv_cmd_is_denied(response)) {
		zv_job_refuse_error(job, response);
		return;
	}
	zv_str_split(&interface, '/', &technology);
	zv_job_send(job,
		    zv_cmd_request("PJSIPNotify",
				   ZV_FIELDS({ "Endpoint", interface },
					     { "Variable", zvon_str(variable) })),
		    NULL);
}

/* In the dialogue of the channel: Asterisk 16.28 and 22 have it, 13 has not and says
 * Error; then to the phone. */
void
zv_cmd_notify(struct zv_job *job, const char *event)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	struct zv_str peer = own ? own->channel : zv_job_interface(job), technology;
	struct zv_str variable = zvon_str(notify_variable(event));

	*(const char **)zv_job_room(job) = variable.p;
	zv_str_split(&peer, '/', &technology);
	if (own && zvon_str_equal_nocase(technology, ZV_STR("PJSIP")))
		zv_job_send_any(job,
				zv_cmd_request("PJSIPNotify",
					       ZV_FIELDS({ "Channel", own->channel },
							 { "Variable", variable })),
				notify_endpoint);
	else if (own && zvon_str_equal_nocase(technology, ZV_STR("SIP")))
		zv_job_send(job,
			    zv_cmd_request("SIPnotify",
					   ZV_FIELDS({ "Channel", own->line },
						     { "Variable", variable })),
			    NULL);
	else
		zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE,
			      "only phones of PJSIP and SIP can be told by NOTIFY");
}

/* ---- configuration ------------------------------------------------------------------------ */

static bool
need_context(struct zv_job *job, struct zv_str context, const char *option)
{
	if (context.n)
		return true;
	zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE,
		      "%s = is not set in [server] of zvond.conf", option);
	return false;
}

bool
zv_cmd_context(struct zv_job *job, struct zv_str *out)
{
	*out = zv_job_user(job)->context;
	if (!out->n)
		*out = zv_job_server(job)->context;
	return need_context(job, *out, "context");
}

bool
zv_cmd_transfer_context(struct zv_job *job, struct zv_str *out)
{
	*out = zv_job_server(job)->transfer_context;
	return out->n || zv_cmd_context(job, out);
}

struct zv_str
zv_cmd_queue_interface(const struct zv_job *job, char *out, size_t room)
{
	struct zv_str format = zv_job_server(job)->queue_interface;
	struct zv_str line = zv_job_line(job);
	size_t at = zv_str_find(format, ZV_STR("{0}"));

	if (!format.n)
		return zv_job_interface(job);
	if (at == format.n)
		return format;
	snprintf(out, room, "%.*s%.*s%.*s", (int)at, format.p, ZV_ARG(line),
		 ZV_ARG(zv_str_from(format, at + 3)));
	return zvon_str(out);
}

void
zv_cmd_late_is_done(struct zv_job *job)
{
	zv_job_done(job);
}
