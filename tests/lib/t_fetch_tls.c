/* HTTP exchanges through TLS and through a proxy: who is trusted, and what is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_rig.h"
#include "tls_peer.h"

static struct tls_peer peer;

static int
start_peer(void **state)
{
	tls_peer_start(&peer, &(struct server_options){ .script = web_script });
	return 0;
}

static int
stop_peer(void **state)
{
	tls_peer_stop(&peer);
	return 0;
}

static struct fetch_rig *
tls_rig(int port)
{
	struct fetch_rig *r = fetch_rig_new(port);

	r->options.tls = true;
	r->options.ca_file = peer.ca;
	return r;
}

static void
check_hello(const struct taken *t)
{
	assert_true(zvon_str_equal(zv_buf_str(&t->body), ZV_STR("hello")));
}

/* ---- TLS ------------------------------------------------------------------------- */

static void
test_tls(void **state)
{
	struct fetch_rig *r = tls_rig(peer.right);
	int before = server_counts(peer.server).connections;

	r->options.pin = peer.pin;
	fetch_rig_open(r);
	for (int i = 0; i < 20; i++)
		check_hello(fetch_rig_run(r, "/ok", "a=b", 0));
	assert_int_equal(server_counts(peer.server).connections, before + 1);
	assert_int_equal(fetch_rig_run(r, "/big?3000000", NULL, 0)->body.n, 3000000);
	for (int i = 0; i < 5; i++)
		check_hello(fetch_rig_run(r, "/once", NULL, 0));
	fetch_rig_free(r);
	assert_true(server_wait_open(peer.server, 0, 10000));
}

/* Records wait in the TLS library, not in the socket: nothing may be forgotten there. */
static void
test_tls_slow_taker(void **state)
{
	struct fetch_rig *r = tls_rig(peer.right);

	fetch_rig_open(r);
	fetch_rig_start(r, 0, "/big?3000000", NULL, 100);
	r->takes_nothing = true;
	fetch_rig_until(r, 0, 200);
	r->takes_nothing = false;
	assert_true(fetch_rig_until(r, 1, 20000));
	assert_int_equal(r->taken[0].err.code, 0);
	assert_int_equal(r->taken[0].body.n, 3000000);
	for (unsigned long i = 0; i < 3000000; i++)
		if (r->taken[0].body.p[i] != web_byte(i))
			fail_msg("byte %lu is wrong", i);
	fetch_rig_free(r);
}

static void
test_tls_never_sent_twice(void **state)
{
	struct fetch_rig *r = tls_rig(peer.right);
	int before;

	fetch_rig_open(r);
	fetch_rig_run(r, "/gone?2", "a=b", 0);
	before = server_counts(peer.server).actions;
	fetch_rig_run(r, "/gone?2", "a=b", ZV_ECLOSED);
	fetch_rig_until(r, 0, 50);
	assert_int_equal(server_counts(peer.server).actions, before + 1);
	fetch_rig_free(r);
}

