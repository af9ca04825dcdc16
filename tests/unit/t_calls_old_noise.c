/* Whatever a server of AMI 1.x sends, twice, in another order, or not at all: calls begin
 * once and end once, and none stays when its channels are gone. */
#include "captures.h"
#include "heap.h"
#include "tale.h"
#include "base/mem.h"
#include "zvon/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = { "1.8.32.3", "11.25.3" };

/* ---- recordings ------------------------------------------------------------- */

struct packets {
	struct zv_packet **p;
	size_t n, max;
};

static void
add_packet_of(struct packets *s, const struct zv_packet *packet)
{
	if (s->n == s->max) {
		s->max = s->max ? 2 * s->max : 256;
		s->p = realloc(s->p, s->max * sizeof *s->p);
		assert_non_null(s->p);
	}
	s->p[s->n] = zvon_packet_copy(packet);
	assert_non_null(s->p[s->n++]);
}

static struct packets
parse(struct zv_str bytes)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct packets s = { 0 };

	assert_true(zvon_parser_feed(parser, bytes) >= 0);
	while (zvon_parser_next(parser, &packet) == 1)
		add_packet_of(&s, packet);
	zvon_parser_free(parser);
	return s;
}

static void
free_packets(struct packets *s)
{
	for (size_t i = 0; i < s->n; i++)
		zvon_packet_free(s->p[i]);
	free(s->p);
}

static void
feed(struct tale *t, const struct zv_packet *packet)
{
	assert_int_equal(zvon_calls_feed(t->calls, packet, ++t->now_ms, 0), 0);
}

/* No call without a channel (but one that waits for OriginateResponse), none twice. */
static void
check_end(struct tale *t, const char *path)
{
	struct zv_calls_counters c;

	t->now_ms += 100000;
	assert_int_equal(zvon_calls_tick(t->calls, t->now_ms, 0), 0);
	zvon_calls_counters(t->calls, &c);
	if (c.calls > c.channels || t->open != c.calls || t->broken)
		fail_msg("%s: %zu calls, %zu channels, %zu told to be open", path,
			 c.calls, c.channels, t->open);
	zvon_calls_end_all(t->calls, ZV_STR("end_of_input"), t->now_ms, 0);
	zvon_calls_counters(t->calls, &c);
	assert_int_equal(c.calls, 0);
	assert_int_equal(c.channels, 0);
	assert_int_equal(t->open, 0);
	assert_int_equal(t->broken, 0);
	assert_int_equal(c.started, c.ended);
}

static void
each_recording(recording_fn fn)
{
	const char *root = getenv("ZVON_CAPTURES_DIR");
	char path[1000];

	assert_non_null(root);
	for (size_t i = 0; i < N_OF(folders); i++) {
		snprintf(path, sizeof path, "%s/%s", root, folders[i]);
		assert_true(recordings_each(path, fn, NULL) > 50);
	}
}

static void
replay(void *user, const char *path, struct zv_str bytes)
{
	struct packets s = parse(bytes);
	struct tale t;

	tale_begin(&t, "");
	for (size_t i = 0; i < s.n; i++)
		feed(&t, s.p[i]);
	check_end(&t, path);
	tale_end(&t);
	free_packets(&s);
}

static void
test_recordings(void **state)
{
	each_recording(replay);
}

/* ---- twice ---------------------------------------------------------------------- */

static bool
is_told_once(const struct zv_packet *packet)
{
	/* Another key, another word of the other side. */
	return zvon_str_equal(packet->name, ZV_STR("DTMF"));
}

static void
tell_of(struct packets *s, int times, struct tale *t)
{
	tale_begin(t, "");
	for (size_t i = 0; i < s->n; i++)
		for (int n = 0; n < (is_told_once(s->p[i]) ? 1 : times); n++)
			feed(t, s->p[i]);
}

