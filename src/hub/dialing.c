/* An Originate of the own phone, followed to its end by call/originate.h. */
#include "hub/job_impl.h"

#include "base/mem.h"

/* ---- the action ------------------------------------------------------------------------ */

/* One line may hold several variables, split at commas, quotes taken off: a backslash
 * keeps them in the value (measured on 1.8 to 22). */
static bool
add_variable(struct zv_request *r, const char *name, struct zv_str value)
{
	struct zv_buf line = { 0 };
	bool done;

	zv_buf_printf(&line, "%s=", name);
	for (size_t i = 0; i < value.n; i++) {
		if (strchr("\\,\"", value.p[i]))
			zv_buf_add_char(&line, '\\');
		zv_buf_add_char(&line, value.p[i]);
	}
	done = !zv_buf_failed(&line) &&
	       zvon_request_add(r, ZV_STR("Variable"), zv_buf_str(&line), NULL) == 0;
	zv_buf_deinit(&line);
	return done;
}

/* "Alert-Info: ring-answer" as the channel driver of the own phone takes it. A Local
 * channel passes SIPADDHEADER on to the phone behind it. */
static bool
add_header(struct zv_request *r, struct zv_str interface, struct zv_str header)
{
	struct zv_str rest = header, name = { 0 };
	char variable[120];

	if (!zv_str_starts_nocase(interface, ZV_STR("PJSIP/"))) {
		bool inherit = zv_str_starts_nocase(interface, ZV_STR("Local/"));

		return add_variable(r, inherit ? "__SIPADDHEADER51" : "SIPADDHEADER51",
				    header);
	}
	zv_str_split(&rest, ':', &name);
	snprintf(variable, sizeof variable, "PJSIP_HEADER(add,%.*s)",
		 ZV_ARG(zv_str_trim(name)));
	/* the comma in brackets does not split the line */
	return add_variable(r, variable, zv_str_trim(rest));
}

/* How our channel will be known: see call/originate.h. */
static bool
add_mark(struct zv_request *r, struct zv_str id, int ami_major)
{
	if (ami_major > 1)
		return zvon_request_add(r, ZV_STR("ChannelId"), id, NULL) == 0;
	return add_variable(r, ZV_ORIGINATE_VARIABLE, id);
}

static bool
add_goal(struct zv_job *job, struct zv_request *r, const struct zv_dialing *d)
{
	struct zv_str context = zv_job_user(job)->context;

	if (d->application)
		return zvon_request_set(r, "Application", d->application, NULL) == 0 &&
		       zvon_request_add(r, ZV_STR("Data"), d->data, NULL) == 0;
	if (!context.n)
		context = zv_job_server(job)->context;
	return zvon_request_add(r, ZV_STR("Context"), context, NULL) == 0 &&
	       zvon_request_add(r, ZV_STR("Exten"), d->exten, NULL) == 0 &&
	       zvon_request_set(r, "Priority", "1", NULL) == 0;
}

static struct zv_str
caller_id(const struct zv_job *job, const struct zv_dialing *d)
{
	if (d->caller_id.n)
		return d->caller_id;
	return zv_job_server(job)->caller_id.n ? zv_job_server(job)->caller_id
					       : zv_job_line(job);
}

static struct zv_request *
make_request(struct zv_job *job, const struct zv_dialing *d, struct zv_str id)
{
	const struct zv_hub_server *server = zv_job_server(job);
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), NULL);
	char ring[16];

	snprintf(ring, sizeof ring, "%d",
		 server->ring_ms > 0 ? server->ring_ms : 30000);
	if (r && zvon_request_add(r, ZV_STR("ActionID"), id, NULL) == 0 &&
	    zvon_request_add(r, ZV_STR("Channel"), zv_job_interface(job), NULL) == 0 &&
	    add_goal(job, r, d) &&
	    zvon_request_add(r, ZV_STR("CallerID"), caller_id(job, d), NULL) == 0 &&
	    zvon_request_set(r, "Timeout", ring, NULL) == 0 &&
	    zvon_request_set(r, "Async", "true", NULL) == 0 &&
	    add_mark(r, id, zv_job_ami_major(job)) &&
	    (!d->auto_answer ||
	     add_header(r, zv_job_interface(job), server->auto_answer)))
		return r;
	zvon_request_free(r);
	return NULL;
}

/* ---- following -------------------------------------------------------------------------- */

const struct zv_call *
zv_job_call_of(const struct zv_job *job, struct zv_str call, struct zv_str unique_id)
{
	const struct zv_hub_server *s = zv_job_server(job);
	const struct zv_call *c =
		call.n ? zv_job_find_call(job->jobs->h, job->server, call) : NULL;

	if (c || !unique_id.n || !s || !s->calls)
		return c;
	while ((c = zvon_calls_next(s->calls, c)))
		for (const struct zv_leg *leg = c->legs; leg; leg = leg->next)
			if (zvon_str_equal(leg->unique_id, unique_id))
				return c;
	return NULL;
}

static void
drain(struct zv_job *job)
{
	struct zv_originate_step step;

	while (!job->over && zv_originate_next(job->originate, &step))
		if (job->on_step(job, &step) && !job->over)
			return;
}

static void
check(struct zv_job *job, int rc)
{
	if (rc < 0)
		zv_job_refuse(
			job, ZV_REFUSED_BUSY,
			"out of memory: the call goes on, its result is not known");
	else
		drain(job);
}

static void
on_answer(struct zv_job *job, const struct zv_packet *response)
{
	check(job, zv_originate_response(job->originate, response, job->now_ms));
}

void
zv_job_originate_packet(struct zv_job *job, const struct zv_packet *packet)
{
	check(job, zv_originate_event(job->originate, packet, job->now_ms));
}

void
zv_job_originate_tick(struct zv_job *job)
{
	check(job, zv_originate_tick(job->originate, job->now_ms));
}

void
zv_job_originate(struct zv_job *job, const struct zv_dialing *d, zv_job_step_fn on_step)
{
	struct zv_originate_options options = {
		.channel = zv_job_interface(job),
		.application = d->application != NULL,
		.timeout_ms = d->timeout_ms,
	};
	char id[40];

	snprintf(id, sizeof id, "zvon-%016llx",
		 (unsigned long long)zv_hub_random(job->jobs->h));
	options.action_id = zvon_str(id);
	options.unique_id = zv_job_ami_major(job) > 1 ? zvon_str(id) : ZV_STR("");
	options.mark = zv_job_ami_major(job) > 1 ? ZV_STR("") : zvon_str(id);
	job->originate = zv_originate_new(&options, job->now_ms);
	job->on_step = on_step;
	if (job->originate)
		zv_job_send_any(job, make_request(job, d, zvon_str(id)), on_answer);
	else
		zv_job_refuse(job, ZV_REFUSED_BUSY, "out of memory");
}
