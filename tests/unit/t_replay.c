/* Recordings played back: the events byte for byte and in their time, the answers to
 * who asks as the recorded client did. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/md5.h"
#include "base/str.h"
#include "helper.h"
#include "ami/class.h"
#include "office/replay.h"

#define START 1000 /* ms */

/* ---- a player -------------------------------------------------------------- */

struct player {
	struct zv_recording *recording;
	struct zv_replay *replay;
	struct zv_buf raw; /* all that came */
	int64_t now_ms;
};

static void
drain(struct player *p)
{
	struct zv_buf *out = zv_replay_output(p->replay);

	zv_buf_add(&p->raw, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

static void
open_player(struct player *p, struct zv_str ami, struct zv_str sent, struct zv_str idx,
	    double speed, int rate, bool loop)
{
	struct zv_replay_options options = {
		.speed = speed, .rate = rate, .loop = loop, .epoch_ms = 5000, .seed = 1
	};
	struct zv_error err = { 0 };

	*p = (struct player){ .now_ms = START };
	p->recording = zv_recording_new(ami, sent, idx, &err);
	if (!p->recording)
		fail_msg("%s", err.text);
	p->replay = zv_replay_new(p->recording, &options, p->now_ms);
	assert_non_null(p->replay);
	drain(p);
}

static void
close_player(struct player *p)
{
	zv_replay_free(p->replay);
	zv_recording_free(p->recording);
	zv_buf_deinit(&p->raw);
}

static void
ask(struct player *p, const char *lines)
{
	struct zv_buf packet = { 0 };

	zv_buf_printf(&packet, "%s\n\n", lines);
	assert_int_equal(zv_replay_input(p->replay, zv_buf_str(&packet), p->now_ms), 0);
	zv_buf_deinit(&packet);
	drain(p);
}

static void
pass(struct player *p, int ms)
{
	int64_t end = p->now_ms + ms;

	while (zv_replay_deadline(p->replay) <= end) {
		if (zv_replay_deadline(p->replay) > p->now_ms)
			p->now_ms = zv_replay_deadline(p->replay);
		assert_int_equal(zv_replay_tick(p->replay, p->now_ms), 0);
		drain(p);
	}
	p->now_ms = end;
}

static const char *
text_of(struct player *p)
{
	const char *text = zv_buf_cstr(&p->raw);

	return text;
}

static void
forget(struct player *p)
{
	zv_buf_clear(&p->raw);
}

#define LOGIN "Action: Login\nUsername: any\nSecret: thing"

/* ---- a small recording ----------------------------------------------------- */

static const char small_ami[] =
	"Asterisk Call Manager/5.0.4\r\n"
	"Response: Success\r\nActionID: a1\r\nMessage: Authentication accepted\r\n\r\n"
	"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
	"Event: Newchannel\r\nPrivilege: call,all\r\nChannel: A\r\n\r\n"
	"Response: Success\r\nActionID: a2\r\nMessage: for A\r\n\r\n"
	"Response: Success\r\nEventList: start\r\n\r\n"
	"Response: Success\r\nActionID: a9\r\nEventList: start\r\n\r\n"
	"Event: Item\r\nN: 1\r\nActionID: a9\r\n\r\n"
	"Event: Cdr\r\nPrivilege: cdr,all\r\nX: 1\r\n\r\n\r\n"
	"Event: ItemsComplete\r\nActionID: a9\r\n\r\n"
	"Event: UserEvent\r\nPrivilege: user,all\r\nActionID: a9\r\n\r\n"
	"Response: Success\r\nActionID: a4\r\nMessage: for B\r\n\r\n";

static const char small_sent[] =
	"Action: Login\r\nActionID: a1\r\nUsername: u\r\nSecret: s\r\n\r\n"
	"Action: Getvar\r\nActionID: a2\r\nVariable: A\r\n\r\n"
	"Action: Nameless\r\n\r\n"
	"Action: Items\r\nActionID: a9\r\n\r\n"
	"Action: Getvar\r\nActionID: a4\r\nVariable: B\r\n\r\n";

#define SMALL_LIVE                                                                     \
 "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"         \
 "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: A\r\n\r\n"                      \
 "Event: Cdr\r\nPrivilege: cdr,all\r\nX: 1\r\n\r\n\r\n"                                \
 "Event: UserEvent\r\nPrivilege: user,all\r\nActionID: a9\r\n\r\n"

/* The login 20 ms after the start, then FullyBooted after 5, Newchannel after 100 and
 * the Cdr after 500 ms; the server closes after 3 s. */
static const char small_idx[] = "0 < 0 29\n"
				"10 > 0 60\n"
				"20 < 29 69\n"
				"25 < 98 67\n"
				"120 < 165 100\n"
				"# a note\n"
				"520 < 397 200\n"
				"2000 > 60 1\n"
				"3000 < 600 0\n";

static void
open_small(struct player *p, const char *idx, double speed, int rate, bool loop)
{
	open_player(p, zvon_str(small_ami), zvon_str(small_sent), zvon_str(idx), speed,
		    rate, loop);
}

static void
test_all_at_once_without_times(void **state)
{
	struct player p;

	open_small(&p, "", 1, 0, false);
	assert_string_equal(text_of(&p), "Asterisk Call Manager/5.0.4\r\n");
	pass(&p, 5000);
	assert_string_equal(text_of(&p), "Asterisk Call Manager/5.0.4\r\n");
	assert_false(zv_replay_is_done(p.replay));
	forget(&p);
	ask(&p, LOGIN "\nActionID: mine");
	pass(&p, 0);
	assert_string_equal(text_of(&p),
			    "Response: Success\r\nActionID: mine\r\n"
			    "Message: Authentication accepted\r\n\r\n" SMALL_LIVE);
	assert_true(zv_replay_is_done(p.replay));
	assert_false(zv_replay_is_over(p.replay));
	assert_int_equal(zv_replay_deadline(p.replay), INT64_MAX);
	close_player(&p);
}

/* What has come of the events when the time has passed. */
static void
check_at(struct player *p, int ms, int events)
{
	const char *at = text_of(p);
	int n = 0;

	pass(p, (int)(START + ms - p->now_ms));
	for (at = text_of(p); (at = strstr(at, "Event: ")); at++)
		n++;
	if (n != events)
		fail_msg("%d events after %d ms, not %d", n, ms, events);
}

static void
test_in_its_time(void **state)
{
	struct player p;

	open_small(&p, small_idx, 1, 0, false);
	ask(&p, LOGIN);
	check_at(&p, 4, 0);
	check_at(&p, 5, 1);
	check_at(&p, 99, 1);
	check_at(&p, 100, 2);
	check_at(&p, 499, 2);
	check_at(&p, 500, 4);
	/* then the server closes, as it did */
	assert_true(zv_replay_is_over(p.replay));
	close_player(&p);

	open_small(&p, small_idx, 10, 0, false);
	ask(&p, LOGIN);
	check_at(&p, 9, 1);
	check_at(&p, 10, 2);
	check_at(&p, 50, 4);
	close_player(&p);
}

static void
test_rate(void **state)
{
	struct player p;

	open_small(&p, "", 1, 2, false);
	ask(&p, LOGIN);
	check_at(&p, 0, 1);
	check_at(&p, 499, 1);
	check_at(&p, 500, 2);
	check_at(&p, 1500, 4);
	close_player(&p);
}

static void
test_loop(void **state)
{
	struct player p;

	open_small(&p, "", 1, 0, true);
	ask(&p, LOGIN);
	check_at(&p, 999, 4);
	check_at(&p, 1000, 8);
	check_at(&p, 10500, 44);
	assert_false(zv_replay_is_done(p.replay));
	close_player(&p);
}

/* Each round has Uniqueids of its own; nothing else changes, and nothing beyond ten digits. */
static void
test_renumber(void **state)
{
	static const char ami[] = "Asterisk Call Manager/5.0.4\r\n"
				  "Event: A\r\nUniqueid: 1795225285.167\r\n"
				  "Linkedid: pbx-1795225280.1\r\nN: 79261234567.1\r\n"
				  "M: 9999999999.5\r\nP: 1795225285\r\n\r\n";
	struct zv_replay_options options = {
		.speed = 1, .loop = true, .renumber = true, .seed = 1
	};
	struct zv_error err = { 0 };
	struct player p = { .now_ms = START };

	p.recording = zv_recording_new(zvon_str(ami), ZV_STR(""), ZV_STR(""), &err);
	p.replay = zv_replay_new(p.recording, &options, p.now_ms);
	drain(&p);
	ask(&p, LOGIN);
	forget(&p);
	pass(&p, 2500);
	assert_non_null(strstr(text_of(&p), "Uniqueid: 1795225287.167\r\n"
					    "Linkedid: pbx-1795225282.1\r\n"
					    "N: 79261234567.1\r\nM: 9999999999.5\r\n"
					    "P: 1795225285\r\n"));
	assert_non_null(strstr(text_of(&p), "Uniqueid: 1795225289.167\r\n"));
	close_player(&p);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *ask, *wanted;
	} rows[] = {
		{ "Action: Getvar\nVariable: B\nActionID: x",
		  "Response: Success\r\nActionID: x\r\nMessage: for B\r\n\r\n" },
		{ "action: getvar\nvariable: A",
		  "Response: Success\r\nMessage: for A\r\n\r\n" },
		{ "Action: Getvar\nVariable: C\nActionID: x",
		  "Response: Success\r\nActionID: x\r\nMessage: for A\r\n\r\n" },
		{ "Action: Nameless\nActionID: x",
		  "Response: Success\r\nActionID: x\r\nEventList: start\r\n\r\n" },
		{ "Action: Nameless", "Response: Success\r\nEventList: start\r\n\r\n" },
		{ "Action: Items\nActionID: long-one",
		  "Response: Success\r\nActionID: long-one\r\nEventList: start\r\n\r\n"
		  "Event: Item\r\nN: 1\r\nActionID: long-one\r\n\r\n"
		  "Event: ItemsComplete\r\nActionID: long-one\r\n\r\n" },
		{ "Action: Ping\nActionID: x",
		  "Response: Success\r\nActionID: x\r\nPing: Pong\r\n"
		  "Timestamp: 5.000000\r\n\r\n" },
		{ "Action: Events\nEventMask: off",
		  "Response: Success\r\nEvents: Off\r\n\r\n" },
		{ "Action: Other\nActionID: x",
		  "Response: Error\r\nActionID: x\r\nMessage: Invalid/unknown command: "
		  "Other. Use Action: ListCommands to show available "
		  "commands.\r\n\r\n" },
		{ "Action: Logoff", "Response: Goodbye\r\n"
				    "Message: Thanks for all the fish.\r\n\r\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct player p;

		open_small(&p, "", 1, 0, false);
		ask(&p, LOGIN "\nEvents: off");
		forget(&p);
		ask(&p, rows[i].ask);
		check_text(rows[i].ask, zv_buf_str(&p.raw), zvon_str(rows[i].wanted));
		close_player(&p);
	}
}

/* Asked twice: what was recorded second, then the first again. */
static void
test_repeated_actions(void **state)
{
	static const char ami[] = "Asterisk Call Manager/1.1\r\n"
				  "Response: Success\r\nActionID: 1\r\nN: 1\r\n\r\n"
				  "Response: Success\r\nActionID: 2\r\nN: 2\r\n\r\n";
	static const char sent[] = "Action: Get\r\nActionID: 1\r\n\r\n"
				   "Action: Get\r\nActionID: 2\r\n\r\n";
	struct player p;

	open_player(&p, zvon_str(ami), zvon_str(sent), ZV_STR(""), 1, 0, false);
	ask(&p, LOGIN);
	forget(&p);
	for (int i = 0; i < 3; i++)
		ask(&p, "Action: Get");
	assert_string_equal(text_of(&p), "Response: Success\r\nN: 1\r\n\r\n"
					 "Response: Success\r\nN: 2\r\n\r\n"
					 "Response: Success\r\nN: 1\r\n\r\n");
	close_player(&p);
}

static void
test_event_mask(void **state)
{
	static const struct {
		const char *mask, *wanted;
	} rows[] = {
		{ "off", "" },
		{ "cdr", "Event: Cdr\r\nPrivilege: cdr,all\r\nX: 1\r\n\r\n\r\n" },
		{ "on", SMALL_LIVE },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char lines[120];
		struct player p;

		open_small(&p, small_idx, 1, 0, false);
		snprintf(lines, sizeof lines, LOGIN "\nEvents: %s", rows[i].mask);
		ask(&p, lines);
		forget(&p);
		pass(&p, 1000);
		check_text(rows[i].mask, zv_buf_str(&p.raw), zvon_str(rows[i].wanted));
		close_player(&p);
	}
}

static void
test_md5_with_any_secret(void **state)
{
	struct player p;

	open_small(&p, "", 1, 0, false);
	forget(&p);
	ask(&p, "Action: Challenge\nAuthType: MD5");
	assert_int_equal(strncmp(text_of(&p), "Response: Success\r\nChallenge: ", 30),
			 0);
	forget(&p);
	ask(&p, "Action: Login\nAuthType: MD5\nUsername: u\n"
		"Key: d41d8cd98f00b204e9800998ecf8427e\nEvents: off");
	assert_string_equal(text_of(&p), "Response: Success\r\n"
					 "Message: Authentication accepted\r\n\r\n");
	close_player(&p);
}

/* The server was killed in mid-packet. */
static void
test_cut_in_mid_packet(void **state)
{
	static const char ami[] =
		"Asterisk Call Manager/5.0.4\r\n"
		"Event: A\r\nPrivilege: call,all\r\n\r\nEvent: B\r\nKe";
	static const char idx[] = "0 < 0 29\n5 < 29 33\n9 < 62 13\n9 < 75 0\n";
	struct player p;

	open_player(&p, zvon_str(ami), ZV_STR(""), zvon_str(idx), 1, 0, false);
	ask(&p, LOGIN);
	assert_false(zv_replay_is_over(p.replay));
	forget(&p);
	pass(&p, 3);
	assert_int_equal(p.raw.n, 0);
	pass(&p, 1);
	assert_string_equal(text_of(&p), "Event: B\r\nKe");
	assert_true(zv_replay_is_over(p.replay));
	close_player(&p);
}

/* A big one does not become a big buffer: it goes on when the driver has taken what
 * there is. */
static void
test_bursts(void **state)
{
	struct zv_buf ami = { 0 };
	struct player p;
	size_t most = 0, n = 0;

	zv_buf_printf(&ami, "Asterisk Call Manager/5.0.4\r\n");
	for (int i = 0; i < 20000; i++)
		zv_buf_printf(&ami, "Event: E\r\nPrivilege: call,all\r\nN: %d\r\n\r\n",
			      i);
	open_player(&p, zv_buf_str(&ami), ZV_STR(""), ZV_STR(""), 1, 0, false);
	ask(&p, LOGIN);
	while (!zv_replay_is_done(p.replay)) {
		struct zv_buf *out = zv_replay_output(p.replay);

		assert_true(zv_replay_deadline(p.replay) <= p.now_ms);
		zv_replay_tick(p.replay, p.now_ms);
		most = out->n > most ? out->n : most;
		n += out->n;
		if (out->n) /* not taken: it waits */
			assert_true(zv_replay_is_done(p.replay) ||
				    zv_replay_deadline(p.replay) == INT64_MAX);
		drain(&p);
	}
	assert_true(most < 70000);
	assert_true(n > 500000);
	zv_buf_deinit(&ami);
	close_player(&p);
}

static void
test_bad_files(void **state)
{
	static const struct {
		const char *ami, *idx, *wanted;
	} rows[] = {
		{ "", "", "not a capture: it does not begin with" },
		{ "Event: A\r\n\r\n", "", "not a capture: it does not begin with" },
		{ "SSH-2.0-OpenSSH\r\n", "", "not a capture: it does not begin with" },
		{ "Asterisk Call Manager/1.1\r\n", "1 < 0\n", ".idx, line 1: not" },
		{ "Asterisk Call Manager/1.1\r\n", "1 < 0 5\nx\n",
		  ".idx, line 2: not" },
		{ "Asterisk Call Manager/1.1\r\n", "1 < 0 5\n-1 < 0 5\n",
		  ".idx, line 2: not" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		assert_null(zv_recording_new(zvon_str(rows[i].ami), ZV_STR(""),
					     zvon_str(rows[i].idx), &err));
		if (!strstr(err.text, rows[i].wanted))
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* ---- real captures --------------------------------------------------------- */

struct known {
	struct zv_str ids[2000]; /* ActionIDs of all responses */
	size_t n;
};

static bool
is_known(const struct known *k, struct zv_str id)
{
	for (size_t i = 0; i < k->n; i++)
		if (id.n && zvon_str_equal(k->ids[i], id))
			return true;
	return false;
}

/* The events that were no part of an answer, one after another, as they were sent: a
 * way of its own, by two passes over the packets. */
static void
expected_events(struct zv_str ami, struct zv_buf *out)
{
	static struct known known;
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	known.n = 0;
	for (int pass_number = 0; pass_number < 2; pass_number++) {
		zvon_parser_reset(parser);
		zvon_parser_feed(parser, ami);
		while (zvon_parser_next(parser, &p) == 1) {
			struct zv_str id = zvon_packet_get(p, ZV_STR("ActionID"));
			bool own = zvon_str_equal(p->name, ZV_STR("UserEvent")) ||
				   zvon_str_equal(p->name, ZV_STR("OriginateResponse"));

			if (p->kind == ZV_PACKET_RESPONSE && pass_number == 0) {
				assert_true(known.n < N_OF(known.ids));
				known.ids[known.n++] = id;
			}
			if (pass_number == 0 || p->kind == ZV_PACKET_BANNER ||
			    p->kind == ZV_PACKET_RESPONSE)
				continue;
			if (own || !is_known(&known, id)) {
				zv_buf_add(out, p->text);
				zv_buf_add(out, ZV_STR("\r\n"));
			}
		}
	}
	zvon_parser_free(parser);
}

/* Without the empty lines that stray between packets; the banner and, if they are not
 * wanted, responses are left out. */
static void
add_packets(struct zv_str bytes, bool responses, struct zv_buf *out)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	zvon_parser_feed(parser, bytes);
	while (zvon_parser_next(parser, &p) == 1) {
		if (p->kind == ZV_PACKET_BANNER ||
		    (p->kind == ZV_PACKET_RESPONSE && !responses))
			continue;
		zv_buf_add(out, p->text);
		zv_buf_add(out, ZV_STR("\r\n"));
	}
	zvon_parser_free(parser);
}

static struct zv_str
read_beside(const char *stem, const char *kind)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof path, "%s.%s", stem, kind);
	f = fopen(path, "rb");
	if (!f)
		return (struct zv_str){ NULL, 0 };
	fclose(f);
	return read_file(path);
}

static void
check_capture(const char *stem)
{
	struct zv_str ami = read_beside(stem, "ami"), sent = read_beside(stem, "sent");
	struct zv_str idx = read_beside(stem, "idx");
	struct zv_buf wanted = { 0 }, got = { 0 };
	struct player p;

	expected_events(ami, &wanted);
	open_player(&p, ami, sent, idx, 1, 0, false);
	ask(&p, LOGIN);
	pass(&p, 3600000);
	assert_true(zv_replay_is_done(p.replay));
	add_packets(zv_buf_str(&p.raw), false, &got);
	check_text(stem, zv_buf_str(&got), zv_buf_str(&wanted));
	close_player(&p);
	zv_buf_deinit(&wanted);
	zv_buf_deinit(&got);
	free((char *)ami.p);
	free((char *)sent.p);
	free((char *)idx.p);
}

static int
check_folder(const char *folder)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		char stem[600];

		if (length < 5 || strcmp(entry->d_name + length - 4, ".ami") != 0)
			continue;
		snprintf(stem, sizeof stem, "%s/%.*s", folder, (int)length - 4,
			 entry->d_name);
		check_capture(stem);
		n++;
	}
	closedir(dir);
	return n;
}

