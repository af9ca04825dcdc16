/* The replay ring at its edges: number, age, memory. */
#include <stdio.h>

#include "base/mem.h"
#include "heap.h"
#include "helper.h"
#include "hub/ring.h"
#include "zvon/error.h"

static struct zv_topics topics;
static struct zv_ring ring;

static void
begin(size_t most, int most_ms, uint64_t floor)
{
	ring = (struct zv_ring){ .most = most, .most_ms = most_ms, .floor = floor };
}

static void
end(void)
{
	zv_ring_deinit(&ring, &topics);
	assert_int_equal(topics.map.n, 0); /* all names were given back */
	zv_topics_deinit(&topics);
}

static int
add(uint64_t seq, int64_t at_ms)
{
	struct zv_tags tags = { 0 };
	struct zv_topic *server = zv_topic_get(&topics, ZV_TOPIC_SERVER, ZV_STR("s"));
	struct zv_message *m = zv_message_new(ZV_STR("{}"), seq);
	int rc = ZV_ENOMEM;

	if (server && m &&
	    zv_tags_add(&tags, &topics, ZV_TOPIC_LINE, ZV_STR("101")) == 0)
		rc = zv_ring_add(&ring, &topics, m, at_ms, ZV_LINE_STATE, server,
				 &tags);
	zv_tags_deinit(&tags, &topics);
	zv_message_unref(m);
	zv_topic_unref(&topics, server);
	return rc;
}

static void
test_number(void **state)
{
	begin(5, 1000, 10);
	assert_true(zv_ring_reaches(&ring, 10));
	assert_false(zv_ring_reaches(&ring, 9));
	assert_false(zv_ring_reaches(&ring, 11));
	for (uint64_t seq = 11; seq <= 200; seq++) {
		assert_int_equal(add(seq, 0), 0);
		assert_int_equal(zv_ring_last(&ring), seq);
		assert_true(ring.n <= 5);
		assert_int_equal(zv_ring_find(&ring, seq)->message->seq, seq);
	}
	assert_int_equal(ring.floor, 195);
	assert_null(zv_ring_find(&ring, 195));
	assert_int_equal(zv_ring_find(&ring, 196)->message->seq, 196);
	assert_null(zv_ring_find(&ring, 201));
	assert_true(zv_ring_reaches(&ring, 195));
	assert_false(zv_ring_reaches(&ring, 194));
	assert_true(zv_ring_reaches(&ring, 200));
	end();
}

static void
test_age(void **state)
{
	begin(1000, 60000, 0);
	assert_true(zv_ring_deadline(&ring) == INT64_MAX);
	for (uint64_t seq = 1; seq <= 300; seq++)
		add(seq, (int64_t)seq * 500);
	assert_int_equal(ring.floor, 179); /* of 60 s, the edge too */
	zv_ring_age(&ring, &topics, 150000);
	assert_int_equal(ring.floor, 179);
	assert_int_equal(zv_ring_deadline(&ring), 150001);
	zv_ring_age(&ring, &topics, 150001);
	assert_int_equal(ring.floor, 180);
	zv_ring_age(&ring, &topics, 1000000);
	assert_int_equal(ring.n, 0);
	assert_null(ring.entries); /* an idle one keeps no memory */
	assert_int_equal(ring.floor, 300);
	assert_int_equal(add(301, 1000000), 0);
	assert_int_equal(zv_ring_last(&ring), 301);
	end();
}

static void
test_cut(void **state)
{
	begin(10, 1000, 0);
	for (uint64_t seq = 1; seq <= 5; seq++)
		add(seq, 0);
	zv_ring_cut(&ring, &topics, 7);
	assert_false(zv_ring_reaches(&ring, 5));
	assert_true(zv_ring_reaches(&ring, 7));
	assert_int_equal(add(8, 0), 0);
	assert_int_equal(zv_ring_find(&ring, 8)->message->seq, 8);
	end();
}

/* It never claims to have what it has not. */
static void
test_out_of_memory(void **state)
{
	for (unsigned long n = 1; n < 200; n++) {
		int rc = 0;

		begin(100, 1000, 0);
		for (uint64_t seq = 1; seq <= 70 && rc == 0; seq++) {
			zv_mem_fail_at(n <= 70 && seq == n ? 4 : 0);
			rc = add(seq, 0);
			zv_mem_fail_at(0);
			if (rc < 0 && ring.floor != seq &&
			    ring.n + ring.floor != seq - 1)
				fail_msg("%lu %lu", n, (unsigned long)seq);
		}
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
