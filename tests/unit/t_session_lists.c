/* Answers that are lists, in all shapes that Asterisk 1.8 to 22 give them. */
#include "ami/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "drive.h"

#define ID(n) "ActionID: zvon-12345678-" #n "\n"

static struct zv_client_counters
count(const struct drive *d)
{
	struct zv_client_counters c = { 0 };

	zv_ami_session_count(d->session, &c);
	return c;
}

/* ---- shapes ------------------------------------------------------------------------- */

/* `name` is sent with the ActionID …-3 and answered. */
static void
test_shapes(void **state)
{
	static const struct {
		const char *title, *name, *server, *news;
	} rows[] = {
		{ "12 and later", "CoreShowChannels",
		  "Response: Success\n" ID(
			  3) "EventList: start\n"
			     "Message: Channels will follow\n\n"
			     "Event: CoreShowChannel\n" ID(
				     3) "Channel: a\n\n"
					"Event: CoreShowChannel\n" ID(
						3) "Channel: b\n\n"
						   "Event: "
						   "CoreShowChannelsComplete\n" ID(
							   3) "EventList: "
							      "Complete\nListItems: "
							      "2\n\n",
		  "l:Success l+CoreShowChannel l+CoreShowChannel "
		  "l+CoreShowChannelsComplete l.OK" },
		{ "1.8: no EventList at all", "Status",
		  "Response: Success\n" ID(
			  3) "Message: Channel status will follow\n\n"
			     "Event: Status\nPrivilege: Call\nChannel: SIP/1\n" ID(
				     3) "\n"
					"Event: StatusComplete\n" ID(3) "Items: 1\n\n",
		  "l:Success l+Status l+StatusComplete l.OK" },
		{ "empty", "QueueStatus",
		  "Response: Success\n" ID(3) "Message: Queue status will follow\n\n"
					      "Event: QueueStatusComplete\n" ID(3) "\n",
		  "l:Success l+QueueStatusComplete l.OK" },
		{ "refused", "QueueStatus",
		  "Response: Error\n" ID(3) "Message: Permission denied\n\n",
		  "l:Error l.OK" },
		{ "empty is an error (PJSIPShowContacts)", "PJSIPShowContacts",
		  "Response: Error\n" ID(3) "Message: No Contacts found\n\n",
		  "l:Error l.OK" },
		{ "DBGet", "DBGet",
		  "Response: Success\n" ID(
			  3) "Message: Result will follow\n\n"
			     "Event: DBGetResponse\nFamily: f\nKey: k\nVal: v\n" ID(
				     3) "\n"
					"Event: DBGetComplete\n" ID(3) "\n",
		  "l:Success l+DBGetResponse l+DBGetComplete l.OK" },
		{ "WaitEvent: what happens meanwhile is live", "WaitEvent",
		  "Response: Success\n" ID(
			  3) "Message: Waiting for Event completed.\n\n"
			     "Event: Hangup\nChannel: a\n\n"
			     "Event: WaitEventComplete\n" ID(3) "\n",
		  "l:Success event:Hangup l+WaitEventComplete l.OK" },
		{ "PeerlistComplete", "SIPpeers",
		  "Response: Success\n" ID(
			  3) "EventList: start\n\n"
			     "Event: PeerEntry\n" ID(
				     3) "ObjectName: 101\n\n"
					"Event: PeerlistComplete\nEventList: "
					"Complete\nListItems: 1\n" ID(3) "\n",
		  "l:Success l+PeerEntry l+PeerlistComplete l.OK" },
		{ "VoicemailUserEntryComplete", "VoicemailUsersList",
		  "Response: Success\n" ID(
			  3) "\n"
			     "Event: VoicemailUserEntry\n" ID(
				     3) "\n"
					"Event: VoicemailUserEntryComplete\n" ID(
						3) "\n",
		  "l:Success l+VoicemailUserEntry l+VoicemailUserEntryComplete l.OK" },
		{ "Hangup of a pattern", "Hangup",
		  "Response: Success\n" ID(
			  3) "EventList: start\n\n"
			     "Event: ChannelHungup\n" ID(
				     3) "Channel: a\n\n"
					"Event: ChannelsHungupListComplete\n" ID(
						3) "EventList: Complete\n\n",
		  "l:Success l+ChannelHungup l+ChannelsHungupListComplete l.OK" },
		{ "Hangup of one channel is no list", "Hangup",
		  "Response: Success\n" ID(3) "Message: Channel Hungup\n\n"
					      "Event: Hangup\nChannel: a\n\n",
		  "l:Success l.OK event:Hangup" },
		{ "data in the response itself", "ListCommands",
		  "Response: Success\n" ID(3) "Ping: x\nStatus: y\n\n",
		  "l:Success l.OK" },
		{ "any case", "queuestatus",
		  "response: SUCCESS\nactionid: zvon-12345678-3\n\n"
		  "event: QUEUESTATUSCOMPLETE\nACTIONID: zvon-12345678-3\n\n",
		  "l:SUCCESS l+QUEUESTATUSCOMPLETE l.OK" },
		{ "EventList: Start", "PresenceStateList",
		  "Response: Success\n" ID(3) "EventList: Start\n\n"
					      "Event: PresenceStateListComplete\n" ID(
						      3) "\n",
		  "l:Success l+PresenceStateListComplete l.OK" },
		{ "live events of the same names", "DeviceStateList",
		  "Response: Success\n" ID(
			  3) "EventList: start\n\n"
			     "Event: DeviceStateChange\nDevice: live\n\n"
			     "Event: DeviceStateChange\n" ID(
				     3) "Device: item\n\n"
					"Event: StatusComplete\nX: live\n\n"
					"Event: DeviceStateListComplete\nX: live\n\n"
					"Event: DeviceStateListComplete\n" ID(
						3) "\n"
						   "Event: DeviceStateChange\nDevice: "
						   "live\n\n",
		  "l:Success event:DeviceStateChange l+DeviceStateChange "
		  "event:StatusComplete event:DeviceStateListComplete "
		  "l+DeviceStateListComplete l.OK event:DeviceStateChange" },
		{ "the word within a name ends nothing", "Status",
		  "Response: Success\n" ID(
			  3) "\n"
			     "Event: CompleteStatus\n" ID(
				     3) "\n"
					"Event: AgentCompleted\n" ID(
						3) "\n"
						   "Event: Complete\n" ID(3) "\n",
		  "l:Success l+CompleteStatus l+AgentCompleted l+Complete l.OK" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_log_in(&d);
		drive_send(&d, "l", rows[i].name, NULL, 0);
		drive_says(&d, rows[i].server);
		check_text(rows[i].title, zv_buf_str(&d.told.news),
			   zvon_str(rows[i].news));
		assert_int_equal(count(&d).orphans, 0);
		/* the id is free, nothing is left of it */
		assert_int_equal(
			drive_send(&d, "m", "Ping", "ActionID: zvon-12345678-3", 0), 0);
		drive_free(&d);
	}
}

static void
test_two_lists_interleaved(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 0);
	drive_send(&d, "b", "Status", NULL, 0);
	drive_says(
		&d,
		"Response: Success\n" ID(3) "\nResponse: Success\n" ID(
			4) "\n"
			   "Event: Status\n" ID(4) "\nEvent: Status\n" ID(
				   3) "\n"
				      "Event: Status\nX: live\n\n"
				      "Event: StatusComplete\n" ID(
					      4) "\n"
						 "Event: Status\n" ID(
							 3) "\nEvent: "
							    "Status\n" ID(
								    4) "\n"
								       "Ev"
								       "en"
								       "t:"
								       " S"
								       "ta"
								       "tu"
								       "sC"
								       "om"
								       "pl"
								       "et"
								       "e"
								       "\n" ID(3) "\n");
	expect_news(&d, "a:Success b:Success b+Status a+Status event:Status "
			"b+StatusComplete b.OK a+Status event:Status a+StatusComplete "
			"a.OK");
	drive_free(&d);
}

