/* WebSocket frames: each row of tests/ws/conformance.txt (faults 039 to 044) in all
 * splits, what is written read again by the other role, memory. */
#include "ws/frame.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf.h"
#include "conformance.h"
#include "heap.h"
#include "helper.h"
#include "ws/deflate.h"

/* ---- the reader as a codec -------------------------------------------------------- */

struct way {
	enum zv_ws_role role;
	bool deflates;
	struct zv_ws_limits limits;
};

struct reading {
	struct zv_ws_reader reader;
	struct zv_buf text;
	size_t used;
	int rc, close_code;
};

static void *
reading_begin(const void *options)
{
	const struct way *way = options;
	struct reading *r = calloc(1, sizeof *r);

	assert_non_null(r);
	zv_ws_reader_init(&r->reader, way->role, &way->limits,
			  way->deflates ? zv_ws_inflate : NULL);
	return r;
}

static void
add_message(struct zv_buf *out, const struct zv_ws_message *m)
{
	static const char *const names[] = {
		[ZV_WS_TEXT] = "text",	 [ZV_WS_BINARY] = "binary",
		[ZV_WS_CLOSE] = "close", [ZV_WS_PING] = "ping",
		[ZV_WS_PONG] = "pong",
	};

	zv_buf_printf(out, "%s%s:", out->n ? " " : "", names[m->op]);
	if (m->op == ZV_WS_CLOSE)
		zv_buf_printf(out, "%d:", m->close_code);
	else
		assert_int_equal(m->close_code, 0);
	if (m->payload.n > 100)
		zv_buf_printf(out, "<%zu>", m->payload.n);
	else
		add_shown(out, m->payload);
}

/* The same from now on, and nothing more is used. */
static void
check_stays_refused(struct reading *r)
{
	struct zv_str rest = ZV_STR("\x81\x80\0\0\0\0");
	struct zv_ws_message m;
	const char *why = NULL;
	int code = 0;

	assert_int_equal(zv_ws_reader_next(&r->reader, &rest, &m, &code, &why), r->rc);
	assert_int_equal(code, r->close_code);
	assert_int_equal(rest.n, 6);
	assert_true(why && *why);
}

static void
reading_piece(void *of, char *bytes, size_t n)
{
	struct reading *r = of;
	struct zv_str rest = { bytes, n };
	struct zv_ws_message m;
	const char *why = NULL;

	if (r->rc < 0)
		return;
	while ((r->rc = zv_ws_reader_next(&r->reader, &rest, &m, &r->close_code,
					  &why)) == 1)
		add_message(&r->text, &m);
	r->used += n - rest.n;
	if (r->rc == 0)
		assert_int_equal(rest.n, 0);
	else
		check_stays_refused(r);
}

static void
reading_end(void *of, struct zv_buf *out)
{
	struct reading *r = of;

	zv_buf_add(out, zv_buf_str(&r->text));
	if (r->rc < 0)
		zv_buf_printf(out, "%s!%d", out->n ? " " : "", r->close_code);
	zv_ws_reader_deinit(&r->reader);
	zv_buf_deinit(&r->text);
	free(r);
}

static const struct codec codec = { reading_begin, reading_piece, reading_end };

/* ---- the list ------------------------------------------------------------------------ */

/* The messages are there, and the refusal comes with its byte, not one later; before it
 * nothing is refused. */
static void
check_place(const struct way *way, const struct conformance_row *row)
{
	struct reading *r = reading_begin(way);
	struct zv_buf out = { 0 };
	size_t n = 0;

	while (n < row->bytes.n && r->rc >= 0) {
		char *byte = exact_copy((struct zv_str){ row->bytes.p + n, 1 });

		reading_piece(r, byte, 1);
		free(byte);
		n++;
	}
	if (row->close_code && (r->rc >= 0 || n != row->refused_at))
		fail_msg("%s: refused at byte %zu, not %zu", row->name,
			 r->rc < 0 ? n : 0, row->refused_at);
	reading_end(r, &out);
	zv_buf_deinit(&out);
}

