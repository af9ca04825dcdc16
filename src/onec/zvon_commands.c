/* Commands of a script: one method each, and Execute for all; what became of them. */
#include "onec/zvon_script.h"

#include <stdio.h>

#include "base/err.h"
#include "base/num.h"
#include "json/reader.h"
#include "json/writer.h"

enum {
	DONE = 0,
	FAILED = 1, /* there is an outcome, and it is a refusal or a failure */
};

/* ---- network thread ---------------------------------------------------------------------- */

/* {"type":"result","id":"7","ok":false,"error":{"code":"pbx_down","message":"…"}} */
static void
write_lost(struct zv_json *j, const struct zv_ask *ask)
{
	char id[24];

	snprintf(id, sizeof id, "%ld", ask->number);
	zv_json_begin_object(j);
	zv_json_member(j, "type", ZV_STR("result"));
	zv_json_member(j, "id", zvon_str(id));
	zv_json_key(j, "ok");
	zv_json_bool(j, false);
	zv_json_key(j, "error");
	zv_json_begin_object(j);
	zv_json_member(j, "code",
		       ask->status == ZV_EBUSY ? ZV_STR("busy") : ZV_STR("pbx_down"));
	zv_json_member(j, "message", zvon_str(ask->err.text));
	zv_json_end_object(j);
	zv_json_end_object(j);
}

/* Nobody waits for the outcome (any more). */
static void
tell_outcome(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_json j = { .out = &ask->out };

	if (ask->status < 0) {
		zv_buf_clear(&ask->out);
		write_lost(&j, ask);
	}
	if (!zv_buf_failed(&ask->out))
		zv_script_tell(zv_script_of(c),
			       ask->status == DONE ? "command.done" : "command.failed",
			       zv_buf_str(&ask->out));
}

static void
begin(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_error err = { 0 }, told;
	int rc;

	if (!s->net.desk || zv_script_state(s) != ZV_DESK_READY) {
		zv_script_fail_closed(c, &err);
		zv_ask_fail(ask, &err);
		return;
	}
	rc = zv_script_wait(s, &s->net.asks, ask);
	if (rc < 0)
		zv_fail(&err, rc, "%s", "");
	else
		rc = s->net.desk->send(s->net.desk, zv_buf_str(&ask->in), &err);
	if (rc == 0)
		return;
	zv_script_find(s, &s->net.asks, ask->number);
	zv_script_explain(c, &err, &told);
	zv_ask_fail(ask, &told);
}

long
zv_script_id(const json_t *message)
{
	long long id;

	return zv_num_parse(zv_json_text(message, "id"), 1, 2000000000, &id) == 0
		       ? (long)id
		       : 0;
}

static void
note_failure(struct zv_script *s, const json_t *message)
{
	const json_t *error = json_object_get(message, "error");
	struct zv_error err = { 0 };
	struct zv_str code = zv_json_text(error, "code");
	struct zv_str text = zv_json_text(error, "message");

	zv_fail(&err, ZV_EIO, "%.*s: %.*s", ZV_ARG(code), ZV_ARG(text));
	zv_component_set_error(s->component, &err);
}

void
zv_script_on_result(struct zv_script *s, json_t *message, struct zv_str text)
{
	bool ok = json_is_true(json_object_get(message, "ok"));
	struct zv_ask *ask = zv_script_find(s, &s->net.asks, zv_script_id(message));

	if (!ask)
		return;
	if (!ok)
		note_failure(s, message);
	if (zv_buf_add(&ask->out, text) < 0)
		zv_ask_answer(ask, ZV_ENOMEM);
	else
		zv_ask_answer(ask, ok ? DONE : FAILED);
}

/* Which call it became: told at once to who does not wait, kept for who will not have
 * waited long enough. */
void
zv_script_on_progress(struct zv_script *s, json_t *message, struct zv_str text)
{
	struct zv_str call = zv_json_text(message, "call");
	struct zv_script_progress *p;

	zv_script_tell(s, "command.progress", text);
	if (call.n >= sizeof p->call)
		return;
	zv_component_lock(s->component);
	p = &s->shared.progress[s->shared.n_progress++ % ZV_SCRIPT_PROGRESSES];
	p->command = zv_script_id(message);
	if (call.n)
		memcpy(p->call, call.p, call.n);
	p->call[call.n] = '\0';
	zv_component_unlock(s->component);
}

/* ---- host's thread: the message ------------------------------------------------------------ */

/* Up to the arguments. */
static long
begin_message(struct zv_script *s, struct zv_json *j, struct zv_str name)
{
	char id[24];

	if (s->set.last_id >= 2000000000)
		s->set.last_id = 0;
	snprintf(id, sizeof id, "%ld", ++s->set.last_id);
	zv_json_begin_object(j);
	zv_json_member(j, "type", ZV_STR("command"));
	zv_json_member(j, "id", zvon_str(id));
	zv_json_member(j, "name", name);
	zv_json_key(j, "args");
	return s->set.last_id;
}

