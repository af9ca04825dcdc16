#include "hub/hub_impl.h"

#include "base/mem.h"
#include "hub/agents.h"
#include "hub/jobs.h"

struct zv_person *
zv_person_find(const struct zv_hub *h, struct zv_str name)
{
	return zv_map_find(&h->users_by_name, name);
}

const struct zv_user *
zv_hub_find_user(const struct zv_hub *h, struct zv_str name)
{
	const struct zv_person *p = zv_person_find(h, name);

	return p ? p->user : NULL;
}

const struct zv_user *
zv_hub_next_user(const struct zv_hub *h, const struct zv_user *after)
{
	const struct zv_user *next = after ? after + 1 : h->users;

	return next && next < h->users + h->n_users ? next : NULL;
}

static void
free_persons(struct zv_map *persons)
{
	struct zv_person *p;
	size_t cursor = 0;

	while ((p = zv_map_next(persons, &cursor)))
		zv_free(p);
	zv_map_deinit(persons);
}

void
zv_persons_deinit(struct zv_hub *h)
{
	free_persons(&h->users_by_name);
}

/* ---- other users ---------------------------------------------------------------------- */

static int
add_person(struct zv_map *persons, const struct zv_user *user)
{
	struct zv_person *p = zv_calloc(1, sizeof *p);

	if (!p)
		return ZV_ENOMEM;
	p->user = user;
	zv_list_init(&p->sessions);
	if (zv_map_add(persons, user->name, p) < 0) {
		zv_free(p);
		return ZV_ENOMEM;
	}
	return 0;
}

/* The configuration sees to it that no name comes twice; the first would count. */
static int
make_persons(struct zv_hub *h, struct zv_map *persons, const struct zv_user *users,
	     size_t n)
{
	persons->seed = h->users_by_name.seed;
	for (size_t i = 0; i < n; i++)
		if (!zv_map_find(persons, users[i].name) &&
		    add_person(persons, &users[i]) < 0)
			return ZV_ENOMEM;
	return 0;
}

static void
drop_prepared(struct zv_hub *h)
{
	struct zv_node *node, *following;

	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		zv_ears_free(s->next_rights, &h->topics);
		s->next_rights = NULL;
	}
}

/* All that can fail, before anything is changed. */
static int
prepare(struct zv_hub *h, const struct zv_map *persons)
{
	struct zv_node *node, *following;

	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);
		const struct zv_person *p = zv_map_find(persons, s->person->user->name);
		bool sees_all;

		if (!p)
			continue;
		s->next_rights = zv_session_make_rights(s, p->user, &sees_all);
		if (!s->next_rights)
			return ZV_ENOMEM;
	}
	return 0;
}

static bool
same_texts(const struct zv_str *a, size_t n_a, const struct zv_str *b, size_t n_b)
{
	for (size_t i = 0; n_a == n_b && i < n_a; i++)
		if (!zvon_str_equal(a[i], b[i]))
			return false;
	return n_a == n_b;
}

static bool
same_rights(const struct zv_user *a, const struct zv_user *b)
{
	return a->role->rights == b->role->rights && a->role->sees == b->role->sees &&
	       a->role->controls == b->role->controls &&
	       zvon_str_equal(a->role->name, b->role->name) &&
	       zvon_str_equal(a->full_name, b->full_name) &&
	       same_texts(a->lines, a->n_lines, b->lines, b->n_lines) &&
	       same_texts(a->queues, a->n_queues, b->queues, b->n_queues);
}

static void
move_to(struct zv_session *s, struct zv_person *p)
{
	zv_list_remove(&s->of_person);
	s->person->n_sessions--;
	s->person = p;
	p->n_sessions++;
	zv_list_append(&p->sessions, &s->of_person);
}

/* A user that is gone stays as long as his session does: it ends. */
static void
take_over(struct zv_hub *h, struct zv_session *s, struct zv_person *p, int64_t now_ms)
{
	bool changed = !same_rights(s->person->user, p->user);

	zv_session_unindex(s);
	zv_ears_free(s->rights, &h->topics);
	s->rights = s->next_rights;
	s->next_rights = NULL;
	move_to(s, p);
	s->sees_all = zv_who_sees(&(struct zv_who){ .user = p->user }) == ZV_SCOPE_ALL;
	zv_session_index(s);
	if (!zv_session_lines_allowed(s, p->user))
		zv_session_end(s, 1008, "this line is not the user's any more");
	if (changed && !s->over_code && s->dialect->on_rights)
		s->dialect->on_rights(s, now_ms);
}

static const struct zv_role nobody = { .sees = ZV_SCOPE_OWN };
static const struct zv_user gone = { .name = { "", 0 }, .role = &nobody };

static void
send_away(struct zv_session *s)
{
	zv_session_unindex(s);
	zv_session_listen(s, false);
	zv_list_remove(&s->of_person);
	s->person->n_sessions--;
	s->person = &s->hub->gone;
	s->person->n_sessions++;
	zv_list_append(&s->person->sessions, &s->of_person);
	zv_session_end(s, 1008, "this user is not in the configuration any more");
}

int
zv_hub_set_users(struct zv_hub *h, const struct zv_user *users, size_t n,
		 int64_t now_ms)
{
	struct zv_map persons = { 0 }, old = h->users_by_name;
	struct zv_node *node, *following;

	if (make_persons(h, &persons, users, n) < 0 || prepare(h, &persons) < 0) {
		drop_prepared(h);
		free_persons(&persons);
		return ZV_ENOMEM;
	}
	h->now_ms = now_ms;
	h->gone.user = &gone;
	h->users_by_name = persons;
	h->users = users;
	h->n_users = n;
	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);
		struct zv_person *p = zv_person_find(h, s->person->user->name);

		if (p && s->person != &h->gone)
			take_over(h, s, p, now_ms);
		else if (s->person != &h->gone)
			send_away(s);
	}
	free_persons(&old);
	if (zv_jobs_on_users(h->jobs, now_ms) < 0)
		zv_log(h->log, ZV_LOG_ERROR, "hub",
		       "out of memory: auto pause does not know the users yet");
	return 0;
}

static bool
is_agent(const struct zv_session *s, struct zv_str key)
{
	const struct zv_who who = zv_who_of_session(s);
	struct zv_user user = *who.user;
	char text[ZV_AGENT_KEY];

	user.lines = who.lines;
	user.n_lines = who.n_lines;
	return zvon_str_equal(zv_agent_key_of(&user, text), key);
}

/* A key "NAME/LINE" is that of a user whom panels share. */
static struct zv_person *
person_of_key(const struct zv_hub *h, struct zv_str key)
{
	struct zv_person *p = zv_person_find(h, key);

	while (!p && key.n) {
		key.n--;
		if (key.p[key.n] == '/')
			p = zv_person_find(h, key);
	}
	return p;
}

void
zv_hub_user_changed(struct zv_hub *h, struct zv_str key, int64_t now_ms)
{
	struct zv_person *p = person_of_key(h, key);
	struct zv_node *node, *following;

	if (!p)
		return;
	ZV_EACH(&p->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, of_person);

		if (s->dialect->on_user && !s->over_code && is_agent(s, key)) {
			s->dialect->on_user(s, now_ms);
			zv_session_touch(s);
		}
	}
}