static void
check_row(struct conformance_row *row)
{
	struct way way = { row->is_client ? ZV_WS_CLIENT : ZV_WS_SERVER,
			   row->deflates };
	size_t end = strlen(row->wanted);

	check_place(&way, row);
	if (row->close_code)
		snprintf(row->wanted + end, sizeof row->wanted - end, "!%d",
			 row->close_code);
	check_splits(&codec, &way, row->name, row->bytes, row->wanted,
		     row->bytes.n < 1000 ? ALL_CUTS : 20);
	/* the first bad byte needs nothing behind it, nor all of it in one piece */
	if (row->close_code)
		check_splits(&codec, &way, row->name,
			     (struct zv_str){ row->bytes.p, row->refused_at },
			     row->wanted, 0);
}

static void
test_conformance(void **state)
{
	struct conformance_row row;
	struct conformance list;
	int n = 0;

	conformance_open(&list);
	while (conformance_next(&list, &row)) {
		check_row(&row);
		n++;
	}
	conformance_close(&list);
	assert_true(n >= 180);
	zv_ws_deflate_forget();
}

/* ---- text by chance -------------------------------------------------------------------- */

static size_t
add_character(unsigned char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 63));
		to[2] = (unsigned char)(0x80 | (c & 63));
		return 3;
	}
	to[0] = (unsigned char)(0xf0 | c >> 18);
	to[1] = (unsigned char)(0x80 | (c >> 12 & 63));
	to[2] = (unsigned char)(0x80 | (c >> 6 & 63));
	to[3] = (unsigned char)(0x80 | (c & 63));
	return 4;
}

static void
mask_frame(struct zv_buf *out, unsigned first, struct zv_str payload)
{
	const unsigned char mask[4] = { (unsigned char)chance(),
					(unsigned char)chance(),
					(unsigned char)chance(),
					(unsigned char)chance() };
	size_t at = out->n;

	zv_ws_write(out, ZV_WS_TEXT, payload, false, mask);
	out->p[at] = (char)first;
}

/* Every character, its bytes cut into fragments in every way: taken. The same with each
 * bit of it turned: taken just when it still is UTF-8 as utf.h sees it. */
static void
check_character(uint32_t c, unsigned turned)
{
	unsigned char text[6] = { 'a' };
	size_t n = 1 + add_character(text + 1, c);
	struct way way = { ZV_WS_SERVER };
	struct zv_buf bytes = { 0 }, out = { 0 };
	struct zv_str whole = { (char *)text, n + 1 };
	size_t cut = chance_below(n + 1);
	struct reading *r;
	bool good;

	text[n] = 'b';
	if (turned)
		text[turned / 8 % (n + 1)] ^= (unsigned char)(1 << turned % 8);
	good = zv_utf8_valid(whole) == whole.n;
	mask_frame(&bytes, 0x01, (struct zv_str){ whole.p, cut });
	mask_frame(&bytes, 0x80, (struct zv_str){ whole.p + cut, whole.n - cut });
	r = reading_begin(&way);
	reading_piece(r, bytes.p, bytes.n);
	assert_int_equal(r->rc < 0, !good);
	if (!good)
		assert_int_equal(r->close_code, 1007);
	reading_end(r, &out);
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&out);
}

static void
test_every_character(void **state)
{
	for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x1000 ? 1 : 17) {
		check_character(c, 0);
		check_character(c, 1 + (unsigned)chance_below(40));
	}
}

/* ---- written and read ------------------------------------------------------------------ */

static const size_t sizes[] = { 0,   1,	  2,	3,    4,     5,	    7,	   8,	  9,
				15,  16,  17,	124,  125,   126,   127,   128,	  255,
				256, 999, 4096, 4097, 65535, 65536, 65537, 200000 };

