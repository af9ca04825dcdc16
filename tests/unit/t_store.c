/* One list for SQLite, MariaDB and PostgreSQL: tests/hist/test_store.py runs it on each. */
#include "storerig.h"

#include "base/mem.h"
#include "base/str.h"
#include "hist/when.h"
#include "store/store_impl.h"

#define H INT64_C(3600000)

static struct storerig rig;
static const struct zv_str number_1 = { "+7 (916) 555-00-01", 18 };

static int
set_up(void **state)
{
	rig_open(&rig);
	return 0;
}

static int
tear_down(void **state)
{
	rig_close(&rig);
	return 0;
}

static void
fill_some(void)
{
	static const struct {
		const char *id, *line;
	} calls[] = {
		{ "a", "in 79165550001 101 answered 5000 60000 did=74951112233 "
		       "queue=support file=/rec/a.wav" },
		{ "b", "in 79165550002 102 no_answer 20000 0 did=74951112233" },
		{ "c", "out 101 79165550001 busy 3000 0" },
		{ "d", "internal 101 102 answered 1000 5000" },
		{ "e", "in 89165550001 103 abandoned 9000 0 queue=support line=104" },
		{ "f", "internal 103 104 cancelled 2000 0 server=branch" },
	};

	for (size_t i = 0; i < N_OF(calls); i++)
		assert_int_equal(rig_put_line(rig.s, calls[i].id,
					      RIG_TIME + (int64_t)i * H, calls[i].line),
				 1);
}

static void
a_call_comes_back_as_it_was(void **state)
{
	struct zv_conversation *c =
		rig_call("x", RIG_TIME,
			 "in 79165550001 101 answered 5000 60000 did=74951112233 "
			 "queue=support file=/rec/a.wav name=Иван transfer=101>102 "
			 "line=105");
	struct zv_conversation *back = NULL;
	struct zv_buf wanted = { 0 }, got = { 0 };
	struct zv_json j = { .out = &wanted }, k = { .out = &got };
	char id[ZV_STORE_RECORDING_ID + 1] = "";
	size_t which = 9;

	rig_put(rig.s, zv_conversation_copy(c));
	assert_int_equal(
		zv_store_find(rig.s, ZV_STR("office"), ZV_STR("x.1"), &back, NULL), 1);
	assert_int_equal(back->recordings[0].id.n, ZV_STORE_RECORDING_ID);
	assert_true(back->number > 0);
	memcpy(id, back->recordings[0].id.p, ZV_STORE_RECORDING_ID);
	c->recordings[0].id = zvon_str(id);
	zv_conversation_json(&j, c);
	zv_conversation_json(&k, back);
	assert_string_equal(zv_buf_cstr(&got), zv_buf_cstr(&wanted));
	zv_conversation_free(back);

	/* by any of its channels, and by its recording */
	assert_int_equal(
		zv_store_find(rig.s, ZV_STR("office"), ZV_STR("x.2"), &back, NULL), 1);
	zv_conversation_free(back);
	assert_int_equal(
		zv_store_find_recording(rig.s, zvon_str(id), &back, &which, NULL), 1);
	assert_int_equal(which, 0);
	assert_true(zvon_str_equal(back->id, ZV_STR("x.1")));
	zv_conversation_free(back);
	assert_int_equal(
		zv_store_find(rig.s, ZV_STR("branch"), ZV_STR("x.1"), &back, NULL), 0);
	id[3] ^= 1;
	assert_int_equal(
		zv_store_find_recording(rig.s, zvon_str(id), &back, &which, NULL), 0);
	assert_int_equal(zv_store_find_recording(rig.s, ZV_STR("' OR 1=1 --"), &back,
						 &which, NULL),
			 0);
	zv_conversation_free(c);
	zv_buf_deinit(&wanted);
	zv_buf_deinit(&got);
}

static void
the_same_call_is_kept_once(void **state)
{
	struct zv_conversation *back = NULL;

	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME,
			     "in 79165550001 101 answered 5000 7000 file=a.wav"),
		1);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME,
			     "in 79165550001 101 answered 5000 7000 file=a.wav"),
		0);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME,
			     "in 79165550001 101 answered 5000 7000 source=cdr "
			     "did=74951112233 queue=sales"),
		2);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME,
			     "in 79165550001 101 answered 5000 7000 source=cdr "
			     "did=74951112233 queue=sales"),
		0);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 1);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM legs"), 2);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM recordings"), 1);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 1);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts_line"), 1);
	assert_int_equal(
		zv_store_find(rig.s, ZV_STR("office"), ZV_STR("a.1"), &back, NULL), 1);
	assert_int_equal(back->sources, ZV_PAST_LIVE | ZV_PAST_CDR);
	assert_true(zvon_str_equal(back->queue, ZV_STR("sales")));
	assert_int_equal(back->n_recordings, 1);
	zv_conversation_free(back);
}

