/* Transfers and pickups as CEL tells them: rows of real servers (tests/wire/captures), each form of
 * 1.8, 11, 16 and 22, and rows that are cut or forged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "helper.h"
#include "hist/cel_move.h"
#include "hist/stitch.h"

#define T0 1795225292000

/* ---- extra ---------------------------------------------------------------------------------- */

static void
test_extra(void **state)
{
	static const struct {
		const char *extra, *key, *value;
	} cases[] = {
		{ "{\"hangupcause\":21,\"hangupsource\":\"\",\"dialstatus\":\"BUSY\"}",
		  "hangupcause", "21" },
		{ "{\"hangupcause\":21,\"hangupsource\":\"\",\"dialstatus\":\"BUSY\"}",
		  "hangupsource", "" },
		{ "{\"hangupcause\":21,\"hangupsource\":\"\",\"dialstatus\":\"BUSY\"}",
		  "dialstatus", "BUSY" },
		{ "{\"reason\": \"ParkedCallTimeOut\", \"n\": true}", "reason",
		  "ParkedCallTimeOut" },
		{ "{\"a\":\"key\",\"key\":\"b\"}", "key",
		  "b" }, /* no value is a name */
		{ "{\"a\":\"{\\\"key\\\":1\",\"key\":\"b\"}", "key", "b" },
		{ "{\"key\":\"a\\\"b\"}", "key", "" }, /* escapes are not undone */
		{ "{\"key\":\"cut", "key", "" },
		{ "{\"key\":\"cut\\", "key", "" },
		{ "{\"key\":", "key", "" },
		{ "{\"key", "key", "" },
		{ "{", "key", "" },
		{ "", "key", "" },
		{ "21,SIP/101-00000001,BUSY", "21", "" },
		{ "{\"a\":{\"key\":\"inner\"}}", "key", "" },
		{ "{\"a\":[\"key\",\"inner\"]}", "key", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		char *copy = strdup(cases[i].extra); /* its end is the heap's end */
		struct zv_str value =
			zv_cel_extra(zvon_str(copy), zvon_str(cases[i].key));

		assert_int_equal(value.n, strlen(cases[i].value));
		if (value.n)
			assert_memory_equal(value.p, cases[i].value, value.n);
		free(copy);
	}
}

/* ---- one event ---------------------------------------------------------------------------------- */

#define BLIND_22                                                                       \
 "{\"extension\":\"103\",\"context\":\"internal\",\"bridge_id\":\"a9ca0bcd\","         \
 "\"transferee_channel_name\":\"PJSIP/101-0000003b\","                                 \
 "\"transferee_channel_uniqueid\":\"1795225292.170\"}"
#define ATTENDED_22                                                                    \
 "{\"bridge1_id\":\"7a2e\",\"channel2_name\":\"PJSIP/102-00000046\","                  \
 "\"channel2_uniqueid\":\"1795225314.187\",\"bridge2_id\":\"9384\","                   \
 "\"transferee_channel_name\":\"PJSIP/101-00000044\","                                 \
 "\"transferee_channel_uniqueid\":\"1795225312.185\","                                 \
 "\"transfer_target_channel_name\":\"PJSIP/103-00000047\","                            \
 "\"transfer_target_channel_uniqueid\":\"1795225314.188\"}"
/* by keys, in 16: who is not there is "N/A" */
#define ATTENDED_16                                                                    \
 "{\"bridge1_id\":\"9459\",\"channel2_name\":\"PJSIP/102-00000039\","                  \
 "\"channel2_uniqueid\":\"1795256218.234\",\"bridge2_id\":\"3244\","                   \
 "\"transferee_channel_name\":\"N/A\",\"transferee_channel_uniqueid\":\"N/A\","        \
 "\"transfer_target_channel_name\":\"N/A\","                                           \
 "\"transfer_target_channel_uniqueid\":\"N/A\"}"
/* to an application: main/cel.c */
#define ATTENDED_APP                                                                   \
 "{\"bridge1_id\":\"9459\",\"channel2_name\":\"PJSIP/102-00000039\","                  \
 "\"channel2_uniqueid\":\"1.2\",\"app\":\"ConfBridge\","                               \
 "\"transferee_channel_name\":\"PJSIP/101-00000044\","                                 \
 "\"transferee_channel_uniqueid\":\"1.1\","                                            \
 "\"transfer_target_channel_name\":\"N/A\","                                           \
 "\"transfer_target_channel_uniqueid\":\"N/A\"}"
#define PICKUP_22                                                                      \
 "{\"pickup_channel\":\"PJSIP/103-00000002\","                                         \
 "\"pickup_channel_uniqueid\":\"1795227257.2\"}"

static const struct {
	const char *type, *channel, *peer, *extra;
	int kind; /* -1: no move */
	const char *by, *moved, *to, *ids;
} moves[] = {
	{ "BLINDTRANSFER", "PJSIP/102-0000003c", "", BLIND_22, ZV_MOVE_BLIND,
	  "PJSIP/102-0000003c", "PJSIP/101-0000003b", "103", "1795225292.170" },
	{ "11", "PJSIP/102-0000003c", "", BLIND_22, ZV_MOVE_BLIND, "PJSIP/102-0000003c",
	  "PJSIP/101-0000003b", "103", "1795225292.170" },
	{ "BLINDTRANSFER", "SIP/102-00000033", "SIP/101-00000032", "103", ZV_MOVE_BLIND,
	  "SIP/102-00000033", "SIP/101-00000032", "103", "" },
	{ "ATTENDEDTRANSFER", "PJSIP/102-00000045", "", ATTENDED_22, ZV_MOVE_ATTENDED,
	  "PJSIP/102-00000045", "PJSIP/101-00000044", "PJSIP/103-00000047",
	  "1795225314.187 1795225312.185 1795225314.188" },
	{ "attendedtransfer", "PJSIP/102-00000039", "", ATTENDED_16, ZV_MOVE_ATTENDED,
	  "PJSIP/102-00000039", "", "", "1795256218.234" },
	{ "12", "PJSIP/102-00000039", "", ATTENDED_APP, ZV_MOVE_ATTENDED,
	  "PJSIP/102-00000039", "PJSIP/101-00000044", "ConfBridge", "1.2 1.1" },
	{ "ATTENDEDTRANSFER", "SIP/102-0000003c", "SIP/103-0000003d", "1795226085.94",
	  ZV_MOVE_ATTENDED, "SIP/102-0000003c", "", "SIP/103-0000003d",
	  "1795226085.94" },
	/* by keys, up to 11: not by whom */
	{ "ATTENDEDTRANSFER", "SIP/101-0000003e", "Local/103@internal-00000012;1", "",
	  -1, "", "", "", "" },
	{ "PICKUP", "PJSIP/102-00000001", "", PICKUP_22, ZV_MOVE_PICKUP,
	  "PJSIP/103-00000002", "PJSIP/102-00000001", "", "1795227257.2" },
	{ "15", "PJSIP/102-00000001", "", PICKUP_22, ZV_MOVE_PICKUP,
	  "PJSIP/103-00000002", "PJSIP/102-00000001", "", "1795227257.2" },
	{ "PICKUP", "SIP/102-0000007f", "SIP/103-00000080", "", ZV_MOVE_PICKUP,
	  "SIP/103-00000080", "SIP/102-0000007f", "", "" },
	/* up to 11 the numbers are other events: 11 is PARK_START, 12 PARK_END */
	{ "11", "SIP/101-0000005f", "SIP/102-00000060", "default", -1, "", "", "", "" },
	{ "12", "SIP/101-0000005f", "", "ParkedCallTimeOut", -1, "", "", "", "" },
	{ "15", "SIP/101-0000005f", "", "", -1, "", "", "", "" },
	{ "PICKUP", "PJSIP/102-00000001", "", "{\"pickup_channel\":\"PJSIP/1", -1, "",
	  "", "", "" },
	{ "ANSWER", "PJSIP/102-00000001", "", "{}", -1, "", "", "", "" },
	{ "", "", "", "", -1, "", "", "", "" },
};

static struct zv_cel_row
row_of(size_t i)
{
	return (struct zv_cel_row){
		.eventtype = zvon_str(moves[i].type),
		.channel = zvon_str(moves[i].channel),
		.peer = zvon_str(moves[i].peer),
		.extra = zvon_str(moves[i].extra),
	};
}

static void
assert_text(struct zv_str told, const char *expected)
{
	assert_int_equal(told.n, strlen(expected));
	if (told.n)
		assert_memory_equal(told.p, expected, told.n);
}

static void
test_moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(moves); i++) {
		struct zv_cel_row row = row_of(i);
		struct zv_cel_move m;
		char ids[200] = "";

		assert_int_equal(zv_cel_move_read(&row, &m), moves[i].kind >= 0);
		if (moves[i].kind < 0)
			continue;
		assert_int_equal(m.kind, moves[i].kind);
		assert_text(m.by, moves[i].by);
		assert_text(m.moved, moves[i].moved);
		assert_text(m.to, moves[i].to);
		for (size_t k = 0; k < ZV_CEL_TIES_MAX; k++)
			if (m.ids[k].n)
				snprintf(ids + strlen(ids), sizeof ids - strlen(ids),
					 "%s%.*s", ids[0] ? " " : "", ZV_ARG(m.ids[k]));
		assert_string_equal(ids, moves[i].ids);
	}
}

