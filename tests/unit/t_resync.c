/* What is asked after a login, what the answers mean, and when it is asked again. */
#include "call/resync.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "helper.h"
#include "zvon/error.h"

#define START 1000000

#define LISTS_22                                                                       \
 "begin Status CoreShowChannels BridgeList QueueStatus ParkedCalls DeviceStateList "   \
 "ConfbridgeListRooms"
#define LISTS_OLD                                                                      \
 "begin Status CoreShowChannels QueueStatus ParkedCalls ConfbridgeListRooms"

/* `told` has what was asked for and done, in order; `warned` the warnings. */
struct rig {
	struct zv_resync *r;
	int64_t now_ms;
	char told[4096], warned[2048], noted[2048];
	struct {
		char name[32];
		unsigned id;
	} open[64];
	size_t n_open;
};

static void
note(char *to, size_t size, const char *text, int n, const char *gap)
{
	size_t at = strlen(to);

	snprintf(to + at, size - at, "%s%.*s", at ? gap : "", n, text);
}

static void
ask(struct rig *g, const struct zv_resync_step *step)
{
	char text[128];

	snprintf(text, sizeof text, step->key ? "%s(%.*s)" : "%s", step->action,
		 ZV_ARG(step->value));
	note(g->told, sizeof g->told, text, (int)strlen(text), " ");
	assert_true(g->n_open < N_OF(g->open));
	snprintf(g->open[g->n_open].name, sizeof g->open->name, "%s", step->action);
	g->open[g->n_open++].id = step->id;
}

static void
drain(struct rig *g)
{
	struct zv_resync_step step;

	while (zv_resync_next(g->r, &step)) {
		const char *end = !step.complete   ? "partial"
				  : step.restarted ? "restart"
						   : "complete";

		if (step.kind == ZV_RESYNC_ASK)
			ask(g, &step);
		else if (step.kind == ZV_RESYNC_BEGIN)
			note(g->told, sizeof g->told, "begin", 5, " ");
		else if (step.kind == ZV_RESYNC_END)
			note(g->told, sizeof g->told, end, (int)strlen(end), " ");
		else
			note(step.is_warning ? g->warned : g->noted, sizeof g->warned,
			     step.text.p, (int)step.text.n, "\n");
	}
}

static void
expect(struct rig *g, const char *wanted)
{
	drain(g);
	assert_string_equal(g->told, wanted);
	g->told[0] = '\0';
}

static void
begin(struct rig *g, const char *user, bool tells_booted)
{
	struct zv_resync_options o = { zvon_str(user), tells_booted };

	*g = (struct rig){ .now_ms = START };
	g->r = zv_resync_new(&o);
	assert_non_null(g->r);
}

static void
log_in(struct rig *g, const char *version)
{
	g->n_open = 0;
	zv_resync_login(g->r, atoi(version), zvon_str(version), g->now_ms);
	drain(g);
}

static void
ready(struct rig *g, bool booted)
{
	zv_resync_ready(g->r, booted, g->now_ms);
	drain(g);
}

/* The clock goes on; the machine is ticked whenever it asked for it. */
static void
pass(struct rig *g, int64_t ms)
{
	int64_t end = g->now_ms + ms, at;

	while ((at = zv_resync_deadline(g->r)) <= end) {
		g->now_ms = at > g->now_ms ? at : g->now_ms;
		zv_resync_tick(g->r, g->now_ms);
		assert_true(zv_resync_deadline(g->r) > g->now_ms);
		drain(g);
	}
	g->now_ms = end;
}

/* The oldest one of that name that waits. */
static unsigned
take(struct rig *g, const char *name)
{
	for (size_t i = 0; i < g->n_open; i++) {
		unsigned id = g->open[i].id;

		if (strcmp(g->open[i].name, name) != 0)
			continue;
		memmove(&g->open[i], &g->open[i + 1],
			(--g->n_open - i) * sizeof *g->open);
		return id;
	}
	fail_msg("%s is not asked for", name);
	return 0;
}