static void
check_written(size_t n, enum zv_ws_role reader_role, enum zv_ws_op op, bool deflated)
{
	const unsigned char mask[4] = { 0x37, (unsigned char)chance(), 0,
					(unsigned char)chance() };
	struct way way = { reader_role, true, { .message_bytes = 200000 } };
	struct zv_buf payload = { 0 }, frame = { 0 }, wire = { 0 };
	struct zv_ws_reader reader;
	struct zv_ws_message m;
	const char *why;
	int code;

	for (size_t i = 0; i < n; i++)
		zv_buf_add_char(&payload, (char)('a' + chance_below(4)));
	if (deflated)
		assert_int_equal(zv_ws_deflate(zv_buf_str(&payload), &wire), 0);
	zv_ws_write(&frame, op, deflated ? zv_buf_str(&wire) : zv_buf_str(&payload),
		    deflated, reader_role == ZV_WS_SERVER ? mask : NULL);
	assert_false(zv_buf_failed(&frame));
	zv_ws_reader_init(&reader, way.role, &way.limits, zv_ws_inflate);
	for (int turn = 0; turn < 2; turn++) {
		struct zv_str rest = zv_buf_str(&frame);

		assert_int_equal(zv_ws_reader_next(&reader, &rest, &m, &code, &why), 1);
		assert_int_equal(m.op, op);
		check_text("payload", m.payload, zv_buf_str(&payload));
		assert_int_equal(rest.n, 0);
	}
	zv_ws_reader_deinit(&reader);
	zv_buf_deinit(&payload);
	zv_buf_deinit(&frame);
	zv_buf_deinit(&wire);
}

static void
test_written_is_read(void **state)
{
	for (size_t i = 0; i < N_OF(sizes); i++)
		for (int role = ZV_WS_SERVER; role <= ZV_WS_CLIENT; role++) {
			check_written(sizes[i], role, ZV_WS_TEXT, false);
			check_written(sizes[i], role, ZV_WS_BINARY, false);
			if (sizes[i] <= 125)
				check_written(sizes[i], role, ZV_WS_PING, false);
			if (sizes[i] >= 100)
				check_written(sizes[i], role, ZV_WS_TEXT, true);
		}
	zv_ws_deflate_forget();
}

static void
test_written_bytes(void **state)
{
	static const unsigned char mask[4] = { 1, 2, 3, 4 };
	struct zv_buf out = { 0 };

	zv_ws_write(&out, ZV_WS_TEXT, ZV_STR("hi"), false, NULL);
	zv_ws_write(&out, ZV_WS_PING, ZV_STR(""), false, mask);
	zv_ws_write(&out, ZV_WS_BINARY, ZV_STR("aaaaa"), true, mask);
	zv_ws_write_close(&out, 1000, ZV_STR("no"), NULL);
	zv_ws_write_close(&out, 1005, ZV_STR("not sent"), NULL);
	check_text("bytes", zv_buf_str(&out),
		   ZV_STR("\x81\x02hi"
			  "\x89\x80\1\2\3\4"
			  "\xc2\x85\1\2\3\4`cbe`"
			  "\x88\x04\x03\xe8no"
			  "\x88\0"));
	zv_buf_deinit(&out);
}

/* The same head that a frame written as a whole has, at each edge of its length. */
static void
test_written_before(void **state)
{
	static const size_t edges[] = { 0, 1, 125, 126, 65535, 65536, 70000 };
	static char room[ZV_WS_MAX_HEAD_BEFORE + 70000];
	char *payload = room + ZV_WS_MAX_HEAD_BEFORE;

	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		struct zv_buf whole = { 0 };
		size_t head;

		memset(room, 'x', sizeof room);
		zv_ws_write(&whole, ZV_WS_TEXT, (struct zv_str){ payload, edges[i] },
			    false, NULL);
		head = zv_ws_write_before(payload, ZV_WS_TEXT, edges[i]);
		check_text("frame", (struct zv_str){ payload - head, head + edges[i] },
			   zv_buf_str(&whole));
		zv_buf_deinit(&whole);
	}
}

