/* Rows to conversations: which belong together, when they are whole, limits. What they tell is
 * tested with recorded calls in tests/hist. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "heap.h"
#include "helper.h"
#include "hist/channel.h"
#include "hist/stitch.h"

#define T0 1795220000000

static struct zv_cdr_row
row_of(int at_s, int duration_s, const char *channel, const char *dstchannel,
       const char *unique_id, const char *linked_id)
{
	return (struct zv_cdr_row){
		.src = ZV_STR("101"),
		.dst = ZV_STR("102"),
		.channel = zvon_str(channel),
		.dstchannel = zvon_str(dstchannel),
		.lastapp = ZV_STR("Dial"),
		.start_ms = T0 + at_s * 1000,
		.duration_s = duration_s,
		.billsec = duration_s,
		.disposition = ZV_STR("ANSWERED"),
		.uniqueid = zvon_str(unique_id),
		.linkedid = zvon_str(linked_id),
		.sequence = -1,
	};
}

static void
feed(struct zv_stitch *s, struct zv_cdr_row row)
{
	assert_int_equal(zv_stitch_cdr(s, &row), 0);
}

static struct zv_stitch *
open_stitch(void)
{
	struct zv_stitch_options options = { .server = ZV_STR("pbx") };
	struct zv_stitch *s = zv_stitch_new(&options);

	assert_non_null(s);
	return s;
}

/* The ids of what comes out. */
static const char *
out_of(struct zv_stitch *s, bool all)
{
	static char text[400];
	struct zv_conversation *c;

	text[0] = '\0';
	while (zv_stitch_next(s, all, &c) > 0) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "%s%.*s/%zu", n ? " " : "",
			 ZV_ARG(c->id), c->n_legs);
		zv_conversation_free(c);
	}
	return text;
}

static struct zv_stitch_counters
counters_of(const struct zv_stitch *s)
{
	struct zv_stitch_counters c;

	zv_stitch_count(s, &c);
	return c;
}

/* ---- what belongs together ------------------------------------------------------------------ */

static void
test_closure(void **state)
{
	struct zv_stitch *s = open_stitch();

	(void)state;
	feed(s, row_of(0, 5, "SIP/101-00000001", "SIP/102-00000002", "1.1", "1.1"));
	feed(s, row_of(1, 4, "SIP/102-00000003", "SIP/103-00000004", "1.3", "1.3"));
	feed(s, row_of(2, 4, "SIP/105-00000007", "SIP/106-00000008", "1.7", ""));
	/* Linkedid changed (mikopbx/Core issue 802): the channel ties them */
	feed(s, row_of(5, 9, "SIP/101-00000001", "SIP/103-00000004", "1.1", "1.3"));
	/* without any Linkedid: Uniqueid */
	feed(s, row_of(6, 1, "SIP/105-00000007", "", "1.7", ""));
	/* the halves of a Local channel */
	feed(s, row_of(7, 1, "SIP/107-0000000a", "Local/9@x-00000001;1", "1.10", ""));
	feed(s, row_of(7, 1, "Local/9@x-00000001;2", "SIP/108-0000000b", "1.12", ""));
	assert_string_equal(out_of(s, false), "");
	assert_string_equal(out_of(s, true), "1.7/2 1.10/2 1.1/4");
	assert_int_equal(counters_of(s).open, 0);
	zv_stitch_free(s);
}

/* After a restart of Asterisk channels have the same names again. */
static void
test_names_begin_again(void **state)
{
	struct zv_stitch *s = open_stitch();

	(void)state;
	feed(s, row_of(0, 5, "SIP/101-00000001", "SIP/102-00000002", "1.1", ""));
	feed(s, row_of(20, 5, "SIP/101-00000001", "SIP/102-00000002", "2.1", ""));
	assert_string_equal(out_of(s, true), "1.1/2 2.1/2");
	zv_stitch_free(s);
}

static void
test_duplicates_and_strange(void **state)
{
	struct zv_stitch *s = open_stitch();
	struct zv_cdr_row nothing = { .uniqueid = ZV_STR("9.9") };

	(void)state;
	for (int i = 0; i < 3; i++)
		feed(s, row_of(0, 5, "SIP/101-00000001", "SIP/102-00000002", "1.1",
			       "1.1"));
	feed(s, nothing);
	assert_string_equal(out_of(s, true), "1.1/2");
	assert_int_equal(counters_of(s).duplicates, 2);
	assert_int_equal(counters_of(s).strange, 1);
	assert_int_equal(counters_of(s).rows, 4);
	zv_stitch_free(s);
}