static bool
reply(struct rig *g, unsigned id, enum zv_reply_part part, int status,
      const char *first, const char *rest)
{
	struct zv_parser_limits limits = { 0 };
	struct zv_parser *parser = zvon_parser_new(&limits);
	const struct zv_packet *packet = NULL;
	char text[1024];
	bool is_item;

	snprintf(text, sizeof text, "%s\r\n%s\r\n", first ? first : "", rest);
	if (first) {
		assert_true(zvon_parser_feed(parser, zvon_str(text)) >= 0);
		assert_int_equal(zvon_parser_next(parser, &packet), 1);
	}
	is_item = zv_resync_reply(g->r, id, part, status, packet, g->now_ms);
	zvon_parser_free(parser);
	drain(g);
	return is_item;
}

static void
answer(struct rig *g, const char *name, const char *how, const char *fields)
{
	unsigned id = take(g, name);
	char first[64];

	snprintf(first, sizeof first, "Response: %s", how);
	assert_false(reply(g, id, ZV_REPLY_RESPONSE, 0, first, fields));
	assert_false(reply(g, id, ZV_REPLY_DONE, 0, NULL, ""));
}

/* A list of items with the Uniqueids first, first + 1 …; it claims to have `claimed`. */
static void
list(struct rig *g, const char *name, int first, int n, int claimed)
{
	unsigned id = take(g, name);
	char fields[64];

	reply(g, id, ZV_REPLY_RESPONSE, 0, "Response: Success", "EventList: start\r\n");
	for (int i = first; i < first + n; i++) {
		snprintf(fields, sizeof fields, "Uniqueid: 1.%d\r\nConference: %d\r\n",
			 i, 900 + i);
		assert_true(reply(g, id, ZV_REPLY_ITEM, 0, "Event: Item", fields));
	}
	snprintf(fields, sizeof fields, "ListItems: %d\r\n", claimed);
	assert_true(reply(g, id, ZV_REPLY_ITEM, 0, "Event: ItemComplete", fields));
	reply(g, id, ZV_REPLY_DONE, 0, NULL, "");
}

#define STARTED(time) "CoreStartupDate: 2026-11-21\r\nCoreStartupTime: " time "\r\n"
#define UNKNOWN	      "Message: Invalid/unknown command: X. Use Action: ListCommands…\r\n"
#define DENIED	      "Message: Permission denied\r\n"

/* All that still waits ends well, with no item. */
static void
list_rest(struct rig *g)
{
	while (g->n_open)
		list(g, g->open[0].name, 0, 0, 0);
}

static void
log_in_to_22(struct rig *g, const char *core_status)
{
	log_in(g, "11.0.0");
	answer(g, "CoreStatus", "Success", core_status);
	ready(g, true);
}

static void
end(struct rig *g)
{
	zv_resync_free(g->r);
}

/* ---- the usual ways -------------------------------------------------------------------- */

static void
test_whole(void **state)
{
	struct rig g;

	begin(&g, "", true);
	assert_int_equal(zv_resync_deadline(g.r), INT64_MAX);
	log_in(&g, "11.0.0");
	expect(&g, "CoreStatus");
	ready(&g, true);
	expect(&g, "");
	answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
	expect(&g, LISTS_22);
	list(&g, "Status", 1, 2, 2);
	list(&g, "CoreShowChannels", 1, 2, 2);
	list(&g, "ConfbridgeListRooms", 1, 2, 2);
	expect(&g, "ConfbridgeList(901) ConfbridgeList(902)");
	assert_int_equal(zv_resync_state(g.r), ZV_RESYNC_LISTING);
	list_rest(&g);
	expect(&g, "");
	assert_int_equal(zv_resync_state(g.r), ZV_RESYNC_SETTLING);
	pass(&g, ZV_RESYNC_SETTLE_MS - 1);
	expect(&g, "");
	pass(&g, 1);
	expect(&g, "complete");
	assert_int_equal(zv_resync_state(g.r), ZV_RESYNC_SYNCED);
	assert_string_equal(g.warned, "");
	end(&g);
}

