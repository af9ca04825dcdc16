#include "http/request_head.h"

#include "base/num.h"
#include "base/str.h"
#include "base/utf.h"
#include "http/escape.h"

static int
refuse(const char **why, int status, const char *text)
{
	*why = text;
	return status;
}

/* ---- the request line ------------------------------------------------------- */

static bool
is_known(struct zv_str method)
{
	static const struct zv_str known[] = {
		{ "GET", 3 }, { "POST", 4 },   { "HEAD", 4 },  { "OPTIONS", 7 },
		{ "PUT", 3 }, { "DELETE", 6 }, { "PATCH", 5 },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (zvon_str_equal(method, known[i]))
			return true;
	return false;
}

static int
read_version(struct zv_http_request *q, struct zv_str version, const char **why)
{
	if (version.n != 8 || !zv_str_starts(version, ZV_STR("HTTP/")) ||
	    version.p[6] != '.')
		return refuse(why, 400, "the request line ends without HTTP/1.1");
	if (version.p[5] != '1' || (version.p[7] != '0' && version.p[7] != '1'))
		return refuse(why, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
	q->minor = version.p[7] - '0';
	return 0;
}

int
zv_http_request_line(struct zv_http_request *q, struct zv_str line, const char **why)
{
	struct zv_str rest = line;
	int status;

	zv_str_split(&rest, ' ', &q->method);
	if (!zv_http_is_token(q->method))
		return refuse(why, 400, "this is no request of HTTP");
	if (!zv_str_split(&rest, ' ', &q->target) || !q->target.n || !rest.p)
		return refuse(why, 400,
			      "the request line is not `method target HTTP/1.1`");
	status = read_version(q, rest, why);
	if (status)
		return status;
	return is_known(q->method) ? 0 : refuse(why, 501, "that method is not known");
}

/* ---- fields ------------------------------------------------------------------ */

int
zv_http_request_field(struct zv_http_field *field, struct zv_str line, const char **why)
{
	struct zv_str value = line;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return refuse(why, 400, "a field is folded over two lines");
	zv_str_split(&value, ':', &field->name);
	/* RFC 9112, 5.1: blanks before the colon have been used to smuggle */
	if (!value.p || !zv_http_is_token(field->name))
		return refuse(why, 400, "a line of the head is not `name: value`");
	field->value = zv_str_trim(value);
	return 0;
}

/* How many fields of that name there are; *value: of the first. */
static size_t
count(const struct zv_http_request *q, struct zv_str name, struct zv_str *value)
{
	struct zv_str other;
	size_t cursor = 0, n = 0;

	while (zv_http_next_field(q->fields, q->n_fields, name, &cursor,
				  n ? &other : value))
		n++;
	return n;
}

/* ---- host ---------------------------------------------------------------------- */

static bool
is_alnum(unsigned char c)
{
	c = zv_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_made_of(struct zv_str s, const char *others, bool hex_only)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool good = hex_only ? zv_hex_digit((char)c) >= 0 : is_alnum(c);

		if (!good && !(c && strchr(others, c)))
			return false;
	}
	return true;
}

/* Cuts the host off `host:port`; *rest: `:port` or nothing. */
static bool
cut_host(struct zv_str text, struct zv_str *host, struct zv_str *rest)
{
	const char *end =
		text.n ? memchr(text.p, text.p[0] == '[' ? ']' : ':', text.n) : NULL;
	bool is_ipv6 = text.n && text.p[0] == '[';

	if (is_ipv6 && !end)
		return false;
	host->p = text.p;
	host->n = end ? (size_t)(end - text.p) + is_ipv6 : text.n;
	*rest = zv_str_from(text, host->n);
	if (is_ipv6)
		return host->n > 2 &&
		       is_made_of((struct zv_str){ host->p + 1, host->n - 2 }, ":.",
				  true);
	return is_made_of(*host, "-._", false);
}

static int
read_host(struct zv_str text, char *room, struct zv_str *host, int *port)
{
	struct zv_str rest;
	long long number = 0;

	if (!cut_host(text, host, &rest) || host->n > ZV_HTTP_MAX_HOST)
		return -1;
	if (rest.n && rest.p[0] != ':')
		return -1;
	if (rest.n > 1 && zv_num_parse(zv_str_from(rest, 1), 1, 65535, &number) < 0)
		return -1;
	for (size_t i = 0; i < host->n; i++)
		room[i] = (char)zv_lower((unsigned char)host->p[i]);
	host->p = room;
	*port = (int)number;
	return 0;
}

/* The Host field must be there once (RFC 9112, 3.2), and tell the same as an absolute
 * target. */
static int
read_authority(struct zv_http_request *q, struct zv_str of_target, char *room,
	       const char **why)
{
	struct zv_str text = { 0 }, host;
	size_t n = count(q, ZV_STR("Host"), &text);
	char lower[ZV_HTTP_MAX_HOST];
	int port;

	if (n > 1 || (n == 0 && q->minor > 0))
		return refuse(why, 400, "one Host field is needed");
	if (read_host(text, room, &q->host, &q->port) < 0)
		return refuse(why, 400, "the Host field is no host and port");
	if (!of_target.p)
		return 0;
	if (!of_target.n || read_host(of_target, lower, &host, &port) < 0)
		return refuse(why, 400, "the target's host is none");
	if (n && (!zvon_str_equal(host, q->host) || port != q->port))
		return refuse(why, 400, "Host and target name two hosts");
	memcpy(room, host.p, host.n);
	q->host = (struct zv_str){ room, host.n };
	q->port = port;
	return 0;
}

/* ---- the target ------------------------------------------------------------------ */

/* Printable ASCII; '#' never leaves a browser, '\' is '/' for some. */
static bool
is_target(struct zv_str target)
{
	const char *query = memchr(target.p, '?', target.n);
	size_t path = query ? (size_t)(query - target.p) : target.n;

	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= ' ' ||
		    (unsigned char)target.p[i] > '~' || target.p[i] == '#')
			return false;
	return !memchr(target.p, '\\', path);
}

