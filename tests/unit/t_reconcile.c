/* Rows of a PBX in batches, and the batches in a store: once, whole, and from where it ended. */
#include "storerig.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "db/fake.h"
#include "io/zone_file.h"
#include "records/reconcile.h"

#define CALLS 3000 /* more than three times ZV_RECONCILE_GATHER */

static struct storerig rig;
static struct zv_error why;
static int long_call; /* the number of one that takes weeks; 0: none does */
static char script[CALLS * 150];

/* A table with a number: CALLS calls of one row each, five minutes apart; from there on. */
static void
write_script(int from)
{
	int n = snprintf(script, sizeof script,
			 "> SELECT * FROM \"cdr\" LIMIT 1\n"
			 "columns id start src dst channel duration disposition "
			 "uniqueid linkedid\n"
			 "row 1 1795222800 '1' '2' 'SIP/1-1' 3 'BUSY' '1.1' '1.1'\n"
			 "> SELECT *\n"
			 "columns src dst channel start duration disposition uniqueid "
			 "linkedid id\n");

	for (int i = from; i < CALLS; i++)
		n += snprintf(
			script + n, sizeof script - (size_t)n,
			"row '7916555%04d' '101' 'PJSIP/trunk-%d' %d %d 'NO ANSWER' "
			"'%d.%d' '%d.%d' %d\n",
			i, i, 1795222800 + 600 * i,
			long_call && i == long_call ? 600 * CALLS : 3, 1795222800, i,
			1795222800, i, i + 1);
	assert_true((size_t)n < sizeof script);
	assert_true(zv_db_fake_set("pbx", script));
}

static struct zv_source *
open_source(int from)
{
	const struct zv_source_options o = { .db.url = ZV_STR("fake:pbx") };
	struct zv_source *s;

	write_script(from);
	s = zv_source_open(&o, &why);
	if (!s)
		fail_msg("%s", why.text);
	return s;
}

static struct zv_reconcile *
begin(struct zv_source *s, struct zv_str position, size_t calls)
{
	const struct zv_reconcile_options o = {
		.cdr = s,
		.stitch = { .server = ZV_STR("office") },
		.position = position,
		.calls = calls,
	};
	struct zv_reconcile *r = zv_reconcile_new(&o, &why);

	assert_non_null(r);
	return r;
}

/* So many batches, or all. Whether the last was among them. */
static bool
run(struct zv_reconcile *r, int batches, struct zv_reconcile_written *w)
{
	struct zv_reconcile_batch b = { 0 };
	bool is_last = false;

	for (int i = 0; i < batches && !is_last; i++) {
		if (zv_reconcile_read(r, &b, &why) < 0 ||
		    zv_reconcile_write(rig.s, &b, ZV_STR("mark"), w, &why) < 0)
			fail_msg("%s", why.text);
		is_last = b.is_last;
		zv_reconcile_batch_deinit(&b);
	}
	return is_last;
}

static bool
marked(struct zv_buf *out)
{
	zv_buf_clear(out);
	return zv_store_marked(rig.s, ZV_STR("mark"), out, &why) == 1;
}

static int64_t
calls_in_store(void)
{
	return rig_number(rig.s, "SELECT COUNT(*) FROM calls");
}

