/* TLS: who is trusted, what is said when somebody is not, and the same life as without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "tls_peer.h"

static struct tls_peer peer;

static int
start_peer(void **state)
{
	tls_peer_start(&peer, NULL);
	return 0;
}

static int
stop_peer(void **state)
{
	tls_peer_stop(&peer);
	return 0;
}

static struct rig *
tls_rig(enum way way, int port)
{
	struct rig *r = rig_new(way, NULL);

	snprintf(r->url, sizeof r->url, "amis://tester@127.0.0.1:%d", port);
	r->options.url = r->url;
	r->options.ca_file = peer.ca;
	return r;
}

/* ---- whom it trusts ------------------------------------------------------------------- */

static void
test_trusted_by_ca(void **state)
{
	struct rig *r = tls_rig(way_of(state), peer.right);
	struct reply reply = { 0 };

	rig_open_ready(r);
	rig_ask_events(r, 20000);
	assert_true(rig_until(r, has_events, 20000, 20000));
	rig_send(r, make_request("List", "Count", "300", NULL), 0, &reply);
	assert_true(rig_until(r, has_done, 1, 5000));
	assert_int_equal(reply.items, 301);
	rig_close(r);
	assert_int_equal(r->warnings, 0);
	assert_true(server_wait_open(peer.server, 0, 10000));
	rig_free(r);
}

static void
test_trusted_by_pin(void **state)
{
	struct rig *r = tls_rig(way_of(state), peer.right);

	r->options.pin = peer.pin;
	rig_open_ready(r);
	rig_close(r);
	rig_free(r);
}

static void
test_insecure_warns(void **state)
{
	const int ports[] = { peer.right, peer.wrong_name };

	for (size_t i = 0; i < N_OF(ports); i++) {
		struct rig *r = tls_rig(way_of(state), ports[i]);

		r->options.ca_file = NULL;
		r->options.insecure = true;
		rig_open_ready(r);
		rig_close(r);
		assert_int_equal(r->warnings, 1);
		assert_non_null(strstr(r->last_warning, "insecure: the certificate of "
							"127.0.0.1:"));
		rig_free(r);
	}
}

/* Opens a client that must fail for that reason, within 5 s of the defaults. */
static void
check_refusal(struct rig *r, int reason, const char *words)
{
	int64_t began = now_ms();
	struct told end;

	r->options.no_reconnect = true;
	rig_open(r);
	assert_true(rig_until(r, has_closed, 1, 5000));
	assert_in_range(now_ms() - began, 0, 5000);
	end = rig_told(r, ZV_STATE_CLOSED, 0);
	if (end.reason != reason || !strstr(end.text, words))
		fail_msg("%d (%s), wanted %d (%s)", end.reason, end.text, reason,
			 words);
	rig_close(r);
	assert_int_equal(rig_count_told(r, ZV_STATE_LOGIN) > 0, reason == ZV_EPROTO);
	rig_free(r);
}