/* Two calls of the store turn out to be one, when the records tell of a common Linkedid. */
static void
calls_are_joined_by_a_linkedid(void **state)
{
	rig_put_line(rig.s, "a", RIG_TIME, "in 79165550001 101 answered 5000 7000");
	rig_put_line(rig.s, "b", RIG_TIME + 1000, "internal 101 102 answered 500 700");
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 2);
	assert_int_equal(rig_put_line(rig.s, "b", RIG_TIME + 1000,
				      "internal 101 102 answered 500 700 "
				      "source=cdr linked=a.1"),
			 2);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 1);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 1);
	/* the second, told again, is still the same */
	rig_put_line(rig.s, "b", RIG_TIME + 1000, "internal 101 102 answered 500 700");
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 1);
	/* one, whichever id conversation_merge gives it */
	assert_int_equal(strlen(rig_page(rig.s, &(struct zv_history_query){ 0 })), 1);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM channels c LEFT JOIN "
					   "calls x ON x.call_id = c.call_id WHERE "
					   "x.call_id IS NULL"),
			 0);
}

static void
another_server_is_another_call(void **state)
{
	rig_put_line(rig.s, "a", RIG_TIME, "in 79165550001 101 answered 5000 7000");
	assert_int_equal(rig_put_line(rig.s, "a", RIG_TIME,
				      "in 79165550001 101 answered 5000 7000 "
				      "server=branch"),
			 1);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 2);
}

/* The same calls in the order in which they were written, which is that of their letters: all,
 * those behind the third, and the first of them. */
static void
check_by_number(const char *name, struct zv_history_query q, const char *wanted)
{
	char all[16] = "", behind[16] = "", first[2] = "";
	size_t n = 0, n_behind = 0;

	for (char c = 'a'; c <= 'f'; c++) {
		if (!strchr(wanted, c))
			continue;
		n += (size_t)snprintf(all + n, sizeof(all) - n, n ? " %c" : "%c", c);
		if (!first[0])
			first[0] = c;
		if (c > 'c')
			n_behind += (size_t)snprintf(behind + n_behind,
						     sizeof(behind) - n_behind,
						     n_behind ? " %c" : "%c", c);
	}
	q.by_number = true;
	check_text(name, zvon_str(rig_page(rig.s, &q)), zvon_str(all));
	q.limit = 1;
	check_text(name, zvon_str(rig_page(rig.s, &q)), zvon_str(first));
	q.limit = 0;
	q.after_number = 3;
	check_text(name, zvon_str(rig_page(rig.s, &q)), zvon_str(behind));
}

static void
filters(void **state)
{
	const struct zv_str n2[] = { ZV_STR("8 916 555 00 02"), ZV_STR("79165550001") };
	const struct zv_str l101 = ZV_STR("101"), l104 = ZV_STR("104");
	const struct zv_str lines[] = { ZV_STR("104"), ZV_STR("102") };
	const struct zv_str support = ZV_STR("Support"), branch = ZV_STR("branch");
	const struct zv_str did = ZV_STR("84951112233");
	const struct zv_str nobody = ZV_STR("100' OR 1=1 --"), percent = ZV_STR("%");
	const struct {
		struct zv_history_query q;
		const char *wanted;
	} rows[] = {
		{ { 0 }, "f e d c b a" },
		{ { .oldest_first = true }, "a b c d e f" },
		{ { .numbers = &number_1, .n_numbers = 1 }, "e c a" },
		{ { .numbers = n2, .n_numbers = 2 }, "e c b a" },
		{ { .numbers = n2, .n_numbers = 2, .oldest_first = true }, "a b c e" },
		{ { .numbers = &l101, .n_numbers = 1 }, "d c a" },
		{ { .numbers = &did, .n_numbers = 1 }, "b a" },
		{ { .numbers = &support, .n_numbers = 1 }, "" },
		{ { .numbers = &nobody, .n_numbers = 1 }, "" },
		{ { .numbers = &percent, .n_numbers = 1 }, "" },
		{ { .lines = &nobody, .n_lines = 1 }, "" },
		{ { .queues = &nobody, .n_queues = 1 }, "" },
		{ { .servers = &nobody, .n_servers = 1 }, "" },
		{ { .lines = &l101, .n_lines = 1 }, "d c a" },
		{ { .lines = &l104, .n_lines = 1 }, "f e" },
		{ { .lines = lines, .n_lines = 2 }, "f e d b" },
		{ { .queues = &support, .n_queues = 1 }, "e a" },
		{ { .queues = &support, .n_queues = 1, .lines = &l104, .n_lines = 1 },
		  "e" },
		{ { .numbers = &number_1,
		    .n_numbers = 1,
		    .lines = &l101,
		    .n_lines = 1 },
		  "c a" },
		{ { .servers = &branch, .n_servers = 1 }, "f" },
		{ { .directions = 1u << ZV_DIRECTION_IN }, "e b a" },
		{ { .directions = 1u << ZV_DIRECTION_IN | 1u << ZV_DIRECTION_OUT },
		  "e c b a" },
		{ { .results = 1u << ZV_RESULT_ANSWERED }, "d a" },
		{ { .results = 1u << ZV_RESULT_BUSY | 1u << ZV_RESULT_ABANDONED },
		  "e c" },
		{ { .missed = true }, "f e b" },
		{ { .missed = true, .numbers = &number_1, .n_numbers = 1 }, "e" },
		{ { .recorded = true }, "a" },
		{ { .from_ms = RIG_TIME + H, .to_ms = RIG_TIME + 4 * H }, "d c b" },
		{ { .from_ms = RIG_TIME + H,
		    .to_ms = RIG_TIME + 4 * H,
		    .oldest_first = true,
		    .lines = &l101,
		    .n_lines = 1 },
		  "c d" },
		{ { .from_ms = RIG_TIME + 90 * H }, "" },
		{ { .has_scope = true }, "" },
		{ { .has_scope = true, .scope_lines = &l101, .n_scope_lines = 1 },
		  "d c a" },
		{ { .has_scope = true,
		    .scope_lines = &l104,
		    .n_scope_lines = 1,
		    .scope_queues = &support,
		    .n_scope_queues = 1 },
		  "f e a" },
		{ { .has_scope = true,
		    .scope_lines = &l104,
		    .n_scope_lines = 1,
		    .numbers = &number_1,
		    .n_numbers = 1 },
		  "e" },
		{ { .has_scope = true,
		    .scope_lines = &l104,
		    .n_scope_lines = 1,
		    .lines = &l101,
		    .n_lines = 1 },
		  "" },
	};

	fill_some();
	for (size_t i = 0; i < N_OF(rows); i++) {
		char name[16];

		snprintf(name, sizeof(name), "row %zu", i);
		check_text(name, zvon_str(rig_page(rig.s, &rows[i].q)),
			   zvon_str(rows[i].wanted));
		check_text(name, zvon_str(rig_pages(rig.s, rows[i].q, 1)),
			   zvon_str(rows[i].wanted));
		check_text(name, zvon_str(rig_pages(rig.s, rows[i].q, 2)),
			   zvon_str(rows[i].wanted));
		check_by_number(name, rows[i].q, rows[i].wanted);
	}
}

