/* The call tracker at its limits: too much of everything, no memory, and what real
 * servers sent, whole, shuffled and with holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "call/model.h"
#include "callbook.h"
#include "captures.h"
#include "heap.h"
#include "zvon/error.h"

/* ---- limits -------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
tell(struct book *b, const char *format, ...)
{
	char line[4000];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	book_tell(b, line);
	zv_buf_clear(&b->log);
}

static void
close_whole(struct book *b)
{
	zvon_calls_end_all(b->calls, ZV_STR("end_of_input"), b->now_ms, 0);
	assert_int_equal(b->started, b->ended);
	assert_int_equal(b->no_result, 0);
	assert_int_equal(book_counters(b).channels, 0);
	book_close(b);
}

static void
test_max_channels(void **state)
{
	struct zv_calls_options options = { .max_channels = 3 };
	struct book b;

	book_open(&b, &options);
	for (int i = 0; i < 5; i++)
		tell(&b, "Newchannel C=PJSIP/%d-1 S=4 U=%d L=%d", 100 + i, i, i);
	assert_int_equal(book_counters(&b).channels, 3);
	assert_int_equal(book_counters(&b).refused, 2);
	tell(&b, "Hangup U=0");
	tell(&b, "Newstate C=PJSIP/104-1 S=6 U=4 L=4"); /* now there is room */
	assert_int_equal(book_counters(&b).channels, 3);
	assert_int_equal(book_counters(&b).calls, 3);
	close_whole(&b);
}

static size_t
count_legs(const struct zv_call *call)
{
	size_t n = 0;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		n++;
	return n;
}

static void
test_max_legs(void **state)
{
	struct book b;

	book_open(&b, NULL);
	tell(&b, "Newchannel C=PJSIP/101-1 S=4 N=101 X=102 U=a L=a");
	for (int i = 1; i <= ZV_CALLS_MAX_LEGS; i++) {
		tell(&b, "Newchannel C=PJSIP/102-%d S=0 U=b%d L=a", i, i);
		if (i == ZV_CALLS_MAX_LEGS - 1)
			assert_int_equal(book_counters(&b).refused, 0);
	}
	assert_int_equal(book_counters(&b).refused, 1);
	assert_int_equal(count_legs(zvon_calls_next(b.calls, NULL)), ZV_CALLS_MAX_LEGS);
	tell(&b, "DialBegin U=a C=PJSIP/101-1 DU=b%d DC=PJSIP/102-1000",
	     ZV_CALLS_MAX_LEGS);
	tell(&b, "BridgeEnter B=x U=b%d C=PJSIP/102-1000 S=6", ZV_CALLS_MAX_LEGS);
	tell(&b, "Hold U=b%d C=PJSIP/102-1000", ZV_CALLS_MAX_LEGS);
	close_whole(&b);
}

/* A long channel name or Uniqueid makes no channel; any other text is cut, and no
 * character in two. */
static void
test_long_texts(void **state)
{
	char text[ZV_CALLS_MAX_TEXT + 10];
	struct book b;
	struct zv_str name;

	memset(text, 'x', sizeof text);
	text[ZV_CALLS_MAX_TEXT + 1] = '\0';
	book_open(&b, NULL);
	tell(&b, "Newchannel C=PJSIP/101-1 S=4 U=%s L=a", text);
	tell(&b, "Newchannel C=%s S=4 U=a L=a", text);
	assert_int_equal(book_counters(&b).strange, 2);
	assert_int_equal(book_counters(&b).channels, 0);
	tell(&b, "Newchannel C=PJSIP/101-1 S=4 U=%s L=%s", text + 1, text);
	assert_int_equal(book_counters(&b).channels, 1);
	memcpy(text + ZV_CALLS_MAX_TEXT - 1, "\xd0\x96", 2);
	tell(&b, "Newchannel C=PJSIP/102-1 S=4 CallerIDName=%s U=b L=b", text);
	name = zvon_calls_next(b.calls, zvon_calls_next(b.calls, NULL))->from_name;
	assert_int_equal(name.n, ZV_CALLS_MAX_TEXT - 1);
	close_whole(&b);
}

static void
test_max_notes(void **state)
{
	struct book b;
	size_t n = 0;

	book_open(&b, NULL);
	tell(&b, "Newchannel C=PJSIP/101-1 S=4 N=101 U=a L=a");
	for (int i = 0; i < ZV_CALLS_MAX_NOTES + 5; i++) {
		tell(&b, "VarSet Variable=MIXMONITOR_FILENAME Value=/%d.wav U=a", i);
		tell(&b,
		     "BlindTransfer TransfererUniqueid=a Result=Success Extension=%d",
		     i);
		tell(&b, "DTMFEnd C=PJSIP/101-1 U=a Direction=Received Digit=1");
	}
	for (const struct zv_call_text *x = zvon_calls_next(b.calls, NULL)->recordings;
	     x; x = x->next)
		n++;
	assert_int_equal(n, ZV_CALLS_MAX_NOTES);
	close_whole(&b);
}

