/* One exchange: the request line and its limit, POST or GET, and what an answer is. */
#include "ajam/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "ajam/session.h"
#include "base/str.h"
#include "heap.h"
#include "helper.h"

#define ID ZV_STR("1")

struct rig {
	struct zv_ajam_place place;
	struct zv_exchange x;
	struct zv_ajam_asked asked;
	struct zv_error err;
};

static void
rig_init(struct rig *r, bool post_refused)
{
	*r = (struct rig){
		.place = {
			.path = "/asterisk/rawman",
			.post_refused = post_refused,
			.user = ZV_STR("ops"),
			.secret = ZV_STR("s3cret"),
			.chance = 1,
		},
	};
	assert_int_equal(zv_exchange_init(&r->x, &r->place, NULL), 0);
}

/* A long value goes into several fields: a line of AMI has 1,000 bytes. */
static int
begin(struct rig *r, const char *value)
{
	struct zv_request *request = zvon_request_new(ZV_STR("UserEvent"), NULL);
	struct zv_str rest = zvon_str(value);
	int rc;

	assert_non_null(request);
	do {
		struct zv_str part = { rest.p, rest.n < 900 ? rest.n : 900 };

		assert_int_equal(zvon_request_add(request, ZV_STR("X"), part, NULL), 0);
		rest = zv_str_from(rest, part.n);
	} while (rest.n);
	rc = zv_exchange_start(&r->x, request, ID, &r->asked, &r->err);
	zvon_request_free(request);
	return rc;
}

static int
answer(struct rig *r, const char *head, const char *body)
{
	int rc = zv_exchange_head(&r->x, zvon_str(head), &r->err);

	if (rc == 0)
		rc = zv_exchange_body(&r->x, zvon_str(body), &r->err);
	return rc;
}

/* Packets up to the end of what was given. */
static size_t
count_packets(struct rig *r)
{
	const struct zv_packet *packet;
	size_t n = 0;

	while (zv_exchange_next(&r->x, &packet, &r->err) == 1)
		n++;
	return n;
}

/* ---- the request ------------------------------------------------------------------------ */

static void
test_post(void **state)
{
	struct rig r;

	rig_init(&r, false);
	assert_int_equal(begin(&r, "a b&c=\xd0\x96"), 0);
	assert_true(r.asked.is_post);
	check_text("target", r.asked.target, ZV_STR("/asterisk/rawman"));
	check_text("body", r.asked.body,
		   ZV_STR("Action=UserEvent&ActionID=1&X=a%20b%26c%3D%D0%96"));
	/* 1.8 and 11 take no charset behind the type */
	check_text("fields", r.asked.fields,
		   ZV_STR("Content-Type: application/x-www-form-urlencoded\r\n"));
	zv_exchange_deinit(&r.x);
}

static void
test_get(void **state)
{
	struct rig r;

	rig_init(&r, true);
	snprintf(r.place.cookie.value, sizeof r.place.cookie.value, "41a058aa");
	assert_int_equal(begin(&r, "a"), 0);
	assert_false(r.asked.is_post);
	check_text("target", r.asked.target,
		   ZV_STR("/asterisk/rawman?Action=UserEvent&ActionID=1&X=a"));
	check_text("body", r.asked.body, ZV_STR(""));
	check_text("fields", r.asked.fields,
		   ZV_STR("Cookie: mansession_id=\"41a058aa\"\r\n"));
	zv_exchange_deinit(&r.x);
}

/* How long the line of a GET would be. */
static size_t
line_length(struct rig *r, const char *value)
{
	assert_int_equal(begin(r, value), 0);
	return strlen("GET /asterisk/rawman? HTTP/1.1\r\n") + r->asked.body.n;
}

/* The whole line of a GET, its line end included; a POST has no such limit. */
static void
test_longest_line(void **state)
{
	char value[ZV_AJAM_MAX_REQUEST_LINE + 2];
	size_t n = 4000;
	struct rig r;

	memset(value, 'x', sizeof value);
	value[n] = '\0';
	rig_init(&r, false);
	n -= line_length(&r, value) - ZV_AJAM_MAX_REQUEST_LINE;
	memset(value, 'x', sizeof value);
	value[n] = '\0';
	assert_int_equal(line_length(&r, value), ZV_AJAM_MAX_REQUEST_LINE);
	r.place.post_refused = true;
	assert_int_equal(begin(&r, value), 0);
	assert_false(r.asked.is_post);
	assert_int_equal(strlen("GET  HTTP/1.1\r\n") + r.asked.target.n,
			 ZV_AJAM_MAX_REQUEST_LINE);
	zv_exchange_stop(&r.x);
	value[n] = 'x';
	value[n + 1] = '\0';
	assert_int_equal(begin(&r, value), ZV_ETOOBIG);
	assert_non_null(strstr(r.err.text, "too long for this server"));
	assert_false(r.x.running);
	r.place.post_refused = false;
	assert_int_equal(begin(&r, value), 0);
	zv_exchange_deinit(&r.x);
}

