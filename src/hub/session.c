#include "hub/hub_impl.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "hub/jobs.h"

static const struct zv_dialect *const dialects[] = {
	[ZV_DIALECT_ZVON] = &zv_dialect_zvon,
	[ZV_DIALECT_TMS] = &zv_dialect_tms,
};

/* ---- what is asked of it -------------------------------------------------------------- */

void *
zv_session_owner(const struct zv_session *s)
{
	return s->owner;
}

struct zv_hub *
zv_session_hub(const struct zv_session *s)
{
	return s->hub;
}

const struct zv_user *
zv_session_user(const struct zv_session *s)
{
	return s->person->user;
}

void *
zv_session_room(struct zv_session *s)
{
	return s->room;
}

struct zv_str
zv_session_remote(const struct zv_session *s)
{
	return s->remote;
}

bool
zv_session_has_line(const struct zv_session *s, size_t server, struct zv_str line)
{
	const struct zv_server *at = zv_hub_server_at(s->hub, server);
	const struct zv_who who = zv_who_of_session(s);

	return at && zv_who_has_line(&who, at->pub.name, line);
}

bool
zv_session_sees_call(const struct zv_session *s, size_t server,
		     const struct zv_call *call)
{
	const struct zv_who who = zv_who_of_session(s);

	return zv_sight_call(s->hub, &who, zv_who_sees(&who), server, call);
}

void
zv_session_each_call(struct zv_session *s, zv_call_fn f, void *context)
{
	const struct zv_call *call;

	for (size_t i = 0; i < s->hub->n_servers; i++) {
		const struct zv_server *server = zv_hub_server_at(s->hub, i);

		if (!server || server->silent)
			continue;
		for (call = NULL; (call = zvon_calls_next(server->pub.calls, call));)
			if (zv_session_sees_call(s, i, call) && !f(context, i, call))
				return;
	}
}

/* ---- its end ------------------------------------------------------------------------------------ */

void
zv_session_end(struct zv_session *s, int code, const char *reason)
{
	if (s->over_code)
		return;
	s->over_code = code;
	s->over_text = zv_strdup(reason);
	s->over_reason = s->over_text ? s->over_text : "";
	zv_session_listen(s, false);
	if (code == 1013) {
		zv_session_drop_queue(s);
		s->replaying = false;
	}
	zv_session_ready(s);
}

bool
zv_session_is_over(const struct zv_session *s, int *code, struct zv_str *reason)
{
	if (!s->over_code)
		return false;
	if (code)
		*code = s->over_code;
	if (reason)
		*reason = zvon_str(s->over_reason);
	return true;
}

void
zv_hub_say_goodbye(struct zv_hub *h, int retry_ms, int64_t now_ms)
{
	struct zv_node *node, *following;
	char reason[80];

	h->now_ms = now_ms;
	snprintf(reason, sizeof reason, "going away: come back in %d ms", retry_ms);
	ZV_EACH(&h->sessions, node, following)
	zv_session_end(ZV_OWNER(node, struct zv_session, all), 1001, reason);
}

/* ---- its dialect ----------------------------------------------------------------------------------- */

void
zv_session_touch(struct zv_session *s)
{
	s->wake_ms = s->dialect->deadline && !s->over_code ? s->dialect->deadline(s)
							   : INT64_MAX;
	if (s->wake_ms == INT64_MAX) {
		if (zv_list_is_linked(&s->timed))
			zv_list_remove(&s->timed);
		return;
	}
	if (!zv_list_is_linked(&s->timed))
		zv_list_append(&s->hub->timed, &s->timed);
	if (s->wake_ms < s->hub->timed_ms)
		s->hub->timed_ms = s->wake_ms;
}

void
zv_session_tell(struct zv_session *s, size_t server, const struct zv_call_event *event,
		struct zv_message *shared)
{
	s->dialect->on_event(s, server, event, shared);
	if (s->dialect->deadline)
		zv_session_touch(s);
}

void
zv_session_synced(struct zv_session *s, size_t server, int64_t now_ms)
{
	if (s->over_code || !s->dialect->on_synced)
		return;
	s->dialect->on_synced(s, server, now_ms);
	zv_session_touch(s);
}

void
zv_session_input(struct zv_session *s, struct zv_str text, int64_t now_ms)
{
	s->hub->now_ms = now_ms;
	if (s->over_code)
		return;
	if (text.n > s->hub->limits.input_bytes) {
		s->hub->counters.bad_inputs++;
		zv_session_end(s, 1009, "this message is too long");
		return;
	}
	s->dialect->input(s, text, now_ms);
	zv_session_touch(s);
}

static void
refuse_busy(const struct zv_job_owner *owner)
{
	static const char members[] =
		"\"error\":{\"code\":\"busy\",\"message\":\"too many commands of this "
		"session are going on: wait for one to end\"}";

	if (owner && owner->done)
		owner->done(owner->owner, NULL, 503, false, zvon_str(members));
}

