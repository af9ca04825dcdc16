#include "ami/pending.h"

#include <stdio.h>

#include "base/mem.h"
#include "helper.h"
#include "zvon/error.h"

static struct zv_pending *
add(struct zv_pending_table *t, const char *action, const char *id, int64_t deadline_ms)
{
	struct zv_request *r = zvon_request_new(zvon_str(action), NULL);
	struct zv_pending *p = NULL;

	assert_int_equal(zv_pending_add(t, r, zvon_str(id), deadline_ms, &p), 0);
	assert_non_null(p);
	zvon_request_free(r);
	return p;
}

static void
note_done(void *user, enum zv_reply_part part, int status,
	  const struct zv_packet *packet)
{
	assert_int_equal(part, ZV_REPLY_DONE);
	assert_null(packet);
	zv_buf_printf(user, "[%s]", zvon_err_name(status));
}

static void
test_found_by_action_id(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);
	struct zv_pending_table t;
	struct zv_pending *a, *b, *c = NULL;

	zv_pending_init(&t, 5, 1000);
	assert_null(zv_pending_first(&t));
	a = add(&t, "Ping", "a", 10);
	b = add(&t, "Ping", "b", 20);
	assert_ptr_equal(zv_pending_find(&t, ZV_STR("a")), a);
	assert_ptr_equal(zv_pending_find(&t, ZV_STR("b")), b);
	assert_null(zv_pending_find(&t, ZV_STR("")));
	assert_int_equal(zv_pending_add(&t, r, ZV_STR("a"), 10, &c), ZV_EINVAL);
	assert_null(c);
	assert_int_equal(t.n, 2);
	zv_pending_finish(&t, a, 0);
	assert_null(zv_pending_find(&t, ZV_STR("a")));
	assert_int_equal(zv_pending_add(&t, r, ZV_STR("a"), 10, &c), 0);
	assert_int_equal(t.n, 2);
	zvon_request_free(r);
	zv_pending_deinit(&t);
}

/* Those put first keep their own order; what was sent is not taken back. */
static void
test_put_first(void **state)
{
	struct zv_pending_table t;
	struct zv_pending *a, *b, *c, *d;

	zv_pending_init(&t, 5, 1000);
	assert_int_equal(zv_pending_recall(&t), 0);
	a = add(&t, "Ping", "a", 10);
	b = add(&t, "Filter", "b", 20);
	zv_pending_put_first(&t, b);
	c = add(&t, "Filter", "c", 20);
	zv_pending_put_first(&t, c);
	d = add(&t, "Ping", "d", 20);
	assert_ptr_equal(t.unsent.next, &b->unsent);
	assert_ptr_equal(b->unsent.next, &c->unsent);
	assert_ptr_equal(c->unsent.next, &a->unsent);
	assert_ptr_equal(a->unsent.next, &d->unsent);
	zv_pending_sent(b);
	c->fn = note_done; /* is not called: it would write to NULL */
	assert_int_equal(zv_pending_recall(&t), 1);
	assert_null(zv_pending_find(&t, ZV_STR("c")));
	assert_ptr_equal(zv_pending_find(&t, ZV_STR("b")), b);
	assert_ptr_equal(zv_list_first(&t.unsent), &a->unsent);
	assert_int_equal(t.n, 3);
	zv_pending_deinit(&t);
}

static void
test_ordered_by_deadline(void **state)
{
	struct zv_pending_table t;

	chance_begin();
	zv_pending_init(&t, 5, 1000);
	for (int i = 0; i < 200; i++) {
		char id[8];

		snprintf(id, sizeof id, "%d", i);
		add(&t, "Ping", id, (int64_t)chance_below(50));
	}
	for (int64_t last = 0; t.n;
	     last = zv_pending_first(&t) ? zv_pending_first(&t)->deadline_ms : last) {
		struct zv_pending *p = zv_pending_first(&t);

		assert_true(p->deadline_ms >= last);
		zv_pending_finish(&t, p, 0);
	}
	assert_null(zv_pending_first(&t));
	zv_pending_deinit(&t);
}