/* What was left out is not sent: the hub knows what is meant then. */
static void
add_argument(struct zv_json *j, const char *name, const struct zv_value *v)
{
	switch (v->kind) {
	case ZV_VALUE_BOOL:
		zv_json_key(j, name);
		zv_json_bool(j, v->boolean);
		break;
	case ZV_VALUE_INT:
		zv_json_key(j, name);
		zv_json_int(j, v->integer);
		break;
	default:
		if (v->bytes.n)
			zv_json_member(j, name, zv_buf_str(&v->bytes));
	}
}

/* ---- host's thread: its outcome ------------------------------------------------------------- */

static void
find_progress(struct zv_script *s, long command, char call[200])
{
	call[0] = '\0';
	zv_component_lock(s->component);
	for (size_t i = 0; i < ZV_SCRIPT_PROGRESSES; i++)
		if (s->shared.progress[i].command == command)
			memcpy(call, s->shared.progress[i].call,
			       sizeof s->shared.progress[i].call);
	zv_component_unlock(s->component);
}

/* {"type":"result","id":"7","done":false,"call":"1795225314.187"}: it goes on, and its
 * outcome comes as an event. */
static int
give_unfinished(struct zv_script *s, long id, struct zv_value *result)
{
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	char call[200], number[24];
	int rc;

	find_progress(s, id, call);
	snprintf(number, sizeof number, "%ld", id);
	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("result"));
	zv_json_member(&j, "id", zvon_str(number));
	zv_json_key(&j, "done");
	zv_json_bool(&j, false);
	if (*call)
		zv_json_member(&j, "call", zvon_str(call));
	zv_json_end_object(&j);
	rc = zv_buf_failed(&text) ? ZV_ENOMEM
				  : zv_value_set_text(result, zv_buf_str(&text));
	zv_buf_deinit(&text);
	return rc;
}

static int
give_id(struct zv_component *c, struct zv_ask *ask, struct zv_value *result,
	struct zv_error *err)
{
	char id[24];
	int rc = zv_component_ask(c, ask, 0, err);

	snprintf(id, sizeof id, "%ld", ask->number);
	zv_ask_drop(ask);
	return rc < 0 ? rc : zv_script_give(c, zvon_str(id), result, err);
}

/* Takes the ask. */
static int
carry_out(struct zv_component *c, struct zv_ask *ask, struct zv_value *result,
	  struct zv_error *err)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_error why = { 0 };
	long id = ask->number;
	int rc;

	if (zv_script_state(s) != ZV_DESK_READY) {
		zv_ask_drop(ask);
		return zv_script_fail_closed(c, err);
	}
	ask->on_late = tell_outcome;
	if (s->set.is_asynchronous)
		return give_id(c, ask, result, err);
	rc = zv_script_ask(c, ask, result, &why);
	if (rc == ZV_ETIMEOUT)
		return give_unfinished(s, id, result);
	if (rc < 0)
		zv_fail(err, rc, "%s", why.text);
	return rc;
}

static int
carry_out_text(struct zv_component *c, struct zv_buf *text, long id,
	       struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = zv_buf_failed(text) ? NULL : zv_ask_new(begin);

	if (!ask) {
		zv_buf_deinit(text);
		return zv_script_fail_nomem(c, err);
	}
	ask->in = *text;
	ask->number = id;
	return carry_out(c, ask, result, err);
}

/* ---- methods --------------------------------------------------------------------------------- */

ZV_SCRIPT_METHOD(command)
{
	const struct zv_script_command *command = method->data;
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	long id = begin_message(zv_script_of(c), &j, zvon_str(command->name));

	zv_json_begin_object(&j);
	for (size_t i = 0; i < method->n_arguments; i++)
		add_argument(&j, command->arguments[i], &arguments[i]);
	zv_json_end_object(&j);
	zv_json_end_object(&j);
	return carry_out_text(c, &text, id, result, err);
}

static int
check_arguments(struct zv_component *c, struct zv_str text, struct zv_error *err)
{
	struct zv_error why = { 0 };
	json_t *object;
	bool good;

	if (text.n > ZV_SCRIPT_FIELDS)
		return zv_fail(err, ZV_ETOOBIG,
			       ZV_SCRIPT_SAY(c, "аргументы длиннее %d байт",
					     "arguments of more than %d bytes"),
			       ZV_SCRIPT_FIELDS);
	object = zv_json_read(text, &why);
	good = json_is_object(object);
	json_decref(object);
	if (good)
		return 0;
	return zv_fail(
		err, ZV_EINVAL,
		ZV_SCRIPT_SAY(c,
			      "аргументы: нужен объект JSON, как {\"to\":\"205\"} %s",
			      "arguments: a JSON object, like {\"to\":\"205\"} %s"),
		why.text);
}

ZV_SCRIPT_METHOD(execute)
{
	struct zv_str args = zv_buf_str(&arguments[1].bytes);
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	int rc;
	long id;

	if (!args.n)
		args = ZV_STR("{}");
	rc = check_arguments(c, args, err);
	if (rc < 0)
		return rc;
	id = begin_message(zv_script_of(c), &j, zv_buf_str(&arguments[0].bytes));
	zv_buf_add(&text, args);
	zv_buf_add_char(&text, '}');
	return carry_out_text(c, &text, id, result, err);
}
