/* A conversation as JSON: what was read is written, read again and is the same; merged with
 * itself it is what it was. */
#include "fuzz.h"
#include "hist/conversation.h"

static void
write_json(const struct zv_conversation *c, struct zv_buf *out)
{
	struct zv_json j = { .out = out };

	zv_conversation_json(&j, c);
	CHECK(!zv_buf_failed(out));
}

static void
check_same(struct zv_conversation *c, const struct zv_buf *wanted)
{
	struct zv_buf got = { 0 };

	CHECK(c);
	write_json(c, &got);
	fuzz_tell("%.*s\n%.*s\n", (int)wanted->n, wanted->p, (int)got.n, got.p);
	CHECK(zvon_str_equal(zv_buf_str(&got), zv_buf_str(wanted)));
	zv_buf_deinit(&got);
	zv_conversation_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_error err = { 0 };
	struct zv_str text = fuzz_rest(&in);
	char *copy = fuzz_copy(text);
	struct zv_conversation *c =
		zv_conversation_read((struct zv_str){ copy, text.n }, &err);
	struct zv_buf first = { 0 };

	free(copy);
	CHECK(!c == (err.code != 0));
	if (!c)
		return 0;
	write_json(c, &first);
	check_same(zv_conversation_read(zv_buf_str(&first), &err), &first);
	check_same(zv_conversation_copy(c), &first);
	zv_conversation_free(zv_conversation_merge(c, c));
	CHECK(zv_conversation_is_same(c, c) || (c->id.n == 0));
	zv_conversation_free(c);
	zv_buf_deinit(&first);
	return 0;
}
