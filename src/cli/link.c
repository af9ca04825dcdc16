#include "cli/link.h"
#include "probe/end.h"

#include <stdio.h>

#include "cli/cli.h"
#include "term/secret.h"
#include "client/url.h"
#include "term/reason.h"

#define DAY_MS (24 * 60 * 60 * 1000)

static const char *secret_file, *ca_file, *pin, *proxy;
static bool insecure, plain_login, no_reconnect;
static int timeout_ms = 10000, connect_timeout_ms;

const struct zv_opt zv_link_options[] = {
	ZV_OPT_TEXT("secret-file", 0, "FILE", &secret_file,
		    "read the secret from the first line of FILE, - for standard input",
		    "взять секрет из первой строки FILE, - для стандартного ввода"),
	ZV_OPT_FLAG("plain-login", 0, &plain_login,
		    "send the secret itself, not its MD5 challenge answer",
		    "отправить сам секрет, а не ответ на запрос MD5"),
	ZV_OPT_TEXT(
		"ca", 0, "FILE", &ca_file,
		"amis, https: trust the CA certificates in FILE (PEM) instead of the "
		"system's",
		"amis, https: доверять сертификатам CA из FILE (PEM) вместо системных"),
	ZV_OPT_TEXT("pin", 0, "sha256//BASE64", &pin,
		    "amis, https: the server must have this public key",
		    "amis, https: у сервера должен быть этот открытый ключ"),
	ZV_OPT_FLAG("insecure", 0, &insecure,
		    "amis, https: do not check the certificate",
		    "amis, https: не проверять сертификат"),
	ZV_OPT_TEXT("proxy", 0, "URL", &proxy,
		    "connect through this HTTP or SOCKS proxy",
		    "соединяться через этот прокси HTTP или SOCKS"),
	ZV_OPT_SECONDS("timeout", 0, "SECONDS", &timeout_ms, DAY_MS,
		       "wait so long for the answer to an action (default: 10)",
		       "столько ждать ответа на действие (по умолчанию: 10)"),
	ZV_OPT_SECONDS(
		"connect-timeout", 0, "SECONDS", &connect_timeout_ms, DAY_MS,
		"wait so long for the connection, and again for the login "
		"(default: 4.5)",
		"столько ждать соединения и столько же входа (по умолчанию: 4.5)"),
	ZV_OPT_FLAG(
		"no-reconnect", 0, &no_reconnect,
		"end when the connection is lost (what asks only once does so anyway)",
		"завершиться при потере связи (разовые запросы и так завершаются)"),
	ZV_OPT_END,
};

int
zv_link_timeout_ms(void)
{
	return timeout_ms;
}

bool
zv_link_has_proxy(void)
{
	return proxy != NULL;
}

void
zv_link_dial_options(struct zv_dial_options *o)
{
	o->ca_file = ca_file;
	o->pin = pin;
	o->insecure = insecure;
	o->proxy = proxy;
}

int
zv_link_exit_code(int reason, enum zv_client_state during)
{
	return zv_probe_end_of(reason, during);
}

/* ---- the place ----------------------------------------------------------------- */

const char *
zv_link_place(const char *text)
{
	static char place[300];
	struct zv_url url;

	place[0] = '\0';
	if (zv_url_parse(&url, zvon_str(text), NULL) == 0)
		snprintf(place, sizeof place,
			 strchr(url.host, ':') ? "[%s]:%d" : "%s:%d", url.host,
			 url.port);
	zv_url_deinit(&url);
	return place;
}

/* ---- a client ------------------------------------------------------------------ */

static void
fill_options(struct zv_client_options *o, const char *url)
{
	o->url = url;
	o->plain_login = plain_login;
	o->ca_file = ca_file;
	o->pin = pin;
	o->insecure = insecure;
	o->proxy = proxy;
	o->no_reconnect |= no_reconnect;
	o->action_timeout_ms = timeout_ms;
	if (connect_timeout_ms)
		o->connect_timeout_ms = o->login_timeout_ms = connect_timeout_ms;
}

static struct zv_client *
make_client(const struct zv_client_options *o,
	    const struct zv_client_handlers *handlers, void *user, int *code)
{
	struct zv_error err = { 0 };
	struct zv_client *c = zvon_client_new(o, handlers, user, &err);

	if (!c) {
		zv_say_reason(&err);
		*code = zv_link_exit_code(err.code, ZV_STATE_DOWN);
	}
	return c;
}

/* From the most to the least explicit. */
static char *
find_secret(const char *url)
{
	char *secret;

	if (secret_file)
		return zv_secret_from_file(secret_file);
	secret = zv_secret_from_environment();
	return secret ? secret : zv_secret_from_terminal(zv_link_place(url));
}

int
zv_link_secret(char **out)
{
	*out = secret_file ? zv_secret_from_file(secret_file)
			   : zv_secret_from_environment();
	return secret_file && !*out ? ZV_EXIT_USAGE : 0;
}

static void
warn(const char *url)
{
	if (zv_secret_is_in_url(url))
		zv_say_warning("the secret in the URL stays in the shell's history and "
			       "can be seen by others for a moment: --secret-file or "
			       "ZVON_SECRET keep it",
			       "секрет в URL остаётся в истории оболочки и мгновение "
			       "виден другим: --secret-file и ZVON_SECRET его скроют");
	if (insecure)
		zv_say_warning(
			"the certificate of %s is not checked: anybody in between "
			"can read and change everything",
			"сертификат %s не проверяется: любой посередине может "
			"читать и менять всё",
			zv_link_place(url));
}

