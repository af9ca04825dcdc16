#include "ajam_codec.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

struct reading {
	struct zv_ajam_reader *reader;
	struct zv_buf text;
	int rc;
};

static void *
reading_begin(const void *options)
{
	const struct ajam_options *o = options;
	struct reading *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->reader = zv_ajam_reader_new(o->encoding, &o->limits);
	assert_non_null(r->reader);
	return r;
}

static void
reading_piece(void *state, char *bytes, size_t n)
{
	struct reading *r = state;
	const struct zv_packet *packet;

	r->rc = zv_ajam_reader_feed(r->reader, (struct zv_str){ bytes, n });
	while (r->rc >= 0 && (r->rc = zv_ajam_reader_next(r->reader, &packet)) == 1) {
		if (r->text.n)
			zv_buf_add_char(&r->text, ' ');
		add_packet(&r->text, packet);
	}
}

static void
reading_end(void *state, struct zv_buf *out)
{
	struct reading *r = state;
	int rc = zv_ajam_reader_end(r->reader);

	assert_true(r->rc >= 0 || rc == r->rc);
	assert_int_equal(rc < 0, zv_ajam_reader_error(r->reader)[0] != '\0');
	zv_buf_add(out, zv_buf_str(&r->text));
	if (rc < 0)
		zv_buf_printf(out, "%s!%s", out->n ? " " : "", zvon_err_name(rc));
	zv_ajam_reader_free(r->reader);
	zv_buf_deinit(&r->text);
	free(r);
}

const struct codec ajam_codec = { reading_begin, reading_piece, reading_end };

void
add_body(struct zv_buf *out, enum zv_ajam_encoding encoding, struct zv_str body)
{
	const struct ajam_options options = { encoding, { 0 } };
	char *exact = exact_copy(body);
	void *reading = reading_begin(&options);

	reading_piece(reading, exact, body.n);
	reading_end(reading, out);
	free(exact);
}

/* ---- recorded exchanges ------------------------------------------------------------ */

/* Behind `=====> request 1 (0 ms, 85 bytes)` LF: that many bytes. */
static bool
next_message(struct zv_str *rest, struct zv_str mark, struct zv_str *message)
{
	struct zv_str line;
	size_t at;
	long long n;

	while (zv_str_split(rest, '\n', &line)) {
		if (!zv_str_starts(line, mark))
			continue;
		at = zv_str_find(line, ZV_STR(" ms, "));
		line = zv_str_from(line, at + 5);
		line.n = zv_str_find(line, ZV_STR(" bytes)"));
		assert_int_equal(zv_num_parse(line, 0, (long long)rest->n, &n), 0);
		*message = (struct zv_str){ rest->p, (size_t)n };
		*rest = zv_str_from(*rest, (size_t)n);
		return true;
	}
	return false;
}

static size_t
content_length(struct zv_str head)
{
	struct zv_str number = ZV_STR("Content-Length: ");
	size_t at = zv_str_find(head, number);
	long long n = 0;

	if (at == head.n)
		return 0;
	number = zv_str_from(head, at + number.n);
	number.n = zv_str_find(number, ZV_STR("\r\n"));
	assert_int_equal(zv_num_parse(number, 0, 1 << 24, &n), 0);
	return (size_t)n;
}

bool
next_exchange(struct zv_str *rest, struct exchange *out)
{
	struct zv_str response, end = ZV_STR("\r\n\r\n");

	if (!next_message(rest, ZV_STR("=====> request "), &out->request) ||
	    !next_message(rest, ZV_STR("<===== response "), &response))
		return false;
	out->target =
		zv_str_from(out->request, zv_str_find(out->request, ZV_STR(" ")) + 1);
	out->target.n = zv_str_find(out->target, ZV_STR(" "));
	out->head = (struct zv_str){ response.p, zv_str_find(response, end) };
	out->body = zv_str_from(response, out->head.n + end.n);
	out->head.n += out->head.n < response.n ? 2 : 0;
	if (content_length(out->head) < out->body.n)
		out->body.n = content_length(out->head);
	out->is_ok = zv_str_find(out->head, ZV_STR(" 200 OK\r\n")) < out->head.n;
	return true;
}
