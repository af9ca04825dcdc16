#include "hub/call_limits.h"

#include "base/mem.h"

struct caller {
	struct zv_node node;
	struct zv_node calls; /* of struct zv_made_call */
	char *name;
	int64_t *times; /* of the last calls, oldest first */
	size_t n, cap;
};

struct zv_made_call {
	struct zv_node node;
	size_t server;
	char *call;  /* NULL: not known yet */
	bool active; /* its command goes on */
	bool counts; /* at once */
};

void
zv_call_limits_init(struct zv_call_limits *l)
{
	zv_list_init(&l->callers);
}

static void
free_call(struct zv_made_call *m)
{
	zv_list_remove(&m->node);
	zv_free(m->call);
	zv_free(m);
}

static void
free_caller(struct caller *c)
{
	struct zv_node *node, *next;

	ZV_EACH(&c->calls, node, next)
	{
		free_call(ZV_OWNER(node, struct zv_made_call, node));
	}
	zv_list_remove(&c->node);
	zv_free(c->name);
	zv_free(c->times);
	zv_free(c);
}

void
zv_call_limits_deinit(struct zv_call_limits *l)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->callers, node, next)
	{
		free_caller(ZV_OWNER(node, struct caller, node));
	}
}

/* ---- who calls ------------------------------------------------------------------------ */

static void
forget_old(struct caller *c, int64_t now_ms)
{
	size_t old = 0;

	while (old < c->n && c->times[old] <= now_ms - ZV_LIMIT_MINUTE_MS)
		old++;
	c->n -= old;
	if (old && c->n)
		memmove(c->times, c->times + old, c->n * sizeof *c->times);
}

/* Those who have nothing to count are forgotten on the way, so that the list is no longer
 * than the users who called in the last minute or are in calls. */
static struct caller *
find(struct zv_call_limits *l, struct zv_str name, int64_t now_ms)
{
	struct caller *found = NULL;
	struct zv_node *node, *next;

	ZV_EACH(&l->callers, node, next)
	{
		struct caller *c = ZV_OWNER(node, struct caller, node);

		forget_old(c, now_ms);
		if (zvon_str_equal(zvon_str(c->name), name))
			found = c;
		else if (c->n == 0 && zv_list_is_empty(&c->calls))
			free_caller(c);
	}
	return found;
}

static struct caller *
add(struct zv_call_limits *l, struct zv_str name)
{
	struct caller *c = zv_calloc(1, sizeof *c);

	if (c)
		c->name = zv_memdup(name.p ? name.p : "", name.n);
	if (!c || !c->name) {
		zv_free(c);
		return NULL;
	}
	zv_list_init(&c->calls);
	zv_list_append(&l->callers, &c->node);
	return c;
}

static int
count_now(const struct caller *c)
{
	int n = 0;

	for (const struct zv_node *node = c->calls.next; node != &c->calls;
	     node = node->next)
		n += ZV_OWNER(node, struct zv_made_call, node)->counts;
	return n;
}

/* ---- may he ------------------------------------------------------------------------------ */

static int
wait_of_minute(const struct caller *c, int most, int64_t now_ms)
{
	size_t n = c ? c->n : 0;

	if (most < 0)
		return 0;
	if (most > ZV_LIMIT_A_MINUTE_MOST)
		most = ZV_LIMIT_A_MINUTE_MOST;
	if (n < (size_t)most)
		return 0;
	return (int)(c->times[n - (size_t)most] + ZV_LIMIT_MINUTE_MS - now_ms);
}

int
zv_call_limits_wait(struct zv_call_limits *l, struct zv_str caller,
		    const struct zv_role *role, bool at_once, int64_t now_ms,
		    const char **what)
{
	const struct caller *c = find(l, caller, now_ms);
	int wait;

	*what = "the role may make no calls (calls_a_minute or calls_at_once is 0)";
	if (role->calls_a_minute == 0 || (at_once && role->calls_at_once == 0))
		return -1;
	*what = "calls_a_minute of the role";
	wait = wait_of_minute(c, role->calls_a_minute, now_ms);
	if (wait)
		return wait;
	*what = "calls_at_once of the role";
	if (at_once && c && role->calls_at_once > 0 &&
	    count_now(c) >= role->calls_at_once)
		return ZV_LIMIT_AT_ONCE_MS;
	return 0;
}

static int
note_time(struct caller *c, int64_t now_ms)
{
	if (c->n == ZV_LIMIT_A_MINUTE_MOST) {
		c->n--;
		memmove(c->times, c->times + 1, c->n * sizeof *c->times);
	}
	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 8;
		int64_t *times = zv_realloc(c->times, cap * sizeof *times);

		if (!times)
			return ZV_ENOMEM;
		c->times = times;
		c->cap = cap;
	}
	c->times[c->n++] = now_ms;
	return 0;
}

struct zv_made_call *
zv_call_limits_take(struct zv_call_limits *l, struct zv_str caller, bool at_once,
		    int64_t now_ms)
{
	struct caller *c = find(l, caller, now_ms);
	struct zv_made_call *m = zv_calloc(1, sizeof *m);

	if (m && !c)
		c = add(l, caller);
	if (!m || !c || note_time(c, now_ms) < 0) {
		zv_free(m);
		return NULL;
	}
	m->active = true;
	m->counts = at_once;
	zv_list_append(&c->calls, &m->node);
	return m;
}

/* ---- what became of it ---------------------------------------------------------------------- */

int
zv_call_limits_is(struct zv_made_call *m, size_t server, struct zv_str call)
{
	char *copy = zv_memdup(call.p, call.n);

	if (!copy)
		return ZV_ENOMEM;
	zv_free(m->call);
	m->call = copy;
	m->server = server;
	return 0;
}

void
zv_call_limits_over(struct zv_made_call *m)
{
	m->active = false;
	if (!m->call || !m->counts)
		free_call(m);
}

static void
call_ended(struct zv_made_call *m, const struct zv_call_event *event)
{
	if (event->into.n && zv_call_limits_is(m, m->server, event->into) == 0)
		return;
	m->counts = false;
	if (!m->active)
		free_call(m);
}

static void
each_call(struct zv_call_limits *l, size_t server, const struct zv_call_event *event)
{
	struct zv_node *node, *next, *inner, *after;

	ZV_EACH(&l->callers, node, next)
	{
		struct caller *c = ZV_OWNER(node, struct caller, node);

		ZV_EACH(&c->calls, inner, after)
		{
			struct zv_made_call *m =
				ZV_OWNER(inner, struct zv_made_call, node);

			if (m->call && m->server == server &&
			    (!event ||
			     zvon_str_equal(zvon_str(m->call), event->call->id)))
				call_ended(m, event ? event
						    : &(struct zv_call_event){ 0 });
		}
	}
}

void
zv_call_limits_on_event(struct zv_call_limits *l, size_t server,
			const struct zv_call_event *event)
{
	if (event->kind == ZV_CALL_ENDED && event->call)
		each_call(l, server, event);
}

void
zv_call_limits_forget_server(struct zv_call_limits *l, size_t server)
{
	each_call(l, server, NULL);
}