/* ---- when it is whole ----------------------------------------------------------------------- */

static void
test_settling(void **state)
{
	struct zv_stitch *s = open_stitch();

	(void)state;
	assert_int_equal(counters_of(s).oldest_row, 1);
	feed(s, row_of(0, 100, "SIP/101-00000001", "SIP/102-00000002", "1.1", "1.1"));
	feed(s, row_of(10, 5, "SIP/103-00000003", "SIP/104-00000004", "1.3", "1.3"));
	assert_int_equal(counters_of(s).oldest_row, 1);
	feed(s, row_of(314, 5, "SIP/105-00000005", "SIP/106-00000006", "1.5", "1.5"));
	assert_string_equal(out_of(s, false), "");
	feed(s, row_of(315, 5, "SIP/107-00000007", "SIP/108-00000008", "1.7", "1.7"));
	assert_string_equal(out_of(s, false), "1.3/2");
	assert_int_equal(counters_of(s).oldest_row, 1); /* the first one still talks */
	feed(s, row_of(399, 5, "SIP/107-00000007", "SIP/108-00000008", "1.7", "1.7"));
	assert_string_equal(out_of(s, false), "");
	feed(s, row_of(400, 5, "SIP/109-00000009", "SIP/110-0000000a", "1.9", "1.9"));
	assert_string_equal(out_of(s, false), "1.1/2");
	assert_int_equal(counters_of(s).oldest_row, 3);
	assert_string_equal(out_of(s, true), "1.5/2 1.7/2 1.9/2");
	assert_int_equal(counters_of(s).oldest_row, 7);
	zv_stitch_free(s);
}

/* ---- limits ------------------------------------------------------------------------------------ */

static void
test_rows_of_one_conversation(void **state)
{
	struct zv_stitch *s = open_stitch();
	struct zv_conversation *c;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < ZV_STITCH_ROWS_MAX + 5; i++) {
		char dst[40];

		snprintf(dst, sizeof dst, "SIP/102-%08x", i);
		feed(s, row_of(i / 100, 1, "SIP/101-0000ffff", dst, "1.1", "1.1"));
	}
	while (zv_stitch_next(s, true, &c) > 0) {
		assert_true(c->n_legs <= 1000);
		zv_conversation_free(c);
		n++;
	}
	assert_int_equal(n, 2);
	zv_stitch_free(s);
}

static void
test_rows_that_wait(void **state)
{
	struct zv_stitch *s = open_stitch();

	(void)state;
	for (int i = 0; i <= ZV_STITCH_OPEN_MAX; i++) {
		char id[40];

		snprintf(id, sizeof id, "1.%d", i);
		feed(s, row_of(0, 1 + i % 7, "", "", id, id));
		if (i == ZV_STITCH_OPEN_MAX - 1)
			assert_string_equal(out_of(s, false), "");
	}
	assert_true(out_of(s, false)[0]);
	assert_int_equal(counters_of(s).open, ZV_STITCH_OPEN_MAX);
	zv_stitch_free(s);
}

/* ---- names of channels ------------------------------------------------------------------------- */

