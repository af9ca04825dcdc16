#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "onec/component_impl.h"
#include "io/thread.h"

/* ---- life ------------------------------------------------------------------------------- */

struct zv_ask *
zv_ask_new(zv_ask_fn fn)
{
	struct zv_ask *ask = zv_calloc(1, sizeof *ask);

	if (!ask)
		return NULL;
	ask->fn = fn;
	ask->holders = 1;
	return ask;
}

void
zv_ask_drop(struct zv_ask *ask)
{
	if (!ask || __atomic_sub_fetch(&ask->holders, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (ask->free_data)
		ask->free_data(ask->data);
	zv_buf_deinit(&ask->in);
	zv_buf_deinit(&ask->out);
	zv_free(ask);
}

/* ---- the method's side ------------------------------------------------------------------- */

static int
fail_closed(struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_ECLOSED,
		       zv_component_is_russian(c)
			       ? "компонента остановлена: создайте новый объект"
			       : "the component is stopped: create a new object");
}

static int
fail_timeout(struct zv_component *c, int timeout_ms, struct zv_error *err)
{
	return zv_fail(
		err, ZV_ETIMEOUT,
		zv_component_is_russian(c)
			? "нет ответа за %d мс: проверьте соединение, или "
			  "увеличьте время ожидания"
			: "no answer within %d ms: check the connection, or wait "
			  "for longer",
		timeout_ms);
}

/* Under the lock: in the inbox, for a thread that runs. */
static int
post(struct zv_component *c, struct zv_ask *ask, struct zv_error *err)
{
	int rc;

	if (c->is_stopping)
		return fail_closed(c, err);
	if ((rc = zv_bridge_start_network(c, err)) < 0)
		return rc;
	ask->component = c;
	__atomic_add_fetch(&ask->holders, 1, __ATOMIC_RELAXED);
	zv_list_append(&c->inbox, &ask->node);
	zv_bell_ring(&c->bell);
	return 0;
}

/* Under the lock. */
static int
wait_for_answer(struct zv_component *c, struct zv_ask *ask, int timeout_ms,
		struct zv_error *err)
{
	int64_t end = zv_clock_ms() + timeout_ms;

	ask->is_waited_for = true;
	while (!ask->is_answered && !c->is_stopping && zv_clock_ms() < end)
		zv_cond_wait_until(&c->changed, &c->lock, end);
	ask->is_waited_for = false;
	if (ask->is_answered)
		return 0;
	return c->is_stopping ? fail_closed(c, err) : fail_timeout(c, timeout_ms, err);
}

int
zv_component_ask(struct zv_component *c, struct zv_ask *ask, int timeout_ms,
		 struct zv_error *err)
{
	int rc;

	if (timeout_ms < 0)
		timeout_ms = zv_component_answer_ms(c);
	pthread_mutex_lock(&c->lock);
	rc = post(c, ask, err);
	if (rc == 0 && timeout_ms > 0)
		rc = wait_for_answer(c, ask, timeout_ms, err);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* ---- the network side -------------------------------------------------------------------- */

void
zv_ask_answer(struct zv_ask *ask, int status)
{
	struct zv_component *c = ask->component;
	bool is_late;

	pthread_mutex_lock(&c->lock);
	ask->status = status;
	ask->is_answered = true;
	is_late = !ask->is_waited_for;
	if (!is_late)
		pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	if (is_late && ask->on_late)
		ask->on_late(c, ask);
	zv_ask_drop(ask);
}

void
zv_ask_fail(struct zv_ask *ask, const struct zv_error *err)
{
	ask->err = *err;
	zv_ask_answer(ask, err->code);
}

static struct zv_ask *
next_ask(struct zv_component *c)
{
	struct zv_node *node;

	pthread_mutex_lock(&c->lock);
	node = zv_list_first(&c->inbox);
	if (node)
		zv_list_remove(node);
	pthread_mutex_unlock(&c->lock);
	return node ? ZV_OWNER(node, struct zv_ask, node) : NULL;
}

void
zv_ask_run_all(struct zv_component *c)
{
	struct zv_ask *ask;

	while ((ask = next_ask(c)))
		ask->fn(c, ask);
}

void
zv_ask_refuse_all(struct zv_component *c)
{
	struct zv_ask *ask;

	while ((ask = next_ask(c))) {
		fail_closed(c, &ask->err);
		zv_ask_answer(ask, ZV_ECLOSED);
	}
}
