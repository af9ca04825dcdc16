/* Calls, Lines, Queues: what is going on now, asked of the desk each time. */
#include "onec/zvon_script.h"

#include <stdlib.h>

#include "base/err.h"

/* ---- network thread ---------------------------------------------------------------------- */

static void
begin(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	bool is_asked = !zv_list_is_empty(&s->net.snapshots);
	struct zv_error err = { 0 }, told;
	int rc;

	if (!s->net.desk || zv_script_state(s) != ZV_DESK_READY) {
		zv_script_fail_closed(c, &err);
		zv_ask_fail(ask, &err);
		return;
	}
	rc = zv_script_wait(s, &s->net.snapshots, ask);
	if (rc < 0) {
		zv_fail(&err, rc, "%s", "");
		zv_script_explain(c, &err, &told);
		zv_ask_fail(ask, &told);
		return;
	}
	if (is_asked) /* they get the same answer */
		return;
	rc = s->net.desk->send(s->net.desk, ZV_STR("{\"type\":\"snapshot\"}"), &err);
	if (rc == 0)
		return;
	zv_script_explain(c, &err, &told);
	while ((ask = zv_script_first(s, &s->net.snapshots)))
		zv_ask_fail(ask, &told);
}

static void
answer(struct zv_ask *ask, const json_t *message)
{
	const json_t *member = json_object_get(message, zv_buf_cstr(&ask->in));
	char *text = member ? json_dumps(member, JSON_COMPACT) : NULL;
	int rc = zv_buf_add(&ask->out, text ? zvon_str(text) : ZV_STR("[]"));

	free(text); /* jansson's */
	zv_ask_answer(ask, rc < 0 ? ZV_ENOMEM : 0);
}

void
zv_script_on_snapshot(struct zv_script *s, const json_t *message)
{
	struct zv_ask *ask;

	while ((ask = zv_script_first(s, &s->net.snapshots)))
		answer(ask, message);
}

/* ---- host's thread ------------------------------------------------------------------------- */

static int
ask_for(struct zv_component *c, const char *member, struct zv_value *result,
	struct zv_error *err)
{
	struct zv_ask *ask;

	if (zv_script_state(zv_script_of(c)) != ZV_DESK_READY)
		return zv_script_fail_closed(c, err);
	ask = zv_ask_new(begin);
	if (!ask || zv_buf_add(&ask->in, zvon_str(member)) < 0) {
		zv_ask_drop(ask);
		return zv_script_fail_nomem(c, err);
	}
	return zv_script_ask(c, ask, result, err);
}

int
zv_script_servers(struct zv_component *c, struct zv_value *result, struct zv_error *err)
{
	return ask_for(c, "servers", result, err);
}

ZV_SCRIPT_METHOD(snapshot)
{
	return ask_for(c, method->data, result, err);
}