/* Percent signs count three times. */
static void
test_longest_line_is_encoded(void **state)
{
	char value[2000];
	struct rig r;

	memset(value, ' ', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	rig_init(&r, true);
	assert_int_equal(begin(&r, value), ZV_ETOOBIG);
	zv_exchange_deinit(&r.x);
}

/* ---- POST or GET -------------------------------------------------------------------------- */

static void
test_post_too_large(void **state)
{
	struct rig r;

	rig_init(&r, false);
	assert_int_equal(begin(&r, "a"), 0);
	assert_int_equal(
		answer(&r, "HTTP/1.1 413 Request Entity Too Large\r\n\r\n", ""), 0);
	assert_int_equal(zv_exchange_end(&r.x, &r.asked, &r.err), ZV_EXCHANGE_AGAIN);
	assert_false(r.asked.is_post);
	/* the next one may be short enough again */
	assert_false(r.place.post_refused);
	assert_int_equal(
		answer(&r, "HTTP/1.1 413 Request Entity Too Large\r\n\r\n", ""), 0);
	assert_int_equal(zv_exchange_end(&r.x, &r.asked, &r.err), ZV_EPROTO);
	zv_exchange_deinit(&r.x);
}

/* Too long for a POST and too long for a line: no third way. */
static void
test_too_large_for_both(void **state)
{
	char value[5000];
	struct rig r;

	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	rig_init(&r, false);
	assert_int_equal(begin(&r, value), 0);
	assert_int_equal(
		answer(&r, "HTTP/1.1 413 Request Entity Too Large\r\n\r\n", ""), 0);
	assert_int_equal(zv_exchange_end(&r.x, &r.asked, &r.err), ZV_ETOOBIG);
	zv_exchange_deinit(&r.x);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void
test_ends(void **state)
{
	static const char plain[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
				    "Pragma: SuppressEvents\r\n\r\n";
	static const struct {
		const char *head, *body;
		size_t packets;
		int end;
		const char *words;
	} rows[] = {
		{ plain, "", 0, ZV_EXCHANGE_WHOLE, "" },
		{ plain, "Event: A\r\n\r\nEvent: B\r\n\r\n", 2, ZV_EXCHANGE_WHOLE, "" },
		{ plain, "Event: A\r\n\r\nEvent: B\r\n", 1, ZV_EPROTO, "cut off" },
		{ plain, "Event: A", 0, ZV_EPROTO, "cut off" },
		{ plain, "<html>", 0, ZV_EPROTO, "" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
		  "<title>Hotel</title><form>", 0, ZV_EPROTO, "Hotel" },
		{ "HTTP/1.1 401 Unauthorized\r\n\r\n", "Event: A\r\n\r\n", 0, ZV_EAUTH,
		  "" },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "", 0, ZV_EPROTO, "" },
		{ "HTTP/1.1 500 Oops\r\n\r\n", "", 0, ZV_EIO, "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct rig r;
		int end;

		rig_init(&r, false);
		assert_int_equal(begin(&r, "a"), 0);
		assert_int_equal(answer(&r, rows[i].head, rows[i].body), 0);
		assert_int_equal(count_packets(&r), rows[i].packets);
		end = zv_exchange_end(&r.x, &r.asked, &r.err);
		if (end != rows[i].end || (end < 0 && end != r.err.code) ||
		    !strstr(r.err.text, rows[i].words))
			fail_msg("row %zu: %d %s", i, end, r.err.text);
		zv_exchange_deinit(&r.x);
	}
}

/* The transport ended it well, but no head came. */
static void
test_no_head(void **state)
{
	struct rig r;

	rig_init(&r, false);
	assert_int_equal(begin(&r, "a"), 0);
	assert_int_equal(zv_exchange_end(&r.x, &r.asked, &r.err), ZV_EPROTO);
	assert_true(r.err.text[0] != '\0');
	zv_exchange_deinit(&r.x);
}

/* Of a stranger's page only the beginning is kept. */
static void
test_stranger_costs_no_memory(void **state)
{
	static char page[100000];
	size_t before;
	struct rig r;

	memset(page, 'x', sizeof page - 1);
	rig_init(&r, false);
	assert_int_equal(begin(&r, "a"), 0);
	before = heap_bytes();
	assert_int_equal(answer(&r, "HTTP/1.1 404 Not Found\r\n\r\n", page), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(zv_exchange_body(&r.x, zvon_str(page), &r.err), 0);
	assert_true(heap_bytes() - before < 8192);
	assert_int_equal(r.x.stranger.n, ZV_AJAM_ERROR_BODY);
	assert_int_equal(count_packets(&r), 0);
	assert_true(zv_exchange_end(&r.x, &r.asked, &r.err) < 0);
	zv_exchange_deinit(&r.x);
}

/* What is over leaves nothing of the request behind. */
static void
test_stop_wipes(void **state)
{
	struct rig r;

	heap_watch("s3cret");
	rig_init(&r, false);
	assert_int_equal(begin(&r, "s3cret"), 0);
	zv_exchange_stop(&r.x);
	assert_false(r.x.running);
	assert_null(memmem(r.x.form.p, r.x.form.cap, "s3cret", 6));
	assert_int_equal(begin(&r, "a"), 0);
	zv_exchange_deinit(&r.x);
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_longest_line_is_encoded),
		cmocka_unit_test(test_post_too_large),
		cmocka_unit_test(test_too_large_for_both),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_no_head),
		cmocka_unit_test(test_stranger_costs_no_memory),
		cmocka_unit_test(test_stop_wipes),
	};

	return cmocka_run_group_tests_name("ajam_exchange", tests, NULL, NULL);
}
