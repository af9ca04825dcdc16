#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "helper.h"

static void
test_nothing_is_something(void **state)
{
	void *blocks[] = { zv_malloc(0), zv_calloc(0, 8), zv_calloc(8, 0),
			   zv_realloc(NULL, 0), zv_memdup(NULL, 0) };

	for (size_t i = 0; i < N_OF(blocks); i++) {
		assert_non_null(blocks[i]);
		zv_free(blocks[i]);
	}
	zv_free(NULL);
	assert_null(zv_strdup(NULL));
}

static void
test_too_much(void **state)
{
	assert_null(zv_calloc(SIZE_MAX / 2, 4));
	assert_null(zv_memdup("", SIZE_MAX));
}

static void
test_copies_end_with_nul(void **state)
{
	char *a = zv_memdup("ab\0cd", 5), *b = zv_strdup("text");

	assert_memory_equal(a, "ab\0cd\0", 6);
	assert_string_equal(b, "text");
	zv_free(a);
	zv_free(b);
}

static void
test_wipe(void **state)
{
	char text[] = "-secret-";

	zv_wipe(text + 1, 6);
	assert_memory_equal(text, "-\0\0\0\0\0\0-", 9);
	zv_wipe(NULL, 0);
}

/* Which of `tries` allocations failed; 0: none. */
static int
failed_one(unsigned long countdown, int tries)
{
	int failed = 0;

	zv_mem_fail_at(countdown);
	for (int i = 1; i <= tries; i++) {
		void *p = i % 3 == 0   ? zv_malloc(8)
			  : i % 3 == 1 ? zv_calloc(1, 8)
				       : zv_realloc(NULL, 8);

		if (!p) {
			assert_int_equal(failed, 0); /* once */
			failed = i;
		}
		zv_free(p);
	}
	zv_mem_fail_at(0);
	return failed;
}

static void
test_the_chosen_allocation_fails_once(void **state)
{
	unsigned long before = zv_mem_count();

	for (unsigned long n = 1; n <= 9; n++)
		assert_int_equal(failed_one(n, 9), n);
	assert_int_equal(failed_one(0, 9), 0);
	assert_int_equal(failed_one(10, 9), 0);
	assert_int_equal(zv_mem_count() - before, 11 * 9);
}

/* The instrument of the other tests. */
static void
test_the_heap_is_watched(void **state)
{
	size_t blocks = heap_blocks(), bytes = heap_bytes();
	char *p = zv_malloc(1000);

	assert_int_equal(heap_blocks(), blocks + 1);
	assert_true(heap_bytes() >= bytes + 1000);
	p = zv_realloc(p, 5000);
	assert_int_equal(heap_blocks(), blocks + 1);
	assert_true(heap_bytes() >= bytes + 5000);
	heap_watch("marker");
	strcpy(p, "some marker here");
	zv_free(p);
	assert_int_equal(heap_found(), 1);
	heap_watch(NULL);
	assert_int_equal(heap_blocks(), blocks);
	assert_int_equal(heap_bytes(), bytes);
	assert_true(heap_peak() >= bytes + 5000);
	heap_forget_peak();
	assert_int_equal(heap_peak(), bytes);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_something),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_copies_end_with_nul),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_the_chosen_allocation_fails_once),
		cmocka_unit_test(test_the_heap_is_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