/* 1.8: Confbridge has no manager there; DeviceStateList and BridgeList are not asked. */
static void
test_old(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in(&g, "1.1");
	answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
	ready(&g, true);
	expect(&g, "CoreStatus " LISTS_OLD);
	answer(&g, "ConfbridgeListRooms", "Error", UNKNOWN);
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	expect(&g, "complete");
	assert_string_equal(g.warned, "");
	end(&g);
}

/* "No active conferences." and the like are empty lists, not failures. */
static void
test_empty_is_error(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	answer(&g, "ConfbridgeListRooms", "Error",
	       "Message: No active conferences.\r\n");
	answer(&g, "ParkedCalls", "Error", "Message: Whatever\r\n");
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	expect(&g, "CoreStatus " LISTS_22 " complete");
	assert_string_equal(g.noted, "");
	end(&g);
}

/* ---- booting ------------------------------------------------------------------------------ */

static void
fully_booted(struct rig *g)
{
	const struct zv_packet event = { .kind = ZV_PACKET_EVENT,
					 .name = ZV_STR("FullyBooted") };

	zv_resync_event(g->r, &event, g->now_ms);
	drain(g);
}

static void
rights(struct rig *g, const char *read)
{
	char fields[256];

	snprintf(fields, sizeof fields,
		 "Message: Command output follows\r\nOutput:        username: ops\r\n"
		 "Output:       read perm: %s\r\nOutput:      write perm: all\r\n",
		 read);
	answer(g, "Command", "Success", fields);
}

/* Fault 006. How long READY without FullyBooted is waited with. */
static void
test_boot_patience(void **state)
{
	const struct {
		const char *user, *read;
		bool tells;
		int64_t ms;
	} table[] = {
		{ "", NULL, true, ZV_RESYNC_BOOT_MS },
		{ "ops", NULL, true, ZV_RESYNC_BOOT_MS },
		{ "ops", "system,call", true, ZV_RESYNC_BOOT_MOST_MS },
		{ "ops", "call,agent", true, 0 },
		{ "ops", "<none>", true, 0 },
		{ "", NULL, false, 0 }, /* AJAM */
		{ "ops", "system", false, 0 },
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct rig g;

		begin(&g, table[i].user, table[i].tells);
		log_in(&g, "11.0.0");
		answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
		if (table[i].read)
			rights(&g, table[i].read);
		else if (table[i].user[0])
			answer(&g, "Command", "Error", DENIED);
		g.told[0] = '\0';
		ready(&g, false);
		if (table[i].ms) {
			pass(&g, table[i].ms - 1);
			expect(&g, "");
			pass(&g, 1);
		}
		expect(&g, LISTS_22);
		end(&g);
	}
}

static void
test_booted_late(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in(&g, "11.0.0");
	answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
	ready(&g, false);
	pass(&g, 5000);
	expect(&g, "CoreStatus");
	fully_booted(&g);
	expect(&g, LISTS_22);
	/* it may see it, as is known now: the next time it is waited for */
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	zv_resync_lost(g.r);
	log_in(&g, "11.0.0");
	answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
	ready(&g, false);
	pass(&g, ZV_RESYNC_BOOT_MOST_MS - 1);
	expect(&g, "complete CoreStatus");
	fully_booted(&g);
	expect(&g, LISTS_22);
	end(&g);
}