static void
test_not_trusted(void **state)
{
	static const char bad_pin[] =
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	const struct {
		const char *row;
		int port;
		const char *ca, *pin;
		bool insecure;
		int code;
		enum zv_fault fault;
		const char *words;
	} rows[] = {
		{ "other CA", peer.right, peer.other_ca, NULL, false, ZV_ETLS,
		  ZV_FAULT_UNKNOWN_CA,
		  "its CA is not known here: give the CA's file (--ca)" },
		{ "no CA", peer.right, NULL, NULL, false, ZV_ETLS, ZV_FAULT_UNKNOWN_CA,
		  "(--ca)" },
		{ "self-signed", peer.own, NULL, NULL, false, ZV_ETLS,
		  ZV_FAULT_UNKNOWN_CA,
		  "it is signed by itself or by a CA that is not known here" },
		{ "name", peer.wrong_name, peer.ca, NULL, false, ZV_ETLS,
		  ZV_FAULT_OTHER_NAME, "it is for another name" },
		{ "expired", peer.expired, peer.ca, NULL, false, ZV_ETLS,
		  ZV_FAULT_EXPIRED,
		  "it has expired: renew the file that tlscertfile in [general] of "
		  "http.conf" },
		{ "future", peer.future, peer.ca, NULL, false, ZV_ETLS,
		  ZV_FAULT_NOT_VALID_YET, "it is not valid yet: set the clocks" },
		{ "pin", peer.right, peer.ca, bad_pin, false, ZV_ETLS,
		  ZV_FAULT_OTHER_KEY, "not the pinned one" },
		{ "pin only", peer.right, NULL, bad_pin, true, ZV_ETLS,
		  ZV_FAULT_OTHER_KEY, "not the pinned one" },
		{ "CA file", peer.right, "/nowhere/ca.pem", NULL, false, ZV_EINVAL,
		  ZV_FAULT_CA_FILE, "cannot read the CA file" },
		{ "insecure", peer.expired, NULL, NULL, true, 0, ZV_FAULT_NONE, "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct fetch_rig *r = tls_rig(rows[i].port);

		r->options.ca_file = rows[i].ca;
		r->options.pin = rows[i].pin;
		r->options.insecure = rows[i].insecure;
		fetch_rig_open(r);
		check_words(rows[i].row,
			    fetch_rig_run(r, "/ok?query", NULL, rows[i].code),
			    rows[i].words);
		assert_int_equal(r->taken[0].fault, rows[i].fault);
		fetch_rig_free(r);
	}
}

/* ---- the wrong one of two ports ------------------------------------------------------ */

/* As Asterisk's plain port: what is no HTTP ends the connection. */
static void
close_at_hello(struct talk *t, void *user)
{
	talk_take(t, 1);
}

/* As Asterisk's TLS port. */
static void
test_plain_to_tls(void **state)
{
	struct fetch_rig *r = tls_rig(peer.right);

	r->options.tls = false;
	fetch_rig_open(r);
	check_words("plain to TLS", fetch_rig_run(r, "/ok?query", NULL, ZV_ECLOSED),
		    "a TLS port wants https://");
	fetch_rig_free(r);
}

static void
test_tls_to_plain(void **state)
{
	const struct {
		const char *row;
		struct server_options options;
		const char *words;
	} rows[] = {
		{ "answers",
		  { .script = web_script },
		  "a plain port wants http://; https:// wants tlsenable = yes" },
		{ "closes",
		  { .script = close_at_hello },
		  "closed during the TLS handshake: a plain port wants http://" },
		{ "silent",
		  { .silent = true },
		  "does not speak TLS within 0.5 s: a plain port wants http://" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct server *s = server_start(&rows[i].options);
		struct fetch_rig *r = tls_rig(server_port(s));

		r->options.connect_timeout_ms = 500;
		fetch_rig_open(r);
		check_words(rows[i].row, fetch_rig_run(r, "/ok?query", NULL, ZV_ETLS),
			    rows[i].words);
		fetch_rig_free(r);
		server_stop(s);
	}
}

/* ---- proxies -------------------------------------------------------------------------- */

struct proxied {
	struct web_proxy proxy;
	struct server *server;
	char url[80];
};

static void
start_proxy(struct proxied *p)
{
	p->server = server_start(&(struct server_options){ .script = web_proxy_script,
							   .user = &p->proxy });
	snprintf(p->url, sizeof p->url, "http://me:hush@127.0.0.1:%d",
		 server_port(p->server));
}

/* It gets no more than an address to connect to. */
static void
test_proxy(void **state)
{
	struct proxied p = { 0 };
	struct fetch_rig *r = fetch_rig_new(server_port(peer.server));
	struct taken *t;

	start_proxy(&p);
	r->options.proxy = p.url;
	fetch_rig_open(r);
	for (int i = 0; i < 5; i++)
		t = fetch_rig_run(r, "/ok", "a=b", 0);
	check_hello(t);
	assert_memory_equal(t->head.p, "HTTP/1.1 200 OK\r\nServer: Asterisk\r\n", 35);
	fetch_rig_run(r, "/gone?6", "a=b", ZV_ECLOSED);
	fetch_rig_until(r, 0, 50);
	fetch_rig_free(r);
	assert_int_equal(server_counts(p.server).connections, 1);
	server_stop(p.server);
	assert_memory_equal(p.proxy.heads, "CONNECT 127.0.0.1:", 18);
	assert_null(strstr(p.proxy.heads, "POST"));
	assert_null(strstr(p.proxy.heads, SECRET));
}

static void
test_proxy_to_tls(void **state)
{
	struct proxied p = { 0 };
	struct fetch_rig *r = tls_rig(peer.right);

	start_proxy(&p);
	r->options.proxy = p.url;
	fetch_rig_open(r);
	check_hello(fetch_rig_run(r, "/ok", "a=b", 0));
	fetch_rig_free(r);
	server_stop(p.server);
}

static void
check_proxy_words(const char *proxy, const char *words)
{
	struct fetch_rig *r = fetch_rig_new(server_port(peer.server));
	struct taken *t;

	r->options.proxy = proxy;
	fetch_rig_open(r);
	t = fetch_rig_run(r, "/ok?query", "a=b", ZV_EIO);
	check_words(proxy, t, words);
	assert_null(strstr(t->err.text, "hush"));
	fetch_rig_free(r);
}

static void
test_proxy_that_refuses(void **state)
{
	struct proxied p = { .proxy.refuse = 403 };

	start_proxy(&p);
	check_proxy_words(p.url, "the proxy does not let us through, see --proxy");
	server_stop(p.server);
	check_proxy_words(p.url, "the proxy cannot be reached (Connection refused)");
	check_proxy_words("odd://me:hush@127.0.0.1:1", "check --proxy");
}

/* A stream's neither. */
static void
test_secret_of_a_proxy_of_dial(void **state)
{
	const struct zv_dial_options options = { .host = "127.0.0.1",
						 .port = 1,
						 .proxy = "odd://me:hush@127.0.0.1:1",
						 .connect_timeout_ms = 4500 };
	struct zv_dial *d = zv_dial_new();
	struct zv_error err = { 0 };
	int rc = zv_dial_open(d, &options, &err);

	while (rc == 0)
		rc = zv_dial_process(d, &err);
	assert_int_equal(rc, ZV_EIO);
	assert_non_null(strstr(err.text, "check --proxy"));
	assert_null(strstr(err.text, "hush"));
	zv_dial_free(d);
}

/* The environment's are not for us. */
static void
test_no_proxy_of_the_environment(void **state)
{
	struct fetch_rig *r = fetch_rig_new(server_port(peer.server));

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	fetch_rig_open(r);
	check_hello(fetch_rig_run(r, "/ok", NULL, 0));
	fetch_rig_free(r);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_tls_slow_taker),
		cmocka_unit_test(test_tls_never_sent_twice),
		cmocka_unit_test(test_not_trusted),
		cmocka_unit_test(test_plain_to_tls),
		cmocka_unit_test(test_tls_to_plain),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_proxy_to_tls),
		cmocka_unit_test(test_proxy_that_refuses),
		cmocka_unit_test(test_secret_of_a_proxy_of_dial),
		cmocka_unit_test(test_no_proxy_of_the_environment),
	};

	return run_group(argc, argv, "fetch_tls", tests, N_OF(tests), start_peer,
			 stop_peer);
}