static void
test_captures_are_replayed_byte_for_byte(void **state)
{
	static const char *const versions[] = { "1.8.32.3", "11.25.3", "16.28.0",
						"22.10.1" };
	const char *roots[] = { getenv("ZVON_CAPTURES_DIR"), getenv("ZVON_CAPTURES") };
	int n = 0;

	assert_non_null(roots[0]);
	for (size_t i = 0; i < N_OF(roots); i++)
		for (size_t k = 0; roots[i] && k < N_OF(versions); k++) {
			char folder[500];

			snprintf(folder, sizeof folder, "%s/%s", roots[i], versions[k]);
			n += check_folder(folder);
		}
	assert_true(n > 50);
	print_message("# %d captures\n", n);
}

/* All responses but the login's, and all items of lists. */
static void
add_answers(struct zv_str ami, struct zv_buf *out)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	zvon_parser_feed(parser, ami);
	while (zvon_parser_next(parser, &packet) == 1) {
		struct zv_str id = zvon_packet_get(packet, ZV_STR("ActionID"));

		if (!id.n || zvon_str_equal(id, ZV_STR("lab-1")))
			continue;
		zv_buf_add(out, packet->text);
		zv_buf_add(out, ZV_STR("\r\n"));
	}
	zvon_parser_free(parser);
}

