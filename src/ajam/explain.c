#include "ajam/explain.h"

#include <limits.h>

#include "ajam/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "base/utf.h"

/* ---- looking at the answer ----------------------------------------------------- */

static struct zv_str
field(const struct zv_ajam_answer *a, const char *name)
{
	struct zv_str value = { NULL, 0 };

	zv_http_head_find(a->head, zvon_str(name), NULL, &value);
	return value;
}

/* The position of `what` in s without case, or s.n. */
static size_t
find_nocase(struct zv_str s, const char *what)
{
	for (size_t i = 0; i < s.n; i++)
		if (zv_str_starts_nocase(zv_str_from(s, i), zvon_str(what)))
			return i;
	return s.n;
}

static bool
has(struct zv_str s, const char *what)
{
	return find_nocase(s, what) < s.n;
}

static struct zv_str
body(const struct zv_ajam_answer *a)
{
	struct zv_str s = a->body_start;

	s.n = s.n < ZV_AJAM_BODY_START ? s.n : ZV_AJAM_BODY_START;
	return s;
}

static struct zv_str
path(const struct zv_ajam_answer *a)
{
	return (struct zv_str){ a->path, strcspn(a->path, "?#") };
}

/* Asterisk's pages bear its name at the bottom, which a proxy leaves there though it
 * puts its own into Server. */
static bool
is_asterisk(const struct zv_ajam_answer *a)
{
	return zv_str_starts_nocase(field(a, "Server"), ZV_STR("Asterisk")) ||
	       has(body(a), "<address>Asterisk") || has(body(a), "<title>Asterisk");
}

/* arawman, amxml, amanager: their answers bear neither cookie nor Pragma. */
static bool
is_digest_path(const struct zv_ajam_answer *a)
{
	static const char *const names[] = { "/arawman", "/amxml", "/amanager" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct zv_str whole = path(a), name = zvon_str(names[i]);

		if (whole.n >= name.n &&
		    zvon_str_equal_nocase(zv_str_from(whole, whole.n - name.n), name))
			return true;
	}
	return false;
}

/* The media type without its parameters. */
static struct zv_str
content_type(const struct zv_ajam_answer *a)
{
	struct zv_str rest = field(a, "Content-Type"), type = rest;

	zv_str_split(&rest, ';', &type);
	return zv_str_trim(type);
}

static struct zv_str
title(const struct zv_ajam_answer *a)
{
	struct zv_str rest = zv_str_from(body(a), find_nocase(body(a), "<title"));
	struct zv_str tag;

	zv_str_split(&rest, '>', &tag);
	rest.n = find_nocase(rest, "</title");
	return zv_str_trim(rest);
}

/* ---- conditions of the rows ---------------------------------------------------- */

static bool
digest_is_refused(const struct zv_ajam_answer *a)
{
	struct zv_str value;
	struct zv_digest d;
	size_t cursor = 0;

	if (!is_digest_path(a))
		return false;
	while (zv_http_head_find(a->head, ZV_STR("WWW-Authenticate"), &cursor, &value))
		if (zv_digest_read(&d, value, NULL) == 0)
			return true;
	return false;
}

/* What nginx, Apache and Go's servers say on their HTTPS ports. */
static bool
is_https_port(const struct zv_ajam_answer *a)
{
	static const char *const said[] = {
		"plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port",
		"HTTP request to an HTTPS server",
	};

	for (size_t i = 0; i < sizeof said / sizeof *said && !a->tls; i++)
		if (has(body(a), said[i]))
			return true;
	return false;
}

/* Asterisk 13 and later; older ones cut the line and say nothing. */
static bool
is_line_too_long(const struct zv_ajam_answer *a)
{
	return has(body(a), "Request line too long");
}

static bool
leads_to_https(const struct zv_ajam_answer *a)
{
	return !a->tls && zv_str_starts_nocase(field(a, "Location"), ZV_STR("https:"));
}

