#include "http/answer.h"

#include "base/str.h"
#include "http/field.h"

static const struct reason {
	int status;
	const char *text;
} reasons[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 426, "Upgrade Required" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const char *
zv_http_reason(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "";
}

/* Left out when it is none: a CR LF inside would begin a line that somebody else wrote. */
static void
add_field(struct zv_buf *out, const char *name, struct zv_str value)
{
	if (!zv_http_is_token(zvon_str(name)) || zv_http_has_control(value))
		return;
	zv_buf_add(out, zvon_str(name));
	zv_buf_add(out, ZV_STR(": "));
	zv_buf_add(out, value);
	zv_buf_add(out, ZV_STR("\r\n"));
}

/* RFC 9110, 8.6: these never have one. */
static bool
may_tell_length(int status)
{
	return status >= 200 && status != 204;
}

static void
add_framing(struct zv_buf *out, const struct zv_http_answer *a)
{
	bool open = a->length < 0 && may_tell_length(a->status);

	if (a->length >= 0 && may_tell_length(a->status))
		zv_buf_printf(out, "Content-Length: %lld\r\n", a->length);
	zv_buf_add(out, a->keep_alive && !open ? ZV_STR("Connection: keep-alive\r\n")
					       : ZV_STR("Connection: close\r\n"));
}

void
zv_http_write_head(struct zv_buf *out, const struct zv_http_answer *a)
{
	const char *policy = a->security_policy;

	zv_buf_printf(out, "HTTP/1.1 %d %s\r\n", a->status, zv_http_reason(a->status));
	if (a->content_type)
		add_field(out, "Content-Type", zvon_str(a->content_type));
	add_framing(out, a);
	if (a->no_store)
		zv_buf_add(out, ZV_STR("Cache-Control: no-store\r\n"));
	add_field(out, "Content-Security-Policy",
		  zvon_str(policy ? policy : "default-src 'none'"));
	zv_buf_add(out, ZV_STR("X-Content-Type-Options: nosniff\r\n"
			       "Referrer-Policy: no-referrer\r\n"
			       "X-Frame-Options: DENY\r\n"));
	for (size_t i = 0; i < a->n_more; i++)
		add_field(out, a->more[i].name, a->more[i].value);
	zv_buf_add(out, ZV_STR("\r\n"));
}