/* Years apart: rows of one name lie in different periods. */
static void
pages_go_through_the_years(void **state)
{
	struct zv_history_query q = { .numbers = &number_1, .n_numbers = 1 };
	char id[16];

	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "%d", i);
		rig_put_line(rig.s, id, RIG_TIME - i * 90 * 24 * H,
			     "in 79165550001 101 answered 5000 7000");
	}
	check_text("newest", zvon_str(rig_pages(rig.s, q, 7)),
		   ZV_STR("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 "
			  "23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39"));
	q.from_ms = RIG_TIME - 20 * 90 * 24 * H;
	q.to_ms = RIG_TIME - 17 * 90 * 24 * H;
	check_text("within", zvon_str(rig_pages(rig.s, q, 2)), ZV_STR("18 19 20"));
	q.oldest_first = true;
	check_text("oldest", zvon_str(rig_pages(rig.s, q, 2)), ZV_STR("20 19 18"));
}

static void
a_cursor_is_stable_and_not_made_up(void **state)
{
	struct zv_history_query q = { .limit = 2 };
	char cursor[ZV_HISTORY_CURSOR_MAX];
	struct zv_error err = { 0 };

	fill_some();
	assert_string_equal(rig_page(rig.s, &q), "f e next");
	memcpy(cursor, rig_next, sizeof(cursor));
	rig_put_line(rig.s, "g", RIG_TIME + 9 * H, "internal 101 102 answered 1 1");
	rig_put_line(rig.s, "h", RIG_TIME + H / 2, "internal 101 102 answered 1 1");
	q.cursor = zvon_str(cursor);
	assert_string_equal(rig_page(rig.s, &q), "d c next");
	q.cursor = zvon_str(rig_next);
	q.limit = 3;
	assert_string_equal(rig_page(rig.s, &q), "b h a");

	q.cursor = zvon_str(cursor);
	q.oldest_first = true;
	assert_int_equal(zv_store_page(rig.s, &q, NULL, NULL, rig_next, &err),
			 ZV_EINVAL);
	q.oldest_first = false;
	for (size_t i = 0; cursor[i]; i++) {
		char kept = cursor[i];

		cursor[i] = kept == '0' ? '1' : '0';
		assert_int_equal(zv_store_page(rig.s, &q, NULL, NULL, rig_next, NULL),
				 ZV_EINVAL);
		cursor[i] = kept;
	}
	q.cursor = ZV_STR("' OR 1=1");
	assert_int_equal(zv_store_page(rig.s, &q, NULL, NULL, rig_next, NULL),
			 ZV_EINVAL);
	q = (struct zv_history_query){ .limit = ZV_HISTORY_PAGE_MAX + 1 };
	assert_true(zv_store_page(rig.s, &q, NULL, NULL, rig_next, NULL) < 0);
}

/* The same moment: the order is that of the keys, and no page loses one. */
static void
calls_of_one_moment(void **state)
{
	struct zv_history_query q = { .numbers = &number_1, .n_numbers = 1 };
	char id[16];

	for (int i = 0; i < 9; i++) {
		snprintf(id, sizeof(id), "%d", i);
		rig_put_line(rig.s, id, RIG_TIME,
			     "in 79165550001 101 answered 5000 7000");
	}
	assert_string_equal(rig_pages(rig.s, (struct zv_history_query){ 0 }, 2),
			    "8 7 6 5 4 3 2 1 0");
	assert_string_equal(rig_pages(rig.s, q, 4), "8 7 6 5 4 3 2 1 0");
	q.oldest_first = true;
	assert_string_equal(rig_pages(rig.s, q, 4), "0 1 2 3 4 5 6 7 8");
}

