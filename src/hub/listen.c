/* listen.c - what a session may see, and wants to: where events look for it. */
#include "hub/hub_impl.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

/* ---- what it may see ------------------------------------------------------------------- */

static int
add_all(struct zv_ears *e, struct zv_topics *t, enum zv_topic_kind kind,
	const struct zv_str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (zv_ears_add(e, t, kind, names[i]) < 0)
			return ZV_ENOMEM;
	return 0;
}

struct zv_ears *
zv_view_make_rights(struct zv_hub *h, const struct zv_who *who, struct zv_session *s)
{
	enum zv_scope scope = zv_who_sees(who);
	size_t n_lines = scope == ZV_SCOPE_ALL ? 0 : who->n_lines;
	size_t n_queues = scope == ZV_SCOPE_QUEUES ? who->user->n_queues : 0;
	struct zv_ears *e = zv_ears_new(n_lines + n_queues, s);

	if (!e)
		return NULL;
	if (add_all(e, &h->topics, ZV_TOPIC_LINE, who->lines, n_lines) < 0 ||
	    add_all(e, &h->topics, ZV_TOPIC_QUEUE, who->user->queues, n_queues) < 0) {
		zv_ears_free(e, &h->topics);
		return NULL;
	}
	return e;
}

struct zv_ears *
zv_session_make_rights(struct zv_session *s, const struct zv_user *user, bool *sees_all)
{
	struct zv_who who = zv_who_of_user(user);

	if (s->lines) {
		who.lines = s->lines;
		who.n_lines = s->n_lines;
	}
	*sees_all = zv_who_sees(&who) == ZV_SCOPE_ALL;
	return zv_view_make_rights(s->hub, &who, s);
}

bool
zv_session_wants(const struct zv_session *s, enum zv_call_event_kind kind,
		 const struct zv_topic *server, struct zv_topic *const *tags,
		 size_t n_tags)
{
	if (s->events && !(s->events & 1u << kind))
		return false;
	if (kind == ZV_SERVER_STATE)
		return true;
	if (!s->sees_all && !zv_ears_hear(s->rights, server, tags, n_tags))
		return false;
	return !s->narrow || zv_ears_hear(s->narrow, server, tags, n_tags);
}

/* ---- where events look for it -------------------------------------------------------------- */

void
zv_session_unindex(struct zv_session *s)
{
	if (zv_list_is_linked(&s->open))
		zv_list_remove(&s->open);
	if (s->rights)
		zv_ears_leave(s->rights);
	if (s->narrow)
		zv_ears_leave(s->narrow);
}

/* By the narrower of the two, as far as that is known without counting. */
void
zv_session_index(struct zv_session *s)
{
	if (!s->listens)
		return;
	if (!s->sees_all)
		zv_ears_join(s->rights);
	else if (s->narrow)
		zv_ears_join(s->narrow);
	else if (!zv_list_is_linked(&s->open))
		zv_list_append(&s->hub->open_ears, &s->open);
}

void
zv_session_listen(struct zv_session *s, bool on)
{
	zv_session_unindex(s);
	s->listens = on && !s->over_code;
	zv_session_index(s);
}

/* ---- what it wants --------------------------------------------------------------------------- */

static struct zv_ears *
make_narrow(struct zv_session *s, const struct zv_narrow *n)
{
	struct zv_topics *t = &s->hub->topics;
	struct zv_ears *e = zv_ears_new(n->n_lines + n->n_queues + n->n_numbers, s);

	if (!e)
		return NULL;
	if (add_all(e, t, ZV_TOPIC_LINE, n->lines, n->n_lines) < 0 ||
	    add_all(e, t, ZV_TOPIC_QUEUE, n->queues, n->n_queues) < 0 ||
	    add_all(e, t, ZV_TOPIC_NUMBER, n->numbers, n->n_numbers) < 0) {
		zv_ears_free(e, t);
		return NULL;
	}
	return e;
}

int
zv_session_narrow(struct zv_session *s, const struct zv_narrow *n)
{
	struct zv_ears *ears = NULL;

	if (n->lines || n->queues || n->numbers) {
		ears = make_narrow(s, n);
		if (!ears)
			return ZV_ENOMEM;
	}
	zv_session_unindex(s);
	zv_ears_free(s->narrow, &s->hub->topics);
	s->narrow = ears;
	s->events = n->events;
	zv_session_index(s);
	return 0;
}

/* ---- lines instead of the user's ---------------------------------------------------------------- */

