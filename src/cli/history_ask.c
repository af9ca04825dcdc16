#include "cli/history_ask.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/link.h"
#include "client/url.h"
#include "hist/miko.h"
#include "hist/when.h"
#include "http/head.h"
#include "io/fetch.h"
#include "io/wait.h"
#include "json/reader.h"
#include "term/reason.h"

#define WAIT_MOST_MS 1000
#define FDS	     16
#define PORT	     2013

struct zv_history_ask {
	struct zv_fetch *fetch;
	struct zv_buf fields; /* Authorization; secret */
	struct zv_buf body;
	int status;
};

/* ---- one exchange ------------------------------------------------------------------------ */

static int
lack_memory(void)
{
	zv_say_error("out of memory", "нет памяти");
	return ZV_EXIT_NEGATIVE;
}

static int
code_of_fault(const struct zv_error *err)
{
	zv_say_reason(err);
	return zv_link_exit_code(err->code, ZV_STATE_CONNECTING);
}

static int
take_head(struct zv_history_ask *a, struct zv_str bytes)
{
	struct zv_http_head head;
	struct zv_error err = { 0 };

	if (zv_http_head_parse(&head, bytes, &err) < 0) {
		zv_say_reason(&err);
		return ZV_EXIT_PROTOCOL;
	}
	a->status = head.status;
	return 0;
}

static int
take_body(struct zv_history_ask *a, struct zv_str bytes)
{
	if (a->body.n + bytes.n > ZV_HISTORY_ASK_MAX) {
		zv_say_error("the answer is longer than %u MiB", "ответ длиннее %u МиБ",
			     ZV_HISTORY_ASK_MAX >> 20);
		return ZV_EXIT_PROTOCOL;
	}
	return zv_buf_add(&a->body, bytes) < 0 ? lack_memory() : 0;
}

/* 0: go on; -1: it is over; else what to exit with. */
static int
take_news(struct zv_history_ask *a, const struct zv_fetch_news *news)
{
	switch (news->kind) {
	case ZV_FETCH_HEAD:
		return take_head(a, news->bytes);
	case ZV_FETCH_BODY:
		return take_body(a, news->bytes);
	default:
		return news->err.code ? code_of_fault(&news->err) : -1;
	}
}

static int
run_exchange(struct zv_history_ask *a)
{
	struct zv_descriptor fds[FDS];
	struct zv_fetch_news news;
	int rc = 0;

	while (rc == 0) {
		size_t n = zv_fetch_descriptors(a->fetch, fds, FDS);
		int wait_ms = zv_fetch_timeout(a->fetch);

		if (wait_ms < 0 || wait_ms > WAIT_MOST_MS)
			wait_ms = WAIT_MOST_MS;
		zv_wait(fds, n, wait_ms);
		zv_fetch_process(a->fetch);
		while (rc == 0 && zv_fetch_next(a->fetch, &news))
			rc = take_news(a, &news);
	}
	return rc < 0 ? 0 : rc;
}

/* ---- answers ------------------------------------------------------------------------------ */

/* {"error":{"message":…}} of a status that is no 200. */
static int
refuse(const struct zv_history_ask *a)
{
	static const struct {
		int status, code;
	} rows[] = {
		{ 400, ZV_EXIT_USAGE },	  { 401, ZV_EXIT_LOGIN },
		{ 403, ZV_EXIT_LOGIN },	  { 404, ZV_EXIT_CONNECT },
		{ 503, ZV_EXIT_CONNECT }, { 504, ZV_EXIT_TIMEOUT },
	};
	json_t *object = zv_json_read(zv_buf_str(&a->body), NULL);
	struct zv_str message =
		zv_json_text(json_object_get(object, "error"), "message");
	int code = ZV_EXIT_PROTOCOL;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == a->status)
			code = rows[i].code;
	if (message.n) {
		struct zv_error said = { 0 };

		zv_fail(&said, code, "%.*s", ZV_ARG(message));
		zv_say_reason(&said);
	} else {
		zv_say_error("HTTP %d: that is no zvond: check host and port (bind of "
			     "[listen] in zvond.conf)",
			     "HTTP %d: это не zvond: проверьте узел и порт (bind в "
			     "[listen] файла zvond.conf)",
			     a->status);
	}
	json_decref(object);
	return code;
}