/* Fault 073: nothing of a value is ever a part of a statement. */
static void
test_fault_073_values_are_values(void **state)
{
	static const char *const values[] = {
		"' OR 1=1",
		"%",
		"_",
		"\\",
		"\\'",
		"\xD0",
		"\xF0\x9F",
		"\xF0\x9F\x98\x80",
		"\"; DROP TABLE calls; --",
		"?",
		"$1",
		"{in:3}",
		"' OR '%'='",
		"\xC3\x28",
	};
	char line[200], id[16];

	for (size_t i = 0; i < N_OF(values); i++) {
		struct zv_conversation *c =
			rig_call("x", RIG_TIME, "in n 101 answered 5000 7000");

		snprintf(id, sizeof(id), "%zu", i);
		snprintf(line, sizeof(line), "id %zu %s", i, values[i]);
		c->id = c->legs[0].unique_id = c->linked_ids[0] = zvon_str(line);
		c->legs[1].unique_id = zvon_str(id);
		c->from_number = c->from_name = c->queue = c->did = c->reason =
			c->legs[1].line = zvon_str(values[i]);
		assert_int_equal(rig_put(rig.s, zv_conversation_copy(c)), 1);
		zv_conversation_free(c);
	}
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), N_OF(values));
	for (size_t i = 0; i < N_OF(values); i++) {
		struct zv_str value = zvon_str(values[i]);
		struct zv_history_query q = { .queues = &value, .n_queues = 1 };
		struct zv_conversation *back = NULL;

		snprintf(line, sizeof(line), "id %zu %s", i, values[i]);
		/* what is no UTF-8 is kept with '?' in its place */
		assert_int_equal(zv_store_find(rig.s, ZV_STR("office"), zvon_str(line),
					       &back, NULL),
				 zv_utf8_valid(value) == value.n);
		zv_conversation_free(back);
		assert_true(zv_store_mark(rig.s, value, value, NULL) >= 0);
		rig_page(rig.s, &q);
	}
}

/* ---- calls that go on --------------------------------------------------------------------------- */

static int
count_open(void *context, const struct zv_conversation *c)
{
	assert_true(c->is_open);
	++*(int *)context;
	return 0;
}

static int
n_open(const char *server)
{
	int n = 0;

	assert_true(zv_store_each_open(rig.s, zvon_str(server), count_open, &n, NULL) >=
		    0);
	return n;
}

static void
open_calls(void **state)
{
	assert_int_equal(n_open("office"), 0);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME, "in 7916 101 none 5000 0 open"), 1);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME, "in 7916 101 none 5000 0 open"), 0);
	assert_int_equal(
		rig_put_line(rig.s, "a", RIG_TIME, "in 7916 101 answered 5000 0 open"),
		2);
	rig_put_line(rig.s, "b", RIG_TIME, "in 7917 101 none 5000 0 open");
	rig_put_line(rig.s, "c", RIG_TIME,
		     "in 7917 101 none 5000 0 open server=branch");
	assert_int_equal(n_open("office"), 2);
	assert_int_equal(n_open("branch"), 1);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }), "");

	zv_store_close(rig.s);
	rig.s = rig_open_again(&rig, false);
	assert_int_equal(n_open("office"), 2);
	assert_int_equal(rig_put_line(rig.s, "a", RIG_TIME, "in 7916 101 answered 5 5"),
			 1);
	assert_int_equal(n_open("office"), 1);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }), "a");
	assert_true(zv_store_drop_open(rig.s, ZV_STR("office"), ZV_STR("b.1"), NULL) >=
		    0);
	assert_int_equal(n_open("office"), 0);
	assert_int_equal(n_open("branch"), 1);
}

/* ---- transactions ------------------------------------------------------------------------------- */

static void
a_rollback_leaves_nothing(void **state)
{
	struct zv_conversation *c = rig_call("a", RIG_TIME, "in 7916 101 answered 5 5");

	assert_int_equal(zv_store_put(rig.s, c, NULL), ZV_EINVAL); /* no begin */
	assert_int_equal(zv_store_begin(rig.s, NULL), 0);
	assert_int_equal(zv_store_put(rig.s, c, NULL), 1);
	zv_store_rollback(rig.s);
	zv_conversation_free(c);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), 0);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM servers"), 0);
	rig_put_line(rig.s, "b", RIG_TIME, "in 7917 101 answered 5 5");
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 1);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM parties"),
			 rig_number(rig.s,
				    "SELECT COUNT(*) FROM parties p JOIN calls c "
				    "ON c.call_id = p.call_id"));
}