static void
test_unsent_in_the_order_of_asking(void **state)
{
	struct zv_pending_table t;
	struct zv_pending *late, *early;

	zv_pending_init(&t, 5, 1000);
	late = add(&t, "Ping", "asked first", 100);
	early = add(&t, "Ping", "due first", 10);
	assert_ptr_equal(zv_pending_first(&t), early);
	assert_ptr_equal(ZV_OWNER(zv_list_first(&t.unsent), struct zv_pending, unsent),
			 late);
	assert_non_null(late->request);
	zv_pending_sent(late);
	assert_null(late->request);
	assert_ptr_equal(ZV_OWNER(zv_list_first(&t.unsent), struct zv_pending, unsent),
			 early);
	zv_pending_finish(&t, early, 0); /* never sent */
	assert_true(zv_list_is_empty(&t.unsent));
	zv_pending_finish(&t, late, 0);
	zv_pending_deinit(&t);
}

static void
test_which_actions_are_old_lists(void **state)
{
	static const struct {
		const char *action;
		bool may_be_list;
	} rows[] = {
		{ "Status", true },   { "QueueStatus", true },
		{ "status", true },   { "CoreShowChannels", true },
		{ "DBGet", true },    { "WaitEvent", true },
		{ "SIPpeers", true }, { "VoicemailUsersList", true },
		{ "Ping", false },    { "Originate", false },
		{ "Command", false }, { "QueuePause", false },
		{ "Statuss", false }, { "Statu", false },
	};
	struct zv_pending_table t;

	zv_pending_init(&t, 5, 1000);
	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(
			add(&t, rows[i].action, rows[i].action, 1)->may_be_list,
			rows[i].may_be_list);
	zv_pending_deinit(&t);
}

static void
test_done_is_told_once(void **state)
{
	struct zv_pending_table t;
	struct zv_buf told = { 0 };
	struct zv_pending *p;

	zv_pending_init(&t, 5, 1000);
	p = add(&t, "Ping", "a", 1);
	p->fn = note_done;
	p->user = &told;
	zv_pending_finish(&t, p, 0);
	p = add(&t, "Ping", "a", 1);
	p->fn = note_done;
	p->user = &told;
	zv_pending_expire(&t, p);
	p = add(&t, "Ping", "a", 1); /* nobody wants to know */
	zv_pending_expire(&t, p);
	check_text("told", zv_buf_str(&told), ZV_STR("[OK][ETIMEOUT]"));
	assert_int_equal(t.n, 0);
	zv_buf_deinit(&told);
	zv_pending_deinit(&t);
}

/* A list whose time is up half way stays known, without a deadline, for its last
 * items; of these the oldest is forgotten when there are too many. */
static void
test_late_lists(void **state)
{
	struct zv_pending_table t;
	struct zv_buf told = { 0 };
	char id[8];

	zv_pending_init(&t, 5, 1000);
	for (int i = 0; i < ZV_PENDING_MAX_LATE + 3; i++) {
		struct zv_pending *p;

		snprintf(id, sizeof id, "%d", i);
		p = add(&t, "Status", id, i);
		p->fn = note_done;
		p->user = &told;
		p->is_list = true;
		t.n_lists++;
		zv_pending_sent(p);
		zv_pending_expire(&t, p);
		assert_int_equal(t.n, 0);
		assert_int_equal(t.n_lists, t.n_late);
		check_text("told at once", zv_buf_str(&told), ZV_STR("[ETIMEOUT]"));
		zv_buf_clear(&told);
	}
	assert_int_equal(t.n_late, ZV_PENDING_MAX_LATE);
	for (int i = 0; i < ZV_PENDING_MAX_LATE + 3; i++) {
		struct zv_pending *p;

		snprintf(id, sizeof id, "%d", i);
		p = zv_pending_find(&t, zvon_str(id));
		assert_int_equal(p != NULL, i >= 3);
		if (p)
			assert_true(p->is_late && p->deadline_ms == INT64_MAX);
	}
	/* one that is due stands in front of them */
	assert_ptr_equal(zv_pending_first(&t), zv_pending_find(&t, ZV_STR("3")));
	add(&t, "Ping", "due", 1000);
	assert_ptr_equal(zv_pending_first(&t), zv_pending_find(&t, ZV_STR("due")));
	zv_pending_finish(&t, zv_pending_find(&t, ZV_STR("3")), 0);
	assert_int_equal(t.n_late, ZV_PENDING_MAX_LATE - 1);
	assert_int_equal(told.n, 0);
	zv_buf_deinit(&told);
	zv_pending_deinit(&t);
}