static void
test_a_second_response_to_a_list(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 0);
	drive_says(&d, "Response: Success\n" ID(3) "\nResponse: Error\n" ID(
			       3) "\n"
				  "Event: StatusComplete\n" ID(3) "\n");
	expect_news(&d, "a:Success a+StatusComplete a.OK");
	assert_int_equal(count(&d).orphans, 1);
	drive_free(&d);
}

/* ---- 016: lists without an end ---------------------------------------------------------- */

static void
keep_alive(struct drive *d, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		drive_wait(d, 1000);
		drive_input(d, ZV_STR("\r\n"));
	}
}

static void
test_fault_016_no_complete(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 0);
	drive_says(&d, "Response: Success\n" ID(3) "\nEvent: Status\n" ID(3) "\n");
	expect_news(&d, "a:Success a+Status");
	keep_alive(&d, 10);
	expect_news(&d, "a.ETIMEOUT"); /* partial */
	assert_int_equal(count(&d).timeouts, 1);
	/* its late items are nobody's, and not events either */
	drive_says(&d, "Event: Status\n" ID(3) "\nEvent: Status\nX: live\n\n"
					       "Event: StatusComplete\n" ID(3) "\n");
	expect_news(&d, "event:Status");
	assert_int_equal(count(&d).orphans, 2);
	/* behind its end the id means nothing any more */
	drive_says(&d, "Event: Status\n" ID(3) "\n");
	expect_news(&d, "event:Status");
	drive_free(&d);
}