static bool
is_compressed(const struct zv_ajam_answer *a)
{
	struct zv_str how = field(a, "Content-Encoding");

	return how.n && !zvon_str_equal_nocase(how, ZV_STR("identity"));
}

static bool
is_cached(const struct zv_ajam_answer *a)
{
	static const char *const marks[] = { "X-Cache", "X-Cache-Status",
					     "CF-Cache-Status" };
	long long age;

	if (zv_num_parse(field(a, "Age"), 1, LLONG_MAX, &age) == 0)
		return true;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (has(field(a, marks[i]), "HIT"))
			return true;
	return false;
}

/* Asterisk's own page of /manager has a form too. */
static bool
is_portal(const struct zv_ajam_answer *a)
{
	return zvon_str_equal_nocase(content_type(a), ZV_STR("text/html")) &&
	       has(body(a), "<form") && !has(body(a), "<title>Asterisk");
}

static const struct {
	const char *type;
	const char *start; /* of a body */
} encodings[] = {
	[ZV_AJAM_RAWMAN] = { "text/plain", NULL },
	[ZV_AJAM_MXML] = { "text/xml", "<ajax-response" },
	[ZV_AJAM_MANAGER] = { "text/html", "<" },
};

static bool
is_wrong_type(const struct zv_ajam_answer *a)
{
	struct zv_str type = content_type(a);

	return type.n &&
	       !zvon_str_equal_nocase(type, zvon_str(encodings[a->expected].type));
}

/* Every answer of a cookie path has both, those without a login too. */
static bool
has_no_session(const struct zv_ajam_answer *a)
{
	return !is_digest_path(a) && !field(a, "Set-Cookie").n && !field(a, "Pragma").n;
}

/* As far as it is there. A packet never begins with '<'. */
static bool
is_wrong_body(const struct zv_ajam_answer *a)
{
	struct zv_str start = zvon_str(encodings[a->expected].start), s = body(a);

	if (!start.p)
		return s.n && s.p[0] == '<';
	start.n = s.n < start.n ? s.n : start.n;
	return !zv_str_starts(s, start);
}

/* ---- details ------------------------------------------------------------------- */

static struct zv_str
server(const struct zv_ajam_answer *a)
{
	return field(a, "Server");
}

/* Without user, secret, query and session id: those are nobody's business. */
static struct zv_str
location(const struct zv_ajam_answer *a)
{
	struct zv_str s = field(a, "Location");

	for (size_t i = 0; i < s.n; i++)
		if (memchr("?#;", s.p[i], 3))
			s.n = i;
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return zv_str_from(s, i);
	return s;
}

static struct zv_str
content_encoding(const struct zv_ajam_answer *a)
{
	return field(a, "Content-Encoding");
}

/* ---- the rows ------------------------------------------------------------------ */

