/* A method that is an action of AMI: the host's thread makes the request and waits, the
 * network thread sends it. The response is the method's answer; what follows it (the items
 * of a list) comes as events. */
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "onec/link_pbx.h"
#include "onec/miko.h"
#include "onec/miko_request.h"

#define ID_MAX	   64
#define ACTION_MS  10000 /* as zv_client_options.action_timeout_ms */
#define RESERVE_MS 5000	 /* for the way, beyond what the Originate itself takes */

/* ask->data */
struct action {
	struct zv_request *request;
	int timeout_ms;
	bool is_logoff;
	bool has_succeeded; /* with the answer */
};

/* The network thread's hold on it. */
struct waiting {
	struct zv_miko *miko;
	struct zv_ask *ask; /* NULL: answered */
};

/* ---- network thread ---------------------------------------------------------------------- */

/* Success, and Follows of an old Command; a Logoff is answered with Goodbye. */
static bool
has_succeeded(const struct action *a, const struct zv_packet *response)
{
	static const char *const words[] = { "Success", "Follows" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (zvon_str_equal_nocase(response->name, zvon_str(words[i])))
			return true;
	return a->is_logoff && zvon_str_equal_nocase(response->name, ZV_STR("Goodbye"));
}

static void
answer(struct waiting *w, const struct zv_packet *response)
{
	struct zv_ask *ask = w->ask;
	struct action *a = ask->data;
	bool is_logoff = a->is_logoff;
	struct zv_miko *m = w->miko;
	int rc = zv_miko_element(response, zv_buf_str(&m->own_id), &ask->out);

	a->has_succeeded = has_succeeded(a, response);
	w->ask = NULL;
	zv_ask_answer(ask, rc);
	if (is_logoff)
		zv_miko_hang_up(m);
}

static const struct {
	int code;
	const char *russian, *english;
} ends[] = {
	{ ZV_ECLOSED,
	  "соединение закрыто до ответа: Asterisk мог выполнить команду, а мог и нет",
	  "the connection was closed before the answer: Asterisk may have done it or "
	  "not" },
	{ ZV_ETIMEOUT, "Asterisk не ответил вовремя",
	  "Asterisk did not answer in time" },
	{ ZV_ETOOBIG, "команда длиннее, чем принимает сервер",
	  "the action is longer than the server takes" },
	{ ZV_EPROTO, "ответ обрезан, или пришёл не от Asterisk",
	  "the answer was cut, or came from somebody in between" },
	{ 0, "Asterisk не принял команду", "Asterisk did not take the action" },
};

static void
fail_with_status(struct zv_ask *ask, bool in_russian, int status)
{
	struct zv_error err = { 0 };
	size_t i = 0;

	while (ends[i].code && ends[i].code != status)
		i++;
	zv_fail(&err, status, "%s", in_russian ? ends[i].russian : ends[i].english);
	zv_ask_fail(ask, &err);
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct waiting *w = user;

	if (part == ZV_REPLY_RESPONSE && w->ask) {
		answer(w, packet);
	} else if (part == ZV_REPLY_ITEM) {
		zv_miko_tell(w->miko, packet);
	} else if (part == ZV_REPLY_DONE) {
		if (w->ask)
			fail_with_status(w->ask,
					 zv_component_is_russian(w->miko->component),
					 status ? status : ZV_EPROTO);
		zv_free(w);
	}
}

/* An action does not wait for the login here: a call that begins when the script has long
 * been told that it failed would be worse. */
static int
check_connected(struct zv_miko *m, struct zv_error *err)
{
	bool in_russian = zv_component_is_russian(m->component), is_open;

	zv_component_lock(m->component);
	is_open = m->state == ZV_STATE_READY || m->state == ZV_STATE_BOOTING;
	if (!is_open && m->reason[0])
		zv_fail(err, ZV_ECLOSED,
			in_russian ? "нет соединения с Asterisk: %s"
				   : "no connection with Asterisk: %s",
			m->reason);
	else if (!is_open)
		zv_fail(err, ZV_ECLOSED,
			in_russian ? "нет соединения с Asterisk: сначала %s"
				   : "no connection with Asterisk: call %s first",
			in_russian ? "Подключить(Адрес, Имя, Пароль)"
				   : "Connect(URL, Login, Secret)");
	zv_component_unlock(m->component);
	return is_open ? 0 : ZV_ECLOSED;
}

static int
send_action(struct zv_miko *m, struct zv_ask *ask, struct zv_error *err)
{
	struct zv_link *link = zv_component_link(m->component);
	struct action *a = ask->data;
	struct waiting *w = zv_malloc(sizeof *w);
	int rc;

	if (!w)
		return zv_fail_nomem(err);
	*w = (struct waiting){ m, ask };
	rc = zvon_client_send(zv_link_pbx_client(link), a->request, a->timeout_ms,
			      on_reply, w, err);
	if (rc < 0)
		zv_free(w);
	return rc;
}

static void
do_action(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_miko *m = zv_component_own(c);
	struct zv_error err = { 0 };

	if (check_connected(m, &err) < 0 || send_action(m, ask, &err) < 0)
		zv_ask_fail(ask, &err);
}

/* The script has gone on; the answer finds it as an event. */
static void
on_late(struct zv_component *c, struct zv_ask *ask)
{
	if (ask->status == 0)
		zv_component_event(c, ZV_STR(ZV_MIKO_SOURCE), ZV_STR("Response"),
				   zv_buf_str(&ask->out));
}

/* ---- host's threads ------------------------------------------------------------------------ */

static void
free_action(void *data)
{
	struct action *a = data;

	zvon_request_free(a->request);
	zv_free(a);
}

static struct zv_ask *
new_ask(struct action *a)
{
	struct zv_ask *ask = zv_ask_new(do_action);

	if (!ask) {
		free_action(a);
		return NULL;
	}
	ask->data = a;
	ask->free_data = free_action;
	ask->on_late = on_late;
	return ask;
}

static struct zv_str
next_id(struct zv_miko *m, char out[ID_MAX])
{
	unsigned long n = __atomic_add_fetch(&m->last_id, 1, __ATOMIC_RELAXED);
	int length =
		snprintf(out, ID_MAX, "%.*s%lu", ZV_ARG(zv_buf_str(&m->own_id)), n);

	return (struct zv_str){ out, (size_t)length };
}

static int
make_ask(struct zv_miko *m, const struct zv_method *method,
	 const struct zv_value *arguments, struct zv_ask **ask, struct zv_error *err)
{
	const struct zv_miko_function *f = method->data;
	char id[ID_MAX];
	const struct zv_miko_request_options options = {
		.keep_percent = m->keeps_percent,
		.in_russian = zv_component_is_russian(m->component),
		.action_id = next_id(m, id),
	};
	int extra_ms = zv_miko_extra_ms(method, arguments);
	struct action *a = zv_calloc(1, sizeof *a);

	if (!a)
		return zv_fail_nomem(err);
	a->timeout_ms = ACTION_MS + (extra_ms ? extra_ms + RESERVE_MS : 0);
	a->is_logoff = zvon_str_equal_nocase(zvon_str(f->action), ZV_STR("Logoff"));
	a->request = zv_miko_request(method, arguments, &options, err);
	if (!a->request) {
		zv_free(a);
		return err->code;
	}
	*ask = new_ask(a);
	return *ask ? 0 : zv_fail_nomem(err);
}

/* Asks and waits: the response is in ask->out, or *err says why there is none. */
static int
wait_for_answer(struct zv_component *c, struct zv_ask *ask, struct zv_error *err)
{
	int rc = zv_component_ask(c, ask, -1, err);

	if (rc == 0 && ask->status < 0) {
		*err = ask->err;
		rc = ask->status;
	}
	return rc;
}

/* The same shape as an answer of Asterisk: the samples show Result, whatever came. */
static int
give_error(const struct zv_value *id, const struct zv_error *why, struct zv_value *out)
{
	struct zv_buf text = { 0 };
	int rc;

	zv_value_deinit(out);
	zv_buf_add(&text, zv_buf_str(&id->bytes));
	if (text.n)
		rc = zv_miko_own_element(&out->bytes, "Response", "Error", "ActionID",
					 zv_buf_cstr(&text), "Message", why->text,
					 NULL);
	else
		rc = zv_miko_own_element(&out->bytes, "Response", "Error", "Message",
					 why->text, NULL);
	zv_buf_deinit(&text);
	out->kind = ZV_VALUE_TEXT;
	return rc;
}

int
zv_miko_fail(struct zv_miko *m, const struct zv_error *why, struct zv_value *result,
	     struct zv_error *err)
{
	if (m->raises) {
		*err = *why;
		return why->code;
	}
	zv_component_set_error(m->component, why);
	zv_value_set_bool(result, false);
	return 0;
}

/* Asterisk said no. */
static int
refuse(struct zv_miko *m, struct zv_str element, struct zv_value *result,
       struct zv_error *err)
{
	struct zv_error why = { 0 };

	zv_fail(&why, ZV_EINVAL,
		zv_component_is_russian(m->component) ? "Asterisk отказал: %.*s"
						      : "Asterisk refused: %.*s",
		ZV_ARG(element));
	return zv_miko_fail(m, &why, result, err);
}

int
zv_miko_call(struct zv_component *c, const struct zv_method *method,
	     struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	const struct zv_miko_function *f = method->data;
	struct zv_value *out = &arguments[f->n_headers + 1];
	struct zv_miko *m = zv_component_own(c);
	struct zv_error why = { 0 };
	struct zv_ask *ask = NULL;
	int rc;

	zv_component_set_error(c, NULL);
	rc = make_ask(m, method, arguments, &ask, &why);
	if (rc == 0)
		rc = wait_for_answer(c, ask, &why);
	if (rc == 0)
		rc = zv_value_set_text(out, zv_buf_str(&ask->out));
	else if (give_error(&arguments[f->n_headers], &why, out) < 0)
		zv_value_deinit(out);
	if (rc < 0)
		rc = zv_miko_fail(m, &why, result, err);
	else if (((struct action *)ask->data)->has_succeeded)
		zv_value_set_bool(result, true);
	else
		rc = refuse(m, zv_buf_str(&ask->out), result, err);
	zv_ask_drop(ask);
	return rc;
}
