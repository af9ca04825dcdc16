/* What waits for the store: the newest telling of each call, in order, within limits; and how
 * a call is ended that nobody saw end. */
#include <stdio.h>

#include "base/mem.h"
#include "helper.h"
#include "zvond/historian_impl.h"

static struct zv_conversation *
call(const char *id, const char *name)
{
	struct zv_past_leg leg = {
		.line = ZV_STR("101"),
		.unique_id = zvon_str(id),
		.role = ZV_ROLE_CALLEE,
	};
	struct zv_conversation c = {
		.server = ZV_STR("office"),
		.id = zvon_str(id),
		.from_name = zvon_str(name),
		.legs = &leg,
		.n_legs = 1,
		.is_open = true,
	};

	return zv_conversation_copy(&c);
}

/* "1:first 2:second", D for those dropped, A alive, L lost. */
static const char *
waiting(const struct zv_historian_queue *q)
{
	static char text[400];
	const struct zv_node *node;
	int n = 0;

	text[0] = 0;
	for (node = q->entries.next; node != &q->entries; node = node->next) {
		const struct zv_entry *e = ZV_OWNER(node, const struct zv_entry, node);

		n += snprintf(text + n, sizeof text - (size_t)n, "%s%.*s:%.*s",
			      n ? " " : "", ZV_ARG(e->id),
			      e->call ? (int)e->call->from_name.n : 1,
			      e->call			  ? e->call->from_name.p
			      : e->kind == ZV_ENTRY_DROP  ? "D"
			      : e->kind == ZV_ENTRY_ALIVE ? "A"
							  : "L");
	}
	return text;
}

static void
put(struct zv_historian_queue *q, const char *id, const char *name)
{
	assert_int_equal(zv_historian_queue_call(q, call(id, name), 5), 0);
}

static void
test_the_newest_telling_in_its_place(void **state)
{
	struct zv_historian_queue q;

	zv_historian_queue_init(&q, 1);
	put(&q, "1", "first");
	put(&q, "2", "second");
	put(&q, "3", "third");
	put(&q, "1", "again");
	assert_string_equal(waiting(&q), "1:again 2:second 3:third");
	assert_int_equal(q.n, 3);
	zv_historian_queue_drop(&q, ZV_STR("office"), ZV_STR("2"), 6);
	assert_string_equal(waiting(&q), "1:again 2:D 3:third");
	zv_historian_queue_alive(&q, ZV_STR("office"), 1000, 6);
	zv_historian_queue_alive(&q, ZV_STR("office"), 2000, 7);
	zv_historian_queue_lost(&q, ZV_STR("office"), ZV_STR("1\n3\n"), 7);
	zv_historian_queue_lost(&q, ZV_STR("office"), ZV_STR("1\n"), 7);
	assert_string_equal(waiting(&q), "1:again 2:D 3:third :A :L :L");
	assert_int_equal(zv_historian_queue_since(&q), 5);
	zv_historian_queue_deinit(&q);
	assert_int_equal(q.n, 0);
	assert_int_equal(q.bytes, 0);
}

static void
test_what_was_not_written_comes_first_again(void **state)
{
	struct zv_historian_queue q;
	struct zv_node batch;

	zv_list_init(&batch);
	zv_historian_queue_init(&q, 1);
	put(&q, "1", "a");
	put(&q, "2", "b");
	put(&q, "3", "c");
	assert_int_equal(zv_historian_queue_take(&q, &batch, 2), 2);
	assert_string_equal(waiting(&q), "3:c");
	put(&q, "1", "newer");
	zv_historian_queue_give_back(&q, &batch);
	assert_string_equal(waiting(&q), "2:b 3:c 1:newer");
	assert_int_equal(q.n, 3);

	/* what the store will never take is not tried again */
	assert_int_equal(zv_historian_queue_take(&q, &batch, 9), 3);
	ZV_OWNER(batch.next, struct zv_entry, node)->is_bad = true;
	zv_historian_queue_give_back(&q, &batch);
	assert_string_equal(waiting(&q), "3:c 1:newer");
	assert_true(zv_list_is_empty(&batch));
	zv_historian_queue_deinit(&q);
}

