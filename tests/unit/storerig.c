#include "storerig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

char rig_next[ZV_HISTORY_CURSOR_MAX];

static const char *const tables[] = {
	"calls",      "legs",	"transfers",   "recordings", "channels", "parties",
	"open_calls", "counts", "counts_line", "marks",	     "servers",	 "meta",
};

static const char *const views[] = {
	"v_hours_of_lines", "v_hours",	   "v_calls_with", "v_parties", "v_periods",
	"v_recordings",	    "v_transfers", "v_legs",	   "v_calls",
};

/* Of a server. */
static struct zv_str
secret(void)
{
	return zvon_str(getenv("ZVON_STORE_SECRET"));
}

static void
drop_all(const char *url)
{
	struct zv_db_options o = { .url = zvon_str(url), .secret = secret() };
	struct zv_db *db = zv_db_open(&o, NULL);
	char text[100];

	assert_non_null(db);
	for (size_t i = 0; i < N_OF(views); i++) {
		snprintf(text, sizeof(text), "DROP VIEW IF EXISTS %s", views[i]);
		assert_true(zv_db_run(db, text, NULL, 0, NULL) >= 0);
	}
	for (size_t i = 0; i < N_OF(tables); i++) {
		snprintf(text, sizeof(text), "DROP TABLE IF EXISTS %s", tables[i]);
		assert_true(zv_db_run(db, text, NULL, 0, NULL) >= 0);
	}
	zv_db_close(db);
}

struct zv_store *
rig_open_again(struct storerig *rig, bool read_only)
{
	struct zv_store_options o = { .db = { .url = zvon_str(rig->url),
					      .secret = secret() },
				      .read_only = read_only };
	struct zv_error warning = { 0 }, err = { 0 };
	struct zv_store *s = zv_store_open(&o, &warning, &err);

	if (!s)
		fail_msg("%s: %s", rig->url, err.text);
	assert_string_equal(warning.text, "");
	return s;
}

struct zv_store *
rig_open(struct storerig *rig)
{
	const char *url = getenv("ZVON_STORE_URL");

	memset(rig, 0, sizeof(*rig));
	if (url) {
		snprintf(rig->url, sizeof(rig->url), "%s", url);
		drop_all(url);
	} else {
		snprintf(rig->folder, sizeof(rig->folder), "/tmp/zvon-store-XXXXXX");
		assert_non_null(mkdtemp(rig->folder));
		snprintf(rig->url, sizeof(rig->url), "sqlite:%s/calls.db", rig->folder);
	}
	rig->s = rig_open_again(rig, false);
	return rig->s;
}

bool
rig_is_sqlite(const struct storerig *rig)
{
	return rig->folder[0] != '\0';
}

void
rig_close(struct storerig *rig)
{
	char text[100];

	zv_store_close(rig->s);
	rig->s = NULL;
	if (!rig->folder[0])
		return;
	snprintf(text, sizeof(text), "rm -rf %s", rig->folder);
	assert_int_equal(system(text), 0);
}