static bool
has_text(const struct zv_str *list, size_t n, struct zv_str text)
{
	for (size_t i = 0; i < n; i++)
		if (zvon_str_equal(list[i], text))
			return true;
	return false;
}

/* "101" may stand for "office/101" of the configuration, and the other way round not. */
static bool
may_be_his(const struct zv_user *user, struct zv_str text)
{
	struct zv_str server, line, its_server, its_line;

	if (user->n_lines == 0 || has_text(user->lines, user->n_lines, text))
		return true;
	zv_line_split(text, &server, &line);
	for (size_t i = 0; i < user->n_lines; i++) {
		zv_line_split(user->lines[i], &its_server, &its_line);
		if (server.n && !its_server.n && zvon_str_equal(line, its_line))
			return true;
	}
	return false;
}

bool
zv_session_lines_allowed(const struct zv_session *s, const struct zv_user *user)
{
	for (size_t i = 0; s->lines && i < s->n_lines; i++)
		if (!may_be_his(user, s->lines[i]))
			return false;
	return true;
}

static struct zv_str *
copy_lines(const struct zv_str *lines, size_t n)
{
	size_t bytes = 0;
	struct zv_str *copy;
	char *text;

	for (size_t i = 0; i < n; i++)
		bytes += lines[i].n;
	copy = zv_malloc(n * sizeof *copy + bytes);
	if (!copy)
		return NULL;
	text = (char *)(copy + n);
	for (size_t i = 0; i < n; i++) {
		memcpy(text, lines[i].p, lines[i].n);
		copy[i] = (struct zv_str){ text, lines[i].n };
		text += lines[i].n;
	}
	return copy;
}

static int
check_lines(const struct zv_session *s, const struct zv_str *lines, size_t n,
	    struct zv_error *err)
{
	if (n > ZV_USER_LINES_MAX) {
		zv_fail(err, ZV_ETOOBIG, "more than %d lines", ZV_USER_LINES_MAX);
		return ZV_ETOOBIG;
	}
	for (size_t i = 0; i < n; i++) {
		if (!lines[i].n || lines[i].n > ZV_TOPIC_MAX_NAME) {
			zv_fail(err, ZV_EINVAL, "a line without a name");
			return ZV_EINVAL;
		}
		if (!may_be_his(s->person->user, lines[i])) {
			zv_fail(err, ZV_EAUTH, "line %.*s is not one of yours",
				ZV_ARG(lines[i]));
			return ZV_EAUTH;
		}
	}
	return 0;
}

int
zv_session_set_lines(struct zv_session *s, const struct zv_str *lines, size_t n,
		     struct zv_error *err)
{
	struct zv_str *old = s->lines, *copy;
	struct zv_ears *rights = NULL;
	size_t n_old = s->n_lines;
	bool sees_all;
	int rc = check_lines(s, lines, n, err);

	if (rc < 0)
		return rc;
	copy = copy_lines(lines, n);
	s->lines = copy;
	s->n_lines = n;
	if (copy)
		rights = zv_session_make_rights(s, s->person->user, &sees_all);
	if (!rights) {
		zv_free(copy);
		s->lines = old;
		s->n_lines = n_old;
		zv_fail(err, ZV_ENOMEM, "out of memory");
		return ZV_ENOMEM;
	}
	zv_free(old);
	zv_session_unindex(s);
	zv_ears_free(s->rights, &s->hub->topics);
	s->rights = rights;
	zv_session_index(s);
	return 0;
}

/* ---- the context in which its calls are dialled ------------------------------------------------- */

static bool
may_dial_in(const struct zv_user *user, struct zv_str context)
{
	return !context.n || zvon_str_equal(context, user->context) ||
	       has_text(user->contexts, user->n_contexts, context);
}

int
zv_session_set_context(struct zv_session *s, struct zv_str context,
		       struct zv_error *err)
{
	char *copy = NULL;

	if (!may_dial_in(s->person->user, context))
		return zv_fail(err, ZV_EAUTH, "context %.*s is not one of yours",
			       ZV_ARG(context));
	if (context.n && !(copy = zv_memdup(context.p, context.n)))
		return zv_fail_nomem(err);
	zv_free(s->context);
	s->context = copy;
	return 0;
}

const struct zv_str *
zv_session_lines(const struct zv_session *s, size_t *n)
{
	const struct zv_who who = zv_who_of_session(s);

	*n = who.n_lines;
	return who.lines;
}