static void
marks(void **state)
{
	struct zv_buf out = { 0 };

	assert_int_equal(zv_store_marked(rig.s, ZV_STR("import:x"), &out, NULL), 0);
	assert_int_equal(
		zv_store_mark(rig.s, ZV_STR("import:x"), ZV_STR("12"), NULL) >= 0, 1);
	assert_int_equal(
		zv_store_mark(rig.s, ZV_STR("import:x"), ZV_STR("13"), NULL) >= 0, 1);
	assert_int_equal(zv_store_marked(rig.s, ZV_STR("import:x"), &out, NULL), 1);
	assert_string_equal(zv_buf_cstr(&out), "13");
	assert_true(zv_store_mark(rig.s, ZV_STR("import:x"), (struct zv_str){ 0 },
				  NULL) >= 0);
	assert_int_equal(zv_store_marked(rig.s, ZV_STR("import:x"), &out, NULL), 0);
	zv_buf_deinit(&out);
}

/* ---- what is old -------------------------------------------------------------------------------- */

static int64_t
rows_of_all(void)
{
	return rig_number(rig.s,
			  "SELECT (SELECT COUNT(*) FROM calls) + (SELECT COUNT(*) "
			  "FROM legs) + (SELECT COUNT(*) FROM parties) + (SELECT "
			  "COUNT(*) FROM channels) + (SELECT COUNT(*) FROM "
			  "recordings)");
}

static void
forgetting(void **state)
{
	fill_some();
	assert_int_equal(zv_store_forget(rig.s, RIG_TIME + 3 * H, 2, NULL), 2);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }),
			    "f e d c");
	assert_int_equal(zv_store_forget(rig.s, RIG_TIME + 3 * H, 100, NULL), 1);
	assert_int_equal(zv_store_forget(rig.s, RIG_TIME + 3 * H, 100, NULL), 0);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 3);
	assert_int_equal(zv_store_forget(rig.s, INT64_MAX, 100, NULL), 3);
	assert_int_equal(rows_of_all(), 0);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 0);
}

static void
anonymising(void **state)
{
	struct zv_history_query q = { .numbers = &number_1, .n_numbers = 1 };
	struct zv_conversation *back = NULL;

	fill_some();
	assert_int_equal(zv_store_anonymise(rig.s, RIG_TIME + 5 * H, 3, NULL), 3);
	assert_int_equal(zv_store_anonymise(rig.s, RIG_TIME + 5 * H, 30, NULL), 2);
	assert_int_equal(zv_store_anonymise(rig.s, RIG_TIME + 5 * H, 30, NULL), 0);
	assert_string_equal(rig_page(rig.s, &q), "");
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }),
			    "f e d c b a");
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM parties WHERE name "
					   "LIKE '7916%'"),
			 0);
	assert_int_equal(rig_number(rig.s,
				    "SELECT COUNT(*) FROM legs WHERE number LIKE "
				    "'%916%'"),
			 0);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), 6);
	assert_int_equal(
		zv_store_find(rig.s, ZV_STR("office"), ZV_STR("a.1"), &back, NULL), 1);
	assert_true(back->is_anonymous);
	assert_int_equal(back->from_number.n, 0);
	assert_int_equal(back->n_talked, 1);
	assert_true(zvon_str_equal(back->to_number, ZV_STR("101")));
	zv_conversation_free(back);
	/* the PBX's own records still know them */
	assert_int_equal(rig_put_line(rig.s, "a", RIG_TIME,
				      "in 79165550001 101 answered 5000 60000"),
			 0);
	assert_string_equal(rig_page(rig.s, &q), "");
}

/* ---- statistics ------------------------------------------------------------------------------------ */

static int
add_row(void *context, const struct zv_statistics_row *row)
{
	struct zv_buf *out = context;

	if (row->time_ms)
		zv_buf_printf(out, "%+lld", (long long)((row->time_ms - RIG_TIME) / H));
	zv_buf_printf(out, "%.*s:%llu/%llu/%llu/%lld/%lld ", ZV_ARG(row->name),
		      (unsigned long long)row->calls, (unsigned long long)row->answered,
		      (unsigned long long)row->missed, (long long)row->talk_ms,
		      (long long)row->wait_ms);
	return 0;
}

static const char *
statistics(const struct zv_history_query *q, enum zv_statistics_by by,
	   const struct zv_zone *zone)
{
	static struct zv_buf out;
	struct zv_error err = { 0 };

	zv_buf_clear(&out);
	if (zv_store_statistics(rig.s, q, by, zone, add_row, &out, &err) < 0)
		fail_msg("statistics: %s", err.text);
	return zv_buf_cstr(&out);
}

static void
check_days(int offset_s, const char *wanted)
{
	struct zv_zone *zone = zv_zone_new_fixed(offset_s);

	assert_string_equal(
		statistics(&(struct zv_history_query){ 0 }, ZV_BY_DAY, zone), wanted);
	zv_zone_free(zone);
}