/* Every action of the big list capture, asked again: the answers of then. */
static void
test_recorded_answers_of_a_capture(void **state)
{
	char stem[500];
	struct zv_str ami, sent, action;
	struct zv_buf expected = { 0 }, got = { 0 };
	struct player p;

	snprintf(stem, sizeof stem, "%s/22.10.1/lists", getenv("ZVON_CAPTURES_DIR"));
	ami = read_beside(stem, "ami");
	sent = read_beside(stem, "sent");
	assert_true(ami.n > 0 && sent.n > 0);
	open_player(&p, ami, sent, ZV_STR(""), 1, 0, false);
	ask(&p, LOGIN "\nEvents: off");
	forget(&p);
	/* the recorded actions behind the login, with their own ActionIDs */
	action = zv_str_from(sent, zv_str_find(sent, ZV_STR("\r\n\r\n")) + 4);
	assert_int_equal(zv_replay_input(p.replay, action, p.now_ms), 0);
	drain(&p);
	add_packets(zv_buf_str(&p.raw), true, &got);
	add_answers(ami, &expected);
	check_text("lists", zv_buf_str(&got), zv_buf_str(&expected));
	assert_true(got.n > 20000);
	close_player(&p);
	zv_buf_deinit(&expected);
	zv_buf_deinit(&got);
	free((char *)ami.p);
	free((char *)sent.p);
}

