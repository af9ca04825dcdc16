#include "legacy_view.h"

void
legacy_to_wire(const char *lines, struct zv_buf *out)
{
	for (; *lines; lines++) {
		if (*lines == '\n')
			zv_buf_add_char(out, '\r');
		zv_buf_add_char(out, *lines);
	}
}

static void
add_plain(struct zv_buf *out, struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r')
			zv_buf_add_char(out, text.p[i]);
	zv_buf_add_char(out, '\n');
}

/* What a reader of the text finds must be what the fields say. */
void
legacy_check_packet(const struct zv_packet *p)
{
	struct zv_buf wire = { 0 };
	struct zv_packet *read;

	zv_buf_add(&wire, p->text);
	zv_buf_add(&wire, ZV_STR("\r\n"));
	read = packet_of(zv_buf_str(&wire));
	assert_int_equal(read->kind, p->kind);
	check_text("name", p->name, read->name);
	assert_int_equal(read->n_fields, p->n_fields);
	for (size_t i = 0; i < p->n_fields; i++) {
		check_text("key", p->fields[i].key, read->fields[i].key);
		check_text("value", p->fields[i].value, read->fields[i].value);
	}
	zvon_packet_free(read);
	zv_buf_deinit(&wire);
}

int
legacy_feed(struct zv_legacy *l, const struct zv_packet *p, struct zv_buf *out)
{
	const struct zv_packet *old;
	int rc = zvon_legacy_feed(l, p);

	while (rc == 0 && zvon_legacy_next(l, &old)) {
		if (old->kind != ZV_PACKET_BANNER)
			legacy_check_packet(old);
		add_plain(out, old->text);
	}
	return rc;
}

/* Feeds all packets of that text. */
void
legacy_feed_text(struct zv_legacy *l, const char *lines, struct zv_buf *out)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf wire = { 0 };

	legacy_to_wire(lines, &wire);
	assert_int_equal(zvon_parser_feed(parser, zv_buf_str(&wire)), 0);
	while (zvon_parser_next(parser, &packet) == 1)
		assert_int_equal(legacy_feed(l, packet, out), 0);
	assert_int_equal(zvon_parser_pending(parser), 0);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

void
legacy_check_view(const struct zv_legacy_options *options, const char *row,
		  const char *lines, const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(options);
	struct zv_buf out = { 0 };

	assert_non_null(l);
	zvon_legacy_begin(l, 11);
	legacy_feed_text(l, lines, &out);
	check_text(row, zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* The story in short: "begin 201, end BUSY, link, unlink, hangup 201…". */
static void
tell(struct zv_buf *story, const struct zv_packet *p)
{
	struct zv_str sub = zvon_packet_get(p, ZV_STR("SubEvent"));

	zv_buf_add(story, story->n ? ZV_STR(", ") : ZV_STR(""));
	if (zvon_str_equal(sub, ZV_STR("Begin")))
		zv_buf_printf(story, "begin %.*s",
			      ZV_ARG(zvon_packet_get(p, ZV_STR("DestUniqueID"))));
	else if (zvon_str_equal(sub, ZV_STR("End")))
		zv_buf_printf(story, "end %.*s",
			      ZV_ARG(zvon_packet_get(p, ZV_STR("DialStatus"))));
	else if (zvon_packet_find(p, ZV_STR("Channel2")))
		zv_buf_printf(story, "%.*s %.*s-%.*s", ZV_ARG(p->name),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid1"))),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid2"))));
	else
		zv_buf_printf(story, "%.*s %.*s", ZV_ARG(p->name),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid"))));
}

void
legacy_check_story(const char *row, const char *lines, const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_parser *parser = zvon_parser_new(NULL);
	struct zv_buf wire = { 0 }, story = { 0 };
	const struct zv_packet *packet;

	legacy_to_wire(lines, &wire);
	zvon_legacy_begin(l, 5);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &packet) == 1) {
		assert_int_equal(zvon_legacy_feed(l, packet), 0);
		while (zvon_legacy_next(l, &packet)) {
			legacy_check_packet(packet);
			tell(&story, packet);
		}
	}
	check_text(row, zv_buf_str(&story), zvon_str(wanted));
	zv_buf_deinit(&wire);
	zv_buf_deinit(&story);
	zvon_parser_free(parser);
	zvon_legacy_free(l);
}