/* At the edge: as many as fit, the next is refused, a newer telling of one is not. */
static void
test_limits(void **state)
{
	struct zv_historian_queue q;
	size_t one;

	zv_historian_queue_init(&q, 1);
	assert_int_equal(q.most, ZV_HISTORIAN_CALLS_MAX);
	assert_int_equal(q.most_bytes, ZV_HISTORIAN_BYTES_MAX);
	q.most = 2;
	put(&q, "1", "a");
	one = q.bytes;
	put(&q, "2", "b");
	assert_int_equal(zv_historian_queue_call(&q, call("3", "c"), 5), ZV_ETOOBIG);
	assert_int_equal(q.refused, 1);
	put(&q, "2", "B");
	assert_string_equal(waiting(&q), "1:a 2:B");

	q.most = 100;
	q.most_bytes = 3 * one;
	put(&q, "3", "c");
	assert_int_equal(zv_historian_queue_call(&q, call("4", "d"), 5), ZV_ETOOBIG);
	assert_int_equal(zv_historian_queue_call(&q, call("1", "longer"), 5),
			 ZV_ETOOBIG);
	assert_int_equal(q.refused, 3);
	assert_string_equal(waiting(&q), "1:a 2:B 3:c");
	zv_historian_queue_deinit(&q);
}

static void
test_without_memory(void **state)
{
	for (unsigned long i = 1; i < 8; i++) {
		struct zv_historian_queue q;
		struct zv_conversation *first = call("1", "a"), *again = call("1", "b");

		zv_historian_queue_init(&q, 1);
		zv_mem_fail_at(i);
		zv_historian_queue_call(&q, first, 5);
		zv_historian_queue_call(&q, again, 5);
		zv_historian_queue_drop(&q, ZV_STR("office"), ZV_STR("2"), 5);
		zv_historian_queue_lost(&q, ZV_STR("office"), ZV_STR("1"), 5);
		zv_mem_fail_at(0);
		assert_true(q.refused <= 1);
		assert_int_equal(q.n + q.refused, q.refused && q.n == 3 ? 4 : 3);
		zv_historian_queue_deinit(&q);
	}
}

/* ---- an end that nobody saw ------------------------------------------------------------- */

static void
test_lost_while_talking(void **state)
{
	struct zv_conversation *c = call("1", "a");

	c->started_ms = 10000;
	c->answered_ms = 14000;
	c->legs[0].answered = true;
	c->legs[0].answered_ms = 14000;
	zv_conversation_lose(c, 60000);
	assert_false(c->is_open);
	assert_int_equal(c->result, ZV_RESULT_ANSWERED);
	assert_int_equal(c->legs[0].result, ZV_RESULT_ANSWERED);
	assert_true(zvon_str_equal(c->reason, ZV_STR("lost")));
	assert_int_equal(c->ended_ms, 60000);
	assert_int_equal(c->wait_ms, 4000);
	assert_int_equal(c->talk_ms, 46000);
	assert_int_equal(c->legs[0].ended_ms, 0);
	zv_conversation_free(c);
}

/* Nobody had answered: no longer than was seen, and no result but one that a phone gave. */
static void
test_lost_while_ringing(void **state)
{
	struct zv_conversation *c = call("1", "a");

	c->started_ms = 10000;
	c->legs[0].rang_ms = 11000;
	zv_conversation_lose(c, 0);
	assert_int_equal(c->result, ZV_RESULT_NONE);
	assert_int_equal(c->ended_ms, 11000);
	assert_int_equal(c->wait_ms, 1000);
	assert_int_equal(c->talk_ms, 0);
	zv_conversation_free(c);

	c = call("1", "a");
	c->started_ms = 10000;
	c->legs[0].ended_ms = 12000;
	c->legs[0].result = ZV_RESULT_BUSY;
	zv_conversation_lose(c, 9000);
	assert_int_equal(c->result, ZV_RESULT_BUSY);
	assert_int_equal(c->ended_ms, 12000);
	zv_conversation_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_telling_in_its_place),
		cmocka_unit_test(test_what_was_not_written_comes_first_again),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_without_memory),
		cmocka_unit_test(test_lost_while_talking),
		cmocka_unit_test(test_lost_while_ringing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
