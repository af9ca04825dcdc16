/* History, Recording, RecordingLink. Over zvond its store is asked, which knows all calls; what
 * ended a moment ago may not be there yet: the connection itself has seen it. Without zvond,
 * or where zvond keeps no history, there is only what the connection has seen. */
#include "onec/zvon_past.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/reader.h"

/* Of an ask: what was asked, its texts in ask->in. */
struct errand {
	struct zv_component *component;
	int64_t from_s, to_s;
};

static struct zv_past_question
question_of(const struct zv_ask *ask)
{
	const struct errand *e = ask->data;

	return (struct zv_past_question){ zv_buf_str(&ask->in), e->from_s, e->to_s };
}

static struct zv_component *
component_of(const struct zv_ask *ask)
{
	return ((const struct errand *)ask->data)->component;
}

static void
finish(struct zv_ask *ask)
{
	zv_ask_answer(ask, zv_buf_failed(&ask->out) ? ZV_ENOMEM : 0);
}

/* ---- network thread: what zvond answers ----------------------------------------------------- */

/* No answer, or a refusal. */
static void
fail(struct zv_ask *ask, int status, struct zv_str body, const struct zv_error *why)
{
	struct zv_component *c = component_of(ask);
	struct zv_error told = { 0 };
	json_t *answer = status ? zv_json_read(body, NULL) : NULL;
	struct zv_str text = zv_json_text(json_object_get(answer, "error"), "message");

	if (status)
		zv_fail(&told, status == 401 || status == 403 ? ZV_EAUTH : ZV_EIO,
			ZV_SCRIPT_SAY(c, "zvond не дал этого (HTTP %d): %.*s",
				      "zvond refused it (HTTP %d): %.*s"),
			status, ZV_ARG(text));
	else if (why->code == ZV_ECLOSED)
		zv_script_fail_closed(c, &told);
	else
		zv_script_explain(c, why, &told);
	json_decref(answer);
	zv_ask_fail(ask, &told);
}

/* The answer of a 200; NULL: the ask has failed. */
static json_t *
read_answer(struct zv_ask *ask, int status, struct zv_str body,
	    const struct zv_error *why)
{
	json_t *answer = status == 200 ? zv_json_read_own(body, NULL) : NULL;

	if (!answer)
		fail(ask, status, body, why);
	return answer;
}

/* Newest first, as the store told them; a script gets the oldest first. */
static void
write_calls(struct zv_ask *ask, const json_t *calls)
{
	const struct zv_past_question q = question_of(ask);
	struct zv_json j = { .out = &ask->out };
	size_t n = json_array_size(calls);

	zv_json_begin_array(&j);
	for (size_t i = n; i > 0; i--)
		zv_past_write_call(&j, json_array_get(calls, i - 1));
	if (n < ZV_SCRIPT_HISTORY)
		zv_script_write_past(zv_script_of(component_of(ask)), &j, &q, calls,
				     ZV_SCRIPT_HISTORY - n);
	zv_json_end_array(&j);
	finish(ask);
}

static void
on_calls(void *user, int status, struct zv_str body, const struct zv_error *why)
{
	struct zv_ask *ask = user;
	json_t *answer;

	if (status == 404) { /* no [history] */
		write_calls(ask, NULL);
		return;
	}
	answer = read_answer(ask, status, body, why);
	if (answer)
		write_calls(ask, json_object_get(answer, "calls"));
	json_decref(answer);
}

static void
write_files(struct zv_ask *ask, const json_t *call)
{
	struct zv_json j = { .out = &ask->out };

	if (json_array_size(json_object_get(call, "recordings")) > 0)
		zv_past_write_files(&j, call);
	else
		zv_script_write_files(zv_script_of(component_of(ask)), &j,
				      zv_buf_str(&ask->in));
	finish(ask);
}

static void
on_files(void *user, int status, struct zv_str body, const struct zv_error *why)
{
	struct zv_ask *ask = user;
	json_t *answer;

	if (status == 404) {
		write_files(ask, NULL);
		return;
	}
	answer = read_answer(ask, status, body, why);
	if (answer)
		write_files(ask, answer);
	json_decref(answer);
}

