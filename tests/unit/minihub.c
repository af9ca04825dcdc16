/* What the commands need of the hub, without sessions, until it is there. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "hub/jobs.h"
#include "hub/sight.h"

struct server {
	struct zv_hub_server pub;
	bool up;
	int major;
};

struct zv_hub {
	struct zv_hub_options o;
	struct zv_jobs *jobs;
	struct server servers[4];
	size_t n_servers;
	const struct zv_user *users;
	size_t n_users;
};

struct zv_hub *
zv_hub_new(const struct zv_hub_options *options)
{
	struct zv_hub *h = zv_calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->o = *options;
	h->jobs = zv_jobs_new(h);
	if (!h->jobs) {
		zv_free(h);
		return NULL;
	}
	return h;
}

void
zv_hub_free(struct zv_hub *h)
{
	if (h)
		zv_jobs_free(h->jobs);
	zv_free(h);
}

int
zv_hub_add_server(struct zv_hub *h, const struct zv_hub_server *server)
{
	h->servers[h->n_servers].pub = *server;
	return (int)h->n_servers++;
}

void
zv_hub_on_event(struct zv_hub *h, size_t server, const struct zv_call_event *event)
{
	zv_jobs_on_event(h->jobs, server, event);
}

void
zv_hub_on_packet(struct zv_hub *h, size_t server, const struct zv_packet *packet,
		 int64_t now_ms)
{
	zv_jobs_on_packet(h->jobs, server, packet, now_ms);
}

void
zv_hub_on_state(struct zv_hub *h, size_t server, const struct zv_client_status *status,
		int64_t now_ms)
{
	h->servers[server].up = status->state == ZV_STATE_READY;
	h->servers[server].major = status->ami_major;
	zv_jobs_on_state(h->jobs, server, h->servers[server].up, now_ms);
}

void
zv_hub_on_reply(struct zv_hub *h, uint64_t ticket, enum zv_reply_part part, int status,
		const struct zv_packet *packet, int64_t now_ms)
{
	zv_jobs_on_reply(h->jobs, ticket, part, status, packet, now_ms);
}

int
zv_hub_set_users(struct zv_hub *h, const struct zv_user *users, size_t n, int64_t now_ms)
{
	h->users = users;
	h->n_users = n;
	return zv_jobs_on_users(h->jobs, now_ms);
}

const struct zv_user *
zv_hub_find_user(const struct zv_hub *h, struct zv_str name)
{
	for (size_t i = 0; i < h->n_users; i++)
		if (zvon_str_equal(h->users[i].name, name))
			return &h->users[i];
	return NULL;
}

int64_t
zv_hub_deadline(const struct zv_hub *h)
{
	return zv_jobs_deadline(h->jobs);
}

void
zv_hub_tick(struct zv_hub *h, int64_t now_ms)
{
	zv_jobs_tick(h->jobs, now_ms);
}

void
zv_hub_counters(const struct zv_hub *h, struct zv_hub_counters *out)
{
	*out = (struct zv_hub_counters){ 0 };
	zv_jobs_counters(h->jobs, out);
}

struct zv_jobs *
zv_hub_jobs(struct zv_hub *h)
{
	return h->jobs;
}

const struct zv_log *
zv_hub_log(const struct zv_hub *h)
{
	return h->o.log;
}

uint64_t
zv_hub_random(struct zv_hub *h)
{
	return h->o.hooks.random(h->o.context);
}

bool
zv_hub_letters_in_numbers(const struct zv_hub *h)
{
	return h->o.letters_in_numbers;
}

int
zv_hub_send(struct zv_hub *h, size_t server, const struct zv_request *request,
	    int timeout_ms, uint64_t ticket, struct zv_error *err)
{
	return h->o.hooks.send(h->o.context, server, request, timeout_ms, ticket, err);
}

const struct zv_user *
zv_hub_next_user(const struct zv_hub *h, const struct zv_user *after)
{
	const struct zv_user *next = after ? after + 1 : h->users;

	return next < h->users + h->n_users ? next : NULL;
}

void
zv_hub_user_changed(struct zv_hub *h, struct zv_str user, int64_t now_ms)
{
	(void)h;
	(void)user;
	(void)now_ms;
}

size_t
zv_hub_n_servers(const struct zv_hub *h)
{
	return h->n_servers;
}

const struct zv_hub_server *
zv_hub_find_server(const struct zv_hub *h, size_t server)
{
	return server < h->n_servers ? &h->servers[server].pub : NULL;
}

bool
zv_hub_server_is_up(const struct zv_hub *h, size_t server)
{
	return server < h->n_servers && h->servers[server].up;
}

int
zv_hub_server_ami_major(const struct zv_hub *h, size_t server)
{
	return h->servers[server].major;
}

/* ---- who ------------------------------------------------------------------------------ */

struct zv_who
zv_who_of_user(const struct zv_user *user)
{
	return (struct zv_who){ user, user->lines, user->n_lines };
}

struct zv_who
zv_who_of_session(const struct zv_session *s)
{
	(void)s;
	return (struct zv_who){ 0 };
}

enum zv_scope
zv_who_sees(const struct zv_who *who)
{
	return zv_role_has(who->user->role, ZV_RIGHT_RAW) ? ZV_SCOPE_ALL
							   : who->user->role->sees;
}

bool
zv_sight_call(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
	      size_t server, const struct zv_call *call)
{
	(void)h;
	(void)server;
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		for (size_t i = 0; i < who->n_lines; i++)
			if (zvon_str_equal(leg->line, who->lines[i]))
				return true;
	for (size_t i = 0; i < who->user->n_queues && scope == ZV_SCOPE_QUEUES; i++)
		if (zvon_str_equal(call->queue, who->user->queues[i]))
			return true;
	return scope == ZV_SCOPE_ALL;
}

const char *
zv_right_name(enum zv_right right)
{
	return right == ZV_RIGHT_DIAL ? "dial" : "other";
}

int
zv_number_clean(struct zv_str text, bool letters, char out[ZV_NUMBER_MAX + 1],
		struct zv_error *err)
{
	size_t n = 0;

	(void)letters;
	for (size_t i = 0; i < text.n; i++) {
		if (strchr(" ()-.", text.p[i]) && text.p[i])
			continue;
		if (!strchr("0123456789*#+", text.p[i]) || !text.p[i])
			return zv_fail(err, ZV_EINVAL, "character %zu", i + 1);
		if (n == ZV_NUMBER_MAX)
			return zv_fail(err, ZV_ETOOBIG, "is too long");
		out[n++] = text.p[i];
	}
	out[n] = 0;
	return 0;
}

bool
zv_role_may_dial(const struct zv_role *role, struct zv_str number,
		 const struct zv_dial_rule **rule)
{
	if (rule)
		*rule = NULL;
	(void)role;
	return number.n >= 2 && number.n <= 6 && number.p[0] != '0' &&
	       number.p[0] != '+';
}

int
zv_hub_change_server(struct zv_hub *h, size_t server, const struct zv_hub_server *now)
{
	h->servers[server].pub = *now;
	return 0;
}