/* Patience was over; the lists of a server that was not ready count no more. */
static void
test_booted_after_the_lists(void **state)
{
	struct rig g;
	unsigned old;

	begin(&g, "", true);
	log_in(&g, "11.0.0");
	answer(&g, "CoreStatus", "Success", STARTED("01:00:00"));
	ready(&g, false);
	pass(&g, ZV_RESYNC_BOOT_MS);
	old = take(&g, "Status");
	g.told[0] = '\0';
	g.n_open = 0;
	fully_booted(&g);
	expect(&g, LISTS_22);
	assert_false(
		reply(&g, old, ZV_REPLY_ITEM, 0, "Event: Item", "Uniqueid: 1.1\r\n"));
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	expect(&g, "complete");
	fully_booted(&g); /* twice: nothing */
	expect(&g, "");
	end(&g);
}

/* ---- restarts ------------------------------------------------------------------------------ */

static void
sync(struct rig *g, const char *version, const char *core_how, const char *core_status)
{
	log_in(g, version);
	answer(g, "CoreStatus", core_how, core_status);
	ready(g, true);
	list_rest(g);
	pass(g, ZV_RESYNC_SETTLE_MS);
}

/* Fault 005. */
static void
test_restarts(void **state)
{
	const struct {
		const char *version, *how, *core, *wanted;
	} table[] = {
		{ "11.0.0", "Success", STARTED("01:00:00"), "CoreStatus begin" },
		{ "11.0.0", "Success", STARTED("01:00:01"),
		  "CoreStatus begin restart begin" },
		{ "10.0.0", "Success", STARTED("01:00:00"),
		  "begin restart CoreStatus begin" },
		{ "11.0.0", "Error", DENIED, "CoreStatus begin" },
		{ "11.0.0", "Success", "", "CoreStatus begin" },
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct rig g;

		begin(&g, "", true);
		sync(&g, "11.0.0", "Success", STARTED("01:00:00"));
		zv_resync_lost(g.r);
		g.told[0] = '\0';
		sync(&g, table[i].version, table[i].how, table[i].core);
		assert_memory_equal(g.told, table[i].wanted, strlen(table[i].wanted));
		assert_non_null(strstr(g.told, " Status "));
		end(&g);
	}
}

/* A server that was not to be asked meanwhile is still known again. */
static void
test_restart_after_silence(void **state)
{
	struct rig g;

	begin(&g, "", true);
	sync(&g, "11.0.0", "Success", STARTED("01:00:00"));
	sync(&g, "11.0.0", "Error", UNKNOWN);
	assert_null(strstr(g.told, "restart"));
	sync(&g, "11.0.0", "Success", STARTED("02:00:00"));
	assert_non_null(strstr(g.told, "restart"));
	end(&g);
}

/* ---- lists that do not come --------------------------------------------------------------- */

/* Faults 014 and 016: no answer, or no end of the list. */
static void
test_partial(void **state)
{
	struct rig g;
	unsigned id;
	int64_t wait = ZV_RESYNC_REPEAT_MS;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	for (int i = 0; i < 6; i++) {
		id = take(&g, "Status");
		reply(&g, id, ZV_REPLY_RESPONSE, 0, "Response: Success", "");
		assert_true(reply(&g, id, ZV_REPLY_ITEM, 0, "Event: Status",
				  "Uniqueid: 1\r\n"));
		list_rest(&g);
		g.told[0] = '\0';
		if (i % 2) /* the connection says so, or the time here is up */
			reply(&g, id, ZV_REPLY_DONE, ZV_ETIMEOUT, NULL, "");
		else
			pass(&g, ZV_RESYNC_LIST_MS);
		expect(&g, "partial");
		assert_false(reply(&g, id, ZV_REPLY_ITEM, 0, "Event: Status",
				   "Uniqueid: 2\r\n"));
		pass(&g, wait - 1);
		expect(&g, "");
		pass(&g, 1);
		expect(&g, LISTS_22);
		wait = wait * 2 < ZV_RESYNC_REPEAT_MOST_MS ? wait * 2
							   : ZV_RESYNC_REPEAT_MOST_MS;
	}
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	expect(&g, "complete");
	end(&g);
}