static void
test_not_trusted(void **state)
{
	static const char bad_pin[] =
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	const struct {
		int port;
		const char *ca, *pin;
		bool insecure;
		int reason;
		const char *words;
	} rows[] = {
		{ peer.right, peer.other_ca, NULL, false, ZV_ETLS,
		  "the certificate is not to be trusted: SSL certificate problem" },
		{ peer.right, NULL, NULL, false, ZV_ETLS, "not to be trusted" },
		{ peer.wrong_name, peer.ca, NULL, false, ZV_ETLS,
		  "matches target host name '127.0.0.1'" },
		{ peer.right, peer.ca, bad_pin, false, ZV_ETLS, "not the pinned one" },
		{ peer.right, NULL, bad_pin, true, ZV_ETLS, "not the pinned one" },
		{ peer.right, "/nowhere/ca.pem", NULL, false, ZV_EINVAL,
		  "cannot read the CA file" },
		{ server_port(peer.server), peer.ca, NULL, false, ZV_ETLS,
		  "no TLS there: a plain port wants ami://" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct rig *r = tls_rig(way_of(state), rows[i].port);

		r->options.ca_file = rows[i].ca;
		r->options.pin = rows[i].pin;
		r->options.insecure = rows[i].insecure;
		check_refusal(r, rows[i].reason, rows[i].words);
	}
}

/* A port that is silent until it hears a TLS hello, and one that never speaks. */
static void
test_plain_to_tls(void **state)
{
	struct rig *r = tls_rig(way_of(state), peer.right);

	snprintf(r->url, sizeof r->url, "ami://tester@127.0.0.1:%d", peer.right);
	r->options.login_timeout_ms = 300;
	check_refusal(r, ZV_EPROTO, "a TLS port wants amis://");
}

static void
test_tls_to_silence(void **state)
{
	struct server *s = server_start(&(struct server_options){ .silent = true });
	struct rig *r = tls_rig(way_of(state), server_port(s));

	r->options.connect_timeout_ms = 300;
	check_refusal(r, ZV_ETLS, "the port is open but does not speak TLS");
	server_stop(s);
}

/* ---- a life as without ------------------------------------------------------------------ */

static void
test_loss(void **state)
{
	struct rig *r = tls_rig(way_of(state), peer.right);

	rig_open_ready(r);
	for (int i = 0; i < 5; i++) {
		rig_send(r, make_request("Reset", NULL), 0, NULL);
		assert_true(rig_until(r, has_readies, i + 2, 5000));
	}
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 5);
	rig_close(r);
	rig_free(r);
}

/* The peer does not read for a while; we write on, piece by piece. */
static void
test_blocked_writing(void **state)
{
	enum { N = 8000 };
	struct rig *r = tls_rig(way_of(state), peer.right);
	struct reply *replies = calloc(N, sizeof *replies);
	char filling[900], number[16];

	assert_non_null(replies);
	memset(filling, 'x', sizeof filling);
	filling[sizeof filling - 1] = '\0';
	r->options.max_pending = 2 * N;
	rig_open_ready(r);
	rig_send(r, make_request("Wait", "Ms", "600", NULL), 0, NULL);
	for (int i = 0; i < N; i++) {
		snprintf(number, sizeof number, "%d", i + 1);
		rig_send(r,
			 make_request("Echo", "Number", number, "Filling", filling,
				      NULL),
			 20000, &replies[i]);
		if (i % 500 == 0)
			rig_run(r, 5);
	}
	assert_true(rig_until(r, has_done, N, 20000));
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(replies[i].number, i + 1);
	rig_close(r);
	rig_free(r);
	free(replies);
}

static void
slow_at_first(struct rig *r, const struct zv_packet *event)
{
	if (zvon_packet_get_int(event, ZV_STR("Number"), 1000) < 100)
		sleep_ms(2);
}

static void
test_paused_reading(void **state)
{
	struct rig *r = tls_rig(WAY_THREADS, peer.right);
	struct zv_client_counters counters;

	r->options.max_queue_bytes = 300000;
	r->on_event = slow_at_first;
	rig_open_ready(r);
	rig_ask_events(r, 50000);
	assert_true(rig_until(r, has_events, 50000, 20000));
	zvon_client_counters(r->client, &counters);
	assert_true(counters.paused > 0);
	assert_true(counters.queue_most_bytes <= 300000);
	rig_close(r);
	rig_free(r);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_trusted_by_ca),
		IN_ALL_WAYS(test_trusted_by_pin),
		IN_ALL_WAYS(test_insecure_warns),
		IN_ALL_WAYS(test_not_trusted),
		IN_ALL_WAYS(test_plain_to_tls),
		IN_ALL_WAYS(test_tls_to_silence),
		IN_ALL_WAYS(test_loss),
		IN_ALL_WAYS(test_blocked_writing),
		cmocka_unit_test(test_paused_reading),
	};

	return run_group(argc, argv, "client_tls", tests, N_OF(tests), start_peer,
			 stop_peer);
}
