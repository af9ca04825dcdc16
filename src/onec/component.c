#include <pthread.h>

#include "base/err.h"
#include "base/mem.h"
#include "onec/component_impl.h"
#include "onec/text16.h"

/* ---- life ------------------------------------------------------------------------------- */

static void
free_component(struct zv_component *c)
{
	if (c->own && c->class->free)
		c->class->free(c->own);
	zv_bridge_deinit(c);
	zv_buf_deinit(&c->error);
	zv_free(c);
}

void
zv_component_hold(struct zv_component *c)
{
	__atomic_add_fetch(&c->holders, 1, __ATOMIC_RELAXED);
}

void
zv_component_drop(struct zv_component *c)
{
	if (__atomic_sub_fetch(&c->holders, 1, __ATOMIC_ACQ_REL) == 0)
		free_component(c);
}

struct zv_component *
zv_component_new(const struct zv_class *class)
{
	struct zv_component *c = zv_calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->class = class;
	c->holders = 1;
	c->is_russian = true;
	c->answer_ms = ZV_ANSWER_MS;
	c->app = ZV_APP_UNKNOWN;
	c->methods = class->methods;
	c->n_methods = class->n_methods;
	zv_bridge_init(c);
	if (class->open && !(c->own = class->open(c))) {
		zv_component_drop(c);
		return NULL;
	}
	return c;
}

void
zv_component_attach(struct zv_component *c, const struct zv_host *host, void *face)
{
	if (c->host)
		return;
	c->face = face;
	if (host->app)
		c->app = host->app(face);
	if (host->set_event_depth)
		host->set_event_depth(face, ZV_EVENT_DEPTH);
	c->host = host;
}

void
zv_component_stop(struct zv_component *c)
{
	zv_bridge_stop(c);
}

void
zv_component_free(struct zv_component *c)
{
	if (!c)
		return;
	zv_bridge_stop(c);
	zv_component_drop(c);
}

/* ---- what it is -------------------------------------------------------------------------- */

const struct zv_class *
zv_component_class(const struct zv_component *c)
{
	return c->class;
}

void *
zv_component_own(struct zv_component *c)
{
	return c->own;
}

enum zv_app
zv_component_app(const struct zv_component *c)
{
	return c->app;
}

void
zv_component_set_locale(struct zv_component *c, struct zv_str locale)
{
	if (locale.n >= 2)
		__atomic_store_n(
			&c->is_russian,
			zv_name_equal((struct zv_str){ locale.p, 2 }, ZV_STR("ru")),
			__ATOMIC_RELAXED);
}

bool
zv_component_is_russian(const struct zv_component *c)
{
	return __atomic_load_n(&c->is_russian, __ATOMIC_RELAXED);
}

/* ---- its methods ------------------------------------------------------------------------- */

void
zv_component_use_methods(struct zv_component *c, const struct zv_method *methods,
			 size_t n)
{
	c->methods = methods;
	c->n_methods = n;
}

const struct zv_method *
zv_component_method(const struct zv_component *c, long number)
{
	if (number < 0 || (unsigned long)number >= c->n_methods)
		return NULL;
	return &c->methods[number];
}

size_t
zv_component_n_methods(const struct zv_component *c)
{
	return c->n_methods;
}

long
zv_component_find_method(const struct zv_component *c, struct zv_str name)
{
	return zv_methods_find(c->methods, c->n_methods, name);
}

/* ---- settings and figures ----------------------------------------------------------------- */

static int
check_range(struct zv_component *c, long long value, long long least, long long most,
	    struct zv_error *err)
{
	if (value >= least && value <= most)
		return 0;
	return zv_fail(err, ZV_EINVAL,
		       zv_component_is_russian(c)
			       ? "%lld вне допустимого: от %lld до %lld"
			       : "%lld is out of range: from %lld to %lld",
		       value, least, most);
}

int
zv_component_answer_ms(const struct zv_component *c)
{
	return __atomic_load_n(&c->answer_ms, __ATOMIC_RELAXED);
}

int
zv_component_set_answer_ms(struct zv_component *c, long long ms, struct zv_error *err)
{
	int rc = check_range(c, ms, ZV_ANSWER_LEAST_MS, ZV_ANSWER_MOST_MS, err);

	if (rc == 0)
		__atomic_store_n(&c->answer_ms, (int)ms, __ATOMIC_RELAXED);
	return rc;
}

int
zv_component_set_events_waiting(struct zv_component *c, long long n,
				struct zv_error *err)
{
	int rc = check_range(c, n, ZV_EVENTS_LEAST, ZV_EVENTS_MOST, err);

	if (rc == 0)
		zv_outbox_set_most(&c->outbox, (size_t)n);
	return rc;
}

/* NULL: it never was there, or it is gone. */
static const struct zv_host *
living_host(struct zv_component *c)
{
	return zv_bridge_is_stopped(c) ? NULL : c->host;
}

int
zv_component_set_event_depth(struct zv_component *c, long long depth,
			     struct zv_error *err)
{
	const struct zv_host *host = living_host(c);
	int rc = check_range(c, depth, 1, ZV_EVENTS_MOST, err);

	if (rc < 0)
		return rc;
	if (!host || !host->set_event_depth ||
	    !host->set_event_depth(c->face, (long)depth))
		return zv_fail(err, ZV_EIO,
			       zv_component_is_russian(c)
				       ? "1С не приняла глубину очереди событий %lld"
				       : "1C did not take the event queue depth %lld",
			       depth);
	return 0;
}

long
zv_component_event_depth(struct zv_component *c)
{
	const struct zv_host *host = living_host(c);

	return host && host->event_depth ? host->event_depth(c->face) : -1;
}

int
zv_component_set_status(struct zv_component *c, struct zv_str text,
			struct zv_error *err)
{
	const struct zv_host *host = living_host(c);

	if (host && host->status && c->app != ZV_APP_SERVER &&
	    host->status(c->face, text))
		return 0;
	return zv_fail(
		err, ZV_EIO,
		zv_component_is_russian(c)
			? "строки состояния нет: 1С без окна (сервер, внешнее "
			  "соединение)"
			: "there is no status line: a 1C without a window (server, "
			  "external connection)");
}

void
zv_component_forget_events(struct zv_component *c)
{
	const struct zv_host *host = living_host(c);

	zv_outbox_forget(&c->outbox);
	if (host && host->forget_events)
		host->forget_events(c->face);
}

void
zv_component_count(struct zv_component *c, struct zv_component_counters *out)
{
	zv_outbox_count(&c->outbox, out);
}

/* ---- what the threads share ---------------------------------------------------------------- */

void
zv_component_set_error(struct zv_component *c, const struct zv_error *err)
{
	pthread_mutex_lock(&c->lock);
	zv_buf_clear(&c->error);
	if (err)
		zv_buf_add(&c->error, zvon_str(err->text));
	pthread_mutex_unlock(&c->lock);
}

int
zv_component_last_error(struct zv_component *c, struct zv_buf *out)
{
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = zv_buf_add(out, zv_buf_str(&c->error));
	pthread_mutex_unlock(&c->lock);
	return rc;
}

void
zv_component_lock(struct zv_component *c)
{
	pthread_mutex_lock(&c->own_lock);
}

void
zv_component_unlock(struct zv_component *c)
{
	pthread_mutex_unlock(&c->own_lock);
}