static void
replay_twice(void *user, const char *path, struct zv_str bytes)
{
	struct packets s = parse(bytes);
	struct tale once, twice;

	tell_of(&s, 1, &once);
	tell_of(&s, 2, &twice);
	check_text(path, zv_buf_str(&twice.told), zv_buf_str(&once.told));
	check_end(&twice, path);
	tale_end(&once);
	tale_end(&twice);
	free_packets(&s);
}

static void
test_each_event_twice(void **state)
{
	each_recording(replay_twice);
}

/* ---- shuffled, torn ------------------------------------------------------------------ */

static void
replay_shuffled(void *user, const char *path, struct zv_str bytes)
{
	struct packets s = parse(bytes);
	struct tale t;

	for (size_t i = 1; i < s.n; i++) { /* the banner stays in front */
		size_t k = i + chance_below(6);

		if (k < s.n) {
			struct zv_packet *other = s.p[i];

			s.p[i] = s.p[k];
			s.p[k] = other;
		}
	}
	tale_begin(&t, "");
	for (size_t i = 0; i < s.n; i++)
		feed(&t, s.p[i]);
	check_end(&t, path);
	tale_end(&t);
	free_packets(&s);
}

static void
test_shuffled(void **state)
{
	for (int round = 0; round < 2; round++)
		each_recording(replay_shuffled);
}

/* A part of the events is not there: not read, filtered, or before our time. */
static void
replay_with_gaps(void *user, const char *path, struct zv_str bytes)
{
	struct packets s = parse(bytes);
	struct tale t;

	tale_begin(&t, "1.1");
	for (size_t i = chance_below(s.n + 1); i < s.n; i++)
		if (chance_below(4))
			feed(&t, s.p[i]);
	zvon_calls_end_all(t.calls, ZV_STR("lost"), t.now_ms, 0);
	check_end(&t, path);
	tale_end(&t);
	free_packets(&s);
}

static void
test_gaps(void **state)
{
	for (int round = 0; round < 2; round++)
		each_recording(replay_with_gaps);
}

/* ---- no memory ---------------------------------------------------------------------- */

/* All that 1.x does to a call, in one. */
static const char everything[] = NEW("SIP/101-1", "101", "102", "a") NEW(
	"SIP/102-2", "102", "", "b") RINGING("b") DIAL("a", "b", "102") UP("b") UP("a")
	LINK("a", "b") VAR("a", "MIXMONITOR_FILENAME", "/r/1.wav") UNLINK(
		"a", "b") MUSIC("a", "Start") VAR("a", "BLINDTRANSFER",
						  "SIP/102-2") MUSIC("a", "Stop")
		HANGUP("b", "16") EXTEN("a", "103", "Dial", "SIP/103") NEW(
			"SIP/103-3", "103", "",
			"c") DIAL("a", "c", "103") RINGING("c") NEW("SIP/104-4", "104",
								    "*8103", "d")
			UP("d") "Pickup "
				"Channel=SIP/104-4|TargetChannel=SIP/"
				"103-3\n" MASQUERADE("SIP/104-4", "d", "SIP/103-3", "c") HANGUP("d", "26") LINK(
					"a",
					"c") NEW("Parking/SIP/101-1", "", "", "p")
					MASQUERADE("SIP/101-1", "a", "Parking/SIP/101-1", "p") HANGUP(
						"a",
						"16") "ParkedCall "
						      "Exten=701|Channel=SIP/"
						      "101-1|From=SIP/"
						      "104-4|Uniqueid=p\n"
						      "ParkedCallTimeOut "
						      "Exten=701|Channel=SIP/"
						      "101-1|Uniqueid=p\n"
						      "Join "
						      "Channel=x|Queue=support|"
						      "Count=1|"
						      "Uniqueid=p\n"
						      "QueueMemberStatus "
						      "Queue=support|Location="
						      "SIP/"
						      "105|MemberName=Five|"
						      "Status="
						      "1\n" NEW("SIP/105-5", "105", "", "e") "AgentCalled Queue=support|DestinationChannel=SIP/105-5|Uniqueid=p\n" RINGING(
							      "e") "AgentRingNoA"
								   "nswer "
								   "Queue="
								   "support|"
								   "Uniqueid=p|"
								   "Member=SIP/"
								   "105"
								   "\n" HANGUP(
									   "e",
									   "16") "Leave"
										 " "
										 "Queue"
										 "=supp"
										 "ort|"
										 "Count"
										 "=0|"
										 "Uniqu"
										 "eid="
										 "p\n"
										 "Confb"
										 "ridge"
										 "Join "
										 "Confe"
										 "rence"
										 "=900|"
										 "Chann"
										 "el=x|"
										 "Uniqu"
										 "eid="
										 "p\n"
										 "VarSe"
										 "t "
										 "Chann"
										 "el="
										 "ConfB"
										 "ridge"
										 "Recor"
										 "der"
										 "/conf"
										 "-900-"
										 "uid-"
										 "1|"
										 "Varia"
										 "ble="
										 "MIXMO"
										 "NITOR"
										 "_"
										 "FILEN"
										 "AME|"
										 "Value"
										 "=/r/"
										 "2."
										 "wav|"
										 "Uniqu"
										 "eid="
										 "r"
										 "\n" HANGUP("r", "0") HANGUP(
											 "c",
											 "16")
											 HANGUP("p",
												"1"
												"6");

