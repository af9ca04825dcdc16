#include "helper.h"
#include "zvond/delay.h"

#define US 1000

static struct zv_str
told(const struct zv_delay *d, struct zv_buf *out)
{
	zv_buf_clear(out);
	zv_delay_write(d, out);
	return zvon_str(zv_buf_cstr(out));
}

static void
assert_has(struct zv_str text, const char *line)
{
	if (!strstr(text.p, line))
		fail_msg("no '%s' in %s", line, text.p);
}

/* Counted in the bucket of its time, which is told with all those below it. */
static void
test_events_are_counted(void **state)
{
	struct zv_delay d = { 0 };
	struct zv_buf out = { 0 };
	struct zv_str text;

	zv_delay_begin(&d, 10, 1000 * US);
	zv_delay_end(&d, 11, 1025 * US);
	zv_delay_begin(&d, 11, 2000 * US);
	zv_delay_end(&d, 14, 2026 * US);
	zv_delay_begin(&d, 14, 3000 * US);
	zv_delay_end(&d, 15, 3000 * US + 2000000L * US);
	text = told(&d, &out);
	assert_has(text, "zvond_event_seconds_bucket{le=\"2.5e-05\"} 1\n");
	assert_has(text, "zvond_event_seconds_bucket{le=\"5e-05\"} 4\n");
	assert_has(text, "zvond_event_seconds_bucket{le=\"1\"} 4\n");
	assert_has(text, "zvond_event_seconds_bucket{le=\"+Inf\"} 5\n");
	assert_has(text, "zvond_event_seconds_sum 2.000103\n");
	assert_has(text, "zvond_event_seconds_count 5\n");
	zv_buf_deinit(&out);
}

/* While messages are gathered more is read: the first reading counts. */
static void
test_the_first_reading_counts(void **state)
{
	struct zv_delay d = { 0 };
	struct zv_buf out = { 0 };

	zv_delay_begin(&d, 1, 100 * US);
	zv_delay_begin(&d, 2, 900 * US);
	zv_delay_end(&d, 3, 1000 * US);
	assert_has(told(&d, &out), "zvond_event_seconds_sum 0.001800\n");
	zv_buf_deinit(&out);
}

/* Answers to HTTP requests are written, too; and what nobody gets is not late. */
static void
test_no_event_is_not_counted(void **state)
{
	struct zv_delay d = { 0 };

	zv_delay_end(&d, 7, 500 * US);
	zv_delay_begin(&d, 7, 500 * US);
	zv_delay_forget(&d);
	zv_delay_end(&d, 9, 900 * US);
	zv_delay_begin(&d, 9, 1000 * US);
	zv_delay_end(&d, 9, 1100 * US);
	assert_int_equal(d.count, 0);
	assert_int_equal(d.sum_ns, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_are_counted),
		cmocka_unit_test(test_the_first_reading_counts),
		cmocka_unit_test(test_no_event_is_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
