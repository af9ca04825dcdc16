#include "ws/deflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "heap.h"
#include "helper.h"

/* Text like ours: JSON with much that repeats. */
static void
add_text(struct zv_buf *out, size_t n)
{
	while (out->n < n)
		zv_buf_printf(out,
			      "{\"event\":\"call.started\",\"call\":\"%zu\","
			      "\"number\":\"%zu\"},",
			      chance_below(1000), chance_below(1000000));
	out->n = n;
}

/* zlib itself, as it is used for it everywhere. */
static void
inflate_by_zlib(struct zv_str payload, struct zv_str wanted)
{
	unsigned char *all = malloc(payload.n + 4), *made = malloc(wanted.n + 1);
	z_stream z = { 0 };

	memcpy(all, payload.p, payload.n);
	memcpy(all + payload.n, "\0\0\xff\xff", 4);
	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	z.next_in = all;
	z.avail_in = (unsigned)payload.n + 4;
	z.next_out = made;
	z.avail_out = (unsigned)wanted.n + 1;
	assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, wanted.n);
	assert_memory_equal(made, wanted.p, wanted.n);
	inflateEnd(&z);
	free(all);
	free(made);
}

static void
check_both_ways(struct zv_str text)
{
	struct zv_buf wire = { 0 }, back = { 0 };
	int rc;

	zv_buf_add_char(&wire, '>');
	rc = zv_ws_deflate(text, &wire);
	assert_true(rc == 0 || rc == ZV_ENOTFOUND);
	assert_true(rc == 0 ? wire.n - 1 < text.n : wire.n == 1);
	if (rc == 0) {
		struct zv_str payload = zv_str_from(zv_buf_str(&wire), 1);

		inflate_by_zlib(payload, text);
		zv_buf_add_char(&back, '<');
		assert_int_equal(zv_ws_inflate(payload, text.n, &back), 0);
		check_text("back", zv_str_from(zv_buf_str(&back), 1), text);
		zv_buf_clear(&back);
		assert_int_equal(zv_ws_inflate(payload, text.n - 1, &back), ZV_ETOOBIG);
		assert_true(back.n <= text.n - 1);
	}
	zv_buf_deinit(&wire);
	zv_buf_deinit(&back);
}

static void
test_both_ways(void **state)
{
	static const size_t sizes[] = { 0,   1,	   5,	  100,	 199,	200,	500,
					999, 4096, 32768, 65536, 65537, 1000000 };

	for (size_t i = 0; i < N_OF(sizes); i++) {
		struct zv_buf text = { 0 };

		add_text(&text, sizes[i]);
		check_both_ways(zv_buf_str(&text));
		for (size_t k = 0; k < text.n; k++)
			text.p[k] = (char)chance();
		check_both_ways(zv_buf_str(&text)); /* cannot be made shorter */
		zv_buf_deinit(&text);
	}
	for (int i = 0; i < 500; i++) {
		struct zv_buf text = { 0 };

		add_text(&text, chance_below(3000));
		check_both_ways(zv_buf_str(&text));
		zv_buf_deinit(&text);
	}
	zv_ws_deflate_forget();
}

/* Whatever was deflated before, one text is always the same bytes: no context. */
static void
test_one_text_serves_all(void **state)
{
	struct zv_buf text = { 0 }, other = { 0 }, first = { 0 }, second = { 0 };

	add_text(&text, 700);
	add_text(&other, 5000);
	assert_int_equal(zv_ws_deflate(zv_buf_str(&text), &first), 0);
	assert_int_equal(zv_ws_deflate(zv_buf_str(&other), &second), 0);
	zv_buf_clear(&second);
	assert_int_equal(zv_ws_deflate(zv_buf_str(&text), &second), 0);
	check_text("again", zv_buf_str(&second), zv_buf_str(&first));
	zv_buf_deinit(&text);
	zv_buf_deinit(&other);
	zv_buf_deinit(&first);
	zv_buf_deinit(&second);
	zv_ws_deflate_forget();
}

/* Cut at any byte, or with any bit turned, it is an error or another text, never more than
 * the limit. */
static void
test_fault_044_damaged(void **state)
{
	struct zv_buf text = { 0 }, wire = { 0 };

	add_text(&text, 600);
	assert_int_equal(zv_ws_deflate(zv_buf_str(&text), &wire), 0);
	for (size_t cut = 0; cut < wire.n; cut++) {
		struct zv_buf out = { 0 };
		char *copy = exact_copy((struct zv_str){ wire.p, cut });
		int rc = zv_ws_inflate((struct zv_str){ copy, cut }, 600, &out);

		assert_true(rc == 0 || rc == ZV_EPROTO || rc == ZV_ETOOBIG);
		assert_false(zvon_str_equal(zv_buf_str(&out), zv_buf_str(&text)) &&
			     rc == 0);
		free(copy);
		zv_buf_deinit(&out);
	}
	for (size_t bit = 0; bit < wire.n * 8; bit++) {
		struct zv_buf out = { 0 };
		int rc;

		wire.p[bit / 8] = (char)(wire.p[bit / 8] ^ 1 << bit % 8);
		rc = zv_ws_inflate(zv_buf_str(&wire), 600, &out);
		wire.p[bit / 8] = (char)(wire.p[bit / 8] ^ 1 << bit % 8);
		assert_true(rc == 0 || rc == ZV_EPROTO || rc == ZV_ETOOBIG);
		assert_true(out.n <= 600);
		zv_buf_deinit(&out);
	}
	/* after all that the next one is as if nothing had been */
	check_both_ways(zv_buf_str(&text));
	zv_buf_deinit(&text);
	zv_buf_deinit(&wire);
	zv_ws_deflate_forget();
}

/* Nothing is taken from the heap once both directions have run. */
static void
test_memory_is_kept(void **state)
{
	size_t before = heap_blocks(), kept;
	struct zv_buf text = { 0 }, wire = { 0 }, back = { 0 };

	add_text(&text, 2000);
	zv_ws_deflate(zv_buf_str(&text), &wire);
	zv_ws_inflate(zv_buf_str(&wire), 2000, &back);
	kept = heap_blocks();
	for (int i = 0; i < 10; i++) {
		zv_buf_clear(&wire);
		zv_buf_clear(&back);
		assert_int_equal(zv_ws_deflate(zv_buf_str(&text), &wire), 0);
		assert_int_equal(zv_ws_inflate(zv_buf_str(&wire), 2000, &back), 0);
	}
	assert_int_equal(heap_blocks(), kept);
	zv_buf_deinit(&text);
	zv_buf_deinit(&wire);
	zv_buf_deinit(&back);
	zv_ws_deflate_forget();
	zv_ws_deflate_forget();
	assert_int_equal(heap_blocks(), before);
}

static int
scene(void *user)
{
	struct zv_buf *text = user;
	struct zv_buf wire = { 0 }, back = { 0 };
	int rc = zv_ws_deflate(zv_buf_str(text), &wire);

	if (rc == 0)
		rc = zv_ws_inflate(zv_buf_str(&wire), text->n, &back);
	zv_buf_deinit(&wire);
	zv_buf_deinit(&back);
	zv_ws_deflate_forget();
	return rc;
}

static void
test_out_of_memory(void **state)
{
	struct zv_buf text = { 0 };

	add_text(&text, 3000);
	check_out_of_memory(scene, &text);
	zv_buf_deinit(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_one_text_serves_all),
		cmocka_unit_test(test_fault_044_damaged),
		cmocka_unit_test(test_memory_is_kept),
		cmocka_unit_test(test_out_of_memory),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
