/* The reader of CSV: whole, cut at each byte, and what is no CSV. */
#include "hist/csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "helper.h"

static const struct {
	struct zv_str bytes;
	const char *wanted; /* fields in [], records ended by ;, then what is left */
} rows[] = {
	{ VIEW("a,b\n"), "[a][b];" },
	{ VIEW("\"a\",\"b\"\r\n\"c\"\n"), "[a][b];[c];" },
	{ VIEW("\"\"\"Ivan\"\" <101>\",,2\n"), "[\"Ivan\" <101>][][2];" },
	{ VIEW("\"\"\"\"\" <>\",\"\"\n"), "[\"\" <>][];" },
	{ VIEW("\"two\nlines\",\"a,b\"\nx\n"), "[two\nlines][a,b];[x];" },
	{ VIEW(",\n"), "[][];" },
	{ VIEW("\n\r\na\n"), ";;[a];" },
	{ VIEW("a\"b\",c\n"), "[a\"b\"][c];" },
	{ VIEW("\"a\"b\"c,d\n"), "[ab\"c][d];" },
	{ VIEW("a\nb"), "[a];+1" },
	{ VIEW("\"a\nb\n"), "+5" },
	{ VIEW("\"a\""), "+3" },
	{ VIEW("a\0b\n"), "[a\\x00b];" },
};

/* Feeds it in pieces of that size; what came. */
static void
read_all(struct zv_str bytes, size_t piece, struct zv_buf *out)
{
	char *copy = malloc(bytes.n + 1);
	size_t at = 0, n = 0;

	memcpy(copy, bytes.p, bytes.n);
	while (n < bytes.n) {
		struct zv_csv_record record;
		size_t used;
		int r;

		n = n + piece < bytes.n ? n + piece : bytes.n;
		while ((r = zv_csv_next(copy + at, n - at, &record, &used)) != 0) {
			at += used;
			if (r < 0)
				zv_buf_add(out, ZV_STR("!"));
			for (size_t i = 0; r == 1 && i < record.n; i++) {
				zv_buf_add_char(out, '[');
				for (size_t k = 0; k < record.fields[i].n; k++)
					if (record.fields[i].p[k])
						zv_buf_add_char(out,
								record.fields[i].p[k]);
					else
						zv_buf_add(out, ZV_STR("\\x00"));
				zv_buf_add_char(out, ']');
			}
			zv_buf_add_char(out, ';');
		}
	}
	if (at < bytes.n)
		zv_buf_printf(out, "+%zu", bytes.n - at);
	free(copy);
}

static void
test_records(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++)
		for (size_t piece = 1; piece <= rows[i].bytes.n; piece++) {
			struct zv_buf got = { 0 };

			read_all(rows[i].bytes, piece, &got);
			check_text(rows[i].wanted, zv_buf_str(&got),
				   zvon_str(rows[i].wanted));
			zv_buf_deinit(&got);
		}
}

/* A line of that many bytes with its newline, then another. */
static int
read_long(size_t bytes, char fill, size_t *used)
{
	char *p = malloc(bytes + 2);
	struct zv_csv_record record;
	int r;

	memset(p, fill, bytes);
	p[0] = '"'; /* never closed, if it is not the fill that does */
	if (fill != '"')
		p[bytes - 2] = '"';
	p[bytes - 1] = '\n';
	memcpy(p + bytes, "x\n", 2);
	r = zv_csv_next(p, bytes + 2, &record, used);
	free(p);
	return r;
}

static void
test_longest_record(void **state)
{
	size_t used;

	assert_int_equal(read_long(ZV_CSV_RECORD_MAX, 'a', &used), 1);
	assert_int_equal(used, ZV_CSV_RECORD_MAX);
	assert_int_equal(read_long(ZV_CSV_RECORD_MAX + 1, 'a', &used), ZV_EPROTO);
	assert_int_equal(used, ZV_CSV_RECORD_MAX + 1); /* the line, no more */
}

static void
test_most_fields(void **state)
{
	char line[2 * ZV_CSV_FIELDS_MAX + 2];
	struct zv_csv_record record;
	size_t used, n = 0;

	for (size_t i = 1; i < ZV_CSV_FIELDS_MAX; i++)
		line[n++] = ',';
	line[n] = '\n';
	assert_int_equal(zv_csv_next(line, n + 1, &record, &used), 1);
	assert_int_equal(record.n, ZV_CSV_FIELDS_MAX);
	line[n++] = ',';
	line[n] = '\n';
	assert_int_equal(zv_csv_next(line, n + 1, &record, &used), ZV_EPROTO);
	assert_int_equal(used, n + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_longest_record),
		cmocka_unit_test(test_most_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