/* A reason is cut to 123 bytes, before a character that would not fit whole. */
static void
test_long_reasons(void **state)
{
	struct zv_buf reason = { 0 }, out = { 0 };

	for (int i = 0; i < 61; i++)
		zv_buf_add(&reason, ZV_STR("\xd0\x94"));
	zv_buf_add(&reason, ZV_STR("a"));
	zv_ws_write_close(&out, 1013, zv_buf_str(&reason), NULL);
	assert_int_equal(out.n, 2 + 2 + 123);
	zv_buf_clear(&out);
	zv_buf_clear(&reason);
	for (int i = 0; i < 62; i++)
		zv_buf_add(&reason, ZV_STR("\xd0\x94"));
	zv_ws_write_close(&out, 1013, zv_buf_str(&reason), NULL);
	assert_int_equal(out.n, 2 + 2 + 122);
	assert_int_equal(out.p[1], 124);
	zv_buf_deinit(&reason);
	zv_buf_deinit(&out);
}

static void
test_fault_042_close_codes(void **state)
{
	static const struct {
		int first, last;
		bool valid;
	} rows[] = {
		{ -1, 999, false },	{ 1000, 1003, true },  { 1004, 1006, false },
		{ 1007, 1014, true },	{ 1015, 2999, false }, { 3000, 4999, true },
		{ 5000, 65535, false },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		for (int code = rows[i].first; code <= rows[i].last; code++)
			assert_int_equal(zv_ws_close_code_is_valid(code),
					 rows[i].valid);
}

/* ---- memory ------------------------------------------------------------------------------ */

static int
feed(struct zv_ws_reader *reader, struct zv_str bytes)
{
	struct zv_ws_message m;
	const char *why;
	int code;

	return zv_ws_reader_next(reader, &bytes, &m, &code, &why);
}

static void
test_idle_memory(void **state)
{
	size_t before = heap_blocks();
	struct zv_ws_reader reader;

	assert_true(sizeof reader <= 256);
	zv_ws_reader_init(&reader, ZV_WS_SERVER, NULL, zv_ws_inflate);
	assert_int_equal(feed(&reader, ZV_STR("\x81\x81\0\0\0\0a")), 1);
	assert_int_equal(heap_blocks(), before + 1);
	assert_int_equal(feed(&reader, ZV_STR("")), 0);
	assert_int_equal(heap_blocks(), before);
	assert_int_equal(feed(&reader, ZV_STR("\x89\x81\0\0\0\0a")), 1);
	assert_int_equal(heap_blocks(), before);
	assert_int_equal(feed(&reader, ZV_STR("\x81\x81\0\0\0\0a\x81")), 1);
	assert_int_equal(feed(&reader, ZV_STR("\x81")), 0);
	assert_int_equal(feed(&reader, ZV_STR("\x01\x81\0\0\0\0a")), ZV_EPROTO);
	assert_int_equal(heap_blocks(), before);
	zv_ws_reader_deinit(&reader);
}

/* fault_040: memory follows what has come, not what was claimed. */
static void
test_fault_040_claims(void **state)
{
	struct zv_ws_limits large = { .message_bytes = SIZE_MAX / 4 };
	struct zv_ws_reader reader;
	size_t before = heap_bytes();

	zv_ws_reader_init(&reader, ZV_WS_SERVER, &large, NULL);
	heap_forget_peak();
	assert_int_equal(feed(&reader, ZV_STR("\x82\xff\0\0\x01\0\0\0\0\0\0\0\0\0abc")),
			 0);
	assert_true(heap_peak() < before + 256);
	zv_ws_reader_deinit(&reader);
}

/* fault_044: a bomb is found while it is inflated, whatever its rate. */
static void
test_fault_044_bomb(void **state)
{
	struct zv_buf zeros = { 0 }, bomb = { 0 }, frame = { 0 };
	static const unsigned char mask[4] = { 9, 9, 9, 9 };
	size_t most = 64 * 1024, before;
	struct zv_ws_reader reader;

	for (size_t i = 0; i < 10000000; i++)
		zv_buf_add_char(&zeros, '0');
	assert_int_equal(zv_ws_deflate(zv_buf_str(&zeros), &bomb), 0);
	assert_true(bomb.n < 10000000 / 900);
	zv_ws_write(&frame, ZV_WS_TEXT, zv_buf_str(&bomb), true, mask);
	zv_ws_reader_init(&reader, ZV_WS_SERVER, NULL, zv_ws_inflate);
	zv_ws_deflate_forget();
	before = heap_bytes();
	heap_forget_peak();
	assert_int_equal(feed(&reader, zv_buf_str(&frame)), ZV_ETOOBIG);
	assert_int_equal(reader.close_code, 1009);
	printf("# the bomb took %zu bytes at most\n", heap_peak() - before);
	assert_true(heap_peak() < before + most + 64 * 1024 + frame.n);
	zv_ws_reader_deinit(&reader);
	zv_buf_deinit(&zeros);
	zv_buf_deinit(&bomb);
	zv_buf_deinit(&frame);
	zv_ws_deflate_forget();
}

/* Of the limit's size is taken, one more is not: plain and deflated. */
static void
test_limit_of_messages(void **state)
{
	for (size_t n = 999; n <= 1002; n++)
		for (int deflated = 0; deflated < 2; deflated++) {
			struct zv_ws_limits limits = { .message_bytes = 1000 };
			struct zv_buf text = { 0 }, wire = { 0 }, frame = { 0 };
			struct zv_ws_reader reader;

			for (size_t i = 0; i < n; i++)
				zv_buf_add_char(&text, (char)('a' + i % 20));
			assert_int_equal(zv_ws_deflate(zv_buf_str(&text), &wire), 0);
			zv_ws_write(&frame, ZV_WS_TEXT,
				    zv_buf_str(deflated ? &wire : &text), deflated,
				    NULL);
			zv_ws_reader_init(&reader, ZV_WS_CLIENT, &limits,
					  zv_ws_inflate);
			assert_int_equal(feed(&reader, zv_buf_str(&frame)),
					 n > 1000 ? ZV_ETOOBIG : 1);
			zv_ws_reader_deinit(&reader);
			zv_buf_deinit(&text);
			zv_buf_deinit(&wire);
			zv_buf_deinit(&frame);
		}
	zv_ws_deflate_forget();
}

static int
memory_scene(void *user)
{
	static const unsigned char mask[4] = { 1, 2, 3, 4 };
	struct zv_buf text = { 0 }, wire = { 0 }, frames = { 0 };
	struct zv_ws_reader reader;
	struct zv_str rest;
	struct zv_ws_message m;
	const char *why;
	int rc, code = 0;

	zv_ws_reader_init(&reader, ZV_WS_SERVER, NULL, zv_ws_inflate);
	for (int i = 0; i < 300; i++)
		zv_buf_add(&text, ZV_STR("abc"));
	rc = zv_buf_failed(&text) ? ZV_ENOMEM : zv_ws_deflate(zv_buf_str(&text), &wire);
	if (rc == 0) {
		zv_ws_write(&frames, ZV_WS_TEXT, zv_buf_str(&text), false, mask);
		zv_ws_write(&frames, ZV_WS_TEXT, zv_buf_str(&wire), true, mask);
		rc = zv_buf_failed(&frames) ? ZV_ENOMEM : 1;
	}
	rest = zv_buf_str(&frames);
	while (rc == 1)
		rc = zv_ws_reader_next(&reader, &rest, &m, &code, &why);
	assert_true(code == 0 || code == 1011);
	zv_ws_reader_deinit(&reader);
	zv_buf_deinit(&text);
	zv_buf_deinit(&wire);
	zv_buf_deinit(&frames);
	zv_ws_deflate_forget();
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(memory_scene, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conformance),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_written_is_read),
		cmocka_unit_test(test_written_bytes),
		cmocka_unit_test(test_written_before),
		cmocka_unit_test(test_long_reasons),
		cmocka_unit_test(test_fault_042_close_codes),
		cmocka_unit_test(test_idle_memory),
		cmocka_unit_test(test_fault_040_claims),
		cmocka_unit_test(test_fault_044_bomb),
		cmocka_unit_test(test_limit_of_messages),
		cmocka_unit_test(test_out_of_memory),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