static bool
has_dots(struct zv_str path)
{
	struct zv_str part;

	while (zv_str_split(&path, '/', &part))
		if (zvon_str_equal(part, ZV_STR(".")) ||
		    zvon_str_equal(part, ZV_STR("..")))
			return true;
	return false;
}

/* Cuts `http://host:port` off an absolute target (RFC 9112, 3.2.2). */
static struct zv_str
cut_authority(struct zv_str *rest)
{
	static const struct zv_str schemes[] = { { "http://", 7 }, { "https://", 8 } };

	for (size_t i = 0; i < 2; i++) {
		struct zv_str host;

		if (!zv_str_starts_nocase(*rest, schemes[i]))
			continue;
		host = zv_str_from(*rest, schemes[i].n);
		for (size_t n = 0; n < host.n; n++)
			if (host.p[n] == '/' || host.p[n] == '?')
				host.n = n;
		*rest = zv_str_from(*rest, schemes[i].n + host.n);
		return host;
	}
	return (struct zv_str){ NULL, 0 };
}

static int
read_path(struct zv_http_request *q, struct zv_str text, char *room, const char **why)
{
	int n;

	if (text.n == 0)
		text = ZV_STR("/");
	n = zv_http_unescape(text, false, room);
	if (n < 0)
		return refuse(why, 400, "a bad %XX in the path");
	q->path = (struct zv_str){ room, (size_t)n };
	if (room[0] != '/' || has_dots(q->path))
		return refuse(why, 400, "the path does not begin with / or has dots");
	if (zv_http_has_control(q->path) || memchr(room, '\t', q->path.n) ||
	    zv_utf8_valid(q->path) != q->path.n)
		return refuse(why, 400, "the path is not clean UTF-8");
	return 0;
}

static int
read_target(struct zv_http_request *q, char *room, const char **why)
{
	struct zv_str rest = q->target, path, authority;
	int status;

	if (!is_target(q->target))
		return refuse(why, 400, "the target has bytes that belong in %XX");
	authority = cut_authority(&rest);
	if (!authority.p && rest.p[0] != '/')
		return refuse(why, 400, "the target is neither a path nor http://");
	path = rest;
	if (rest.n)
		zv_str_split(&rest, '?', &path);
	q->query = path.p == rest.p ? (struct zv_str){ NULL, 0 } : rest;
	status = read_path(q, path, room, why);
	return status ? status : read_authority(q, authority, room + q->path.n, why);
}

/* ---- the body ---------------------------------------------------------------------- */

/* RFC 9112, 6.1 and 6.3, in its strict reading. */
static int
read_chunked(const struct zv_http_request *q, struct zv_str coding,
	     struct zv_http_framing *framing, const char **why)
{
	if (q->minor == 0)
		return refuse(why, 400, "HTTP/1.0 has no Transfer-Encoding");
	if (!zvon_str_equal_nocase(coding, ZV_STR("chunked")))
		return refuse(why, 501, "of Transfer-Encoding only chunked is known");
	framing->chunked = true;
	return 0;
}

static int
read_length(struct zv_str text, struct zv_http_framing *framing, const char **why)
{
	long long length;

	if (!text.n || text.p[0] == '-' ||
	    zv_num_parse(text, 0, INT64_MAX, &length) == ZV_EINVAL)
		return refuse(why, 400, "Content-Length is no number");
	if (zv_num_parse(text, 0, INT64_MAX, &length) < 0)
		return refuse(why, 413, "the body is too long");
	framing->length = (unsigned long long)length;
	return 0;
}

static int
read_framing(const struct zv_http_request *q, struct zv_http_framing *framing,
	     const char **why)
{
	struct zv_str length, coding;
	size_t n_lengths = count(q, ZV_STR("Content-Length"), &length);
	size_t n_codings = count(q, ZV_STR("Transfer-Encoding"), &coding);

	*framing = (struct zv_http_framing){ 0 };
	if (n_lengths + n_codings > 1)
		return refuse(why, 400, "the length of the body is told twice");
	if (n_codings)
		return read_chunked(q, coding, framing, why);
	return n_lengths ? read_length(length, framing, why) : 0;
}

/* ---- all of it ----------------------------------------------------------------------- */

static bool
lists(const struct zv_http_request *q, struct zv_str name, struct zv_str word)
{
	return zv_http_lists_word(q->fields, q->n_fields, name, word);
}

int
zv_http_request_meaning(struct zv_http_request *q, char *room,
			struct zv_http_framing *framing, const char **why)
{
	static const struct zv_str connection = { "Connection", 10 };
	struct zv_str value;
	bool close = lists(q, connection, ZV_STR("close"));
	int status = read_framing(q, framing, why);

	if (!status)
		status = read_target(q, room, why);
	if (status)
		return status;
	q->keep_alive =
		!close && (q->minor > 0 || lists(q, connection, ZV_STR("keep-alive")));
	/* RFC 9110, 7.8 and 10.1.1: HTTP/1.0 knows neither */
	q->is_upgrade = q->minor > 0 && lists(q, connection, ZV_STR("upgrade")) &&
			count(q, ZV_STR("Upgrade"), &value) > 0;
	q->expects_continue = q->minor > 0 &&
			      (framing->chunked || framing->length > 0) &&
			      lists(q, ZV_STR("Expect"), ZV_STR("100-continue"));
	return 0;
}