int64_t
rig_number(struct zv_store *s, const char *sql)
{
	struct zv_error err = { 0 };
	struct zv_db_rows *rows;
	const struct zv_db_value *row;
	long long n = 0;

	if (zv_db_query(zv_store_db(s), sql, NULL, 0, &rows, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
	if (zv_db_next(rows, &row, &err) != 1)
		fail_msg("%s: no row %s", sql, err.text);
	if (row[0].type == ZV_DB_TEXT)
		zv_num_parse(row[0].text, INT64_MIN, INT64_MAX, &n);
	else
		n = row[0].number;
	zv_db_end(rows);
	return n;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	int value;
} directions[] = { { "internal", ZV_DIRECTION_INTERNAL },
		   { "in", ZV_DIRECTION_IN },
		   { "out", ZV_DIRECTION_OUT } },
  results[] = { { "none", ZV_RESULT_NONE },
		{ "answered", ZV_RESULT_ANSWERED },
		{ "busy", ZV_RESULT_BUSY },
		{ "no_answer", ZV_RESULT_NO_ANSWER },
		{ "cancelled", ZV_RESULT_CANCELLED },
		{ "rejected", ZV_RESULT_REJECTED },
		{ "congestion", ZV_RESULT_CONGESTION },
		{ "failed", ZV_RESULT_FAILED },
		{ "abandoned", ZV_RESULT_ABANDONED } };
#define VALUE(table, word)                                                             \
 value_of(N_OF(table), &(table)[0].name, sizeof((table)[0]), word)

static int
value_of(size_t n, const char *const *names, size_t step, struct zv_str word)
{
	for (size_t i = 0; i < n; i++) {
		const char *const *name =
			(const char *const *)(const void *)((const char *)names +
							    i * step);

		if (zvon_str_equal(zvon_str(*name), word))
			return (int)i;
	}
	fail_msg("what is %.*s?", ZV_ARG(word));
	return 0;
}

struct draft {
	struct zv_conversation c;
	struct zv_past_leg legs[3];
	struct zv_past_transfer transfer;
	struct zv_past_recording recording;
	struct zv_str talked[2], linked;
	char ids[3][80];
};

static void
set_word(struct draft *d, struct zv_str word)
{
	const struct {
		const char *name;
		struct zv_str *text;
	} texts[] = {
		{ "queue=", &d->c.queue },	 { "did=", &d->c.did },
		{ "server=", &d->c.server },	 { "name=", &d->c.from_name },
		{ "file=", &d->recording.file }, { "linked=", &d->linked },
		{ "line=", &d->legs[2].line },
	};
	size_t arrow = zv_str_find(word, ZV_STR(">"));

	if (zvon_str_equal(word, ZV_STR("open")))
		d->c.is_open = true;
	else if (zvon_str_equal(word, ZV_STR("source=cdr")))
		d->c.sources = ZV_PAST_CDR;
	else if (zv_str_starts(word, ZV_STR("transfer="))) {
		d->transfer.by = (struct zv_str){ word.p + 9, arrow - 9 };
		d->transfer.to = zv_str_from(word, arrow + 1);
		d->c.n_transfers = 1;
	} else {
		for (size_t i = 0; i < N_OF(texts); i++)
			if (zv_str_starts(word, zvon_str(texts[i].name))) {
				*texts[i].text =
					zv_str_from(word, strlen(texts[i].name));
				return;
			}
		fail_msg("what is %.*s?", ZV_ARG(word));
	}
}

static int64_t
number(struct zv_str word)
{
	long long n = 0;

	assert_int_equal(zv_num_parse(word, 0, INT64_MAX, &n), 0);
	return n;
}

static void
fill_legs(struct draft *d, const char *id)
{
	struct zv_conversation *c = &d->c;
	bool answered = c->result == ZV_RESULT_ANSWERED;

	for (int i = 0; i < 3; i++)
		snprintf(d->ids[i], sizeof(d->ids[i]), "%s.%d", id, i + 1);
	c->id = zvon_str(d->ids[0]);
	for (int i = 0; i < 3; i++) {
		d->legs[i].unique_id = zvon_str(d->ids[i]);
		d->legs[i].started_ms = c->started_ms;
		d->legs[i].ended_ms = c->ended_ms;
		d->legs[i].role = i ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER;
		d->legs[i].result = c->result;
		d->legs[i].rang = i > 0;
		d->legs[i].answered = answered;
		d->legs[i].channel = ZV_STR("PJSIP/x-00000001");
	}
	d->legs[0].number = c->from_number;
	d->legs[1].number = c->to_number;
	d->legs[0].is_trunk = c->direction == ZV_DIRECTION_IN;
	d->legs[1].is_trunk = c->direction == ZV_DIRECTION_OUT;
	d->legs[0].line = d->legs[0].is_trunk ? ZV_STR("trunk") : c->from_number;
	d->legs[1].line = d->legs[1].is_trunk ? ZV_STR("trunk") : c->to_number;
	d->legs[2].result = answered ? ZV_RESULT_ANSWERED_ELSEWHERE : c->result;
	d->legs[2].number = d->legs[2].line;
	c->legs = d->legs;
	c->n_legs = d->legs[2].line.n ? 3 : 2;
	d->talked[0] = c->from_number;
	d->talked[1] = c->to_number;
	c->talked = d->talked;
	c->n_talked = answered ? 2 : 0;
}

struct zv_conversation *
rig_call(const char *id, int64_t started_ms, const char *line)
{
	struct draft d = { 0 };
	struct zv_conversation *c = &d.c;
	struct zv_str rest = zvon_str(line), word[6];

	for (int i = 0; i < 6; i++)
		assert_true(zv_str_split(&rest, ' ', &word[i]));
	c->server = ZV_STR("office");
	c->sources = ZV_PAST_LIVE;
	c->direction = (enum zv_call_direction)VALUE(directions, word[0]);
	c->from_number = word[1];
	c->to_number = word[2];
	c->result = (enum zv_call_result)VALUE(results, word[3]);
	c->wait_ms = number(word[4]);
	c->talk_ms = number(word[5]);
	c->started_ms = started_ms;
	c->answered_ms = c->result == ZV_RESULT_ANSWERED ? started_ms + c->wait_ms : 0;
	c->ended_ms = started_ms + c->wait_ms + c->talk_ms;
	while (rest.n && zv_str_split(&rest, ' ', &word[0]))
		set_word(&d, word[0]);
	fill_legs(&d, id);
	if (!d.linked.n)
		d.linked = c->id;
	c->linked_ids = &d.linked;
	c->n_linked_ids = 1;
	c->transfers = &d.transfer;
	c->recordings = &d.recording;
	c->n_recordings = d.recording.file.n ? 1 : 0;
	c = zv_conversation_copy(c);
	assert_non_null(c);
	return c;
}

int
rig_put(struct zv_store *s, struct zv_conversation *c)
{
	struct zv_error err = { 0 };
	int rc;

	assert_int_equal(zv_store_begin(s, &err), 0);
	rc = zv_store_put(s, c, &err);
	if (rc < 0)
		fail_msg("put: %s", err.text);
	if (zv_store_commit(s, &err) < 0)
		fail_msg("commit: %s", err.text);
	zv_conversation_free(c);
	return rc;
}

int
rig_put_line(struct zv_store *s, const char *id, int64_t started_ms, const char *line)
{
	return rig_put(s, rig_call(id, started_ms, line));
}

/* ---- pages -------------------------------------------------------------------------------------- */

static struct zv_buf page_text;

static int
add_id(void *context, const struct zv_conversation *c)
{
	struct zv_str id = c->id;

	if (page_text.n)
		zv_buf_add_char(&page_text, ' ');
	if (zv_str_ends(id, ZV_STR(".1")))
		id.n -= 2;
	zv_buf_add(&page_text, id);
	return 0;
}

const char *
rig_page(struct zv_store *s, const struct zv_history_query *q)
{
	struct zv_error err = { 0 };

	zv_buf_clear(&page_text);
	if (zv_store_page(s, q, add_id, NULL, rig_next, &err) < 0)
		fail_msg("page: %s", err.text);
	if (rig_next[0])
		zv_buf_add(&page_text, ZV_STR(" next"));
	return zv_buf_cstr(&page_text);
}

const char *
rig_pages(struct zv_store *s, struct zv_history_query q, int limit)
{
	char cursor[ZV_HISTORY_CURSOR_MAX] = "";
	struct zv_error err = { 0 };

	zv_buf_clear(&page_text);
	q.limit = limit;
	for (int pages = 0; pages < 10000; pages++) {
		q.cursor = zvon_str(cursor);
		if (zv_store_page(s, &q, add_id, NULL, rig_next, &err) < 0)
			fail_msg("page: %s", err.text);
		if (!rig_next[0])
			return zv_buf_cstr(&page_text);
		memcpy(cursor, rig_next, sizeof(cursor));
	}
	fail_msg("pages without an end");
	return NULL;
}