struct zv_job *
zv_session_command(struct zv_session *s, struct zv_str name, const struct json_t *args,
		   const struct zv_job_owner *owner, int64_t now_ms)
{
	const struct zv_who who = zv_who_of_session(s);
	struct zv_user user = *who.user;

	if (zv_jobs_of_session(s->hub->jobs, s) >= s->hub->limits.jobs_of_a_session) {
		refuse_busy(owner);
		return NULL;
	}
	user.lines = who.lines;
	user.n_lines = who.n_lines;
	if (s->context)
		user.context = zvon_str(s->context);
	return zv_jobs_start(s->hub->jobs, s, &user, name, args, owner, now_ms);
}

/* ---- its beginning ------------------------------------------------------------------------------------ */

static int
refuse(struct zv_error *err, int code, const char *text)
{
	zv_fail(err, code, "%s", text);
	return code;
}

static int
check_limits(struct zv_hub *h, const struct zv_person *p, struct zv_error *err)
{
	if (h->n_sessions >= h->limits.sessions)
		return refuse(err, ZV_EBUSY, "too many sessions on this server: later");
	if (!p->user->shared && p->n_sessions >= h->limits.sessions_of_a_user)
		return refuse(err, ZV_EBUSY,
			      "this user has too many sessions: close another one");
	return 0;
}

int
zv_hub_reserve_found(struct zv_hub *h)
{
	size_t cap = h->found_cap ? h->found_cap * 2 : 16;
	struct zv_session **found;

	if (h->n_sessions < h->found_cap)
		return 0;
	found = zv_realloc(h->found, cap * sizeof *found);
	if (!found)
		return ZV_ENOMEM;
	h->found = found;
	h->found_cap = cap;
	return 0;
}

static struct zv_session *
make_session(struct zv_hub *h, const struct zv_dialect *dialect, struct zv_person *p,
	     struct zv_str remote, void *owner)
{
	struct zv_session *s = zv_calloc(1, sizeof *s + dialect->room);
	char *text = s ? zv_memdup(remote.p, remote.n) : NULL;

	if (!text) {
		zv_free(s);
		return NULL;
	}
	s->hub = h;
	s->dialect = dialect;
	s->person = p;
	s->owner = owner;
	s->remote = (struct zv_str){ text, remote.n };
	s->wake_ms = INT64_MAX;
	zv_list_append(&h->sessions, &s->all);
	zv_list_append(&p->sessions, &s->of_person);
	h->n_sessions++;
	p->n_sessions++;
	return s;
}

/* The dialect's open may have ended it: its owner is told that by is_over. */
static int
open_session(struct zv_session *s, int64_t now_ms)
{
	s->rights = zv_session_make_rights(s, s->person->user, &s->sees_all);
	if (!s->rights)
		return ZV_ENOMEM;
	s->opened = true;
	if (s->dialect->open(s, now_ms) < 0)
		return ZV_ENOMEM;
	zv_session_touch(s);
	return 0;
}

struct zv_session *
zv_session_new(struct zv_hub *h, enum zv_dialect_kind dialect,
	       const struct zv_user *user, struct zv_str remote, void *owner,
	       int64_t now_ms, struct zv_error *err)
{
	struct zv_person *p = zv_person_find(h, user->name);
	struct zv_session *s;

	h->now_ms = now_ms;
	h->last_is_known = true;
	if (!p) {
		refuse(err, ZV_EBUSY, "this user is not in the configuration any more");
		return NULL;
	}
	if (check_limits(h, p, err) < 0)
		return NULL;
	s = zv_hub_reserve_found(h) < 0
		    ? NULL
		    : make_session(h, dialects[dialect], p, remote, owner);
	if (!s || open_session(s, now_ms) < 0) {
		zv_session_free(s);
		refuse(err, ZV_ENOMEM, "out of memory: later");
		return NULL;
	}
	return s;
}

void
zv_session_free(struct zv_session *s)
{
	struct zv_hub *h;

	if (!s)
		return;
	h = s->hub;
	s->over_code = s->over_code ? s->over_code : 1000; /* nothing is put any more */
	zv_jobs_forget_session(h->jobs, s);
	if (s->opened && s->dialect->close)
		s->dialect->close(s);
	zv_watches_end(s);
	zv_session_listen(s, false);
	if (zv_list_is_linked(&s->timed))
		zv_list_remove(&s->timed);
	zv_session_drop_queue(s);
	zv_ears_free(s->rights, &h->topics);
	zv_ears_free(s->narrow, &h->topics);
	zv_list_remove(&s->all);
	zv_list_remove(&s->of_person);
	h->n_sessions--;
	s->person->n_sessions--;
	zv_free((char *)(uintptr_t)s->remote.p);
	zv_free(s->lines);
	zv_free(s->over_text);
	zv_free(s->context);
	zv_free(s);
}
