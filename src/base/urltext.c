#include "base/urltext.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

size_t
zv_urltext_last_at(struct zv_str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return i - 1;
	return s.n;
}

char *
zv_urltext_decode(struct zv_str s)
{
	char *out = zv_malloc(s.n + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < s.n; i++) {
		bool has_two = s.p[i] == '%' && i + 2 < s.n;
		int high = has_two ? zv_hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? zv_hex_digit(s.p[i + 2]) : -1;
		bool is_escape = low >= 0 && (high || low);

		out[n++] = is_escape ? (char)(high * 16 + low) : s.p[i];
		i += is_escape ? 2 : 0;
	}
	out[n] = '\0';
	return out;
}

/* ---- host and port --------------------------------------------------------------------- */

static bool
is_made_of(struct zv_str s, const char *others, bool beyond_ascii)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = zv_lower((unsigned char)s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    !(c >= 0x80 && beyond_ascii) && !(c && strchr(others, c)))
			return false;
	}
	return true;
}

bool
zv_urltext_is_ipv6(struct zv_str text)
{
	return text.n && text.p[0] == '[';
}

/* Letters (of any script), digits and .-_ of names and IPv4; hex, colons and the zone of IPv6. */
bool
zv_urltext_host(struct zv_str text, size_t most_bytes, struct zv_str *host,
		struct zv_str *port)
{
	bool ipv6 = zv_urltext_is_ipv6(text);
	struct zv_str rest;

	*host = text;
	if (ipv6) {
		rest = zv_str_from(text, 1);
		zv_str_split(&rest, ']', host);
	} else {
		rest = zv_str_from(text, zv_str_find(text, ZV_STR(":")));
		host->n = text.n - rest.n;
	}
	*port = rest.n ? zv_str_from(rest, 1) : (struct zv_str){ NULL, 0 };
	if ((ipv6 && !rest.p) || (rest.n && rest.p[0] != ':'))
		return false;
	return host->n > 0 && host->n <= most_bytes &&
	       is_made_of(*host, ipv6 ? ":.%" : ".-_", true);
}

bool
zv_urltext_is_path(struct zv_str path)
{
	return is_made_of(path, "/-._~%", false);
}
