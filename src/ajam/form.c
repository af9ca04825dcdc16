#include "ajam/form.h"

#include "base/str.h"

/* RFC 3986, 2.3: what stands for itself everywhere. A space could be a '+' in a form,
 * but no longer in a path; %20 is right in both. */
static bool
is_unreserved(char c)
{
	unsigned char low = zv_lower((unsigned char)c);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

static void
add_encoded(struct zv_buf *out, struct zv_str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char hex[] = { '%', digits[c >> 4], digits[c & 15] };

		if (is_unreserved(s.p[i]))
			zv_buf_add_char(out, s.p[i]);
		else
			zv_buf_add(out, (struct zv_str){ hex, sizeof hex });
	}
}

int
zv_form_format(const struct zv_request *r, struct zv_str action_id, struct zv_buf *out)
{
	size_t before = out->n, cursor = 0;
	struct zv_str key, value;

	zv_buf_add(out, ZV_STR("Action="));
	add_encoded(out, zv_request_name(r));
	zv_buf_add(out, ZV_STR("&ActionID="));
	add_encoded(out, action_id);
	while (zv_request_next(r, &cursor, &key, &value)) {
		zv_buf_add_char(out, '&');
		add_encoded(out, key);
		zv_buf_add_char(out, '=');
		add_encoded(out, value);
	}
	if (!zv_buf_failed(out))
		return 0;
	out->n = before;
	out->failed = false;
	return ZV_ENOMEM;
}