/* ---- memory ---------------------------------------------------------------- */

static int
whole_scene(void *user)
{
	static const char said[] = LOGIN "\n\nAction: Items\nActionID: 1\n\n";
	struct zv_replay_options options = { .speed = 1 };
	struct zv_error err = { 0 };
	struct zv_recording *r = zv_recording_new(
		zvon_str(small_ami), zvon_str(small_sent), zvon_str(small_idx), &err);
	struct zv_replay *replay = r ? zv_replay_new(r, &options, 0) : NULL;
	int rc = r ? 0 : err.code;

	if (r && !replay)
		rc = ZV_ENOMEM;
	if (rc == 0)
		rc = zv_replay_input(replay, zvon_str(said), 0);
	if (rc == 0)
		rc = zv_replay_tick(replay, 10000);
	zv_replay_free(replay);
	zv_recording_free(r);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(whole_scene, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_at_once_without_times),
		cmocka_unit_test(test_in_its_time),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_renumber),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_repeated_actions),
		cmocka_unit_test(test_event_mask),
		cmocka_unit_test(test_md5_with_any_secret),
		cmocka_unit_test(test_cut_in_mid_packet),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_captures_are_replayed_byte_for_byte),
		cmocka_unit_test(test_recorded_answers_of_a_capture),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