/* The calls begin 6 minutes 40 seconds after the hour; days of UTC and of Moscow differ. */
static void
statistics_count(void **state)
{
	const struct zv_str l101 = ZV_STR("101"), branch = ZV_STR("branch");
	const struct zv_str support = ZV_STR("support");
	const struct {
		enum zv_statistics_by by;
		struct zv_history_query q;
		const char *wanted;
	} rows[] = {
		{ ZV_BY_DIRECTION,
		  { 0 },
		  "in:3/1/2/60000/34000 internal:2/1/1/5000/3000 out:1/0/0/0/3000 " },
		{ ZV_BY_RESULT,
		  { 0 },
		  "abandoned:1/0/1/0/9000 answered:2/2/0/65000/6000 busy:1/0/0/0/3000 "
		  "cancelled:1/0/1/0/2000 no_answer:1/0/1/0/20000 " },
		{ ZV_BY_QUEUE, { 0 }, "support:2/1/1/60000/14000 " },
		{ ZV_BY_LINE,
		  { 0 },
		  "101:3/2/0/65000/9000 102:2/1/1/5000/21000 103:2/0/2/0/11000 "
		  "104:2/0/2/0/11000 " },
		{ ZV_BY_LINE,
		  { .lines = &l101, .n_lines = 1 },
		  "101:3/2/0/65000/9000 " },
		{ ZV_BY_HOUR,
		  { .from_ms = RIG_TIME, .to_ms = RIG_TIME + H + H / 2 },
		  "+0:1/1/0/60000/5000 +0:1/0/1/0/20000 " },
		{ ZV_BY_DIRECTION,
		  { .servers = &branch, .n_servers = 1 },
		  "internal:1/0/1/0/2000 " },
		{ ZV_BY_RESULT,
		  { .queues = &support, .n_queues = 1 },
		  "abandoned:1/0/1/0/9000 answered:1/1/0/60000/5000 " },
		/* what counters do not know, from the calls */
		{ ZV_BY_DIRECTION,
		  { .numbers = &number_1, .n_numbers = 1 },
		  "in:2/1/1/60000/14000 out:1/0/0/0/3000 " },
		{ ZV_BY_DIRECTION,
		  { .lines = &l101, .n_lines = 1 },
		  "in:1/1/0/60000/5000 internal:1/1/0/5000/1000 out:1/0/0/0/3000 " },
		{ ZV_BY_LINE,
		  { .has_scope = true, .scope_lines = &l101, .n_scope_lines = 1 },
		  "101:3/2/0/65000/9000 " },
		{ ZV_BY_DIRECTION, { .has_scope = true }, "" },
		{ ZV_BY_RESULT,
		  { .missed = true, .from_ms = RIG_TIME + 2 * H },
		  "abandoned:1/0/1/0/9000 cancelled:1/0/1/0/2000 " },
		{ ZV_BY_RESULT,
		  { .from_ms = RIG_TIME + 1, .to_ms = RIG_TIME + 3 * H },
		  "busy:1/0/0/0/3000 no_answer:1/0/1/0/20000 " },
	};

	fill_some();
	for (size_t i = 0; i < N_OF(rows); i++) {
		char name[16];

		snprintf(name, sizeof(name), "row %zu", i);
		check_text(name, zvon_str(statistics(&rows[i].q, rows[i].by, NULL)),
			   zvon_str(rows[i].wanted));
	}
	/* 11:06 of UTC is 14:06 in Moscow, 22:06 in Vladivostok: two calls are of that day */
	check_days(10800, "-14:6/2/3/65000/40000 ");
	check_days(11 * 3600, "-22:2/1/1/60000/25000 +1:4/1/2/5000/15000 ");
}

/* ---- days and hours of a zone ------------------------------------------------------------------- */

/* As zic writes a zone that always had that rule. */
static struct zv_zone *
zone_of(const char *rule)
{
	static const char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				   "\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0";
	struct zv_buf b = { 0 };
	struct zv_zone *zone;

	for (int i = 0; i < 2; i++)
		zv_buf_add(&b, (struct zv_str){ head, sizeof(head) });
	zv_buf_printf(&b, "\n%s\n", rule);
	zone = zv_zone_new(zv_buf_str(&b), NULL);
	zv_buf_deinit(&b);
	assert_non_null(zone);
	return zone;
}

static int64_t
ms_of(struct zv_str text)
{
	int64_t ms;

	assert_int_equal(zv_zone_read_time(NULL, text, &ms), 1);
	return ms;
}

static int
add_time_row(void *context, const struct zv_statistics_row *row)
{
	char text[ZV_WHEN_TEXT];

	return zv_buf_printf(context, "%.16s:%llu ", zv_when_text(row->time_ms, text),
			     (unsigned long long)row->calls);
}

/* The same from the counters and, for a number, from the calls one by one. */
static void
check_times(const char *rule, struct zv_history_query q, enum zv_statistics_by by,
	    const char *wanted)
{
	struct zv_zone *zone = zone_of(rule);

	for (q.n_numbers = 0; wanted && q.n_numbers < 2; q.n_numbers++) {
		struct zv_buf out = { 0 };
		struct zv_error err = { 0 };

		if (zv_store_statistics(rig.s, &q, by, zone, add_time_row, &out, &err) <
		    0)
			fail_msg("%s: %s", rule, err.text);
		check_text(rule, zv_buf_str(&out), zvon_str(wanted));
		zv_buf_deinit(&out);
	}
	zv_zone_free(zone);
}