/* A link of zvond's begins with its path. */
static void
on_link(void *user, int status, struct zv_str body, const struct zv_error *why)
{
	struct zv_ask *ask = user;
	struct zv_script *s = zv_script_of(component_of(ask));
	json_t *answer = read_answer(ask, status, body, why);
	struct zv_str url = zv_json_text(answer, "url");

	if (!answer)
		return;
	if (zv_str_starts(url, ZV_STR("/")) && s->net.desk)
		s->net.desk->base(s->net.desk, &ask->out);
	zv_buf_add(&ask->out, url);
	json_decref(answer);
	finish(ask);
}

/* ---- network thread: what is asked ------------------------------------------------------------ */

static bool
has_store(const struct zv_script *s)
{
	return s->net.desk && s->net.desk->ask;
}

static void
ask_zvond(struct zv_ask *ask, bool is_post, struct zv_buf *path,
	  void (*answer)(void *user, int status, struct zv_str body,
			 const struct zv_error *why))
{
	struct zv_desk *desk = zv_script_of(component_of(ask))->net.desk;
	const struct zv_desk_question q = { is_post, zv_buf_str(path), answer, ask };
	struct zv_error err = { 0 };
	int rc = zv_buf_failed(path) ? zv_fail_nomem(&err) : desk->ask(desk, &q, &err);

	zv_buf_deinit(path);
	if (rc < 0)
		fail(ask, 0, ZV_STR(""), &err);
}

static void
list_calls(struct zv_component *c, struct zv_ask *ask)
{
	const struct zv_past_question q = question_of(ask);
	struct zv_buf path = { 0 };

	if (!has_store(zv_script_of(c))) {
		write_calls(ask, NULL);
		return;
	}
	zv_past_write_query(&path, &q, ZV_SCRIPT_HISTORY);
	ask_zvond(ask, false, &path, on_calls);
}

static void
list_files(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_buf path = { 0 };

	if (!has_store(zv_script_of(c))) {
		write_files(ask, NULL);
		return;
	}
	zv_buf_add(&path, ZV_STR("calls/"));
	zv_past_write_escaped(&path, zv_buf_str(&ask->in));
	ask_zvond(ask, false, &path, on_files);
}

static void
make_link(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_buf path = { 0 };
	struct zv_error err = { 0 };

	if (!has_store(zv_script_of(c))) {
		zv_fail(&err, ZV_EINVAL, "%s",
			ZV_SCRIPT_SAY(
				c,
				"ссылку на запись даёт zvond: нужно подключение "
				"ws:// или wss://",
				"a link to a recording is given by zvond: connect "
				"to ws:// or wss://"));
		zv_ask_fail(ask, &err);
		return;
	}
	zv_buf_add(&path, ZV_STR("recordings/"));
	zv_past_write_escaped(&path, zv_buf_str(&ask->in));
	zv_buf_add(&path, ZV_STR("/link"));
	ask_zvond(ask, true, &path, on_link);
}

/* ---- host's thread ------------------------------------------------------------------------------ */

static int
begin(struct zv_component *c, zv_ask_fn fn, const struct errand *errand,
      const struct zv_value *text, struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(fn);

	if (ask) {
		ask->data = zv_memdup(errand, sizeof *errand);
		ask->free_data = zv_free;
	}
	if (!ask || !ask->data || zv_buf_add(&ask->in, zv_buf_str(&text->bytes)) < 0) {
		zv_ask_drop(ask);
		return zv_script_fail_nomem(c, err);
	}
	return zv_script_ask(c, ask, result, err);
}

ZV_SCRIPT_METHOD(history)
{
	struct errand e = { .component = c };
	int rc = zv_script_read_moment(c, &arguments[1], INT64_MIN, &e.from_s, err);

	if (rc == 0)
		rc = zv_script_read_moment(c, &arguments[2], INT64_MAX, &e.to_s, err);
	return rc < 0 ? rc : begin(c, list_calls, &e, &arguments[0], result, err);
}

ZV_SCRIPT_METHOD(recording)
{
	const struct errand e = { .component = c };

	return begin(c, list_files, &e, &arguments[0], result, err);
}

ZV_SCRIPT_METHOD(recording_link)
{
	const struct errand e = { .component = c };

	return begin(c, make_link, &e, &arguments[0], result, err);
}
