/* Connect and Disconnect, and what the connection tells: events of Asterisk as elements,
 * its loss and its return as events under our names. */
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "onec/link_pbx.h"
#include "onec/miko.h"
#include "onec/miko_request.h"
#include "onec/probing.h"

/* ---- events ------------------------------------------------------------------------------ */

static void
tell_element(struct zv_miko *m, struct zv_str name, int rc)
{
	if (rc == 0)
		zv_component_event(m->component, ZV_STR(ZV_MIKO_SOURCE), name,
				   zv_buf_str(&m->data));
}

void
zv_miko_tell(struct zv_miko *m, const struct zv_packet *event)
{
	zv_buf_clear(&m->data);
	tell_element(m, event->name,
		     zv_miko_element(event, zv_buf_str(&m->own_id), &m->data));
}

/* The names are ours: MIKO's are not known. */
static void
tell_connection(struct zv_miko *m, const char *name, const char *key, const char *value,
		int retry_ms)
{
	char retry[24];

	snprintf(retry, sizeof retry, "%d", retry_ms);
	zv_buf_clear(&m->data);
	tell_element(m, zvon_str(name),
		     zv_miko_own_element(&m->data, "Event", name, key, value,
					 retry_ms >= 0 ? "Retry" : NULL, retry, NULL));
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_miko *m = user;

	if (m->is_open)
		zv_miko_tell(m, event);
}

/* ---- states ------------------------------------------------------------------------------- */

static const struct {
	int code;
	const char *russian;
} reasons[] = {
	{ ZV_EAUTH, "вход отклонён: проверьте имя и пароль, и permit в manager.conf" },
	{ ZV_EIO, "сервер недоступен: проверьте адрес, порт и что Asterisk запущен" },
	{ ZV_ETLS,
	  "не удалось защищённое соединение (TLS): проверьте сертификат сервера, "
	  "или укажите ФайлСертификатов" },
	{ ZV_EPROTO, "ответил не Asterisk, или выключено webenabled в manager.conf" },
	{ ZV_ETIMEOUT, "сервер не ответил вовремя" },
	{ ZV_ECLOSED, "соединение закрыто сервером" },
	{ ZV_EINVAL, "неверный адрес или настройка" },
	{ 0, "соединение потеряно" },
};

/* libzvon's sentence, with ours in front of it for whoever reads Russian. */
static void
explain(const struct zv_miko *m, int code, const char *text, struct zv_error *out)
{
	size_t i = 0;

	while (reasons[i].code && reasons[i].code != code)
		i++;
	if (zv_component_is_russian(m->component))
		zv_fail(out, code, "%s (%s)", reasons[i].russian, text);
	else
		zv_fail(out, code, "%s", text);
}

static void
keep_state(struct zv_miko *m, const struct zv_client_status *s,
	   const struct zv_error *why)
{
	zv_component_lock(m->component);
	m->state = s->state;
	if (s->state == ZV_STATE_READY)
		m->reason[0] = '\0';
	else if (why->code)
		snprintf(m->reason, sizeof m->reason, "%s", why->text);
	if (s->ami_version.n)
		snprintf(m->ami_version, sizeof m->ami_version, "%.*s",
			 ZV_ARG(s->ami_version));
	m->losses += why->code && m->was_ready;
	zv_component_unlock(m->component);
}

static void
end_connecting(struct zv_miko *m, const struct zv_error *why)
{
	struct zv_ask *ask = m->connecting;

	m->connecting = NULL;
	if (ask && why->code)
		zv_ask_fail(ask, why);
	else if (ask)
		zv_ask_answer(ask, 0);
}

static void
be_ready(struct zv_miko *m)
{
	const struct zv_error none = { 0 };

	m->was_ready = true;
	end_connecting(m, &none);
	tell_connection(m, "ZvonConnected", "Version", m->ami_version, -1);
}

/* A refused login is not tried again: it would be refused again, and somebody may count. */
static void
be_down(struct zv_miko *m, const struct zv_client_status *s, const struct zv_error *why)
{
	bool is_over = why->code == ZV_EAUTH && !m->was_ready;

	if (m->was_ready)
		tell_connection(m, "ZvonDisconnected", "Reason", why->text,
				s->retry_ms);
	end_connecting(m, why);
	if (is_over)
		zv_miko_hang_up(m);
}

