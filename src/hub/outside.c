/* Commands that no session sent (HTTP): one text in, one outcome out. */
#include "hub/job_impl.h"

#include "base/mem.h"
#include "json/reader.h"

/* Lives from zv_hub_command to the outcome. */
struct outside {
	zv_outcome_fn on_outcome;
	void *owner;
};

static void
tell(const struct outside *o, int status, bool ok, struct zv_str members)
{
	struct zv_buf text = { 0 };

	zv_buf_printf(&text, "{\"ok\":%s%s", ok ? "true" : "false",
		      members.n ? "," : "");
	zv_buf_add(&text, members);
	zv_buf_add_char(&text, '}');
	if (zv_buf_failed(&text))
		o->on_outcome(o->owner, 503,
			      ZV_STR("{\"ok\":false,\"error\":{\"code\":\"busy\","
				     "\"message\":\"out of memory\"}}"));
	else
		o->on_outcome(o->owner, status, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

static void
on_done(void *owner, struct zv_job *job, int http_status, bool ok,
	struct zv_str members)
{
	struct outside *o = owner;

	(void)job;
	tell(o, http_status, ok, members);
	zv_free(o);
}

static uint64_t
refuse(struct outside *o, enum zv_refusal why, const char *message)
{
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };

	zv_json_key(&j, "error");
	zv_json_begin_object(&j);
	zv_json_member(&j, "code", zvon_str(zv_refusal_name(why)));
	zv_json_member(&j, "message", zvon_str(message));
	zv_json_member(&j, "argument", ZV_STR("args"));
	zv_json_end_object(&j);
	tell(o, zv_refusal_status(why), false, zv_buf_str(&text));
	zv_buf_deinit(&text);
	zv_free(o);
	return 0;
}

uint64_t
zv_hub_command(struct zv_hub *h, const struct zv_user *user, struct zv_str name,
	       struct zv_str args, zv_outcome_fn on_outcome, void *owner,
	       int64_t now_ms)
{
	struct outside now = { on_outcome, owner }, *o = zv_malloc(sizeof *o);
	struct zv_job_owner job_owner = { .owner = o, .done = on_done };
	struct zv_error err = { 0 };
	struct zv_job *job;
	json_t *json = NULL;

	if (!o) {
		tell(&now, 503, false,
		     ZV_STR("\"error\":{\"code\":\"busy\",\"message\":\"out of "
			    "memory\"}"));
		return 0;
	}
	*o = now;
	if (args.n && !(json = zv_json_read(args, &err)))
		return refuse(o,
			      err.code == ZV_ENOMEM ? ZV_REFUSED_BUSY
						    : ZV_REFUSED_BAD_ARGUMENT,
			      err.text);
	job = zv_job_start(h, user, name, json, &job_owner, now_ms);
	json_decref(json);
	if (!job)
		return 0;
	job->outside = ++job->jobs->last_outside;
	return job->outside;
}

void
zv_job_forget_outside(struct zv_job *job)
{
	if (job->outside)
		zv_free(job->owner.owner);
	zv_job_forget(job);
}

void
zv_hub_forget_command(struct zv_hub *h, uint64_t ticket)
{
	struct zv_jobs *jobs = zv_hub_jobs(h);

	for (struct zv_node *node = jobs->list.next; node != &jobs->list;
	     node = node->next) {
		struct zv_job *job = ZV_OWNER(node, struct zv_job, node);

		if (ticket && job->outside == ticket && job->owner.owner) {
			zv_job_forget_outside(job);
			return;
		}
	}
}