/* Of those that ended the last ZV_CALLS_GONE are known. */
static void
test_gone(void **state)
{
	struct book b;

	book_open(&b, NULL);
	for (int i = 0; i <= ZV_CALLS_GONE; i++)
		tell(&b, "Newchannel C=Local/1@x-%d S=4 U=g%d L=g%d\nHangup U=g%d", i,
		     i, i, i);
	tell(&b, "Newstate C=Local/1@x-1 S=6 U=g1 L=g1");
	assert_int_equal(book_counters(&b).late, 1);
	assert_int_equal(book_counters(&b).channels, 0);
	tell(&b, "Newstate C=Local/1@x-0 S=6 U=g0 L=g0"); /* forgotten */
	assert_int_equal(book_counters(&b).late, 1);
	assert_int_equal(book_counters(&b).channels, 1);
	close_whole(&b);
}

/* An end by guess is not an end: the channel may come back. */
static void
test_lost(void **state)
{
	struct book b;

	book_open(&b, NULL);
	tell(&b, "Newchannel C=PJSIP/101-1 S=4 U=a L=a");
	zvon_calls_end_all(b.calls, ZV_STR("lost"), 0, 0);
	assert_string_equal(book_log(&b),
			    "leg.ended 101 failed; call.ended a failed lost");
	tell(&b, "Newstate C=PJSIP/101-1 S=6 U=a L=a");
	assert_int_equal(book_counters(&b).calls, 1);
	assert_int_equal(book_counters(&b).late, 0);
	close_whole(&b);
}

/* ---- what servers sent ------------------------------------------------------------ */

static const char *const folders[] = { "16.28.0", "22.10.1" };

static void
each_recording(recording_fn fn, void *user)
{
	char path[1000];

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *root = getenv("ZVON_CAPTURES_DIR");

		snprintf(path, sizeof path, "%s/%s",
			 root ? root : "tests/wire/captures", folders[i]);
		assert_true(recordings_each(path, fn, user) > 30);
	}
}

/* The channels that began in it and did not end. */
static size_t
count_open(struct zv_str bytes)
{
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_map open = { 0 };
	struct zv_str ids[2000];
	size_t n = 0, left;

	zvon_parser_feed(p, bytes);
	while (zvon_parser_next(p, &packet) > 0) {
		struct zv_str id = zvon_packet_get(packet, ZV_STR("Uniqueid"));

		if (zvon_str_equal(packet->name, ZV_STR("Newchannel"))) {
			assert_true(n < sizeof ids / sizeof *ids);
			ids[n] = (struct zv_str){ zv_memdup(id.p, id.n), id.n };
			zv_map_add(&open, ids[n], (void *)(uintptr_t)ids[n].p);
			n++;
		} else if (zvon_str_equal(packet->name, ZV_STR("Hangup"))) {
			zv_map_remove(&open, id);
		}
	}
	left = open.n;
	zv_map_deinit(&open);
	while (n)
		zv_free((void *)(uintptr_t)ids[--n].p);
	zvon_parser_free(p);
	return left;
}

static bool
is_partial(const char *path)
{
	/* these accounts see a part of the events only */
	return strstr(path, "filter-users") != NULL;
}

static void
replay(void *user, const char *path, struct zv_str bytes)
{
	struct book b;
	unsigned long *calls = user;

	if (strlen(path) < 4 || strcmp(path + strlen(path) - 4, ".ami") != 0)
		return;
	book_open(&b, NULL);
	book_feed(&b, bytes);
	if (!is_partial(path) && strstr(path, "lists") == NULL) {
		assert_int_equal(book_counters(&b).channels, count_open(bytes));
		assert_int_equal(book_counters(&b).strange, 0);
	}
	*calls += book_counters(&b).ended;
	close_whole(&b);
}

static void
test_recordings(void **state)
{
	unsigned long calls = 0;

	each_recording(replay, &calls);
	assert_true(calls > 100);
}

/* ---- shuffled, with holes ----------------------------------------------------------- */

struct stream {
	struct zv_packet **packets;
	size_t n, cap;
};

static void
collect(struct stream *s, struct zv_str bytes)
{
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	zvon_parser_feed(p, bytes);
	while (zvon_parser_next(p, &packet) > 0) {
		if (s->n == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 256;
			s->packets =
				zv_realloc(s->packets, s->cap * sizeof *s->packets);
		}
		s->packets[s->n++] = zvon_packet_copy(packet);
	}
	zvon_parser_free(p);
}