static void
test_items_are_counted(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	list(&g, "Status", 1, 3, 4);
	list_rest(&g);
	expect(&g, "CoreStatus " LISTS_22 " partial");
	end(&g);
}

static void
test_lost_in_the_middle(void **state)
{
	struct rig g;
	unsigned id;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	id = take(&g, "Status");
	zv_resync_lost(g.r);
	assert_int_equal(zv_resync_deadline(g.r), INT64_MAX);
	assert_false(reply(&g, id, ZV_REPLY_DONE, ZV_ECLOSED, NULL, ""));
	g.told[0] = '\0';
	log_in_to_22(&g, STARTED("01:00:00"));
	expect(&g, "CoreStatus " LISTS_22);
	end(&g);
}

/* A server that does not answer CoreStatus is asked for the lists all the same. */
static void
test_no_core_status(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in(&g, "11.0.0");
	ready(&g, true);
	pass(&g, ZV_RESYNC_LIST_MS);
	g.n_open = 0;
	expect(&g, "CoreStatus " LISTS_22);
	end(&g);
}

/* ---- rights --------------------------------------------------------------------------------- */

/* Fault 028. */
static void
test_missing_read(void **state)
{
	const struct {
		const char *read, *warned, *noted;
	} table[] = {
		{ "system,call,agent,dialplan,dtmf,all", NULL, NULL },
		{ "system,agent,dialplan,dtmf",
		  "no read class call: calls are not seen", NULL },
		{ "call,dialplan,dtmf", NULL, "no read class agent" },
		{ "<none>", "no read class call", "no read class dtmf" },
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct rig g;

		begin(&g, "ops", true);
		log_in(&g, "11.0.0");
		expect(&g, "CoreStatus Command(manager show user ops)");
		rights(&g, table[i].read);
		assert_true(table[i].warned ? strstr(g.warned, table[i].warned) != NULL
					    : g.warned[0] == '\0');
		assert_true(table[i].noted ? strstr(g.noted, table[i].noted) != NULL
					   : table[i].warned || g.noted[0] == '\0');
		log_in(&g, "11.0.0"); /* known: neither asked nor told again */
		expect(&g, "CoreStatus");
		end(&g);
	}
}

static void
test_names_that_are_not_asked_for(void **state)
{
	static const char *const names[] = { "", "a b", "a\"b", "a;b", "a\\b", "a\nb" };

	for (size_t i = 0; i < N_OF(names); i++) {
		struct rig g;

		begin(&g, names[i], true);
		log_in(&g, "11.0.0");
		expect(&g, "CoreStatus");
		end(&g);
	}
}

static void
test_may_not_list(void **state)
{
	struct rig g;

	begin(&g, "", true);
	for (int i = 0; i < 2; i++) {
		log_in_to_22(&g, STARTED("01:00:00"));
		answer(&g, "Status", "Error", DENIED);
		answer(&g, "CoreShowChannels", "Error", DENIED);
		answer(&g, "DeviceStateList", "Error", DENIED);
		list_rest(&g);
		g.told[0] = '\0';
		pass(&g, ZV_RESYNC_SETTLE_MS);
		expect(&g, "complete");
		assert_non_null(
			strstr(g.warned, "write classes system, call, reporting"));
		assert_null(strchr(g.warned, '\n')); /* once */
		pass(&g, 10 * ZV_RESYNC_WATCH_MOST_MS);
		expect(&g, "");
	}
	end(&g);
}

/* One of the two lists of channels is enough. */
static void
test_one_refused(void **state)
{
	struct rig g;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	answer(&g, "CoreShowChannels", "Error", DENIED);
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	assert_string_equal(g.warned, "");
	assert_string_equal(g.noted,
			    "CoreShowChannels was refused: it needs one of the "
			    "write classes system, reporting");
	end(&g);
}