static void
test_fault_016_complete_of_another_list(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 3000);
	drive_send(&d, "b", "QueueStatus", NULL, 0);
	drive_says(
		&d,
		"Response: Success\n" ID(3) "\nResponse: Success\n" ID(
			4) "\n"
			   "Event: Status\n" ID(
				   3) "\n"
				      "Event: StatusComplete\nEventList: Complete\n" ID(
					      4) "\n"
						 "Event: StatusComplete\nEventList: "
						 "Complete\n\n"
						 "Event: StatusComplete\nActionID: "
						 "foreign\n\n");
	expect_news(&d, "a:Success b:Success a+Status b+StatusComplete b.OK "
			"event:StatusComplete event:StatusComplete");
	drive_wait(&d, 3000);
	expect_news(&d, "a.ETIMEOUT");
	drive_free(&d);
}

static void
test_fault_016_no_response_at_all(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 3000);
	drive_wait(&d, 3000);
	expect_news(&d, "a.ETIMEOUT");
	drive_says(&d, "Response: Success\n" ID(
			       3) "\n"
				  "Event: Status\n" ID(
					  3) "\nEvent: StatusComplete\n" ID(3) "\n");
	assert_int_equal(count(&d).orphans, 1);
	drive_free(&d);
}

/* Lists that never end do not pile up, and do not count as pending. */
static void
test_fault_016_many_of_them(void **state)
{
	struct zv_ami_session_options options = drive_defaults;
	struct drive d;

	options.max_pending = 2;
	assert_true(drive_new(&d, &options));
	drive_log_in(&d);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(drive_send(&d, "a", "Status", NULL, 500), 0);
		drive_saysf(&d, "Response: Success\nActionID: zvon-12345678-%d\n\n",
			    i + 3);
		drive_wait(&d, 500);
		expect_news(&d, "a:Success a.ETIMEOUT");
	}
	/* the last ones are still known */
	drive_says(&d, "Event: Status\n" ID(102) "\n");
	expect_news(&d, "");
	/* the first ones are not */
	drive_says(&d, "Event: Status\n" ID(3) "\n");
	expect_news(&d, "event:Status");
	zv_ami_session_stop(d.session, true);
	expect_news(&d, "");
	drive_free(&d);
}

static void
test_stop_within_a_late_list(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Status", NULL, 500);
	drive_says(&d, "Response: Success\n" ID(3) "\n");
	drive_wait(&d, 500);
	drive_forget(&d);
	zv_ami_session_stop(d.session, false);
	expect_news(&d, "");
	drive_log_in(&d);
	drive_says(&d, "Event: Status\n" ID(3) "\n"); /* of another connection */
	drive_free(&d);
}

