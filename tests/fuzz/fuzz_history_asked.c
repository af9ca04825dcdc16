/* What is asked of the history, in a URL, a form, JSON: whatever comes is refused with a reason,
 * or is a query that the store may be asked; and what is written of it stays in its cell.
 *
 * Input: which of the three (1 byte), the text. */
#include "fuzz.h"
#include "hist/cells.h"
#include "hist/miko.h"
#include "zvond/history_form.h"

static int
read_any(unsigned which, struct zv_history_asked *a, struct zv_str text,
	 struct zv_buf *client_id, struct zv_error *err)
{
	switch (which % 3) {
	case 0:
		return zv_history_read_query(a, text, err);
	case 1:
		return zv_history_read_form(a, text, client_id, err);
	default:
		return zv_history_read_json(a, text, client_id, err);
	}
}

static void
check_query(const struct zv_history_query *q)
{
	CHECK(q->n_numbers <= ZV_HISTORY_NUMBERS_MAX);
	CHECK(q->n_lines <= ZV_HISTORY_NUMBERS_MAX);
	CHECK(q->limit >= 0 && q->limit <= ZV_HISTORY_PAGE_MAX);
	CHECK(q->cursor.n < ZV_HISTORY_CURSOR_MAX);
	CHECK(q->from_ms >= 0 && q->to_ms >= 0);
	for (size_t i = 0; i < q->n_numbers; i++)
		CHECK(q->numbers[i].n && q->numbers[i].n <= ZV_HISTORY_TEXT_MAX);
}

/* One cell, whatever it holds: quotes are paired, and outside of them nothing ends it. */
static void
check_cell(struct zv_str text)
{
	struct zv_buf out = { 0 };
	bool inside = false;

	zv_csv_cell(&out, text);
	for (size_t i = 0; i < out.n; i++) {
		inside ^= out.p[i] == '"';
		CHECK(inside || !memchr(",\r\n", out.p[i], 3));
	}
	CHECK(!inside);
	CHECK(!out.n || !memchr("=+-@\t\r", out.p[0], 6));
	zv_buf_clear(&out);
	zv_percent_encode(&out, text);
	for (size_t i = 0; i < out.n; i++)
		CHECK(!memchr("\"<>&' ", out.p[i], 6) &&
		      (unsigned char)out.p[i] < 0x7f);
	zv_buf_deinit(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned which = fuzz_byte(&in);
	struct zv_str text = fuzz_rest(&in);
	char *copy = fuzz_copy(text);
	struct zv_history_asked a;
	struct zv_buf client_id = { 0 };
	struct zv_error err = { 0 };
	int rc;

	zv_history_asked_init(&a, NULL);
	rc = read_any(which, &a, (struct zv_str){ copy, text.n }, &client_id, &err);
	if (rc == 0)
		rc = zv_history_asked_end(&a, &err);
	CHECK(rc <= 0 && (rc == 0 || err.text[0]));
	if (rc == 0)
		check_query(&a.query);
	check_cell((struct zv_str){ copy, text.n });
	zv_buf_deinit(&client_id);
	zv_history_asked_deinit(&a);
	free(copy);
	return 0;
}
