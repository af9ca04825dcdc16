#include "zvond/history_task.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/zone.h"

#define RETRY_MS 1000

/* ---- who ---------------------------------------------------------------------------------- */

static int
copy_texts(struct zv_history_texts *to, const struct zv_str *from, size_t n)
{
	for (size_t i = 0; i < n && i < ZV_HISTORY_NUMBERS_MAX; i++) {
		char *copy = zv_memdup(from[i].p, from[i].n);

		if (!copy)
			return ZV_ENOMEM;
		to->list[to->n++] = (struct zv_str){ copy, from[i].n };
	}
	return 0;
}

static void
free_texts(struct zv_history_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		zv_free((void *)t->list[i].p);
}

_Static_assert(ZV_USER_LINES_MAX <= ZV_HISTORY_NUMBERS_MAX &&
		       ZV_USER_QUEUES_MAX <= ZV_HISTORY_NUMBERS_MAX,
	       "what a user has fits");

/* A reload may take the user away while it is asked. */
static int
copy_user(struct zv_history_task *t, const struct zv_user *user)
{
	int rc = zv_buf_add(&t->user, user->name);

	t->sees = zv_role_history(user->role);
	t->hears = zv_role_recordings(user->role);
	if (rc == 0)
		rc = copy_texts(&t->lines, user->lines, user->n_lines);
	if (rc == 0)
		rc = copy_texts(&t->queues, user->queues, user->n_queues);
	return rc;
}

static size_t
questions_of(struct zv_daemon *d, struct zv_str user)
{
	struct zv_node *node, *next;
	size_t n = 0;

	ZV_EACH(&d->questions, node, next)
	{
		struct zv_history_task *t =
			ZV_OWNER(node, struct zv_history_task, node);

		n += zvon_str_equal(zv_buf_str(&t->user), user);
	}
	return n;
}

/* ---- the beginning ------------------------------------------------------------------------ */

static bool
may_ask(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);

	if (!d->historian)
		zv_exchange_refuse(x, 404, "no_history",
				   "no history is kept: the administrator turns it on "
				   "with store = in [history] of zvond.conf");
	else if (zv_role_history(x->user->role) == ZV_REACH_NONE)
		zv_exchange_refuse(x, 403, "denied",
				   "your role sees no history: the administrator sets "
				   "history = in [role %.*s]",
				   ZV_ARG(x->user->role->name));
	else if (questions_of(d, x->user->name) >= ZV_HISTORY_OF_A_USER)
		zv_exchange_refuse_for(
			x, 429, RETRY_MS, "limit",
			"too many questions to the history at once: wait "
			"for their answers");
	else
		return true;
	return false;
}

struct zv_history_task *
zv_history_task_new(struct zv_exchange *x)
{
	struct zv_history_task *t;

	if (!may_ask(x))
		return NULL;
	t = zv_calloc(1, sizeof *t);
	if (t) {
		t->daemon = zv_exchange_daemon(x);
		t->x = x;
		zv_list_append(&t->daemon->questions, &t->node);
		zv_history_asked_init(&t->asked,
				      zv_historian_zone(t->daemon->historian));
	}
	if (!t || copy_user(t, x->user) < 0) {
		zv_history_task_free(t);
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
		return NULL;
	}
	return t;
}

void
zv_history_task_free(struct zv_history_task *t)
{
	if (!t)
		return;
	zv_list_remove(&t->node);
	zv_timer_free(t->timer);
	zv_history_asked_deinit(&t->asked);
	zv_buf_deinit(&t->user);
	zv_buf_deinit(&t->id);
	zv_buf_deinit(&t->body);
	free_texts(&t->lines);
	free_texts(&t->queues);
	zv_free(t);
}

/* ---- refusing ------------------------------------------------------------------------------- */