/* ---- recorded lists ------------------------------------------------------------------------ */

/* How the actions of a recording were answered. */
struct recorded {
	int asked, responses, done, lists, complete;
};

struct one {
	struct recorded *all;
	bool is_list, is_complete;
};

static void
note_reply(void *user, enum zv_reply_part part, int status,
	   const struct zv_packet *packet)
{
	struct one *one = user;

	if (part == ZV_REPLY_RESPONSE) {
		one->all->responses++;
		return;
	}
	if (part == ZV_REPLY_ITEM) {
		one->is_list = true;
		one->is_complete = zv_str_ends(packet->name, ZV_STR("Complete"));
		return;
	}
	one->all->done += status == 0;
	one->all->lists += one->is_list;
	one->all->complete += one->is_complete;
	free(one);
}

/* The action as it was sent then, with its ActionID. */
static void
ask_as_recorded(struct drive *d, const struct zv_packet *sent, struct recorded *all)
{
	struct zv_request *r = zvon_request_new(sent->name, NULL);
	struct one *one = calloc(1, sizeof *one);

	assert_non_null(r);
	assert_non_null(one);
	one->all = all;
	for (size_t i = 1; i < sent->n_fields; i++)
		assert_int_equal(zvon_request_add(r, sent->fields[i].key,
						  sent->fields[i].value, NULL),
				 0);
	assert_int_equal(
		zv_ami_session_send(d->session, r, 0, note_reply, one, d->now_ms, NULL),
		0);
	all->asked++;
	zvon_request_free(r);
}

static struct zv_str
recording(const char *version, const char *suffix)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s/lists.%s", getenv("ZVON_CAPTURES_DIR"),
		 version, suffix);
	return read_file(path);
}

/* Reads the actions of `lists.sent` (all but the Login), asks them, and plays what the
 * server sent then: every action ends, and every list with its Complete event. */
static struct recorded
replay(const char *version, struct drive *d)
{
	struct zv_str sent = recording(version, "sent");
	struct zv_str server = recording(version, "ami");
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct recorded all = { 0 };

	zvon_parser_feed(p, sent);
	while (zvon_parser_next(p, &packet) == 1)
		if (!zvon_str_equal(packet->name, ZV_STR("Login")))
			ask_as_recorded(d, packet, &all);
	drive_input(d, server);
	zvon_parser_free(p);
	free((void *)sent.p);
	free((void *)server.p);
	return all;
}

static void
test_recorded_lists(void **state)
{
	static const struct {
		const char *version;
		int asked, lists; /* as many as Complete events were recorded */
	} rows[] = {
		{ "1.8.32.3", 47, 12 },
		{ "11.25.3", 47, 15 },
		{ "16.28.0", 47, 27 },
		{ "22.10.1", 47, 26 },
	};

	if (!getenv("ZVON_CAPTURES_DIR"))
		fail_msg("ZVON_CAPTURES_DIR is not set");
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drive d;
		struct recorded all;

		assert_true(drive_new(&d, NULL));
		drive_log_in(&d);
		all = replay(rows[i].version, &d);
		assert_int_equal(all.asked, rows[i].asked);
		assert_int_equal(all.responses, all.asked);
		assert_int_equal(all.done, all.asked);
		assert_int_equal(all.lists, rows[i].lists);
		assert_int_equal(all.complete, all.lists);
		drive_free(&d);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_two_lists_interleaved),
		cmocka_unit_test(test_a_second_response_to_a_list),
		cmocka_unit_test(test_fault_016_no_complete),
		cmocka_unit_test(test_fault_016_complete_of_another_list),
		cmocka_unit_test(test_fault_016_no_response_at_all),
		cmocka_unit_test(test_fault_016_many_of_them),
		cmocka_unit_test(test_stop_within_a_late_list),
		cmocka_unit_test(test_recorded_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