static void
stream_free(struct stream *s)
{
	while (s->n)
		zvon_packet_free(s->packets[--s->n]);
	zv_free(s->packets);
}

static uint32_t
random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)*seed * n >> 32);
}

/* mode 0: any order; 1: neighbours change places; 2: one in five is missing. */
static void
play(const struct stream *s, uint32_t seed, int mode)
{
	size_t *order = malloc((s->n + 1) * sizeof *order);
	struct book b;

	for (size_t i = 0; i < s->n; i++)
		order[i] = i;
	for (size_t i = 0; mode < 2 && i + 1 < s->n; i++) {
		size_t left = s->n - i, reach = mode == 0 || left < 8 ? left : 8;
		size_t k = i + random_below(&seed, (uint32_t)reach), was = order[i];

		order[i] = order[k];
		order[k] = was;
	}
	book_open(&b, NULL);
	for (size_t i = 0; i < s->n; i++) {
		if (mode == 2 && random_below(&seed, 5) == 0)
			continue;
		assert_int_equal(
			zvon_calls_feed(b.calls, s->packets[order[i]], b.now_ms, 0), 0);
		if (random_below(&seed, 20) == 0)
			zvon_calls_tick(b.calls, b.now_ms += 50, 0);
		zv_buf_clear(&b.log);
	}
	close_whole(&b);
	free(order);
}

static void
shuffle(void *user, const char *path, struct zv_str bytes)
{
	struct stream s = { 0 };

	if (strlen(path) < 4 || strcmp(path + strlen(path) - 4, ".ami") != 0 ||
	    bytes.n > 130000)
		return;
	collect(&s, bytes);
	for (uint32_t seed = 1; seed <= 60; seed++)
		for (int mode = 0; mode < 3; mode++)
			play(&s, seed, mode);
	stream_free(&s);
}

static void
test_shuffled(void **state)
{
	each_recording(shuffle, NULL);
}

/* ---- no memory --------------------------------------------------------------------------- */

/* The n-th allocation fails; 0: none. How many there were. */
static unsigned long
run_failing(const struct stream *s, unsigned long n, unsigned long *told)
{
	size_t blocks = heap_blocks();
	unsigned long hit = 0, before;
	struct book b;

	book_open(&b, NULL);
	before = zv_mem_count();
	zv_mem_fail_at(n);
	for (size_t i = 0; i < s->n; i++) {
		int rc = zvon_calls_feed(b.calls, s->packets[i], 0, 0);

		assert_true(rc == 0 || rc == ZV_ENOMEM);
		hit += rc == ZV_ENOMEM;
	}
	zv_mem_fail_at(0);
	before = zv_mem_count() - before;
	assert_true(hit <= 1);
	*told += hit;
	close_whole(&b);
	assert_int_equal(heap_blocks(), blocks);
	return before;
}

/* Each allocation fails in turn: that packet says so, the tracker stays whole. Those of
 * the log and of the memory of the gone are done without. */
static void
fail_in_turn(void *user, const char *path, struct zv_str bytes)
{
	static const char *const names[] = { "/attended-transfer-ami.ami",
					     "/queue-call.ami", "/conference.ami",
					     "/parking.ami", "/originate-local.ami" };
	struct stream s = { 0 };
	bool wanted = false;
	unsigned long told = 0, all;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		wanted |= strstr(path, names[i]) != NULL;
	if (!wanted)
		return;
	collect(&s, bytes);
	all = run_failing(&s, 0, &told);
	for (unsigned long n = 1; n <= all; n++)
		run_failing(&s, n, &told);
	assert_true(told >= all * 9 / 10 && told > 50);
	++*(int *)user;
	stream_free(&s);
}

static void
test_no_memory(void **state)
{
	int files = 0;

	each_recording(fail_in_turn, &files);
	assert_true(files >= 8);
}

static void
test_new_without_memory(void **state)
{
	static const struct zv_str trunks[] = { ZV_STR("a"), ZV_STR("b") };
	struct zv_calls_options options = { .server = ZV_STR("pbx"),
					    .trunks = trunks,
					    .n_trunks = 2,
					    .lines = trunks,
					    .n_lines = 1 };
	size_t blocks = heap_blocks();
	struct zv_calls *t = NULL;

	for (unsigned long n = 1; !t; n++) {
		assert_true(n < 30);
		zv_mem_fail_at(n);
		t = zvon_calls_new(&options);
		zv_mem_fail_at(0);
		if (!t)
			assert_int_equal(heap_blocks(), blocks);
	}
	zvon_calls_free(t);
	assert_int_equal(heap_blocks(), blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_max_channels),
		cmocka_unit_test(test_max_legs),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_max_notes),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_recordings),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_new_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