static void
on_state(void *user, const struct zv_client_status *s)
{
	struct zv_miko *m = user;
	struct zv_error why = { 0 };

	if (!m->is_open)
		return;
	if (s->reason)
		explain(m, s->reason, s->text, &why);
	keep_state(m, s, &why);
	if (s->state == ZV_STATE_READY)
		be_ready(m);
	else if (why.code)
		be_down(m, s, &why);
	if (s->state == ZV_STATE_DOWN && why.code && m->is_open)
		m->was_ready = false;
}

/* ---- network thread ------------------------------------------------------------------------ */

static void
fail_connecting(struct zv_miko *m)
{
	struct zv_error why = { 0 };

	zv_fail(&why, ZV_ECLOSED,
		zv_component_is_russian(m->component)
			? "соединение отменено"
			: "the connection was called off");
	end_connecting(m, &why);
}

void
zv_miko_hang_up(struct zv_miko *m)
{
	m->is_open = m->was_ready = false;
	zv_component_set_link(m->component, NULL);
	fail_connecting(m);
	zv_component_lock(m->component);
	m->state = ZV_STATE_DOWN;
	zv_component_unlock(m->component);
}

static const char *
text_or_null(struct zv_buf *b)
{
	return b->n ? zv_buf_cstr(b) : NULL;
}

static struct zv_link *
open_link(struct zv_miko *m, struct zv_miko_target *t, struct zv_error *err)
{
	static const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
	};
	const struct zv_client_options options = {
		.url = zv_buf_cstr(&t->url),
		.user = text_or_null(&t->user),
		.secret = text_or_null(&t->secret),
		.events = text_or_null(&t->events),
		.ca_file = text_or_null(&t->ca_file),
		.pin = text_or_null(&t->pin),
		.proxy = text_or_null(&t->proxy),
		.insecure = t->insecure,
		.legacy = t->is_legacy ? &t->legacy : NULL,
	};

	return zv_link_pbx_new(&options, NULL, &handlers, m, err);
}

static void
do_connect(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_miko *m = zv_component_own(c);
	struct zv_error why = { 0 }, told = { 0 };
	struct zv_link *link;

	zv_miko_hang_up(m);
	zv_component_lock(c);
	m->reason[0] = m->ami_version[0] = '\0';
	zv_component_unlock(c);
	m->is_open = true;
	m->connecting = ask;
	link = open_link(m, ask->data, &why);
	if (link) {
		zv_component_set_link(c, link);
		return;
	}
	explain(m, why.code, why.text, &told);
	end_connecting(m, &told);
	zv_miko_hang_up(m);
}

static void
do_disconnect(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_miko *m = zv_component_own(c);

	zv_miko_hang_up(m);
	zv_component_lock(c);
	m->reason[0] = '\0';
	zv_component_unlock(c);
	zv_ask_answer(ask, 0);
}

/* ---- host's threads ------------------------------------------------------------------------- */

void
zv_miko_target_deinit(struct zv_miko_target *t)
{
	zv_buf_deinit(&t->url);
	zv_buf_deinit(&t->user);
	zv_buf_deinit(&t->secret);
	zv_buf_deinit(&t->events);
	zv_buf_deinit(&t->ca_file);
	zv_buf_deinit(&t->pin);
	zv_buf_deinit(&t->proxy);
}

static void
free_target(void *target)
{
	zv_miko_target_deinit(target);
	zv_free(target);
}

/* With its NUL behind it. */
static bool
copy(struct zv_buf *to, const struct zv_buf *from)
{
	zv_buf_add(to, zv_buf_str(from));
	zv_buf_cstr(to);
	return !zv_buf_failed(to);
}

static struct zv_miko_target *
new_target(const struct zv_miko_target *s, const struct zv_value *arguments)
{
	struct zv_miko_target *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->url.secret = t->secret.secret = true;
	t->insecure = s->insecure;
	t->is_legacy = s->is_legacy;
	t->legacy = s->legacy;
	if (copy(&t->url, &arguments[0].bytes) && copy(&t->user, &arguments[1].bytes) &&
	    copy(&t->secret, &arguments[2].bytes) && copy(&t->events, &s->events) &&
	    copy(&t->ca_file, &s->ca_file) && copy(&t->pin, &s->pin) &&
	    copy(&t->proxy, &s->proxy))
		return t;
	free_target(t);
	return NULL;
}