/* The lists change, and no event tells why. */
static void
test_silence(void **state)
{
	struct rig g;

	begin(&g, "", true);
	sync(&g, "11.0.0", "Success", STARTED("01:00:00"));
	g.told[0] = '\0';
	for (int i = 1; i <= 3; i++) {
		pass(&g, (ZV_RESYNC_WATCH_MS << (i - 1)) - 1);
		expect(&g, "");
		pass(&g, 1);
		expect(&g, LISTS_22);
		if (i == 2)
			list(&g, "CoreShowChannels", 1, 1, 1);
		list_rest(&g);
		pass(&g, ZV_RESYNC_SETTLE_MS);
		expect(&g, "complete");
		assert_true(i < 2 ? g.warned[0] == '\0'
				  : strstr(g.warned, "lacks the read class call") &&
					    !strchr(g.warned, '\n'));
	}
	end(&g);
}

static void
test_no_silence(void **state)
{
	const struct zv_field privilege = { ZV_STR("Privilege"), ZV_STR("call,all") };
	const struct zv_packet event = { .kind = ZV_PACKET_EVENT,
					 .name = ZV_STR("Newchannel"),
					 .fields = &privilege,
					 .n_fields = 1 };
	struct rig g;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	zv_resync_event(g.r, &event, g.now_ms);
	list_rest(&g);
	pass(&g, ZV_RESYNC_SETTLE_MS);
	assert_int_equal(zv_resync_deadline(g.r), INT64_MAX);
	end(&g);
}

/* ---- limits ------------------------------------------------------------------------------------ */

static void
test_many_rooms(void **state)
{
	const int n = ZV_RESYNC_MAX_ASKED;
	struct zv_resync_step step;
	struct rig g;
	unsigned id;
	int asked = 0;

	begin(&g, "", true);
	log_in_to_22(&g, STARTED("01:00:00"));
	id = take(&g, "ConfbridgeListRooms");
	for (int i = 0; i < 2 * n; i++) {
		struct zv_field room = { ZV_STR("Conference"), ZV_STR("9") };
		struct zv_packet item = { .name = ZV_STR("ConfbridgeListRooms"),
					  .fields = &room,
					  .n_fields = 1 };

		assert_true(zv_resync_reply(g.r, id, ZV_REPLY_ITEM, 0, &item, START));
	}
	while (zv_resync_next(g.r, &step))
		asked++;
	assert_int_equal(asked, n - (int)g.n_open - 1);
	end(&g);
}

static int
scene_out_of_memory(void *user)
{
	struct zv_resync_options o = { ZV_STR("ops"), true };
	struct zv_resync *r = zv_resync_new(&o);
	struct zv_resync_step step;
	int rc = ZV_ENOMEM;

	if (!r)
		return rc;
	zv_resync_login(r, 11, ZV_STR("11.0.0"), START);
	zv_resync_ready(r, true, START);
	while (zv_resync_next(r, &step))
		if (step.kind == ZV_RESYNC_ASK)
			zv_resync_reply(r, step.id, ZV_REPLY_DONE, 0, NULL, START);
	/* a list that could not be asked for is none that is complete */
	if (zv_resync_state(r) == ZV_RESYNC_SETTLING)
		rc = 0;
	zv_resync_free(r);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(scene_out_of_memory, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_empty_is_error),
		cmocka_unit_test(test_boot_patience),
		cmocka_unit_test(test_booted_late),
		cmocka_unit_test(test_booted_after_the_lists),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_restart_after_silence),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_items_are_counted),
		cmocka_unit_test(test_lost_in_the_middle),
		cmocka_unit_test(test_no_core_status),
		cmocka_unit_test(test_missing_read),
		cmocka_unit_test(test_names_that_are_not_asked_for),
		cmocka_unit_test(test_may_not_list),
		cmocka_unit_test(test_one_refused),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_silence),
		cmocka_unit_test(test_many_rooms),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
