/* Asks that wait for what comes from the desk. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/mem.h"

struct wait {
	struct zv_node node;
	struct zv_ask *ask;
};

int
zv_script_wait(struct zv_script *s, struct zv_node *list, struct zv_ask *ask)
{
	struct wait *w;

	if (s->net.n_asks >= ZV_SCRIPT_ASKS)
		return ZV_EBUSY;
	w = zv_calloc(1, sizeof *w);
	if (!w)
		return ZV_ENOMEM;
	w->ask = ask;
	zv_list_append(list, &w->node);
	s->net.n_asks++;
	return 0;
}

static struct zv_ask *
take(struct zv_script *s, struct wait *w)
{
	struct zv_ask *ask = w->ask;

	zv_list_remove(&w->node);
	zv_free(w);
	s->net.n_asks--;
	return ask;
}

struct zv_ask *
zv_script_find(struct zv_script *s, struct zv_node *list, long number)
{
	struct zv_node *node, *next;

	ZV_EACH(list, node, next)
	{
		struct wait *w = ZV_OWNER(node, struct wait, node);

		if (w->ask->number == number)
			return take(s, w);
	}
	return NULL;
}

struct zv_ask *
zv_script_first(struct zv_script *s, struct zv_node *list)
{
	struct zv_node *node = zv_list_first(list);

	return node ? take(s, ZV_OWNER(node, struct wait, node)) : NULL;
}

void
zv_script_fail_all(struct zv_script *s, const struct zv_error *err)
{
	struct zv_ask *ask;

	while ((ask = zv_script_first(s, &s->net.asks)))
		zv_ask_fail(ask, err);
	while ((ask = zv_script_first(s, &s->net.snapshots)))
		zv_ask_fail(ask, err);
}

int
zv_script_ask(struct zv_component *c, struct zv_ask *ask, struct zv_value *result,
	      struct zv_error *err)
{
	int rc = zv_component_ask(c, ask, -1, err);

	if (rc == 0 && ask->status < 0) {
		rc = ask->status;
		zv_fail(err, rc, "%s", ask->err.text);
	}
	if (rc == 0 && result && zv_value_set_text(result, zv_buf_str(&ask->out)) < 0)
		rc = zv_script_fail_nomem(c, err);
	zv_ask_drop(ask);
	return rc;
}
