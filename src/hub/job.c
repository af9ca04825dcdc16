/* What a command asks and does, and how it ends. */
#include "hub/job_impl.h"

#include "ami/request.h"
#include "base/mem.h"
#include "base/utf.h"

static const struct refusal {
	const char *name;
	int status;
} refusals[] = {
	[ZV_REFUSED_UNKNOWN_COMMAND] = { "unknown_command", 404 },
	[ZV_REFUSED_BAD_ARGUMENT] = { "bad_argument", 400 },
	[ZV_REFUSED_DENIED] = { "denied", 403 },
	[ZV_REFUSED_LIMIT] = { "limit", 429 },
	[ZV_REFUSED_NOT_FOUND] = { "not_found", 404 },
	[ZV_REFUSED_NOT_POSSIBLE] = { "not_possible", 409 },
	[ZV_REFUSED_PBX_REFUSED] = { "pbx_refused", 502 },
	[ZV_REFUSED_PBX_DOWN] = { "pbx_down", 503 },
	[ZV_REFUSED_FAILED] = { "failed", 502 },
	[ZV_REFUSED_TIMEOUT] = { "timeout", 504 },
	[ZV_REFUSED_BUSY] = { "busy", 503 },
};

const char *
zv_refusal_name(enum zv_refusal refusal)
{
	return refusals[refusal].name;
}

int
zv_refusal_status(enum zv_refusal refusal)
{
	return refusals[refusal].status;
}

void
zv_job_name(char out[ZV_JOB_NAME], struct zv_str s)
{
	size_t n = s.n < ZV_JOB_NAME ? s.n : ZV_JOB_NAME - 1;

	if (n)
		memcpy(out, s.p, n);
	out[n] = 0;
}

/* ---- what it asks --------------------------------------------------------------------- */

const struct zv_user *
zv_job_user(const struct zv_job *job)
{
	return &job->user;
}

const struct zv_hub_server *
zv_job_server(const struct zv_job *job)
{
	return zv_hub_find_server(job->jobs->h, job->server);
}

int
zv_job_ami_major(const struct zv_job *job)
{
	return zv_hub_server_ami_major(job->jobs->h, job->server);
}

int64_t
zv_job_now(const struct zv_job *job)
{
	return job->now_ms;
}

struct zv_str
zv_job_text(const struct zv_job *job, const char *name)
{
	return zv_arguments_find(&job->arguments, name)->text;
}

long long
zv_job_int(const struct zv_job *job, const char *name, long long or_else)
{
	const struct zv_value *v = zv_arguments_find(&job->arguments, name);

	return v->given ? v->number_value : or_else;
}

bool
zv_job_bool(const struct zv_job *job, const char *name)
{
	return zv_arguments_find(&job->arguments, name)->truth;
}

bool
zv_job_has(const struct zv_job *job, const char *name)
{
	return zv_arguments_find(&job->arguments, name)->given;
}

const json_t *
zv_job_object(const struct zv_job *job, const char *name)
{
	return zv_arguments_find(&job->arguments, name)->object;
}

struct zv_str
zv_job_line(const struct zv_job *job)
{
	return zvon_str(job->line);
}

struct zv_str
zv_job_interface(const struct zv_job *job)
{
	return zvon_str(job->interface);
}

const struct zv_call *
zv_job_call(const struct zv_job *job)
{
	return job->call[0] ? zv_job_find_call(job->jobs->h, job->server,
					       zvon_str(job->call))
			    : NULL;
}

const struct zv_leg *
zv_job_own_leg(const struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);
	const struct zv_leg *own = NULL;

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg; leg = leg->next)
		if (leg->state != ZV_LEG_STATE_ENDED && job->line[0] &&
		    zvon_str_equal(leg->line, zvon_str(job->line)))
			own = leg;
	return own;
}

/* Whom it talks to before whom it rings. */
const struct zv_leg *
zv_job_far_leg(const struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);
	const struct zv_leg *own = zv_job_own_leg(job), *far = NULL;

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg;
	     leg = leg->next) {
		if (leg == own || leg->state == ZV_LEG_STATE_ENDED)
			continue;
		if (!far ||
		    (leg->state >= ZV_LEG_STATE_UP && far->state < ZV_LEG_STATE_UP))
			far = leg;
	}
	return far;
}

