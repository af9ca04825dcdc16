/* What is answered of the history, in each of its forms. On the threads that read. */
#include "base/err.h"
#include "base/str.h"
#include "hist/cells.h"
#include "hist/flat.h"
#include "hist/miko.h"
#include "hist/scope.h"
#include "hist/when.h"
#include "zvond/history_task.h"

#define RECORDINGS "/v1/recordings/"

/* ---- what he may see and hear ----------------------------------------------------------------- */

static bool
is_within(const struct zv_history_task *t, enum zv_reach reach,
	  const struct zv_conversation *c)
{
	if (reach == ZV_REACH_ALL)
		return true;
	return reach != ZV_REACH_NONE &&
	       zv_conversation_is_within(c, t->lines.list, t->lines.n, t->queues.list,
					 reach == ZV_REACH_QUEUES ? t->queues.n : 0);
}

/* Who asks for recordings is asked for calls that he may hear. */
static void
set_scope(struct zv_history_task *t, struct zv_history_query *q)
{
	enum zv_reach reach = t->asked.query.recorded ? t->hears : t->sees;

	*q = t->asked.query;
	q->has_scope = reach != ZV_REACH_ALL;
	if (!q->has_scope || reach == ZV_REACH_NONE)
		return;
	q->scope_lines = t->lines.list;
	q->n_scope_lines = t->lines.n;
	q->scope_queues = t->queues.list;
	q->n_scope_queues = reach == ZV_REACH_QUEUES ? t->queues.n : 0;
}

/* Without recordings that he may not hear: as if there were none. */
static int
on_call(void *task, const struct zv_conversation *call)
{
	struct zv_history_task *t = task;
	struct zv_conversation c = *call;

	if (!is_within(t, t->sees, &c))
		return 0;
	if (!is_within(t, t->hears, &c))
		c.n_recordings = 0;
	if (t->asked.query.recorded && !c.n_recordings)
		return 0;
	t->row(t, &c);
	t->n++;
	if (zv_buf_failed(&t->body))
		return ZV_ENOMEM;
	return t->body.n > ZV_HISTORY_ANSWER_MAX ? ZV_ETOOBIG : 0;
}

/* The rows of one page. */
static int
read_page(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	struct zv_history_query q;
	int rc;

	set_scope(t, &q);
	rc = zv_store_page(s, &q, on_call, t, t->next, err);
	if (q.by_number)
		t->next[0] = '\0'; /* they go on by the last id */
	if (t->body.n > ZV_HISTORY_ANSWER_MAX)
		return zv_fail(err, ZV_ETOOBIG,
			       "the answer is longer than %u bytes: ask with a smaller "
			       "limit, or for fewer fields",
			       ZV_HISTORY_ANSWER_MAX);
	return rc;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static void
json_row(struct zv_history_task *t, const struct zv_conversation *c)
{
	struct zv_buf whole = { 0 };
	struct zv_json j = { .out = &whole };

	if (!t->asked.fields.n) {
		zv_conversation_json(&t->json, c);
		return;
	}
	zv_conversation_json(&j, c);
	zv_history_fields_pick(&t->asked.fields, zv_buf_str(&whole), &t->json);
	t->body.failed |= zv_buf_failed(&whole);
	zv_buf_deinit(&whole);
}

static int
page_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	int rc;

	t->row = json_row;
	t->json = (struct zv_json){ .out = &t->body };
	zv_json_begin_object(&t->json);
	zv_json_key(&t->json, "calls");
	zv_json_begin_array(&t->json);
	rc = read_page(s, t, err);
	zv_json_end_array(&t->json);
	zv_json_key(&t->json, "next");
	if (t->next[0])
		zv_json_string(&t->json, zvon_str(t->next));
	else
		zv_json_null(&t->json);
	zv_json_end_object(&t->json);
	return rc;
}

static void
flat_row(struct zv_history_task *t, const struct zv_conversation *c)
{
	zv_conversation_flat_json(&t->json, c, t->asked.zone, ZV_STR(RECORDINGS));
}

static int
flat_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	int rc;

	t->row = flat_row;
	t->json = (struct zv_json){ .out = &t->body };
	zv_json_begin_array(&t->json);
	rc = read_page(s, t, err);
	zv_json_end_array(&t->json);
	return rc;
}

/* ---- tables --------------------------------------------------------------------------------------- */

static void
csv_row(struct zv_history_task *t, const struct zv_conversation *c)
{
	zv_history_csv_row(&t->body, &t->asked.fields, c, t->asked.zone);
}

/* A stream has its head already. */
static int
csv_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	t->row = csv_row;
	if (!t->is_begun)
		zv_history_csv_head(&t->body, &t->asked.fields, t->asked.bom);
	return read_page(s, t, err);
}

