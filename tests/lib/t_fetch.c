/* HTTP exchanges: connections used again, answers whole and cut, memory, time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch_rig.h"

static struct server *
web(void)
{
	return server_start(&(struct server_options){ .script = web_script });
}

static struct fetch_rig *
open_rig(const struct server *s)
{
	struct fetch_rig *r = fetch_rig_new(server_port(s));

	fetch_rig_open(r);
	return r;
}

static void
check_body(const struct taken *t, const char *wanted)
{
	if (!zvon_str_equal(zv_buf_str(&t->body), zvon_str(wanted)))
		fail_msg("'%.*s', wanted '%s'", ZV_ARG(t->body), wanted);
}

static void
check_connections(struct server *s, int wanted)
{
	assert_int_equal(server_counts(s).connections, wanted);
}

/* ---- connections ------------------------------------------------------------------ */

static void
test_connection_is_used_again(void **state)
{
	enum { N = 300 };
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	int64_t began = now_ms();

	for (int i = 0; i < N; i++)
		check_body(fetch_rig_run(r, "/ok", i % 2 ? "a=b" : NULL, 0), "hello");
	report("%.2f ms an exchange on a connection that stays, %.1f turns",
	       (double)(now_ms() - began) / N, (double)r->turns / N);
	check_connections(s, 1);
	assert_in_range(r->turns, N, 4 * N);
	fetch_rig_free(r);
	assert_true(server_wait_open(s, 0, 10000));
	server_stop(s);
}

static void
test_server_that_closes_each_time(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	for (int i = 0; i < 20; i++)
		check_body(fetch_rig_run(r, "/once", "a=b", 0), "hello");
	check_connections(s, 20);
	assert_true(server_wait_open(s, 0, 10000));
	fetch_rig_free(r);
	server_stop(s);
}

/* The connection is closed while nobody looks at it: a new one, and no error. */
static void
test_server_gone_between_two(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	for (int i = 0; i < 5; i++) {
		check_body(fetch_rig_run(r, "/quiet", "a=b", 0), "hello");
		assert_true(server_wait_open(s, 0, 10000));
		sleep_ms(5); /* its end is on the way */
	}
	assert_int_equal(server_counts(s).actions, 5);
	fetch_rig_free(r);
	server_stop(s);
}

