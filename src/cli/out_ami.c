/* Packets as they were sent: lines and an empty line, CRLF. */
#include "base/str.h"
#include "cli/out.h"

#define KEY_COLOR "\x1b[36m"
#define NO_COLOR  "\x1b[0m"

static void
add_text(struct zv_buf *out, struct zv_str text, const struct zv_out_style *style)
{
	if (style->terminal)
		zv_out_add_safe(out, text);
	else
		zv_buf_add(out, text);
}

static void
add_line(struct zv_buf *out, struct zv_str line, const struct zv_out_style *style)
{
	size_t key = style->color ? zv_str_find(line, ZV_STR(":")) : line.n;

	if (key < line.n) {
		zv_buf_add(out, ZV_STR(KEY_COLOR));
		add_text(out, (struct zv_str){ line.p, key }, style);
		zv_buf_add(out, ZV_STR(NO_COLOR));
		line = zv_str_from(line, key);
	}
	add_text(out, line, style);
}

/* Line by line: for a terminal, and for a log that lost its CRs (its first line then
 * ends in a bare LF, and each LF is a line end). */
static void
add_lines(struct zv_buf *out, struct zv_str text, const struct zv_out_style *style)
{
	struct zv_str line;
	bool every_lf = !zv_str_ends(text, ZV_STR("\r\n"));

	while (text.n && zv_str_split(&text, '\n', &line)) {
		bool cr = line.n && line.p[line.n - 1] == '\r';

		line.n -= cr;
		add_line(out, line, style);
		zv_buf_add(out, cr || every_lf ? ZV_STR("\r\n") : ZV_STR("\n"));
	}
}

void
zv_out_ami(struct zv_buf *out, const struct zv_packet *packet,
	   const struct zv_out_style *style)
{
	struct zv_str text = packet->text;

	if (style->color || style->terminal || !zv_str_ends(text, ZV_STR("\r\n")))
		add_lines(out, text, style);
	else
		zv_buf_add(out, text);
	if (packet->kind != ZV_PACKET_BANNER)
		zv_buf_add(out, ZV_STR("\r\n"));
}