static void
test_channels(void **state)
{
	static const struct {
		const char *channel, *peer, *plain;
	} rows[] = {
		{ "PJSIP/101-0000001d", "101", "PJSIP/101-0000001d" },
		{ "PJSIP/SIP-TRUNK-5F1A-0000001d", "SIP-TRUNK-5F1A",
		  "PJSIP/SIP-TRUNK-5F1A-0000001d" },
		{ "SIP/101", "101", "SIP/101" },
		{ "SIP/my-phone", "my-phone", "SIP/my-phone" },
		{ "DAHDI/i1/5551234-3", "i1", "DAHDI/i1/5551234-3" },
		{ "Parking/SIP/101-0000001d", "SIP", "SIP/101-0000001d" },
		{ "SIP/101-0000001d<ZOMBIE>", "101-0000001d<ZOMBIE>",
		  "SIP/101-0000001d" },
		{ "", "", "" },
	};
	struct zv_str list = ZV_STR("PJSIP/8926@megafon&SIP/mtt/8916&PJSIP/101/sip:101@"
				    "192.0.2.1&none&DAHDI/g1/5551234");
	static const char *const dialled[] = { "megafon 8926", "mtt 8916", "101 ",
					       "g1 5551234" };
	struct zv_dialled d;
	int timeout_s;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str channel = zvon_str(rows[i].channel);

		check_text(rows[i].channel, zv_channel_peer(channel),
			   zvon_str(rows[i].peer));
		check_text(rows[i].channel, zv_channel_plain(channel),
			   zvon_str(rows[i].plain));
	}
	for (size_t i = 0; i < N_OF(dialled); i++) {
		char text[40];

		assert_true(zv_dialled_next(&list, &d));
		snprintf(text, sizeof text, "%.*s %.*s", ZV_ARG(d.peer),
			 ZV_ARG(d.number));
		assert_string_equal(text, dialled[i]);
	}
	assert_false(zv_dialled_next(&list, &d));
	check_text("list", zv_dialled_list(ZV_STR("SIP/1&SIP/2,20,tT"), &timeout_s),
		   ZV_STR("SIP/1&SIP/2"));
	assert_int_equal(timeout_s, 20);
	zv_dialled_list(ZV_STR("SIP/1|30"), &timeout_s);
	assert_int_equal(timeout_s, 30);
	zv_dialled_list(ZV_STR("SIP/1,99999999999999999999"), &timeout_s);
	assert_int_equal(timeout_s, 0);
}

/* ---- memory and speed ----------------------------------------------------------------------------- */

static int
stitch_some(void *user)
{
	struct zv_stitch_options options = { .server = ZV_STR("pbx"),
					     .trunks = &options.server,
					     .n_trunks = 1 };
	struct zv_stitch *s = zv_stitch_new(&options);
	struct zv_conversation *c = NULL;
	int rc = s ? 0 : ZV_ENOMEM;

	(void)user;
	for (int i = 0; i < 3 && rc == 0; i++) {
		struct zv_cdr_row r = row_of(i, 1, "SIP/101-00000001",
					     "SIP/102-00000002", "1.1", "1.1");
		struct zv_cel_row e = { .uniqueid = ZV_STR("1.1"), .time_ms = T0 };

		rc = zv_stitch_cdr(s, &r);
		if (rc == 0)
			rc = zv_stitch_cel(s, &e);
	}
	while (rc == 0 && (rc = zv_stitch_next(s, true, &c)) > 0) {
		zv_conversation_free(c);
		rc = 0;
	}
	zv_stitch_free(s);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	check_out_of_memory(stitch_some, NULL);
}

static double
seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Two rows for each call, as a ring group has. Nothing is left behind, and the time is in
 * proportion to the rows: what is printed is the figure to watch. */
static void
test_speed(void **state)
{
	enum { CALLS = 100000 };
	struct zv_stitch *s = open_stitch();
	struct zv_conversation *c;
	size_t blocks = heap_blocks(), n = 0;
	double began = seconds_now(), took;

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		char id[40], a[40], b[40], d[40];
		struct zv_cdr_row r;

		snprintf(id, sizeof id, "%d.%d", 1795220000 + i, i * 3);
		snprintf(a, sizeof a, "PJSIP/trunk-%08x", i * 3);
		snprintf(b, sizeof b, "PJSIP/101-%08x", i * 3 + 1);
		snprintf(d, sizeof d, "PJSIP/102-%08x", i * 3 + 2);
		r = row_of(i, 30, a, b, id, id);
		feed(s, r);
		r.dstchannel = zvon_str(d);
		r.disposition = ZV_STR("NO ANSWER");
		feed(s, r);
		while (zv_stitch_next(s, false, &c) > 0) {
			zv_conversation_free(c);
			n++;
		}
	}
	while (zv_stitch_next(s, true, &c) > 0) {
		zv_conversation_free(c);
		n++;
	}
	took = seconds_now() - began;
	print_message("# %.0f rows a second\n", 2 * CALLS / took);
	assert_int_equal(n, CALLS);
	zv_stitch_free(s);
	assert_true(heap_blocks() < blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closure),
		cmocka_unit_test(test_names_begin_again),
		cmocka_unit_test(test_duplicates_and_strange),
		cmocka_unit_test(test_settling),
		cmocka_unit_test(test_rows_of_one_conversation),
		cmocka_unit_test(test_rows_that_wait),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