/* Asterisk closes what is idle for 15 s; what was idle for 5 s is left alone. */
static void
test_idle_connection_is_left(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	fetch_rig_run(r, "/ok", NULL, 0);
	sleep_ms((ZV_FETCH_IDLE_S + 1) * 1000 + 100);
	check_body(fetch_rig_run(r, "/ok", "a=b", 0), "hello");
	check_connections(s, 2);
	assert_true(server_wait_open(s, 1, 10000));
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_exchanges_at_once(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	for (int round = 0; round < 3; round++) {
		fetch_rig_start(r, 0, "/slow?100", NULL, 0);
		fetch_rig_start(r, 1, "/ok", "a=b", 0);
		assert_true(fetch_rig_until(r, 1, 5000));
		assert_int_equal(r->taken[1].ends, 1); /* the other one did not wait */
		assert_int_equal(r->taken[0].ends, 0);
		assert_true(fetch_rig_until(r, 1, 5000));
		check_body(&r->taken[0], "hello");
		check_body(&r->taken[1], "hello");
		check_connections(s, 2);
	}
	for (int id = 0; id < ZV_FETCH_MAX_EXCHANGES; id++)
		fetch_rig_start(r, id, "/slow?50", NULL, 0);
	assert_true(fetch_rig_until(r, ZV_FETCH_MAX_EXCHANGES, 5000));
	check_connections(s, ZV_FETCH_MAX_EXCHANGES);
	fetch_rig_free(r);
	server_stop(s);
}

/* A request that a server has read and left without an answer is not sent again, on
 * whatever connection; libcurl by itself would. */
static void
test_never_sent_twice(void **state)
{
	static const char *const bodies[] = { "action=originate", NULL };

	for (size_t i = 0; i < N_OF(bodies); i++) {
		struct server *s = web();
		struct fetch_rig *r = open_rig(s);

		fetch_rig_run(r, "/gone?2", bodies[i], 0);
		check_words("never twice",
			    fetch_rig_run(r, "/gone?2", bodies[i], ZV_ECLOSED),
			    "the server may have done what was asked, or not");
		fetch_rig_until(r, 0, 50);
		assert_int_equal(server_counts(s).actions, 2);
		check_connections(s, 1);
		check_body(fetch_rig_run(r, "/ok", bodies[i], 0), "hello");
		fetch_rig_free(r);
		server_stop(s);
	}
}

/* Nor on another connection that waits idle. */
static void
test_never_sent_twice_on_another(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	fetch_rig_start(r, 0, "/slow?30", NULL, 0);
	fetch_rig_start(r, 1, "/slow?30", NULL, 0);
	assert_true(fetch_rig_until(r, 2, 5000));
	fetch_rig_run(r, "/gone?2", "a=b", ZV_ECLOSED);
	assert_int_equal(server_counts(s).actions, 3);
	check_connections(s, 2);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_cancel(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	for (int i = 0; i < 5; i++) {
		fetch_rig_start(r, 0, "/wait", NULL, 0);
		fetch_rig_start(r, 1, "/slow?50", NULL, 0);
		fetch_rig_until(r, 0, 20);
		zv_fetch_cancel(r->fetch, 0);
		assert_true(server_wait_open(s, 1, 10000));
		fetch_rig_start(r, 0, "/ok", NULL, 0); /* the id is free at once */
		assert_true(fetch_rig_until(r, 2, 5000));
		assert_int_equal(r->taken[0].ends, 1);
		check_body(&r->taken[0], "hello");
		check_body(&r->taken[1], "hello");
	}
	zv_fetch_cancel(r->fetch, 3); /* never begun */
	fetch_rig_free(r);
	server_stop(s);
}

/* Closing breaks off all; then it can be opened again, elsewhere too. */
static void
test_close_and_open(void **state)
{
	struct server *s = web(), *other = web();
	struct fetch_rig *r = open_rig(s);

	for (int id = 0; id < ZV_FETCH_MAX_EXCHANGES; id++)
		fetch_rig_start(r, id, "/wait", NULL, 0);
	fetch_rig_until(r, 0, 50);
	assert_true(server_wait_open(s, ZV_FETCH_MAX_EXCHANGES, 10000));
	zv_fetch_close(r->fetch);
	assert_true(server_wait_open(s, 0, 10000));
	assert_int_equal(zv_fetch_timeout(r->fetch), -1);
	fetch_rig_until(r, 0, 10);
	assert_int_equal(r->n_ended, 0);
	r->options.port = server_port(other);
	fetch_rig_open(r);
	check_body(fetch_rig_run(r, "/ok", NULL, 0), "hello");
	check_connections(other, 1);
	fetch_rig_free(r);
	server_stop(s);
	server_stop(other);
}

/* ---- answers -------------------------------------------------------------------------- */

static void
test_what_is_sent(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	char wanted[400];

	snprintf(wanted, sizeof wanted,
		 "POST /mirror?query=%%2e/../x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		 "Accept: */*\r\nCookie: " SECRET "\r\nX-Other: 1\r\n"
		 "Content-Length: 3\r\n"
		 "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b",
		 server_port(s));
	check_body(fetch_rig_run(r, "/mirror?query=%2e/../x", "a=b", 0), wanted);
	snprintf(wanted, sizeof wanted,
		 "GET /mirror HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		 "Accept: */*\r\nCookie: " SECRET "\r\nX-Other: 1\r\n\r\n",
		 server_port(s));
	check_body(fetch_rig_run(r, "/mirror", NULL, 0), wanted);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *target;
		int code;
		enum zv_fault fault;
		const char *body, *words;
	} rows[] = {
		{ "/ok?query=1", 0, ZV_FAULT_NONE, "hello", "" },
		{ "/chunked?query=1", 0, ZV_FAULT_NONE, "hello", "" },
		{ "/later?query=1", 0, ZV_FAULT_NONE, "hello", "" },
		{ "/short?query=1", 0, ZV_FAULT_NONE, "hello", "" },
		{ "/none?query=1", 0, ZV_FAULT_NONE, "", "" },
		{ "/long?query=1", ZV_EPROTO, ZV_FAULT_DAMAGED, "hello",
		  "answer cut: 5 of 10 bytes" },
		{ "/cut?query=1", ZV_EPROTO, ZV_FAULT_DAMAGED, "",
		  "answer cut in its head" },
		{ "/nothing?query=1", ZV_ECLOSED, ZV_FAULT_CLOSED, "",
		  "closed without an answer: " },
		{ "/reset?query=1", ZV_ECLOSED, ZV_FAULT_CLOSED, "",
		  "closed without an answer: " },
		{ "/torn?query=1", ZV_ECLOSED, ZV_FAULT_DAMAGED, "hello",
		  "connection lost" },
		{ "/damaged?query=1", ZV_EPROTO, ZV_FAULT_DAMAGED, "hel",
		  "the answer is damaged" },
		{ "/packed?query=1", ZV_EPROTO, ZV_FAULT_DAMAGED, "",
		  "the answer comes packed" },
		{ "/banner?query=1", ZV_EPROTO, ZV_FAULT_NOT_HTTP, "",
		  "AMI's own (5038) wants ami://" },
	};
	struct server *s = web();

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct fetch_rig *r = open_rig(s);
		struct taken *t = fetch_rig_run(r, rows[i].target, "a=b", rows[i].code);

		check_body(t, rows[i].body);
		check_words(rows[i].target, t, rows[i].words);
		assert_int_equal(t->fault, rows[i].fault);
		/* the next one finds everything in order */
		check_body(fetch_rig_run(r, "/ok", NULL, 0), "hello");
		fetch_rig_free(r);
	}
	server_stop(s);
}