/* The first that fits counts. */
static const struct row {
	int least, most;			      /* status */
	bool (*fits)(const struct zv_ajam_answer *a); /* NULL: always */
	enum zv_ajam_cause cause;
	int code;
	struct zv_str (*detail)(const struct zv_ajam_answer *a);
	const char *text;
} rows[] = {
	{ 200, 200, is_compressed, ZV_AJAM_CAUSE_COMPRESSED, ZV_EPROTO,
	  content_encoding,
	  "a compressed answer, for which nobody asked; Asterisk sends none: switch "
	  "compression off for this path in the proxy" },
	{ 200, 200, is_cached, ZV_AJAM_CAUSE_CACHED, ZV_EPROTO, server,
	  "the answer comes from a cache, not from Asterisk: switch caching off for "
	  "this path in the proxy, or go around it" },
	{ 200, 200, is_portal, ZV_AJAM_CAUSE_PORTAL, ZV_EPROTO, title,
	  "a web page with a form instead of Asterisk's answer, such as the login page "
	  "of a network (captive portal): log in there with a browser, or correct host "
	  "and port of the URL" },
	{ 200, 200, is_wrong_type, ZV_AJAM_CAUSE_WRONG_TYPE, ZV_EPROTO, content_type,
	  "another kind of content than AJAM sends here: correct host, port and "
	  "path of the URL" },
	{ 200, 200, has_no_session, ZV_AJAM_CAUSE_NO_SESSION, ZV_EPROTO, server,
	  "Set-Cookie and Pragma of Asterisk are missing: a proxy takes them away or "
	  "answers from a cache; switch that off for this path" },
	{ 200, 200, is_wrong_body, ZV_AJAM_CAUSE_WRONG_BODY, ZV_EPROTO, server,
	  "the content is not AJAM's: correct host, port and path of the URL" },
	{ 200, 200, NULL, ZV_AJAM_CAUSE_NONE, 0, NULL, NULL },
	{ 304, 304, NULL, ZV_AJAM_CAUSE_CACHED, ZV_EPROTO, server,
	  "a cache answers, not Asterisk: switch caching off for this path in the "
	  "proxy, or go around it" },
	{ 300, 399, leads_to_https, ZV_AJAM_CAUSE_NEEDS_TLS, ZV_EPROTO, location,
	  "this server wants HTTPS: begin the URL with https:// and give the port of "
	  "HTTPS (tlsbindaddr in http.conf, usually 8089)" },
	{ 300, 399, NULL, ZV_AJAM_CAUSE_REDIRECT, ZV_EPROTO, location,
	  "the server sends us elsewhere, which Asterisk never does: put the right "
	  "address into the URL" },
	{ 400, 400, is_https_port, ZV_AJAM_CAUSE_NEEDS_TLS, ZV_EPROTO, server,
	  "this port speaks HTTPS: begin the URL with https://" },
	{ 400, 400, is_line_too_long, ZV_AJAM_CAUSE_LINE_TOO_LONG, ZV_EPROTO, server,
	  "the action is too long for a GET, Asterisk takes 4096 bytes: use POST, or "
	  "fewer and shorter fields" },
	{ 400, 400, NULL, ZV_AJAM_CAUSE_BAD_REQUEST, ZV_EPROTO, server,
	  "the request was not understood: is this the HTTP port of Asterisk (bindport "
	  "in http.conf, usually 8088), or does a proxy change requests?" },
	{ 401, 401, digest_is_refused, ZV_AJAM_CAUSE_SECRET, ZV_EAUTH, server,
	  "user or secret is wrong: compare them with the user's section in "
	  "manager.conf" },
	{ 401, 401, NULL, ZV_AJAM_CAUSE_STRANGER_ASKS, ZV_EAUTH, server,
	  "a server in front of Asterisk asks for a login of its own (Asterisk "
	  "asks for a digest, on arawman, amxml and amanager only): let this path "
	  "through there, or go around it" },
	{ 403, 403, is_asterisk, ZV_AJAM_CAUSE_FORBIDDEN, ZV_EAUTH, server,
	  "Asterisk does not let this address in: see deny, permit and acl of the "
	  "user's section in manager.conf" },
	{ 403, 403, NULL, ZV_AJAM_CAUSE_STRANGER_FORBIDS, ZV_EAUTH, server,
	  "another server than Asterisk forbids this path or address: see its access "
	  "rules, or correct host and port of the URL" },
	{ 404, 404, is_asterisk, ZV_AJAM_CAUSE_NO_AJAM, ZV_EPROTO, server,
	  "Asterisk has no AJAM there: set enabled = yes and webenabled = yes in "
	  "[general] of manager.conf, begin the URL's path with prefix of [general] in "
	  "http.conf; `http show status` in its console lists the paths" },
	{ 404, 404, NULL, ZV_AJAM_CAUSE_STRANGER_NOT_FOUND, ZV_EPROTO, server,
	  "another server than Asterisk answers: correct host and port of the URL "
	  "(bindport in http.conf, usually 8088), or let that server pass this "
	  "path on" },
	{ 407, 407, NULL, ZV_AJAM_CAUSE_PROXY_ASKS, ZV_EAUTH, server,
	  "the proxy asks for a login: give it user and secret, or go around it" },
	{ 405, 405, NULL, ZV_AJAM_CAUSE_METHOD, ZV_EPROTO, server,
	  "GET or POST is not allowed there, Asterisk takes both: correct the URL, or "
	  "see the rules of the proxy" },
	{ 501, 501, NULL, ZV_AJAM_CAUSE_METHOD, ZV_EPROTO, server,
	  "the server does not know the method, Asterisk takes GET and POST: does a "
	  "proxy change requests?" },
	{ 413, 413, NULL, ZV_AJAM_CAUSE_BODY_TOO_LONG, ZV_EPROTO, server,
	  "the action is too long for a POST: Asterisk 1.8 and 11 take 1024 bytes, 13 "
	  "takes 4096, 16 and later take 40960; send fewer or shorter fields" },
	{ 414, 414, NULL, ZV_AJAM_CAUSE_LINE_TOO_LONG, ZV_EPROTO, server,
	  "the action is too long for a GET: use POST, or fewer and shorter fields" },
	{ 431, 431, NULL, ZV_AJAM_CAUSE_LINE_TOO_LONG, ZV_EPROTO, server,
	  "the action is too long for a GET: use POST, or fewer and shorter fields" },
	{ 503, 503, is_asterisk, ZV_AJAM_CAUSE_BUSY, ZV_EIO, server,
	  "Asterisk is stopping, or its connections are used up: see sessionlimit in "
	  "[general] of http.conf (100 unless set) and who holds them" },
	{ 502, 504, NULL, ZV_AJAM_CAUSE_UPSTREAM, ZV_EIO, server,
	  "the server in front does not reach Asterisk: see that it runs, enabled, "
	  "bindaddr "
	  "and sessionlimit (100 unless set) in its http.conf, and the address that "
	  "the "
	  "server in front has for it" },
	{ 500, 599, NULL, ZV_AJAM_CAUSE_SERVER_FAILED, ZV_EIO, server,
	  "the server failed: see its log, and Asterisk's" },
	{ 0, 599, NULL, ZV_AJAM_CAUSE_OTHER_STATUS, ZV_EPROTO, server,
	  "Asterisk never sends this status: correct host and port of the URL" },
};

