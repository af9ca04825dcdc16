/* More events at once than the handler can take: nothing is lost, order is kept, memory
 * stays within what the options say, and time goes on. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rig.h"

#define MIB (1024u * 1024)

/* What the slow handler saw; it runs on one thread. */
struct burst {
	long slow; /* the first so many events take slow_ms each */
	int slow_ms;
	size_t most_bytes;	   /* resident */
	long watch_from, watch_to; /* between them … */
	unsigned long allocated;   /* … so many allocations were made */
};

static void
watch_burst(struct rig *r, const struct zv_packet *event)
{
	struct burst *b = r->own;
	long number = (long)zvon_packet_get_int(event, ZV_STR("Number"), 0);

	if (number && number <= b->slow)
		sleep_ms(b->slow_ms);
	if (number && (number % 20000 == 0 || number == b->slow)) {
		size_t bytes = resident_bytes();

		if (bytes > b->most_bytes)
			b->most_bytes = bytes;
	}
	if (number == b->watch_from)
		b->allocated = zv_mem_count();
	if (number == b->watch_to)
		b->allocated = zv_mem_count() - b->allocated;
}

/* A burst of n; checks that all came; returns the counters. */
static struct zv_client_counters
take_burst(struct rig *r, struct burst *b, long n)
{
	struct zv_client_counters counters;
	size_t before = resident_bytes();
	int64_t began = now_ms();

	b->most_bytes = before;
	r->own = b;
	r->on_event = watch_burst;
	rig_ask_events(r, n);
	assert_true(rig_until(r, has_events, n, 60000));
	zvon_client_counters(r->client, &counters);
	assert_int_equal(r->events, n);
	assert_int_equal(r->out_of_order, 0);
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
	b->most_bytes -= before;
	assert_true(report("%ld events in %d ms, memory +%zu KiB, queue %zu KiB, "
			   "paused %d times",
			   n, (int)(now_ms() - began), b->most_bytes / 1024,
			   counters.queue_most_bytes / 1024, (int)counters.paused));
	return counters;
}

/* 1 ms for each of the first 1,000. */
static void
test_burst_on_a_slow_handler(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct burst b = { .slow = 1000, .slow_ms = 1 };
	struct zv_client_counters counters;

	rig_open_ready(r);
	counters = take_burst(r, &b, (long)burst_size());
	assert_true(counters.queue_most_bytes <= 64 * MIB);
	assert_int_equal(counters.paused, 0);
	if (!is_instrumented())
		assert_true(b.most_bytes <=
			    (r->way == WAY_THREADS ? counters.queue_most_bytes + 8 * MIB
						   : 2 * MIB));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* A small queue: it stops reading, and loses nothing. */
static void
test_burst_on_a_small_queue(void **state)
{
	static const size_t limits[] = { 1 * MIB, 1 };
	struct server *s = server_start(NULL);
	long n = burst_size() > 200000 ? (long)burst_size() / 10 : 20000;

	for (size_t i = 0; i < N_OF(limits); i++) {
		struct rig *r = rig_new(WAY_THREADS, s);
		struct burst b = { .slow = 500, .slow_ms = 1 };
		struct zv_client_counters counters;

		r->options.max_queue_bytes = limits[i];
		rig_open_ready(r);
		counters = take_burst(r, &b, n);
		assert_true(counters.paused > 0);
		/* one block at least, however small the limit */
		assert_true(counters.queue_most_bytes <=
			    (limits[i] > 1 ? limits[i] : 140 * 1024));
		if (!is_instrumented())
			assert_true(b.most_bytes <= limits[i] + 6 * MIB);
		rig_close(r);
		zvon_client_counters(r->client, &counters);
		assert_true(counters.paused > 0); /* still known */
		rig_free(r);
	}
	server_stop(s);
}

/* At steady state events cost no allocation; with own threads a few blocks of bytes may
 * be made when the queue was never that long before. */
static void
test_no_allocation_per_packet(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct burst b = { .watch_from = 20000, .watch_to = 120000 };

	rig_open_ready(r);
	take_burst(r, &b, 121000);
	assert_true(report("%lu allocations for 100,000 events", b.allocated));
	assert_true(b.allocated <= (r->way == WAY_THREADS ? 16 : 0));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* ---- a flood without an end ------------------------------------------------------------ */

static bool
emit_for_ever(struct talk *t, const char *text)
{
	unsigned long n = 1;

	while (talk_emit(t, n, 1000))
		n += 1000;
	return false;
}

static void
flood(struct talk *t, void *user)
{
	if (talk_login(t))
		emit_for_ever(t, NULL);
}

static void
dawdle(struct rig *r, const struct zv_packet *event)
{
	static const struct timespec some = { 0, 20000 };

	nanosleep(&some, NULL);
}

/* The handler never keeps up, nothing is ever answered: an action times out all the
 * same, and stopping does not wait for the flood to end. */
static void
test_time_goes_on_in_a_flood(void **state)
{
	struct server *s = server_start(&(struct server_options){ .script = flood });
	struct rig *r = rig_new(way_of(state), s);
	struct zv_request *request = make_request("Ping", NULL);
	struct zv_result result;
	int64_t began;

	r->next_number = -1;
	r->options.max_queue_bytes = 2 * MIB;
	r->on_event = dawdle;
	rig_open_ready(r);
	rig_run(r, 100);
	began = now_ms();
	assert_int_equal(zvon_client_request(r->client, request, 200, &result, NULL),
			 0);
	assert_true(
		report("time-out of 200 ms told after %d ms", (int)(now_ms() - began)));
	assert_int_equal(result.status, ZV_ETIMEOUT);
	began = now_ms();
	rig_close(r);
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	zvon_request_free(request);
	rig_free(r);
	server_stop(s);
}

/* A handler of 5 ms: stop must not wait for the whole block of bytes to be delivered. */
static void
take_5_ms(struct rig *r, const struct zv_packet *event)
{
	sleep_ms(5);
}

static void
test_stop_in_a_flood(void **state)
{
	struct server *s = server_start(&(struct server_options){ .script = flood });
	struct rig *r = rig_new(WAY_THREADS, s);
	int64_t began;

	r->next_number = -1;
	r->on_event = take_5_ms;
	rig_open_ready(r);
	rig_run(r, 200);
	began = now_ms();
	rig_close(r);
	assert_true(report("stopped in %d ms", (int)(now_ms() - began)));
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	rig_free(r);
	server_stop(s);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_burst_on_a_slow_handler),
		cmocka_unit_test(test_burst_on_a_small_queue),
		IN_ALL_WAYS(test_no_allocation_per_packet),
		IN_ALL_WAYS(test_time_goes_on_in_a_flood),
		cmocka_unit_test(test_stop_in_a_flood),
	};

	return RUN_GROUP(argc, argv, "client_flood", tests);
}