static int
set_up(void **state)
{
	why = (struct zv_error){ 0 };
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
all_at_once_and_again(void **state)
{
	for (int turn = 0; turn < 2; turn++) {
		struct zv_reconcile_written w = { 0 };
		struct zv_source *s = open_source(0);
		struct zv_reconcile *r = begin(s, zvon_str(""), CALLS);

		assert_true(run(r, 100, &w));
		assert_int_equal(turn ? w.same : w.added, CALLS);
		assert_int_equal(turn ? w.added : w.same, 0);
		assert_int_equal(w.changed + w.held, 0);
		assert_int_equal(calls_in_store(), CALLS);
		zv_reconcile_free(r);
		zv_source_close(s);
	}
}

/* Ended after each number of batches, it goes on at its mark: nothing is missing, and not all is
 * read again. */
static int
end_anywhere(void)
{
	int furthest = 0;

	for (int batches = 0; batches < 8; batches++) {
		struct zv_reconcile_written w = { 0 };
		struct zv_buf mark = { 0 };
		struct zv_source *s = open_source(0);
		struct zv_reconcile *r = begin(s, zvon_str(""), 500);
		int from = 0;

		run(r, batches, &w);
		zv_reconcile_free(r);
		zv_source_close(s);
		marked(&mark);
		sscanf(zv_buf_cstr(&mark), "i:%d", &from);
		furthest = from > furthest ? from : furthest;
		s = open_source(from);
		r = begin(s, zv_buf_str(&mark), 500);
		assert_true(run(r, 100, &w));
		assert_int_equal(calls_in_store(), CALLS);
		zv_reconcile_free(r);
		zv_source_close(s);
		zv_buf_deinit(&mark);
		rig_close(&rig);
		rig_open(&rig);
	}
	return furthest;
}

static void
ended_anywhere(void **state)
{
	assert_in_range(end_anywhere(), 1500, CALLS - 1);
}

/* Its row is read, but it may go on: the mark stays before it. */
static void
ended_while_a_call_waits(void **state)
{
	long_call = 10;
	assert_in_range(end_anywhere(), 0, 10);
	long_call = 0;
}

/* A call that goes on is not closed by a row of its first leg; the mark waits for it. */
static void
a_call_that_goes_on(void **state)
{
	struct zv_reconcile_written w = { 0 };
	struct zv_buf mark = { 0 };
	struct zv_conversation *open =
		rig_call("1795222800.7", RIG_TIME, "in 79165550007 101 none 0 0 open");
	struct zv_source *s = open_source(0);
	struct zv_reconcile *r;

	open->id = ZV_STR("1795222800.7");
	assert_int_equal(rig_put(rig.s, open), 1);
	r = begin(s, zvon_str(""), CALLS);
	assert_true(run(r, 100, &w));
	assert_int_equal(w.added, CALLS - 1);
	assert_int_equal(w.held, 1);
	assert_false(marked(&mark));
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM open_calls"), 1);
	zv_reconcile_free(r);
	zv_source_close(s);
	zv_buf_deinit(&mark);
}

/* A batch that cannot be written leaves nothing, and its mark is the old one. */
static void
what_fails_leaves_nothing(void **state)
{
	struct zv_reconcile_written w = { 0 };
	struct zv_reconcile_batch b = { 0 };
	struct zv_buf mark = { 0 };
	struct zv_source *s = open_source(0);
	struct zv_reconcile *r = begin(s, zvon_str(""), CALLS);

	assert_int_equal(zv_reconcile_read(r, &b, &why), 0);
	assert_int_equal(b.n, CALLS);
	b.calls[CALLS - 1]->server = zvon_str(""); /* the store takes no such call */
	assert_true(zv_reconcile_write(rig.s, &b, ZV_STR("mark"), &w, &why) < 0);
	assert_int_equal(w.added, 0);
	assert_int_equal(calls_in_store(), 0);
	assert_false(marked(&mark));
	zv_reconcile_batch_deinit(&b);
	zv_reconcile_free(r);
	zv_source_close(s);
	zv_buf_deinit(&mark);
}

/* ---- names of time zones ------------------------------------------------------------------ */

static void
names_of_zones(void **state)
{
	static const char *const good[] = { "UTC", "utc", "local", "Europe/Moscow",
					    "Etc/GMT+3" };
	static const char *const bad[] = {
		"",	   "/etc/passwd",    "../passwd", "Europe/../../etc/passwd",
		"Europe/", "Europe//Moscow", ".",	  "a\nb",
		"Europe",  "Кремль",
	};
	char longest[ZV_ZONE_NAME_MAX + 2];
	struct zv_buf out = { 0 };

	for (size_t i = 0; i < N_OF(good); i++) {
		why = (struct zv_error){ 0 };
		if (zv_zone_file_read(zvon_str(good[i]), &out, &why) < 0)
			fail_msg("%s: %s", good[i], why.text);
	}
	for (size_t i = 0; i < N_OF(bad); i++) {
		why = (struct zv_error){ 0 };
		assert_int_equal(zv_zone_file_read(zvon_str(bad[i]), &out, &why),
				 ZV_EINVAL);
	}
	memset(longest, 'a', sizeof longest);
	longest[ZV_ZONE_NAME_MAX + 1] = '\0';
	assert_int_equal(zv_zone_file_read(zvon_str(longest), &out, NULL), ZV_EINVAL);
	longest[ZV_ZONE_NAME_MAX] = '\0';
	assert_int_equal(zv_zone_file_read(zvon_str(longest), &out, NULL),
			 ZV_ENOTFOUND);
	zv_buf_deinit(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_at_once_and_again),	 TEST(ended_anywhere),
		TEST(ended_while_a_call_waits),	 TEST(a_call_that_goes_on),
		TEST(what_fails_leaves_nothing), cmocka_unit_test(names_of_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