static const struct row *
find_row(const struct zv_ajam_answer *a)
{
	const struct row *row = rows;

	while (a->head->status < row->least || a->head->status > row->most ||
	       (row->fits && !row->fits(a)))
		row++; /* the last one fits all */
	return row;
}

static void
copy_line(struct zv_str s, char *out, size_t max)
{
	size_t n = zv_utf8_cut(s, max);

	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
	zv_utf8_make_line(out);
}

#define PATH_SHOWN   40
#define REASON_SHOWN 24

int
zv_ajam_explain(const struct zv_ajam_answer *answer, struct zv_ajam_reason *reason,
		struct zv_error *err)
{
	const struct row *row = find_row(answer);
	char where[PATH_SHOWN + 1], words[REASON_SHOWN + 1];
	const char *detail = reason->detail;

	*reason = (struct zv_ajam_reason){ .cause = row->cause };
	if (row->cause == ZV_AJAM_CAUSE_NONE)
		return 0;
	copy_line(row->detail(answer), reason->detail, ZV_AJAM_DETAIL_MAX);
	copy_line(path(answer), where, PATH_SHOWN);
	copy_line(answer->head->reason, words, REASON_SHOWN);
	return zv_fail(err, row->code, "%s: HTTP %d%s%s%s%s%s: %s", where,
		       answer->head->status, words[0] ? " " : "", words,
		       detail[0] ? " (" : "", detail, detail[0] ? ")" : "", row->text);
}