/* Calls at these times, and the query for the whole hours from the first to the last. */
static struct zv_history_query
put_calls(const char *server, const char *times)
{
	struct zv_history_query q = { .numbers = &number_1 };
	struct zv_str rest = zvon_str(times), at;
	char id[32], line[80];

	snprintf(line, sizeof(line), "in 79165550001 101 answered 5 5 server=%s",
		 server);
	for (int i = 0; zv_str_split(&rest, ' ', &at); i++) {
		int64_t ms = ms_of(at);

		snprintf(id, sizeof(id), "%s-%d", server, i);
		assert_int_equal(rig_put_line(rig.s, id, ms, line), 1);
		q.from_ms = q.from_ms ? q.from_ms : ms / H * H;
		q.to_ms = ms / H * H + H;
	}
	return q;
}

/* A day has 23 or 25 hours when clocks are set, and begins at a half hour of UTC elsewhere. */
static void
fault_024_days_begin_at_midnight(void **state)
{
	static const struct {
		const char *rule;
		const char *calls; /* UTC */
		const char *days, *hours;
	} rows[] = {
		{ "CET-1CEST,M3.5.0,M10.5.0/3",
		  "2026-03-28T22:59:59.999Z 2026-03-28T23:00Z 2026-03-29T00:59Z "
		  "2026-03-29T01:00Z 2026-03-29T21:59:59.999Z 2026-03-29T22:00Z",
		  "2026-03-27T23:00:1 2026-03-28T23:00:4 2026-03-29T22:00:1 ",
		  "2026-03-28T22:00:1 2026-03-28T23:00:1 2026-03-29T00:00:1 "
		  "2026-03-29T01:00:1 2026-03-29T21:00:1 2026-03-29T22:00:1 " },
		/* the hour from two to three comes twice */
		{ "CET-1CEST,M3.5.0,M10.5.0/3",
		  "2026-10-24T21:59Z 2026-10-24T22:00Z 2026-10-25T00:30Z "
		  "2026-10-25T01:30Z 2026-10-25T22:59Z 2026-10-25T23:00Z",
		  "2026-10-23T22:00:1 2026-10-24T22:00:4 2026-10-25T23:00:1 ",
		  "2026-10-24T21:00:1 2026-10-24T22:00:1 2026-10-25T00:00:1 "
		  "2026-10-25T01:00:1 2026-10-25T22:00:1 2026-10-25T23:00:1 " },
		{ "MSK-3",
		  "2026-03-28T20:59Z 2026-03-28T21:00Z 2026-10-25T20:59Z "
		  "2026-10-25T21:00Z",
		  "2026-03-27T21:00:1 2026-03-28T21:00:1 2026-10-24T21:00:1 "
		  "2026-10-25T21:00:1 ",
		  NULL },
		/* midnight is within an hour of the counters */
		{ "IST-5:30",
		  "2026-11-20T18:00Z 2026-11-20T18:29:59.999Z 2026-11-20T18:30Z "
		  "2026-11-20T19:00Z 2026-11-21T18:30Z",
		  "2026-11-19T18:30:2 2026-11-20T18:30:2 2026-11-21T18:30:1 ",
		  "2026-11-20T18:00:3 2026-11-20T19:00:1 2026-11-21T18:00:1 " },
		{ "NST3:30NDT,M3.2.0,M11.1.0",
		  "2026-11-01T02:29Z 2026-11-01T02:30Z 2026-11-02T03:29Z "
		  "2026-11-02T03:30Z",
		  "2026-10-31T02:30:1 2026-11-01T02:30:2 2026-11-02T03:30:1 ",
		  "2026-11-01T02:00:2 2026-11-02T03:00:2 " },
		/* midnight is left out in spring, and comes twice in autumn */
		{ "CST5CDT,M3.2.0/0,M11.1.0/1",
		  "2026-03-08T04:59Z 2026-03-08T05:00Z 2026-11-01T03:59Z "
		  "2026-11-01T04:00Z 2026-11-01T05:30Z 2026-11-02T05:00Z",
		  "2026-03-07T05:00:1 2026-03-08T05:00:1 2026-10-31T04:00:1 "
		  "2026-11-01T04:00:2 2026-11-02T05:00:1 ",
		  NULL },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char server[8];
		const struct zv_str name = {
			server, (size_t)snprintf(server, sizeof(server), "s%zu", i)
		};
		struct zv_history_query q = put_calls(server, rows[i].calls);

		q.servers = &name;
		q.n_servers = 1;
		check_times(rows[i].rule, q, ZV_BY_DAY, rows[i].days);
		check_times(rows[i].rule, q, ZV_BY_HOUR, rows[i].hours);
	}
}

