#include "ajam.h"

#include "base/str.h"
#include "xml/generic.h"
#include "zvon/error.h"

/* The text that was made again is read as these fields: nothing in a value ends a line
 * or a packet. */
static void
check_text(const struct zv_packet *p)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *again;
	struct zv_buf text = { 0 };

	if (p->has_body || zv_str_starts(p->text, ZV_STR("Asterisk Call Manager/")))
		goto out;
	zv_buf_add(&text, p->text);
	zv_buf_add(&text, ZV_STR("\r\n"));
	CHECK(zvon_parser_feed(parser, zv_buf_str(&text)) == 0);
	if (zvon_str_equal_nocase(p->name, ZV_STR("Follows")) &&
	    p->kind == ZV_PACKET_RESPONSE)
		goto out; /* without its text it is not one */
	CHECK(zvon_parser_next(parser, &again) == 1);
	CHECK(again->n_fields == p->n_fields && again->kind == p->kind);
	for (size_t i = 0; i < p->n_fields; i++) {
		CHECK(zvon_str_equal(again->fields[i].key, p->fields[i].key));
		CHECK(zvon_str_equal(again->fields[i].value, p->fields[i].value));
	}
	CHECK(zvon_parser_next(parser, &again) == 0);
	CHECK(zvon_parser_pending(parser) == 0);
out:
	zvon_parser_free(parser);
	zv_buf_deinit(&text);
}

/* Its element can be read back, as one packet or as none at all. */
static void
check_xml(const struct zv_packet *p)
{
	struct zv_ajam_reader *r = zv_ajam_reader_new(ZV_AJAM_MXML, NULL);
	const struct zv_packet *again;
	struct zv_buf xml = { 0 };
	int packets = 0, rc;

	zv_buf_add(&xml, ZV_STR("<ajax-response>"));
	CHECK(zv_xml_generic(p, &xml) == 0);
	zv_buf_add(&xml, ZV_STR("</ajax-response>"));
	CHECK(zv_ajam_reader_feed(r, zv_buf_str(&xml)) == 0);
	while ((rc = zv_ajam_reader_next(r, &again)) == 1)
		packets++;
	CHECK(rc == 0 && packets <= 1 && zv_ajam_reader_end(r) == 0);
	zv_ajam_reader_free(r);
	zv_buf_deinit(&xml);
}

/* cut 0: in one piece. */
static void
read_all(struct zv_ajam_reader *r, const struct zv_parser_limits *limits,
	 struct zv_str bytes, uint32_t cut, struct zv_buf *out)
{
	const struct zv_packet *packet;
	int rc = 0;

	while (bytes.n && rc >= 0) {
		size_t n = cut ? fuzz_piece(&cut, bytes.n) : bytes.n;
		char *piece = fuzz_copy((struct zv_str){ bytes.p, n });

		rc = zv_ajam_reader_feed(r, (struct zv_str){ piece, n });
		while (rc >= 0 && (rc = zv_ajam_reader_next(r, &packet)) == 1) {
			fuzz_check_limits(limits, packet);
			if (!cut) {
				check_text(packet);
				check_xml(packet);
			}
			fuzz_add_packet(out, packet);
		}
		free(piece);
		bytes = zv_str_from(bytes, n);
	}
	CHECK(rc == 0 || rc == ZV_ETOOBIG || rc == ZV_EPROTO);
	zv_buf_printf(out, "end %d %d", rc, zv_ajam_reader_end(r));
	CHECK((zv_ajam_reader_end(r) < 0) == (zv_ajam_reader_error(r)[0] != '\0'));
}

/* An answer that broke off, and a reset: nothing of it may stay. */
static void
use_up(struct zv_ajam_reader *r)
{
	struct zv_str start = ZV_STR("<!x><ajax-response><x y='1' y-2='<respon");
	const struct zv_packet *packet;

	CHECK(zv_ajam_reader_feed(r, start) == 0);
	CHECK(zv_ajam_reader_next(r, &packet) <= 0);
	zv_ajam_reader_reset(r);
}

void
fuzz_ajam(enum zv_ajam_encoding encoding, const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	const struct zv_parser_limits *limit = fuzz_limits(fuzz_byte(&in));
	uint32_t cut = fuzz_byte(&in) + 1;
	struct zv_str body = fuzz_rest(&in);
	struct zv_ajam_reader *fresh = zv_ajam_reader_new(encoding, limit),
			      *used = zv_ajam_reader_new(encoding, limit);
	struct zv_buf whole = { 0 }, pieces = { 0 };

	CHECK(fresh && used);
	read_all(fresh, limit, body, 0, &whole);
	use_up(used);
	read_all(used, limit, body, cut, &pieces);
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	zv_ajam_reader_free(fresh);
	zv_ajam_reader_free(used);
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
}