static void
test_head_is_the_final_one(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	static const char wanted[] =
		"HTTP/1.1 200 OK\r\nServer: Asterisk\r\nContent-Length: 5\r\n\r\n";
	struct taken *t = fetch_rig_run(r, "/later", "a=b", 0);

	assert_true(zvon_str_equal(zv_buf_str(&t->head), zvon_str(wanted)));
	t = fetch_rig_run(r, "/chunked", NULL, 0); /* its trailer is no part of it */
	assert_true(zvon_str_equal(zv_buf_str(&t->head),
				   ZV_STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
					  "chunked\r\n\r\n")));
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_nothing_is_unpacked(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	struct taken *t = fetch_rig_run(r, "/gzip", NULL, 0);

	assert_true(t->body.n > 2);
	assert_memory_equal(t->body.p, "\x1f\x8b", 2);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_longest_head(void **state)
{
	const struct {
		const char *page;
		int n, code;
	} rows[] = {
		{ "head", ZV_FETCH_MAX_HEAD_BYTES, 0 },
		{ "head", ZV_FETCH_MAX_HEAD_BYTES + 1, ZV_ETOOBIG },
		{ "head", 400000, ZV_ETOOBIG },
		{ "line", 40000, ZV_ETOOBIG },
		{ "line", 300000, ZV_ETOOBIG },
		{ "early", 0, ZV_ETOOBIG },
	};
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	for (size_t i = 0; i < N_OF(rows); i++) {
		char target[64];
		struct taken *t;

		snprintf(target, sizeof target, "/%s?%d", rows[i].page, rows[i].n);
		t = fetch_rig_run(r, target, NULL, rows[i].code);
		assert_int_equal(t->heads, rows[i].code == 0);
		if (rows[i].code == 0)
			assert_int_equal(t->head.n, rows[i].n);
		else
			check_words(target, t, "this is not Asterisk");
	}
	fetch_rig_free(r);
	server_stop(s);
}

/* Closed without a byte: what may be the matter depends on what was seen before. */
static void
test_closed_without_answer(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	check_words("first", fetch_rig_run(r, "/nothing", NULL, ZV_ECLOSED),
		    "a TLS port wants https://; or sessionlimit in [general] of "
		    "http.conf");
	fetch_rig_run(r, "/once", NULL, 0);
	check_words("later", fetch_rig_run(r, "/nothing", NULL, ZV_ECLOSED),
		    "Asterisk was stopped, or sessionlimit");
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_refused(void **state)
{
	struct server *s = server_start(&(struct server_options){ .closed = true });
	struct fetch_rig *r = open_rig(s);

	check_words("plain", fetch_rig_run(r, "/ok?query", NULL, ZV_EIO),
		    "connection refused: is Asterisk running, with enabled = yes, this "
		    "bindport");
	r->options.tls = true;
	fetch_rig_open(r);
	check_words("TLS", fetch_rig_run(r, "/ok?query", NULL, ZV_EIO),
		    "tlsenable = yes, this port in tlsbindaddr, and tlscertfile");
	assert_int_equal(r->taken[0].fault, ZV_FAULT_REFUSED);
	fetch_rig_free(r);
	server_stop(s);
}

/* ---- memory ------------------------------------------------------------------------------ */

#define BIG 30000000

static void
check_big(const struct taken *t, unsigned long n)
{
	assert_int_equal(t->body.n, n);
	for (unsigned long i = 0; i < n; i++)
		if (t->body.p[i] != web_byte(i))
			fail_msg("byte %lu is wrong", i);
}

static void
test_big_answer(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	int64_t began = now_ms();

	check_big(fetch_rig_run(r, "/big?30000000", NULL, 0), BIG);
	report("30 MB in %d ms, %ld turns", (int)(now_ms() - began), r->turns);
	fetch_rig_free(r);
	server_stop(s);
}

/* Nobody takes: memory stays, the process is not called in vain, the other exchange goes
 * on; then all is there. */
static void
test_slow_taker(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	size_t before;
	long turns;

	fetch_rig_run(r, "/big?1000000", NULL, 0); /* buffers are there */
	before = resident_bytes();
	fetch_rig_start(r, 0, "/big?6000000", NULL, 1000);
	r->takes_nothing = true;
	fetch_rig_until(r, 0, 600);
	turns = r->turns;
	fetch_rig_until(r, 0, 600);
	assert_in_range(r->turns - turns, 0, 5);
	if (!is_instrumented())
		assert_in_range(resident_bytes(), 0, before + (2 << 20));
	r->takes_nothing = false;
	assert_true(fetch_rig_until(r, 1, 20000));
	assert_int_equal(r->taken[0].err.code, 0); /* the time was not the server's */
	check_big(&r->taken[0], 6000000);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_other_goes_on(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	struct zv_fetch_news news;
	bool ended = false;

	fetch_rig_start(r, 1, "/big?30000000", NULL, 0);
	r->takes_nothing = true;
	fetch_rig_until(r, 0, 200);
	fetch_rig_start(r, 0, "/ok", "a=b", 0);
	fetch_rig_until(r, 0, 200);
	for (int i = 0; i < 6 && zv_fetch_next(r->fetch, &news); i++)
		ended |= news.id == 0 && news.kind == ZV_FETCH_END;
	assert_true(ended);
	fetch_rig_free(r);
	server_stop(s);
}

/* ---- time ---------------------------------------------------------------------------------- */

static void
check_timeout(struct fetch_rig *r, const char *target, int ms, int code,
	      const char *words)
{
	int64_t began = now_ms();
	long turns = r->turns;

	fetch_rig_start(r, 0, target, "a=b", ms);
	assert_true(fetch_rig_until(r, 1, 20000));
	assert_in_range(now_ms() - began, ms - 1,
			ms + (is_instrumented() ? 1000 : 150));
	assert_int_equal(r->taken[0].err.code, code);
	check_words(target, &r->taken[0], words);
	report("%s: %ld turns in %d ms", target, r->turns - turns, ms);
}

static void
test_timeouts(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	check_timeout(r, "/wait?query", 300, ZV_ETIMEOUT, "no answer within 0.3 s");
	check_timeout(r, "/drip?1000", 300, ZV_ETIMEOUT, "was not whole within 0.3 s");
	assert_true(server_wait_open(s, 0, 10000)); /* their connections are closed */
	fetch_rig_start(r, 0, "/slow?200", NULL, 2000);
	assert_true(fetch_rig_until(r, 1, 5000));
	assert_int_equal(r->taken[0].err.code, 0);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_wait_costs_nothing(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);
	long turns;

	fetch_rig_start(r, 0, "/wait", NULL, 0);
	fetch_rig_until(r, 0, 100);
	turns = r->turns;
	fetch_rig_until(r, 0, 500);
	assert_in_range(r->turns - turns, 1, 3);
	fetch_rig_free(r);
	server_stop(s);
}

/* The host was busy elsewhere; what had arrived meanwhile is not late, however many turns
 * it takes to read it. */
static void
test_host_was_busy(void **state)
{
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	/* the system learns to hold more than one turn reads */
	fetch_rig_run(r, "/big?30000000", NULL, 0);
	fetch_rig_start(r, 0, "/big?200000", NULL, 100);
	while (server_counts(s).actions == 1)
		zv_fetch_process(r->fetch);
	sleep_ms(300);
	assert_true(fetch_rig_until(r, 1, 5000));
	if (r->taken[0].err.code)
		fail_msg("%s", r->taken[0].err.text);
	check_big(&r->taken[0], 200000);
	fetch_rig_free(r);
	server_stop(s);
}

static void
test_cannot_connect_in_time(void **state)
{
	struct hole *h = hole_open("127.0.0.1", 0);
	struct fetch_rig *r = fetch_rig_new(hole_port(h));

	r->options.connect_timeout_ms = 300;
	fetch_rig_open(r);
	check_timeout(r, "/ok?query", 200, ZV_EIO, "no answer within 0.2 s: wrong");
	fetch_rig_start(r, 0, "/ok?query", NULL, 5000);
	assert_true(fetch_rig_until(r, 1, 1000));
	assert_int_equal(r->taken[0].err.code, ZV_EIO);
	check_words("connect", &r->taken[0], "no answer within 0.3 s: wrong address");
	fetch_rig_free(r);
	hole_close(h);
}

/* ---- bad use, no memory ------------------------------------------------------------------ */

static void
test_what_cannot_be_started(void **state)
{
	static const struct {
		const char *target;
		int code;
	} rows[] = {
		{ "/ok", ZV_EBUSY },	     { "", ZV_EINVAL },
		{ "ok", ZV_EINVAL },	     { "/a b", ZV_EINVAL },
		{ "/a\r\nX: 1", ZV_EINVAL }, { "/a\x7f", ZV_EINVAL },
	};
	struct server *s = web();
	struct fetch_rig *r = open_rig(s);

	fetch_rig_start(r, 0, "/ok", NULL, 0);
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_fetch_request request = {
			.id = i > 0, .target = zvon_str(rows[i].target)
		};

		assert_int_equal(zv_fetch_start(r->fetch, &request, NULL),
				 rows[i].code);
	}
	assert_true(fetch_rig_until(r, 1, 5000));
	zv_fetch_close(r->fetch);
	assert_int_equal(
		zv_fetch_start(r->fetch,
			       &(struct zv_fetch_request){ .target = ZV_STR("/ok") },
			       NULL),
		ZV_ECLOSED);
	fetch_rig_free(r);
	server_stop(s);
}

/* One life with the n-th allocation failing. true: nothing failed. */
static bool
live_without_memory(int port, unsigned long n)
{
	struct zv_dial_options options = { .host = "127.0.0.1",
					   .port = port,
					   .ca_file = "/x",
					   .pin = "sha256//x",
					   .connect_timeout_ms = 4500 };
	const struct zv_fetch_request request = {
		.is_post = true,
		.target = ZV_STR("/mirror"),
		.fields = ZV_STR("A: b\r\nC: d\r\n"),
		.body = ZV_STR("a=b"),
	};
	struct fetch_rig r = { 0 };
	unsigned long before = zv_mem_count();
	int rc = ZV_ENOMEM;

	zv_mem_fail_at(n);
	r.fetch = zv_fetch_new();
	if (r.fetch)
		rc = zv_fetch_open(r.fetch, &options, NULL);
	if (rc == 0)
		rc = zv_fetch_start(r.fetch, &request, NULL);
	while (rc == 0 && !r.taken[0].ends) {
		struct zv_fetch_news news;

		zv_fetch_process(r.fetch);
		while (zv_fetch_next(r.fetch, &news)) {
			if (news.kind != ZV_FETCH_END)
				continue;
			r.taken[0].ends = 1;
			rc = news.err.code;
		}
	}
	zv_fetch_free(r.fetch);
	zv_mem_fail_at(0);
	assert_true(rc == 0 || rc == ZV_ENOMEM);
	return rc == 0 && zv_mem_count() - before < n;
}

static void
test_no_memory(void **state)
{
	struct server *s = web();
	unsigned long n = 1;

	while (!live_without_memory(server_port(s), n))
		n++;
	report("%lu allocations failed in turn", n - 1);
	assert_in_range(n, 10, 100);
	assert_true(server_wait_open(s, 0, 10000));
	server_stop(s);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection_is_used_again),
		cmocka_unit_test(test_server_that_closes_each_time),
		cmocka_unit_test(test_server_gone_between_two),
		cmocka_unit_test(test_idle_connection_is_left),
		cmocka_unit_test(test_exchanges_at_once),
		cmocka_unit_test(test_never_sent_twice),
		cmocka_unit_test(test_never_sent_twice_on_another),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_close_and_open),
		cmocka_unit_test(test_what_is_sent),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_head_is_the_final_one),
		cmocka_unit_test(test_nothing_is_unpacked),
		cmocka_unit_test(test_longest_head),
		cmocka_unit_test(test_closed_without_answer),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_big_answer),
		cmocka_unit_test(test_slow_taker),
		cmocka_unit_test(test_other_goes_on),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_wait_costs_nothing),
		cmocka_unit_test(test_host_was_busy),
		cmocka_unit_test(test_cannot_connect_in_time),
		cmocka_unit_test(test_what_cannot_be_started),
		cmocka_unit_test(test_no_memory),
	};

	return RUN_GROUP(argc, argv, "fetch", tests);
}
