/* One packet, one line: {"kind":"event","name":"Hangup","fields":[["Event","Hangup"],…]}.
 * Values stand as sent; what a CLI command printed comes as "output":["line",…]. */
#include "base/str.h"
#include "cli/out.h"
#include "json/writer.h"

#define NAME_COLOR "\x1b[1;36m"
#define KEY_COLOR  "\x1b[2m"
#define NO_COLOR   "\x1b[0m"

static void
paint(struct zv_buf *out, const struct zv_out_style *style, const char *color)
{
	if (style->color)
		zv_buf_add(out, zvon_str(color));
}

static void
add_fields(struct zv_json *j, const struct zv_packet *packet, bool has_output,
	   const struct zv_out_style *style)
{
	zv_json_key(j, "fields");
	zv_json_begin_array(j);
	for (size_t i = 0; i < packet->n_fields; i++) {
		const struct zv_field *f = &packet->fields[i];

		if (has_output && zvon_str_equal_nocase(f->key, ZV_STR("Output")))
			continue;
		zv_json_begin_array(j);
		paint(j->out, style, KEY_COLOR);
		zv_json_string(j, f->key);
		paint(j->out, style, NO_COLOR);
		zv_json_string(j, f->value);
		zv_json_end_array(j);
	}
	zv_json_end_array(j);
}

static void
add_output(struct zv_json *j, const struct zv_packet *packet)
{
	struct zv_str line;
	size_t cursor = 0;

	zv_json_key(j, "output");
	zv_json_begin_array(j);
	while (zvon_packet_next_output(packet, &cursor, &line))
		zv_json_string(j, line);
	zv_json_end_array(j);
}

/* DEL and the controls of 8 bits may stand in JSON as they are, but not on a
 * terminal. They are only found inside strings. */
void
zv_out_escape_controls(struct zv_buf *out, size_t from)
{
	struct zv_buf line = { 0 };

	zv_buf_add(&line, zv_str_from(zv_buf_str(out), from));
	out->n = from;
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		unsigned char next = i + 1 < line.n ? (unsigned char)line.p[i + 1] : 0;

		if (c == 0x7f)
			zv_buf_add(out, ZV_STR("\\u007f"));
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			zv_buf_printf(out, "\\u%04x", (unsigned)line.p[++i] & 0xffu);
		else
			zv_buf_add_char(out, line.p[i]);
	}
	out->failed |= line.failed;
	zv_buf_deinit(&line);
}

void
zv_out_json(struct zv_buf *out, const struct zv_packet *packet,
	    const struct zv_out_style *style)
{
	struct zv_json j = { .out = out };
	bool has_output = zvon_packet_has_output(packet);
	size_t start = out->n;

	zv_json_begin_object(&j);
	zv_json_member(&j, "kind", zvon_str(zvon_packet_kind_name(packet->kind)));
	zv_json_key(&j, "name");
	paint(out, style, NAME_COLOR);
	zv_json_string(&j, packet->name);
	paint(out, style, NO_COLOR);
	add_fields(&j, packet, has_output, style);
	if (has_output)
		add_output(&j, packet);
	zv_json_end_object(&j);
	zv_buf_add_char(out, '\n');
	if (style->terminal)
		zv_out_escape_controls(out, start);
}