static void
xml_row(struct zv_history_task *t, const struct zv_conversation *c)
{
	zv_miko_row(&t->body, c, t->asked.zone);
}

static int
xml_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	int rc;

	t->row = xml_row;
	zv_buf_add(&t->body, ZV_STR(ZV_MIKO_BEGIN));
	rc = read_page(s, t, err);
	zv_buf_add(&t->body, ZV_STR(ZV_MIKO_END));
	return rc;
}

/* ---- one call -------------------------------------------------------------------------------------- */

/* On one of the servers. What he may not see is as if it were not there. */
static int
call_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	t->row = json_row;
	t->json = (struct zv_json){ .out = &t->body };
	for (size_t i = 0; !t->n && i < t->asked.servers.n; i++) {
		struct zv_conversation *c = NULL;
		int rc = zv_store_find(s, t->asked.servers.list[i], zv_buf_str(&t->id),
				       &c, err);

		if (rc > 0 && !c->is_open)
			on_call(t, c);
		zv_conversation_free(c);
		if (rc < 0)
			return rc;
	}
	if (t->n)
		return 0;
	t->is_missing = true;
	return zv_fail(err, ZV_ENOTFOUND, "there is no such call, or it is not yours");
}

/* ---- statistics ------------------------------------------------------------------------------------- */

static bool
is_by_time(const struct zv_history_task *t)
{
	return t->asked.by == ZV_BY_HOUR || t->asked.by == ZV_BY_DAY;
}

static void
add_count(struct zv_json *j, const char *key, uint64_t n)
{
	zv_json_key(j, key);
	zv_json_int(j, (long long)n);
}

static int
statistics_row(void *task, const struct zv_statistics_row *row)
{
	struct zv_history_task *t = task;
	struct zv_json *j = &t->json;
	char time[ZV_WHEN_TEXT];

	zv_json_begin_object(j);
	if (is_by_time(t))
		zv_json_member(j, "time", zvon_str(zv_when_text(row->time_ms, time)));
	else
		zv_json_member(j, "name", row->name);
	add_count(j, "calls", row->calls);
	add_count(j, "answered", row->answered);
	add_count(j, "missed", row->missed);
	add_count(j, "talk_ms", (uint64_t)row->talk_ms);
	add_count(j, "wait_ms", (uint64_t)row->wait_ms);
	zv_json_end_object(j);
	return zv_buf_failed(&t->body) ? ZV_ENOMEM : 0;
}

static int
statistics_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	struct zv_history_query q;
	int rc;

	set_scope(t, &q);
	t->json = (struct zv_json){ .out = &t->body };
	zv_json_begin_object(&t->json);
	zv_json_key(&t->json, "rows");
	zv_json_begin_array(&t->json);
	rc = zv_store_statistics(s, &q, t->asked.by, t->asked.zone, statistics_row, t,
				 err);
	zv_json_end_array(&t->json);
	zv_json_end_object(&t->json);
	return rc;
}

static int
statistics_csv_row(void *task, const struct zv_statistics_row *row)
{
	struct zv_history_task *t = task;

	if (is_by_time(t))
		zv_history_write_time(&t->body, row->time_ms, t->asked.zone);
	else
		zv_csv_cell(&t->body, row->name);
	zv_buf_printf(&t->body, ",%llu,%llu,%llu,%lld,%lld\r\n",
		      (unsigned long long)row->calls, (unsigned long long)row->answered,
		      (unsigned long long)row->missed, (long long)row->talk_ms / 1000,
		      (long long)row->wait_ms / 1000);
	return zv_buf_failed(&t->body) ? ZV_ENOMEM : 0;
}

static int
statistics_csv_work(struct zv_store *s, struct zv_history_task *t, struct zv_error *err)
{
	struct zv_history_query q;

	set_scope(t, &q);
	if (t->asked.bom)
		zv_buf_add(&t->body, ZV_STR("\xef\xbb\xbf"));
	zv_buf_printf(&t->body, "%s,calls,answered,missed,talk_s,wait_s\r\n",
		      is_by_time(t) ? "time" : "name");
	return zv_store_statistics(s, &q, t->asked.by, t->asked.zone,
				   statistics_csv_row, t, err);
}

const struct zv_history_face zv_history_face_page = { NULL, page_work };
const struct zv_history_face zv_history_face_flat = { NULL, flat_work };
const struct zv_history_face zv_history_face_csv = { "text/csv; charset=utf-8",
						     csv_work };
const struct zv_history_face zv_history_face_xml = { "text/xml; charset=utf-8",
						     xml_work };
const struct zv_history_face zv_history_face_call = { NULL, call_work };
const struct zv_history_face zv_history_face_statistics = { NULL, statistics_work };
const struct zv_history_face zv_history_face_statistics_csv = {
	"text/csv; charset=utf-8", statistics_csv_work
};