void *
zv_job_room(struct zv_job *job)
{
	return job->room;
}

/* ---- the end ----------------------------------------------------------------------------- */

static void
free_job(struct zv_job *job)
{
	zv_list_remove(&job->node);
	job->jobs->n--;
	if (job->made)
		zv_call_limits_over(job->made);
	zv_originate_free(job->originate);
	json_decref(job->json);
	zv_buf_deinit(&job->answer);
	zv_free(job);
}

bool
zv_job_leave(struct zv_job *job)
{
	if (--job->inside > 0 || !job->over)
		return true;
	free_job(job);
	return false;
}

static void
end(struct zv_job *job, int status, bool ok, struct zv_str members)
{
	struct zv_job_owner owner = job->owner;

	job->over = true;
	job->ticket = 0;
	job->on_event = NULL;
	job->on_packet = NULL;
	job->late_at = INT64_MAX;
	job->owner = (struct zv_job_owner){ 0 };
	if (owner.done)
		owner.done(owner.owner, job, status, ok, members);
}

void
zv_job_done(struct zv_job *job)
{
	if (job->over)
		return;
	if (zv_buf_failed(&job->answer))
		zv_job_refuse(job, ZV_REFUSED_BUSY, "out of memory");
	else
		end(job, 200, true, zv_buf_str(&job->answer));
}

/* What somebody sends wrongly all the time does not fill the disk. */
void
zv_job_log_refusal(struct zv_jobs *jobs, struct zv_str user, struct zv_str command,
		   const char *code, const char *why, int64_t now_ms)
{
	char who[80], what[60], text[300];

	if (now_ms - jobs->log_from_ms >= ZV_JOB_LOG_MS || !jobs->log_from_ms) {
		if (jobs->log_silent)
			zv_log(zv_hub_log(jobs->h), ZV_LOG_WARN, "hub",
			       "commands refused without a line in the log: %u",
			       jobs->log_silent);
		jobs->log_from_ms = now_ms;
		jobs->log_lines = jobs->log_silent = 0;
	}
	if (jobs->log_lines >= ZV_JOB_LOG_LINES) {
		jobs->log_silent++;
		return;
	}
	jobs->log_lines++;
	snprintf(who, sizeof who, "%.*s", ZV_ARG(user));
	snprintf(what, sizeof what, "%.*s", ZV_ARG(command));
	snprintf(text, sizeof text, "%s", why ? why : "");
	zv_utf8_make_line(who);
	zv_utf8_make_line(what);
	zv_utf8_make_line(text);
	zv_log(zv_hub_log(jobs->h), ZV_LOG_WARN, "hub",
	       "command refused user=%s command=%s reason=%s: %s", who, what, code,
	       text);
}

static void
write_error(struct zv_job *job, struct zv_buf *out, enum zv_refusal why,
	    const char *text)
{
	struct zv_json j = { .out = out };

	zv_json_key(&j, "error");
	zv_json_begin_object(&j);
	zv_json_member(&j, "code", zvon_str(zv_refusal_name(why)));
	zv_json_member(&j, "message", zvon_str(text));
	if (job->argument[0])
		zv_json_member(&j, "argument", zvon_str(job->argument));
	if (job->retry_ms > 0) {
		zv_json_key(&j, "retry_ms");
		zv_json_int(&j, job->retry_ms);
	}
	zv_json_end_object(&j);
}

static bool
is_failure(enum zv_refusal why)
{
	return why == ZV_REFUSED_FAILED || why == ZV_REFUSED_TIMEOUT ||
	       why == ZV_REFUSED_PBX_REFUSED || why == ZV_REFUSED_PBX_DOWN;
}

