#include "base/buf.h"

#include "base/mem.h"
#include "heap.h"
#include "helper.h"
#include "zvon/error.h"

static void
test_grows_and_is_used_up_from_the_front(void **state)
{
	struct zv_buf b = { 0 };

	assert_int_equal(zv_buf_add(&b, ZV_STR("one ")), 0);
	assert_int_equal(zv_buf_add_char(&b, '2'), 0);
	assert_int_equal(zv_buf_printf(&b, " %s %d", "three", 4), 0);
	check_text("all", zv_buf_str(&b), ZV_STR("one 2 three 4"));
	zv_buf_consume(&b, 4);
	check_text("front gone", zv_buf_str(&b), ZV_STR("2 three 4"));
	zv_buf_consume(&b, 0);
	check_text("nothing gone", zv_buf_str(&b), ZV_STR("2 three 4"));
	zv_buf_consume(&b, 100);
	assert_int_equal(b.n, 0);
	zv_buf_deinit(&b);
	assert_null(b.p);
}

static void
test_empty_pieces_need_no_memory(void **state)
{
	struct zv_buf b = { 0 };

	assert_int_equal(zv_buf_add(&b, (struct zv_str){ NULL, 0 }), 0);
	zv_buf_consume(&b, 5);
	zv_buf_clear(&b);
	assert_null(b.p);
	zv_buf_deinit(&b);
}

static void
test_every_length_around_the_steps(void **state)
{
	for (size_t n = 0; n < 300; n++) {
		struct zv_buf b = { 0 };

		for (size_t i = 0; i < n; i++)
			zv_buf_add_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.n, n);
		assert_int_equal(strlen(zv_buf_cstr(&b)), n);
		assert_int_equal(b.n, n); /* the NUL does not count */
		for (size_t i = 0; i < n; i++)
			assert_int_equal(b.p[i], 'a' + i % 26);
		zv_buf_deinit(&b);
	}
}

static void
test_a_failure_sticks_until_cleared(void **state)
{
	struct zv_buf b = { 0 };

	assert_int_equal(zv_buf_add(&b, ZV_STR("kept")), 0);
	assert_int_equal(zv_buf_reserve(&b, SIZE_MAX - 8), ZV_ENOMEM);
	assert_true(zv_buf_failed(&b));
	assert_int_equal(zv_buf_add(&b, ZV_STR("x")), ZV_ENOMEM);
	assert_int_equal(zv_buf_add(&b, ZV_STR("")), ZV_ENOMEM);
	assert_int_equal(zv_buf_printf(&b, "%d", 1), ZV_ENOMEM);
	assert_string_equal(zv_buf_cstr(&b), "");
	check_text("as it was", zv_buf_str(&b), ZV_STR("kept"));
	zv_buf_clear(&b);
	assert_false(zv_buf_failed(&b));
	assert_int_equal(zv_buf_add(&b, ZV_STR("again")), 0);
	check_text("again", zv_buf_str(&b), ZV_STR("again"));
	zv_buf_deinit(&b);
}

static int
build(void *user)
{
	struct zv_buf b = { .secret = user != NULL };

	for (int i = 0; i < 200; i++)
		zv_buf_printf(&b, "line %d\n", i);
	if (zv_buf_failed(&b)) {
		zv_buf_deinit(&b);
		return ZV_ENOMEM;
	}
	zv_buf_deinit(&b);
	return 0;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(build, NULL);
	check_out_of_memory(build, "secret");
}

/* Every byte of a secret buffer that is not in it any more is overwritten. */
static void
test_secrets_are_overwritten(void **state)
{
	static const char secret[] = "the-marker-password";
	struct zv_buf b = { .secret = true };

	heap_watch(secret);
	for (int i = 0; i < 50; i++) /* moves a few times */
		zv_buf_printf(&b, "Secret: %s\r\n", secret);
	zv_buf_consume(&b, b.n - 5);
	assert_null(memmem(b.p, b.cap, secret, strlen(secret)));
	zv_buf_add(&b, ZV_STR("the-marker-password"));
	zv_buf_clear(&b);
	assert_null(memmem(b.p, b.cap, secret, strlen(secret)));
	zv_buf_add(&b, ZV_STR("the-marker-password"));
	zv_buf_deinit(&b);
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

/* The other way round, so that the test above is known to be able to fail. */
static void
test_other_buffers_are_not_overwritten(void **state)
{
	struct zv_buf b = { 0 };

	heap_watch("the-marker-password");
	for (int i = 0; i < 50; i++)
		zv_buf_add(&b, ZV_STR("the-marker-password"));
	zv_buf_deinit(&b);
	assert_true(heap_found() > 1); /* when it moved, and at the end */
	heap_watch(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_and_is_used_up_from_the_front),
		cmocka_unit_test(test_empty_pieces_need_no_memory),
		cmocka_unit_test(test_every_length_around_the_steps),
		cmocka_unit_test(test_a_failure_sticks_until_cleared),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_secrets_are_overwritten),
		cmocka_unit_test(test_other_buffers_are_not_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
