#include "http/disposition.h"

static bool
is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || (c && strchr("-._~", c));
}

void
zv_http_write_disposition(struct zv_buf *out, bool save, struct zv_str name)
{
	zv_buf_add(out, save ? ZV_STR("attachment; filename=\"")
			     : ZV_STR("inline; filename=\""));
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		zv_buf_add_char(
			out, c < ' ' || c > '~' || strchr("\"\\%/", c) ? '_' : (char)c);
	}
	zv_buf_add(out, ZV_STR("\"; filename*=UTF-8''"));
	for (size_t i = 0; i < name.n; i++)
		zv_buf_printf(out, is_plain((unsigned char)name.p[i]) ? "%c" : "%%%02X",
			      (unsigned char)name.p[i]);
}