static int
strange(const char *why)
{
	char reason[ZV_REASON_MAX];

	zv_say_error("the answer is none of zvond's: %s", "ответ не от zvond: %s",
		     zv_reason(why, reason));
	return ZV_EXIT_PROTOCOL;
}

/* The answer as JSON: give it to json_decref. */
static int
ask(struct zv_history_ask *a, struct zv_str target, json_t **out)
{
	const struct zv_fetch_request request = {
		.target = target,
		.fields = zv_buf_str(&a->fields),
		.timeout_ms = zv_link_timeout_ms(),
	};
	struct zv_error err = { 0 };
	int rc;

	zv_buf_clear(&a->body);
	a->status = 0;
	if (zv_fetch_start(a->fetch, &request, &err) < 0)
		return code_of_fault(&err);
	zv_fetch_process(a->fetch);
	rc = run_exchange(a);
	if (rc)
		return rc;
	if (a->status != 200)
		return refuse(a);
	*out = zv_json_read_own(zv_buf_str(&a->body), &err);
	return *out ? 0 : strange(err.text);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static int
give_call(const json_t *one, zv_store_each_fn fn, void *context)
{
	struct zv_error err = { 0 };
	char *text = json_dumps(one, JSON_COMPACT);
	struct zv_conversation *c =
		text ? zv_conversation_read(zvon_str(text), &err) : NULL;
	int code = 0;

	if (!text)
		code = lack_memory();
	else if (!c)
		code = strange(err.text);
	else
		fn(context, c);
	zv_conversation_free(c);
	zv_free(text);
	return code;
}

static int
give_page(const json_t *page, zv_store_each_fn fn, void *context,
	  char next[ZV_HISTORY_CURSOR_MAX])
{
	const json_t *calls = json_object_get(page, "calls"), *one;
	struct zv_str cursor = zv_json_text(page, "next");
	size_t i;
	int code = json_is_array(calls) ? 0 : strange("it has no calls");

	json_array_foreach(calls, i, one)
	{
		if (code == 0)
			code = give_call(one, fn, context);
	}
	if (cursor.n >= ZV_HISTORY_CURSOR_MAX)
		return strange("its cursor is too long");
	if (cursor.n)
		memcpy(next, cursor.p, cursor.n);
	next[cursor.n] = '\0';
	return code;
}

int
zv_history_ask_page(struct zv_history_ask *a, struct zv_str query, struct zv_str cursor,
		    zv_store_each_fn fn, void *context,
		    char next[ZV_HISTORY_CURSOR_MAX])
{
	struct zv_buf target = { 0 };
	json_t *page = NULL;
	int code;

	zv_buf_printf(&target, "/v1/history?format=json&%.*s", ZV_ARG(query));
	if (cursor.n) {
		zv_buf_add(&target, ZV_STR("&cursor="));
		zv_percent_encode(&target, cursor);
	}
	code = zv_buf_failed(&target) ? lack_memory()
				      : ask(a, zv_buf_str(&target), &page);
	if (code == 0)
		code = give_page(page, fn, context, next);
	json_decref(page);
	zv_buf_deinit(&target);
	return code;
}

/* ---- statistics ------------------------------------------------------------------------------- */

static int64_t
number_of(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static int
give_row(const json_t *one, bool is_by_time, zv_statistics_fn fn, void *context)
{
	struct zv_statistics_row row = {
		.name = zv_json_text(one, "name"),
		.calls = (uint64_t)number_of(one, "calls"),
		.answered = (uint64_t)number_of(one, "answered"),
		.missed = (uint64_t)number_of(one, "missed"),
		.talk_ms = number_of(one, "talk_ms"),
		.wait_ms = number_of(one, "wait_ms"),
	};
	struct zv_when when;

	if (is_by_time) {
		if (zv_when_read(zv_json_text(one, "time"), &when) < 0)
			return strange("a row has no time");
		row.time_ms = zv_when_unix_ms(&when);
	}
	fn(context, &row);
	return 0;
}

int
zv_history_ask_statistics(struct zv_history_ask *a, struct zv_str query,
			  enum zv_statistics_by by, zv_statistics_fn fn, void *context)
{
	struct zv_buf target = { 0 };
	json_t *answer = NULL;
	const json_t *one;
	size_t i;
	int code;

	zv_buf_printf(&target, "/v1/history/statistics?format=json&%.*s",
		      ZV_ARG(query));
	code = zv_buf_failed(&target) ? lack_memory()
				      : ask(a, zv_buf_str(&target), &answer);
	if (code == 0 && !json_is_array(json_object_get(answer, "rows")))
		code = strange("it has no rows");
	json_array_foreach(json_object_get(answer, "rows"), i, one)
	{
		if (code == 0)
			code = give_row(one, by == ZV_BY_HOUR || by == ZV_BY_DAY, fn,
					context);
	}
	json_decref(answer);
	zv_buf_deinit(&target);
	return code;
}

/* ---- the beginning ------------------------------------------------------------------------------ */

static int
open_fetch(struct zv_history_ask *a, const struct zv_url *url)
{
	struct zv_dial_options o = {
		.host = url->host,
		.port = url->port,
		.tls = url->tls,
		.connect_timeout_ms = zv_link_timeout_ms(),
		.protocol = ZV_FAULT_ZVOND,
	};
	struct zv_error err = { 0 };

	zv_link_dial_options(&o);
	if (zv_fetch_open(a->fetch, &o, &err) == 0)
		return 0;
	zv_say_reason(&err);
	return ZV_EXIT_CONNECT;
}

/* The port of "host:2013", "[::1]:2013" is written there. */
static bool
has_port(struct zv_str authority)
{
	for (size_t i = authority.n; i > 0 && authority.p[i - 1] != ']'; i--)
		if (authority.p[i - 1] == ':')
			return true;
	return false;
}

static int
read_url(const char *server, struct zv_url *url)
{
	struct zv_str text = zvon_str(server);
	struct zv_str authority =
		zv_str_from(text, zv_str_find(text, ZV_STR("://")) + 3);
	struct zv_str path =
		zv_str_from(authority, zv_str_find(authority, ZV_STR("/")));

	authority.n -= path.n;
	text.n -= path.n;
	if (path.n <= 1 && zv_url_parse(url, text, NULL) == 0 && !url->user &&
	    url->protocol == ZV_URL_AJAM) {
		if (!has_port(authority))
			url->port = PORT;
		return 0;
	}
	zv_say_error("--server: write http://host:%d or https://host:%d",
		     "--server: пишите http://host:%d или https://host:%d", PORT, PORT);
	return ZV_EXIT_USAGE;
}

static int
begin(struct zv_history_ask *a, const char *server, const char *token)
{
	struct zv_url url = { 0 };
	int code = read_url(server, &url);

	a->fields.secret = true;
	zv_buf_printf(&a->fields, "Authorization: Bearer %s\r\n", token);
	a->fetch = zv_fetch_new();
	if (code == 0)
		code = a->fetch && !zv_buf_failed(&a->fields) ? open_fetch(a, &url)
							      : lack_memory();
	zv_url_deinit(&url);
	return code;
}

struct zv_history_ask *
zv_history_ask_new(const char *server, const char *token, int *code)
{
	struct zv_history_ask *a = zv_calloc(1, sizeof *a);

	*code = a ? begin(a, server, token) : lack_memory();
	if (*code == 0)
		return a;
	zv_history_ask_free(a);
	return NULL;
}

void
zv_history_ask_free(struct zv_history_ask *a)
{
	if (!a)
		return;
	zv_fetch_free(a->fetch);
	zv_buf_deinit(&a->fields);
	zv_buf_deinit(&a->body);
	zv_free(a);
}