static int
everything_happens(void)
{
	struct tale t;
	int rc;

	tale_begin(&t, "1.3");
	if (t.calls) {
		tale_feed(&t, everything);
		zvon_calls_end_all(t.calls, ZV_STR("lost"), t.now_ms, 0);
		assert_int_equal(t.open, 0);
		assert_int_equal(t.broken, 0);
	}
	rc = t.failed ? t.failed : t.told.failed ? ZV_ENOMEM : 0;
	tale_end(&t);
	return rc;
}

/* Not every failure is told: without memory the channels that ended are forgotten
 * earlier, no more. */
static void
test_no_memory(void **state)
{
	size_t before = heap_blocks();
	unsigned long n = zv_mem_count();

	assert_int_equal(everything_happens(), 0);
	n = zv_mem_count() - n;
	assert_true(n > 200);
	for (unsigned long i = 1; i <= n; i++) {
		int rc;

		zv_mem_fail_at(i);
		rc = everything_happens();
		zv_mem_fail_at(0);
		assert_true(rc == 0 || rc == ZV_ENOMEM);
		assert_int_equal(heap_blocks(), before);
	}
}

static void
test_everything(void **state)
{
	struct tale t;

	tale_begin(&t, "1.3");
	tale_feed(&t, everything);
	tale_check(
		&t, "everything",
		"started internal 101>102; ringing 102; answered 102; answered "
		"101; talk; recording 101 /r/1.wav; held 102; resumed 102; gone 102 "
		"answered; transferred blind by 102 to 103; ringing 103; 2:started "
		"internal 104>*8103; 2:answered 104; 2:ended internal 104>*8103 "
		"merged; picked up 103 by 104; gone 103 answered_elsewhere; parked "
		"101 by 104 in 701; retrieved 101 in 701; queued "
		"101 in support; ringing 105; gone 105 no_answer; conferenced 101 in "
		"900; recording /r/2.wav; recorded /r/2.wav; gone 104 answered; "
		"recorded "
		"101 /r/1.wav; gone 101 answered; ended internal 101>102 answered (101 "
		"caller answered "
		"up, 102 callee answered rang up, 103 callee answered_elsewhere rang, "
		"104 callee answered up, 105 callee no_answer rang; talked 101 102 "
		"104)");
	tale_end(&t);
}

static int
begin(void **state)
{
	chance_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recordings),
		cmocka_unit_test(test_each_event_twice),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, NULL);
}