static const struct {
	int code, status;
	const char *name;
	const char *cure; /* behind the reason; may be empty */
} refusals[] = {
	{ ZV_EINVAL, 400, "bad_argument", "" },
	{ ZV_EPROTO, 400, "bad_argument", "" },
	{ ZV_ETOOBIG, 400, "bad_argument", "" },
	{ ZV_ETIMEOUT, 504, "timeout",
	  ": ask for less, with from and to, or a number" },
};

void
zv_history_task_refuse(struct zv_history_task *t, int rc, const struct zv_error *err)
{
	struct zv_exchange *x = t->x;
	size_t i = 0;

	while (i < sizeof refusals / sizeof *refusals && refusals[i].code != rc)
		i++;
	if (x && t->is_missing)
		zv_exchange_refuse(x, 404, "not_found", "%s", err->text);
	else if (x && i < sizeof refusals / sizeof *refusals)
		zv_exchange_refuse(x, refusals[i].status, refusals[i].name, "%s%s",
				   err->text, refusals[i].cure);
	else if (x)
		zv_exchange_refuse_for(x, 503, RETRY_MS,
				       rc == ZV_EBUSY || rc == ZV_ENOMEM ? "busy"
									 : "store_down",
				       err->text);
	zv_history_task_free(t);
}

/* ---- asking and answering -------------------------------------------------------------------- */

/* A zone that was named: its file is read here, and with it what times were meant. */
static int
find_zone(struct zv_history_asked *a, struct zv_error *err)
{
	struct zv_error why = { 0 };
	struct zv_zone *zone;

	if (!a->zone_name.n)
		return 0;
	zone = zv_zone_open(zv_buf_str(&a->zone_name), &why);
	if (!zone)
		return zv_fail(err, why.code == ZV_ENOMEM ? ZV_ENOMEM : ZV_EINVAL,
			       "tz: %s", why.text);
	zv_history_asked_take_zone(a, zone);
	return zv_history_asked_end(a, err);
}

static int
work(struct zv_store *s, void *task, struct zv_error *err)
{
	struct zv_history_task *t = task;
	int rc = find_zone(&t->asked, err);

	if (rc >= 0)
		rc = t->face->work(s, t, err);
	if (rc >= 0 && zv_buf_failed(&t->body))
		return zv_fail_nomem(err);
	return rc;
}

static void
forget(struct zv_exchange *x)
{
	struct zv_history_task *t = x->waiting;

	t->x = NULL;
}

int
zv_history_task_ask(struct zv_history_task *t,
		    void (*done)(void *task, int rc, const struct zv_error *err),
		    struct zv_error *err)
{
	const struct zv_historian_ask ask = {
		.work = work,
		.done = done,
		.task = t,
		.timeout_ms = ZV_HISTORY_TIMEOUT_MS,
	};
	int rc = zv_historian_ask(t->daemon->historian, &ask, err);

	if (rc < 0)
		return rc;
	t->x->waiting = t;
	t->x->cancel = forget;
	return 0;
}

static void
answer(struct zv_history_task *t)
{
	const struct zv_http_answer_field more = { "X-Next-Cursor", zvon_str(t->next) };
	const struct zv_reply reply = {
		.status = 200,
		.type = t->face->type,
		.body = zv_buf_str(&t->body),
		.more = &more,
		.n_more = t->next[0] ? 1 : 0,
	};

	zv_exchange_answer(t->x, &reply);
}

static void
on_done(void *task, int rc, const struct zv_error *err)
{
	struct zv_history_task *t = task;

	if (t->x) {
		t->x->cancel = NULL;
		t->x->waiting = NULL;
	}
	if (t->x && rc >= 0)
		answer(t);
	if (rc < 0)
		zv_history_task_refuse(t, rc, err);
	else
		zv_history_task_free(t);
}

void
zv_history_task_run(struct zv_history_task *t, const struct zv_history_face *face)
{
	struct zv_error err = { 0 };
	int rc;

	t->face = face;
	rc = zv_history_task_ask(t, on_done, &err);
	if (rc < 0)
		zv_history_task_refuse(t, rc, &err);
}
