/* The text that a hub is restored from: it is refused whole, or what is saved again is what
 * was read. Input: such a text. */
#include "fuzz.h"
#include "hub/hub.h"

static void
on_ready(void *context, struct zv_session *s)
{
}

static struct zv_hub *
load(struct zv_str text, int *rc)
{
	const struct zv_hub_options o = { .hooks.on_ready = on_ready, .first_seq = 1 };
	struct zv_hub *h = zv_hub_new(&o);

	CHECK(h);
	*rc = zv_hub_load(h, text, 1000000, NULL);
	return h;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *copy = fuzz_copy((struct zv_str){ (const char *)bytes, n });
	struct zv_buf first = { 0 }, second = { 0 };
	int rc;
	struct zv_hub *h = load((struct zv_str){ copy, n }, &rc), *again;

	CHECK(rc == 0 || rc == ZV_EPROTO);
	CHECK(rc == 0 || zv_hub_last_seq(h) == 0);
	CHECK(zv_hub_save(h, &first, 1000000) == 0);
	again = load(zv_buf_str(&first), &rc);
	CHECK(rc == 0);
	CHECK(zv_hub_save(again, &second, 1000000) == 0);
	CHECK(zvon_str_equal(zv_buf_str(&first), zv_buf_str(&second)));
	zv_hub_free(h);
	zv_hub_free(again);
	zv_buf_deinit(&first);
	zv_buf_deinit(&second);
	free(copy);
	return 0;
}