struct zv_client *
zv_link_client(const char *url, const struct zv_client_options *own,
	       const struct zv_client_handlers *handlers, void *user, int *code)
{
	struct zv_client_options o = { 0 };
	struct zv_client_handlers h = *handlers;
	struct zv_client *c;
	char *secret = NULL;

	if (own)
		o = *own;
	fill_options(&o, url);
	c = make_client(&o, NULL, NULL, code); /* a bad URL is told before we ask */
	if (!c)
		return NULL;
	zvon_client_free(c);
	if (secret_file || !zv_secret_is_in_url(url)) {
		secret = find_secret(url);
		if (!secret) {
			*code = ZV_EXIT_USAGE;
			return NULL;
		}
		o.secret = secret;
	}
	warn(url);
	if (!h.on_log) {
		h.on_log = zv_say_log;
		h.log_level = zv_say_log_level();
	}
	c = make_client(&o, &h, user, code);
	zv_secret_free(secret);
	return c;
}

/* ---- ask and end ----------------------------------------------------------------- */

static bool
is_logged_in(const struct zv_link *l)
{
	return l->state == ZV_STATE_BOOTING || l->state == ZV_STATE_READY;
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct zv_link *l = user;

	if (status->state == ZV_STATE_CLOSED) {
		l->lost_during = l->state;
		l->reason = status->reason;
		snprintf(l->text, sizeof l->text, "%s", status->text);
	}
	l->state = status->state;
	if (!is_logged_in(l))
		return;
	l->ami_major = status->ami_major;
	if (l->is_opening) /* later it would break off a request */
		zvon_client_interrupt(l->client);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_link *l = user;

	if (l->on_event)
		l->on_event(l->user, event);
}

int
zv_link_open(struct zv_link *l, const char *url, const char *events)
{
	static const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
	};
	struct zv_client_options own = { .events = events, .no_reconnect = true };
	struct zv_error err = { 0 };
	char why[ZV_REASON_MAX];
	int code = 0;

	l->client = zv_link_client(url, &own, &handlers, l, &code);
	if (!l->client)
		return code;
	if (zvon_client_open(l->client, &err) < 0) {
		zv_say_reason(&err);
		return zv_link_exit_code(err.code, ZV_STATE_DOWN);
	}
	l->is_opening = true;
	while (!is_logged_in(l) && l->state != ZV_STATE_CLOSED)
		zvon_client_run(l->client, -1);
	l->is_opening = false;
	if (l->state != ZV_STATE_CLOSED)
		return 0;
	zv_say_error("%s", "%s", zv_reason(l->text, why));
	return zv_link_exit_code(l->reason, l->lost_during);
}

int
zv_link_request(struct zv_link *l, const struct zv_request *request,
		struct zv_result *result)
{
	struct zv_error err = { 0 };

	*result = (struct zv_result){ 0 };
	if (zvon_client_request(l->client, request, timeout_ms, result, &err) == 0)
		return 0;
	zv_say_reason(&err);
	return zv_link_exit_code(err.code, l->state);
}

static int
answer_is_late(const struct zv_result *result)
{
	double seconds = timeout_ms / 1000.0;

	if (result->n_items)
		zv_say_error("the list is not complete: %zu items came within %g s",
			     "список неполон: пришло элементов %zu за %g с",
			     result->n_items, seconds);
	else if (result->response)
		zv_say_error("the list did not come within %g s",
			     "список не пришёл за %g с", seconds);
	else
		zv_say_error("no answer within %g s: the server hangs or works on "
			     "something long; --timeout waits longer",
			     "нет ответа за %g с: сервер завис или занят долгой "
			     "работой; --timeout позволяет ждать дольше",
			     seconds);
	return ZV_EXIT_TIMEOUT;
}

int
zv_link_answer_code(const struct zv_link *l, const struct zv_result *result)
{
	if (result->status == ZV_ETIMEOUT)
		return answer_is_late(result);
	if (result->status < 0) {
		char why[ZV_REASON_MAX];

		zv_say_error(
			"%s; the action may have been carried out or not",
			"%s; действие могло выполниться, а могло и нет",
			zv_reason(l->text[0] ? l->text : zvon_err_name(result->status),
				  why));
		return zv_link_exit_code(result->status, ZV_STATE_READY);
	}
	if (zvon_str_equal_nocase(result->response->name, ZV_STR("Error")))
		return ZV_EXIT_NEGATIVE;
	return ZV_EXIT_DONE;
}

void
zv_link_close(struct zv_link *l)
{
	zvon_client_free(l->client);
	l->client = NULL;
}

int
zv_link_ask(const char *url, struct zv_request *request,
	    int (*print)(const struct zv_result *result, int code))
{
	struct zv_link link = { 0 };
	struct zv_result result = { 0 };
	int code = request ? zv_link_open(&link, url, "off") : ZV_EXIT_USAGE;

	if (code == 0)
		code = zv_link_request(&link, request, &result);
	if (code == 0)
		code = print(&result, zv_link_answer_code(&link, &result));
	zvon_result_deinit(&result);
	zvon_request_free(request);
	zv_link_close(&link);
	return code;
}