static void
statistics_of_whole_days(void **state)
{
	struct zv_zone *zone = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");
	const struct zv_history_query q = {
		.from_ms = ms_of(ZV_STR("2026-07-31T22:00Z")),
		.to_ms = ms_of(ZV_STR("2026-10-31T23:00Z")),
	};

	/* 92 days, and one hour more */
	rig_put_line(rig.s, "first", q.from_ms, "in 79165550001 101 answered 5 5");
	rig_put_line(rig.s, "last", q.to_ms - 1, "in 79165550001 101 answered 5 5");
	assert_int_equal(
		zv_store_statistics(rig.s, &q, ZV_BY_HOUR, NULL, add_row, NULL, NULL),
		ZV_EINVAL);
	assert_string_equal(statistics(&q, ZV_BY_RESULT, zone),
			    "answered:2/2/0/10/10 ");
	statistics(&q, ZV_BY_HOUR, zone);
	zv_zone_free(zone);
}

static void
statistics_have_limits(void **state)
{
	static const int days[] = { ZV_STORE_HOURS_DAYS, ZV_STORE_DAYS_DAYS,
				    ZV_STORE_LINES_DAYS, ZV_STORE_NAMES_DAYS,
				    ZV_STORE_NAMES_DAYS, ZV_STORE_NAMES_DAYS };
	int64_t first = RIG_TIME / H * H - 1200 * 24 * H;

	rig_put_line(rig.s, "old", first, "in 7916 101 answered 1 1");
	rig_put_line(rig.s, "new", RIG_TIME, "in 7916 101 answered 1 1");
	for (int by = 0; by < (int)N_OF(days); by++) {
		struct zv_history_query q = { .from_ms = first };
		enum zv_statistics_by kind = (enum zv_statistics_by)by;

		assert_int_equal(
			zv_store_statistics(rig.s, &q, kind, NULL, add_row, NULL, NULL),
			ZV_EINVAL);
		q.to_ms = first + days[by] * 24 * H;
		statistics(&q, kind, NULL);
		q.to_ms++;
		assert_int_equal(
			zv_store_statistics(rig.s, &q, kind, NULL, add_row, NULL, NULL),
			ZV_EINVAL);
	}
}

/* ---- limits ---------------------------------------------------------------------------------------- */

static void
long_texts_are_cut(void **state)
{
	char text[5000];
	struct zv_conversation *c =
		rig_call("x", RIG_TIME, "in 7916 101 answered 5 5 file=a");
	struct zv_conversation *back = NULL;

	memset(text, 'x', sizeof(text));
	c->from_name = c->legs[0].channel = (struct zv_str){ text, sizeof(text) };
	c->legs[1].unique_id = (struct zv_str){ text, sizeof(text) };
	c->recordings[0].file = (struct zv_str){ text, sizeof(text) };
	rig_put(rig.s, zv_conversation_copy(c));
	assert_int_equal(zv_store_find(rig.s, ZV_STR("office"), c->legs[1].unique_id,
				       &back, NULL),
			 1);
	assert_int_equal(back->from_name.n, ZV_STORE_TEXT_MAX);
	assert_int_equal(back->legs[1].unique_id.n, ZV_STORE_ID_MAX);
	assert_int_equal(back->recordings[0].file.n, ZV_STORE_FILE_MAX);
	zv_conversation_free(back);
	assert_int_equal(rig_put(rig.s, c), 0);
}

static void
too_many_servers(void **state)
{
	struct zv_error err = { 0 };
	struct zv_conversation *c;
	char line[80];

	for (int i = 0; i < ZV_STORE_SERVERS_MAX; i++) {
		snprintf(line, sizeof(line), "in 7916 101 answered 5 5 server=s%d", i);
		assert_int_equal(rig_put_line(rig.s, "a", RIG_TIME + i, line), 1);
	}
	c = rig_call("a", RIG_TIME, "in 7916 101 answered 5 5 server=more");
	assert_int_equal(zv_store_begin(rig.s, NULL), 0);
	assert_int_equal(zv_store_put(rig.s, c, &err), ZV_ETOOBIG);
	assert_int_equal(zv_store_commit(rig.s, NULL), ZV_EINVAL);
	zv_conversation_free(c);
	for (int i = 0; i < ZV_STORE_SERVERS_MAX; i++) {
		struct zv_str server;
		struct zv_history_query q = { .servers = &server, .n_servers = 1 };

		snprintf(line, sizeof(line), "s%d", i);
		server = zvon_str(line);
		assert_string_equal(rig_page(rig.s, &q), "a");
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_call_comes_back_as_it_was),
		TEST(the_same_call_is_kept_once),
		TEST(calls_are_joined_by_a_linkedid),
		TEST(another_server_is_another_call),
		TEST(filters),
		TEST(pages_go_through_the_years),
		TEST(a_cursor_is_stable_and_not_made_up),
		TEST(calls_of_one_moment),
		TEST(test_fault_073_values_are_values),
		TEST(open_calls),
		TEST(a_rollback_leaves_nothing),
		TEST(marks),
		TEST(forgetting),
		TEST(anonymising),
		TEST(statistics_count),
		TEST(fault_024_days_begin_at_midnight),
		TEST(statistics_of_whole_days),
		TEST(statistics_have_limits),
		TEST(long_texts_are_cut),
		TEST(too_many_servers),
	};

	if (getenv("ZVON_STORE_TEST")) /* its calls stay in the database */
		cmocka_set_test_filter(getenv("ZVON_STORE_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