static int
ask_connect(struct zv_miko *m, const struct zv_value *arguments, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(do_connect);
	long long timeout_ms = arguments[3].integer;
	int rc;

	if (ask) {
		ask->data = new_target(&m->settings, arguments);
		ask->free_data = free_target;
	}
	if (!ask || !ask->data) {
		zv_ask_drop(ask);
		return zv_fail_nomem(err);
	}
	rc = zv_component_ask(m->component, ask, timeout_ms ? (int)timeout_ms : -1,
			      err);
	if (rc == 0 && ask->status < 0) {
		*err = ask->err;
		rc = ask->status;
	}
	zv_ask_drop(ask);
	return rc;
}

/* Nothing is decided yet: the connection is still being tried. */
static void
say_still_trying(const struct zv_miko *m, struct zv_error *err)
{
	struct zv_error more = { 0 };

	zv_fail(&more, err->code,
		zv_component_is_russian(m->component)
			? "%s; соединение устанавливается дальше, событие "
			  "ZvonConnected скажет, "
			  "что оно есть"
			: "%s; it is still being tried, the event ZvonConnected will "
			  "tell",
		err->text);
	*err = more;
}

static int
check_arguments(const struct zv_miko *m, const struct zv_value *arguments,
		struct zv_error *err)
{
	bool in_russian = zv_component_is_russian(m->component);
	long long ms = arguments[3].integer;

	for (size_t i = 0; i < 3; i++)
		if (arguments[i].bytes.n &&
		    memchr(arguments[i].bytes.p, '\0', arguments[i].bytes.n))
			return zv_fail(err, ZV_EINVAL,
				       in_russian ? "параметр %zu: нулевой символ"
						  : "parameter %zu: a NUL in it",
				       i + 1);
	if (ms == 0 || (ms >= ZV_ANSWER_LEAST_MS && ms <= ZV_ANSWER_MOST_MS))
		return 0;
	return zv_fail(err, ZV_EINVAL,
		       in_russian
			       ? "время ожидания %lld мс вне допустимого: от %d до %d"
			       : "a timeout of %lld ms is out of range: from %d to %d",
		       ms, ZV_ANSWER_LEAST_MS, ZV_ANSWER_MOST_MS);
}

/* Waits until Asterisk has let us in, or for as long as a method may. Afterwards the
 * connection goes on being tried, unless the login was refused. */
int
zv_miko_connect(struct zv_component *c, const struct zv_method *method,
		struct zv_value *arguments, struct zv_value *result,
		struct zv_error *err)
{
	struct zv_miko *m = zv_component_own(c);
	struct zv_error why = m->file_error;
	int rc = why.code;

	zv_component_set_error(c, NULL);
	if (rc == 0)
		rc = check_arguments(m, arguments, &why);
	if (rc == 0)
		rc = ask_connect(m, arguments, &why);
	if (rc == ZV_ETIMEOUT)
		say_still_trying(m, &why);
	if (rc < 0)
		return zv_miko_fail(m, &why, result, err);
	zv_value_set_bool(result, true);
	return 0;
}

int
zv_miko_disconnect(struct zv_component *c, const struct zv_method *method,
		   struct zv_value *arguments, struct zv_value *result,
		   struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(do_disconnect);
	int rc = ask ? zv_component_ask(c, ask, -1, err) : zv_fail_nomem(err);

	zv_ask_drop(ask);
	if (rc < 0)
		return rc;
	zv_component_forget_events(c);
	zv_value_set_bool(result, true);
	return 0;
}

/* The same steps and texts as `zvon probe`; the connection that there is stays. */
int
zv_miko_diagnose(struct zv_component *c, const struct zv_method *method,
		 struct zv_value *arguments, struct zv_value *result,
		 struct zv_error *err)
{
	struct zv_miko *m = zv_component_own(c);
	struct zv_miko_target *t = new_target(&m->settings, arguments);
	struct zv_client_options client;
	int rc;

	if (!t)
		return zv_fail_nomem(err);
	client = (struct zv_client_options){
		.url = zv_buf_cstr(&t->url),
		.user = text_or_null(&t->user),
		.secret = text_or_null(&t->secret),
		.ca_file = text_or_null(&t->ca_file),
		.pin = text_or_null(&t->pin),
		.proxy = text_or_null(&t->proxy),
		.insecure = t->insecure,
	};
	result->kind = ZV_VALUE_TEXT;
	rc = zv_onec_probe(c, &client, &result->bytes, err);
	free_target(t);
	return rc;
}
