/* A CSV file of any content: each byte is of exactly one record or of what is left out, fields
 * lie in their record, and a file that grows says the same as one that was there at once. */
#include "hist/csv.h"

#include <string.h>

#include "fuzz.h"

/* What comes of it, as text, when it is read in pieces. */
static void
read_pieces(struct zv_str bytes, uint32_t chance, struct zv_buf *out)
{
	char *copy = fuzz_copy(bytes);
	size_t at = 0, n = 0;

	while (n < bytes.n) {
		struct zv_csv_record record;
		size_t used;
		int r;

		n += chance ? fuzz_piece(&chance, bytes.n - n) : bytes.n;
		while ((r = zv_csv_next(copy + at, n - at, &record, &used)) != 0) {
			CHECK(used > 0 && used <= n - at);
			CHECK(r == 1 || r == ZV_EPROTO);
			CHECK(copy[at + used - 1] == '\n' || used == n - at);
			zv_buf_printf(out, "%d:", r);
			for (size_t i = 0; r == 1 && i < record.n; i++) {
				CHECK(record.fields[i].p >= copy + at);
				CHECK(record.fields[i].p + record.fields[i].n <
				      copy + at + used);
				zv_buf_printf(out, "%zu=", record.fields[i].n);
				zv_buf_add(out, record.fields[i]);
			}
			at += used;
		}
		CHECK(used == 0);
	}
	zv_buf_printf(out, "+%zu", bytes.n - at);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	uint32_t chance = fuzz_byte(&in) + 1;
	struct zv_str text = fuzz_rest(&in);
	struct zv_buf whole = { 0 }, pieces = { 0 };

	read_pieces(text, 0, &whole);
	read_pieces(text, chance, &pieces);
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
	return 0;
}
