/* The head of an HTTP answer, and what is made of it: what is taken reads back as the
 * same; its fields are inside, one line each; the cookie and the explanation hold to
 * their words.
 *
 * Input: how it was asked (1 byte), the head up to a 0x1f, the start of the body. */
#include "ajam/cookie.h"
#include "ajam/explain.h"
#include "base/str.h"
#include "base/utf.h"
#include "fuzz.h"

#define END 0x1f

static void
check_view(struct zv_str text, struct zv_str view)
{
	CHECK(view.n == 0 || (view.p >= text.p && view.p + view.n <= text.p + text.n));
	for (size_t i = 0; i < view.n; i++)
		CHECK((unsigned char)view.p[i] >= ' ' || view.p[i] == '\t');
	CHECK(view.n == zv_str_trim(view).n);
}

static void
write_head(const struct zv_http_head *head, struct zv_buf *out)
{
	zv_buf_printf(out, "HTTP/1.%d %03d ", head->minor, head->status);
	zv_buf_add(out, head->reason);
	for (size_t i = 0; i < head->n_fields; i++) {
		zv_buf_add(out, ZV_STR("\r\n"));
		zv_buf_add(out, head->fields[i].name);
		zv_buf_add(out, ZV_STR(": "));
		zv_buf_add(out, head->fields[i].value);
	}
	zv_buf_add(out, ZV_STR("\r\n\r\n"));
}

static void
check_head(const struct zv_http_head *head, struct zv_str text)
{
	struct zv_buf once = { 0 }, twice = { 0 };
	struct zv_http_head again;
	struct zv_str value;

	CHECK(head->status >= 100 && head->status <= 599);
	CHECK(head->minor >= 0 && head->minor <= 9);
	CHECK(head->n_fields <= ZV_HTTP_MAX_FIELDS);
	check_view(text, head->reason);
	for (size_t i = 0; i < head->n_fields; i++) {
		size_t cursor = i;

		CHECK(head->fields[i].name.n > 0);
		check_view(text, head->fields[i].name);
		check_view(text, head->fields[i].value);
		CHECK(zv_http_head_find(head, head->fields[i].name, &cursor, &value));
		CHECK(cursor == i + 1 && value.n == head->fields[i].value.n);
	}
	write_head(head, &once);
	if (once.n > ZV_HTTP_MAX_HEAD_BYTES)
		goto out;
	CHECK(zv_http_head_parse(&again, zv_buf_str(&once), NULL) == 0);
	write_head(&again, &twice);
	CHECK(zvon_str_equal(zv_buf_str(&once), zv_buf_str(&twice)));
out:
	zv_buf_deinit(&once);
	zv_buf_deinit(&twice);
}

static void
check_explanation(unsigned how, const struct zv_http_head *head, struct zv_str body)
{
	static const char *const paths[] = { "/asterisk/rawman", "/amxml?x=1", "/",
					     "" };
	struct zv_ajam_answer answer = {
		.head = head,
		.body_start = body,
		.tls = how & 1,
		.expected = (how >> 1) % 3,
		.path = paths[how >> 4 & 3],
	};
	struct zv_error err = { 0 };
	struct zv_ajam_reason reason;
	int rc = zv_ajam_explain(&answer, &reason, &err);

	CHECK(rc == err.code && (rc == 0) == (reason.cause == ZV_AJAM_CAUSE_NONE));
	CHECK(rc == 0 || rc == ZV_EPROTO || rc == ZV_EAUTH || rc == ZV_EIO);
	CHECK((rc == 0) == (err.text[0] == '\0'));
	CHECK((unsigned)reason.cause < ZV_AJAM_N_CAUSES);
	CHECK(zv_utf8_valid(zvon_str(reason.detail)) == strlen(reason.detail));
	CHECK(!strpbrk(reason.detail, "\r\n\x1b"));
	CHECK(!strpbrk(err.text, "\r\n\x1b"));
	CHECK(strlen(err.text) < sizeof err.text - 1); /* not cut */
}

static void
check_cookie(const struct zv_http_head *head)
{
	struct zv_cookie cookie = { "before", 7 };
	int rc = zv_cookie_read(&cookie, head);

	CHECK(rc == 1 || rc == 0 || rc == ZV_EPROTO);
	CHECK(rc == 1 ||
	      (strcmp(cookie.value, "before") == 0 && cookie.max_age_s == 7));
	CHECK(strlen(cookie.value) <= ZV_COOKIE_MAX && cookie.max_age_s >= -1);
	for (const char *p = cookie.value; *p; p++)
		CHECK(*p > ' ' && *p < 0x7f && !strchr("\",;\\", *p));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned how = fuzz_byte(&in);
	struct zv_str given = fuzz_until(&in, END), rest = fuzz_rest(&in);
	char *text = fuzz_copy(given), *body = fuzz_copy(rest);
	struct zv_error err = { 0 };
	struct zv_http_head head;
	int rc;

	given.p = text;
	rest.p = body;
	rc = zv_http_head_parse(&head, given, &err);
	CHECK(rc == err.code && (rc == 0) == (head.status != 0));
	if (rc == 0) {
		check_head(&head, given);
		check_cookie(&head);
		check_explanation(how, &head, rest);
	}
	free(text);
	free(body);
	return 0;
}