/* ---- what they tie ------------------------------------------------------------------------------- */

static void
feed(struct zv_stitch *s, struct zv_cel_row row, int at_s, const char *unique_id,
     const char *linked_id)
{
	row.time_ms = T0 + at_s * 1000;
	row.uniqueid = zvon_str(unique_id);
	row.linkedid = zvon_str(linked_id);
	assert_int_equal(zv_stitch_cel(s, &row), 0);
}

static size_t
told_by(struct zv_stitch *s)
{
	struct zv_conversation *c;
	size_t n = 0;

	while (zv_stitch_next(s, true, &c) > 0) {
		zv_conversation_free(c);
		n++;
	}
	zv_stitch_free(s);
	return n;
}

static struct zv_cel_row
start_of(const char *channel)
{
	return (struct zv_cel_row){ .eventtype = ZV_STR("CHAN_START"),
				    .channel = zvon_str(channel) };
}

/* The consultation of a transfer by Replaces has a Linkedid of its own. */
static void
test_two_calls_become_one(void **state)
{
	struct zv_stitch_options options = { .server = ZV_STR("pbx") };
	struct zv_stitch *s = zv_stitch_new(&options);

	(void)state;
	feed(s, start_of("SIP/101-0000003a"), 0, "1795226085.94", "1795226085.94");
	feed(s, start_of("SIP/102-0000003c"), 2, "1795226087.96", "1795226087.96");
	feed(s, row_of(6), 3, "1795226087.96", "1795226087.96");
	assert_int_equal(told_by(s), 1);
}

/* "N/A" is nobody: it must not tie all calls that were transferred by keys. */
static void
test_nobody_ties_nothing(void **state)
{
	struct zv_stitch_options options = { .server = ZV_STR("pbx") };
	struct zv_stitch *s = zv_stitch_new(&options);

	(void)state;
	for (int i = 0; i < 3; i++) {
		char id[20], channel[40], extra[200];
		struct zv_cel_row row = { .eventtype = ZV_STR("ATTENDEDTRANSFER") };

		snprintf(id, sizeof id, "17952562%02d.1", i);
		snprintf(channel, sizeof channel, "PJSIP/102-%08x", i);
		snprintf(extra, sizeof extra,
			 "{\"transferee_channel_name\":\"N/A\","
			 "\"transferee_channel_uniqueid\":\"N/A\","
			 "\"transfer_target_channel_name\":\"N/A\"}");
		row.channel = zvon_str(channel);
		row.extra = zvon_str(extra);
		feed(s, row, i, id, id);
	}
	assert_int_equal(told_by(s), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extra),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_two_calls_become_one),
		cmocka_unit_test(test_nobody_ties_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