static void ZV_PRINTF(3, 0) refuse(struct zv_job *job, enum zv_refusal why,
				   const char *format, va_list args)
{
	char text[ZV_ERROR_TEXT_MAX];
	struct zv_buf out = { 0 };

	if (job->over)
		return;
	vsnprintf(text, sizeof text, format, args);
	zv_utf8_make_line(text);
	if (is_failure(why))
		job->jobs->failed++;
	else
		job->jobs->refused++;
	if (!job->as_ourselves ||
	    why != ZV_REFUSED_PBX_REFUSED) /* member of no queue */
		zv_job_log_refusal(job->jobs, job->user.name,
				   zvon_str(job->command->name), zv_refusal_name(why),
				   text, job->now_ms);
	write_error(job, &out, why, text);
	end(job, zv_refusal_status(why), false,
	    zv_buf_failed(&out) ? ZV_STR("\"error\":{\"code\":\"busy\",\"message\":"
					 "\"out of memory\"}")
				: zv_buf_str(&out));
	zv_buf_deinit(&out);
}

void
zv_job_refuse(struct zv_job *job, enum zv_refusal why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse(job, why, format, args);
	va_end(args);
}

void
zv_job_refuse_argument(struct zv_job *job, const char *argument, const char *format,
		       ...)
{
	va_list args;

	snprintf(job->argument, sizeof job->argument, "%s", argument);
	va_start(args, format);
	refuse(job, ZV_REFUSED_BAD_ARGUMENT, format, args);
	va_end(args);
}

void
zv_job_forget(struct zv_job *job)
{
	job->owner = (struct zv_job_owner){ 0 };
}

struct zv_json *
zv_job_answer(struct zv_job *job)
{
	return &job->writer;
}

void
zv_job_progress(struct zv_job *job)
{
	if (job->owner.progress && !job->over && !zv_buf_failed(&job->answer))
		job->owner.progress(job->owner.owner, job, zv_buf_str(&job->answer));
}

/* ---- what it does ------------------------------------------------------------------------ */

static void
send_request(struct zv_job *job, struct zv_request *request,
	     zv_job_reply_fn on_response, bool any)
{
	struct zv_error err = { 0 };
	int rc;

	if (!request || job->over) {
		zvon_request_free(request);
		zv_job_refuse(job, ZV_REFUSED_BUSY,
			      "out of memory, or a text that no line of AMI can hold");
		return;
	}
	snprintf(job->action, sizeof job->action, "%.*s",
		 ZV_ARG(zv_request_name(request)));
	job->on_response = on_response;
	job->any = any;
	job->answered = false;
	job->ticket = ++job->jobs->last_ticket;
	rc = zv_hub_send(job->jobs->h, job->server, request, ZV_JOB_ANSWER_MS,
			 job->ticket, &err);
	zvon_request_free(request);
	if (rc < 0) {
		job->ticket = 0;
		zv_job_refuse(job,
			      rc == ZV_EBUSY || rc == ZV_ENOMEM ? ZV_REFUSED_BUSY
								: ZV_REFUSED_PBX_DOWN,
			      "%s was not sent: %s", job->action,
			      err.code ? err.text : zvon_err_name(rc));
	}
}

void
zv_job_send(struct zv_job *job, struct zv_request *request, zv_job_reply_fn on_response)
{
	send_request(job, request, on_response, false);
}

void
zv_job_send_any(struct zv_job *job, struct zv_request *request,
		zv_job_reply_fn on_response)
{
	send_request(job, request, on_response, true);
}

void
zv_job_list(struct zv_job *job, zv_job_reply_fn on_item, zv_job_time_fn on_end)
{
	job->on_item = on_item;
	job->on_list_end = on_end;
}

void
zv_job_await(struct zv_job *job, zv_job_event_fn on_event, int timeout_ms,
	     zv_job_time_fn on_late)
{
	if (job->over)
		return;
	job->on_event = on_event;
	job->on_late = on_late;
	job->late_at = job->now_ms + timeout_ms;
}

void
zv_job_await_packet(struct zv_job *job, zv_job_packet_fn on_packet)
{
	if (!job->over)
		job->on_packet = on_packet;
}

void
zv_job_follow(struct zv_job *job, struct zv_str call_id)
{
	zv_job_name(job->call, call_id);
	if (job->made && zv_call_limits_is(job->made, job->server, call_id) < 0)
		zv_log(zv_hub_log(job->jobs->h), ZV_LOG_WARN, "hub",
		       "out of memory: a call is not counted user=%s", job->user_name);
}