static void
test_asked_for_by_a_user(void **state)
{
	struct zv_request *own = zvon_request_new(ZV_STR("Ping"), NULL);
	struct zv_request *plain = zvon_request_new(ZV_STR("Ping"), NULL);
	struct zv_pending_table t;
	struct zv_error err = { 0 };
	struct zv_pending *p;

	zv_pending_init(&t, UINT64_C(0xabc00000005), 3);
	assert_int_equal(zv_pending_deadline(&t), INT64_MAX);
	zvon_request_set(own, "ActionID", "zvon-00000abc-1", NULL);
	assert_int_equal(zv_pending_ask(&t, own, 30, NULL, NULL, &p, &err), 0);
	assert_int_equal(zv_pending_ask(&t, plain, 20, NULL, NULL, &p, &err), 0);
	assert_string_equal(p->action_id, "zvon-00000abc-2"); /* 1 is taken */
	assert_int_equal(zv_pending_deadline(&t), 20);
	assert_int_equal(zv_pending_ask(&t, own, 30, NULL, NULL, &p, &err), ZV_EINVAL);
	assert_string_equal(err.text, "ActionID 'zvon-00000abc-1' is in use");
	assert_int_equal(zv_pending_ask(&t, plain, 30, NULL, NULL, &p, &err), 0);
	err = (struct zv_error){ 0 };
	assert_int_equal(zv_pending_ask(&t, plain, 30, NULL, NULL, &p, &err), ZV_EBUSY);
	assert_string_equal(err.text, "3 actions wait for an answer (max_pending)");
	zv_pending_deinit(&t);
	zvon_request_free(own);
	zvon_request_free(plain);
}

static void
ask_again(void *user, enum zv_reply_part part, int status,
	  const struct zv_packet *packet)
{
	assert_int_equal(status, ZV_ECLOSED);
	add(user, "Ping", "again", 5);
}

static void
test_end_of_the_connection(void **state)
{
	struct zv_pending_table t;
	struct zv_buf told = { 0 };
	struct zv_pending *sent, *unsent;

	zv_pending_init(&t, 5, 1000);
	sent = add(&t, "Ping", "sent", 10);
	unsent = add(&t, "Ping", "unsent", 20);
	sent->fn = ask_again;
	sent->user = &t;
	unsent->fn = note_done;
	unsent->user = &told;
	zv_pending_sent(sent);
	zv_pending_end(&t, false);
	assert_null(zv_pending_find(&t, ZV_STR("sent")));
	assert_ptr_equal(zv_pending_find(&t, ZV_STR("unsent")), unsent);
	assert_non_null(zv_pending_find(&t, ZV_STR("again")));
	assert_int_equal(told.n, 0);
	zv_pending_end(&t, true);
	assert_int_equal(t.n, 0);
	check_text("told", zv_buf_str(&told), ZV_STR("[ECLOSED]"));
	zv_buf_deinit(&told);
	zv_pending_deinit(&t);
}

static int
add_two(void *user)
{
	const struct zv_request *r = user;
	struct zv_pending_table t;
	struct zv_pending *p;
	int rc;

	zv_pending_init(&t, 5, 1000);
	rc = zv_pending_add(&t, r, ZV_STR("a"), 1, &p);
	if (rc == 0)
		rc = zv_pending_add(&t, r, ZV_STR("b"), 1, &p);
	zv_pending_deinit(&t);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);

	zvon_request_set(r, "Some", "field", NULL);
	check_out_of_memory(add_two, r);
	zvon_request_free(r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_by_action_id),
		cmocka_unit_test(test_put_first),
		cmocka_unit_test(test_ordered_by_deadline),
		cmocka_unit_test(test_unsent_in_the_order_of_asking),
		cmocka_unit_test(test_which_actions_are_old_lists),
		cmocka_unit_test(test_done_is_told_once),
		cmocka_unit_test(test_late_lists),
		cmocka_unit_test(test_asked_for_by_a_user),
		cmocka_unit_test(test_end_of_the_connection),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
