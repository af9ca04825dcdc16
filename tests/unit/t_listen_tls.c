/* TLS of inbound connections: versions, certificates, reload, and those who speak no TLS. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "certificate.h"
#include "io/tls_stream.h"
#include "listen_scene.h"

#define BIG (8u * 1024 * 1024)

/* ---- a client --------------------------------------------------------------------- */

struct client {
	SSL_CTX *context;
	SSL *ssl;
	int fd;
	bool is_up, end;
	int failed; /* SSL_get_error when it failed */
	struct zv_buf got;
};

static void
client_init(struct client *c, int version)
{
	*c = (struct client){ .fd = -1 };
	c->context = SSL_CTX_new(TLS_client_method());
	assert_non_null(c->context);
	SSL_CTX_set_security_level(c->context, 0);
	if (version) {
		SSL_CTX_set_min_proto_version(c->context, version);
		SSL_CTX_set_max_proto_version(c->context, version);
	}
}

static void
client_connect(struct client *c, int port)
{
	c->fd = connect_to(port);
	c->ssl = SSL_new(c->context);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
}

static void
client_hang_up(struct client *c)
{
	if (c->is_up && c->fd >= 0)
		SSL_shutdown(c->ssl); /* else its session is not used again */
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	zv_buf_deinit(&c->got);
	c->ssl = NULL;
	c->fd = -1;
	c->is_up = c->end = false;
}

static void
client_deinit(struct client *c)
{
	client_hang_up(c);
	SSL_CTX_free(c->context);
}

static void
client_failed(struct client *c, int rc)
{
	int error = SSL_get_error(c->ssl, rc);

	if (error == SSL_ERROR_ZERO_RETURN)
		c->end = true;
	else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		c->failed = error;
	ERR_clear_error();
}

/* Shakes hands, then reads at most so much. */
static void
client_turn(struct client *c, size_t most)
{
	char bytes[16384];
	int rc;

	if (c->failed || c->end)
		return;
	rc = c->is_up ? 1 : SSL_do_handshake(c->ssl);
	if (rc != 1) {
		client_failed(c, rc);
		return;
	}
	c->is_up = true;
	while (most > 0) {
		int n = SSL_read(c->ssl, bytes, sizeof bytes);

		if (n <= 0) {
			client_failed(c, n);
			return;
		}
		zv_buf_add(&c->got, (struct zv_str){ bytes, (size_t)n });
		most -= (size_t)n < most ? (size_t)n : most;
	}
}

/* ---- the scene --------------------------------------------------------------------- */

struct tls_scene {
	struct scene s;
	struct certificate files;
	struct zv_tls *tls;
	struct client client;
};

static struct zv_tls *
open_tls(const struct certificate *files, int minimum)
{
	struct zv_error err = { 0 };
	struct zv_tls *tls = zv_tls_open(files->certificate, files->key, minimum, &err);

	assert_string_equal(err.text, "");
	assert_non_null(tls);
	return tls;
}

static void
begin(struct tls_scene *t, int minimum, int version, struct zv_listen_options options)
{
	certificate_new(&t->files, "first", 30);
	t->tls = open_tls(&t->files, minimum);
	options.tls = t->tls;
	scene_new(&t->s, options);
	t->s.user = t;
	client_init(&t->client, version);
	client_connect(&t->client, t->s.port);
}

static void
finish(struct tls_scene *t)
{
	scene_free(&t->s);
	client_deinit(&t->client);
	zv_tls_close(t->tls);
	certificate_free(&t->files);
}

static const struct zv_listen_options defaults;

/* ---- good ones ----------------------------------------------------------------------- */

static bool
echo_step(struct scene *s)
{
	struct tls_scene *t = s->user;
	struct client *c = &t->client;

	client_turn(c, 100);
	assert_int_equal(c->failed, 0);
	if (c->is_up && !s->woken) {
		assert_true(zv_conn_is_tls(s->conn));
		assert_int_equal(SSL_write(c->ssl, "hello", 5), 5);
		s->woken = 1;
	}
	return c->got.n == 5;
}

static void
test_echo(void **state)
{
	static const struct {
		int minimum, version;
		const char *name;
	} rows[] = {
		{ 12, TLS1_2_VERSION, "TLSv1.2" },
		{ 12, TLS1_3_VERSION, "TLSv1.3" },
		{ 13, TLS1_3_VERSION, "TLSv1.3" },
		{ 13, 0, "TLSv1.3" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct tls_scene t;

		begin(&t, rows[i].minimum, rows[i].version, defaults);
		t.s.echo = true;
		play_on(&t.s, echo_step);
		assert_memory_equal(t.client.got.p, "hello", 5);
		assert_string_equal(SSL_get_version(t.client.ssl), rows[i].name);
		assert_int_equal(count(&t.s).tls_failures, 0);
		assert_int_equal(zv_tls_days_left(t.tls), 30);
		finish(&t);
		assert_int_equal(t.s.closed, 1);
	}
}

static bool
closed_step(struct scene *s)
{
	return s->closed;
}

static void
test_protocols_and_tickets(void **state)
{
	static const unsigned char offered[] = "\x02h2\x08http/1.1";
	const unsigned char *chosen;
	SSL_SESSION *session;
	struct tls_scene t;
	unsigned n;

	begin(&t, 12, 0, defaults);
	t.s.echo = true;
	SSL_set_alpn_protos(t.client.ssl, offered, sizeof offered - 1);
	play_on(&t.s, echo_step);
	SSL_get0_alpn_selected(t.client.ssl, &chosen, &n);
	assert_int_equal(n, 8);
	assert_memory_equal(chosen, "http/1.1", 8);

	session = SSL_get1_session(t.client.ssl);
	client_hang_up(&t.client);
	play_on(&t.s, closed_step);
	client_connect(&t.client, t.s.port);
	SSL_set_session(t.client.ssl, session);
	t.s.woken = 0;
	play_on(&t.s, echo_step);
	assert_true(SSL_session_reused(t.client.ssl));
	SSL_SESSION_free(session);
	finish(&t);
}

static bool
big_step(struct scene *s)
{
	struct tls_scene *t = s->user;

	if (t->client.is_up && !s->woken) {
		char *bytes = pattern(BIG);

		assert_int_equal(zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }),
				 0);
		assert_true(zv_conn_queued(s->conn) > 0);
		free(bytes);
		s->woken = 1;
	}
	client_turn(&t->client, 100000);
	assert_int_equal(t->client.failed, 0);
	return t->client.got.n >= BIG;
}

static void
test_much_to_a_slow_reader(void **state)
{
	struct tls_scene t;
	char *bytes = pattern(BIG);

	begin(&t, 12, 0, defaults);
	play_on(&t.s, big_step);
	assert_int_equal(t.client.got.n, BIG);
	assert_memory_equal(t.client.got.p, bytes, BIG);
	assert_int_equal(t.s.sent, 1);
	finish(&t);
	free(bytes);
}

static bool
greeting_step(struct scene *s)
{
	struct tls_scene *t = s->user;

	client_turn(&t->client, 100);
	assert_int_equal(t->client.failed, 0);
	return t->client.end && s->closed;
}

/* Said before the handshake: kept until it is over, then closed as TLS wants it. */
static void
test_early_words(void **state)
{
	struct tls_scene t;

	begin(&t, 12, 0, defaults);
	t.s.greeting = "503 come again";
	play_on(&t.s, greeting_step);
	assert_int_equal(t.client.got.n, 14);
	assert_int_equal(t.s.reason, 0);
	finish(&t);
}

static bool
half_step(struct scene *s)
{
	struct tls_scene *t = s->user;

	if (t->client.is_up && !s->woken) {
		char *bytes = pattern(BIG);

		zv_conn_send(s->conn, (struct zv_str){ bytes, BIG });
		free(bytes);
		SSL_shutdown(t->client.ssl); /* it reads on */
		s->woken = 1;
	}
	client_turn(&t->client, 100000);
	return s->closed && t->client.got.n >= BIG;
}

static void
test_a_half_closed_peer_gets_the_rest(void **state)
{
	struct tls_scene t;

	begin(&t, 12, TLS1_3_VERSION, defaults);
	play_on(&t.s, half_step);
	assert_int_equal(t.client.got.n, BIG);
	assert_int_equal(t.s.reason, ZV_ECLOSED);
	finish(&t);
}

/* ---- those that are refused --------------------------------------------------------- */

static bool
refused_step(struct scene *s)
{
	struct tls_scene *t = s->user;

	client_turn(&t->client, 100);
	assert_false(t->client.is_up && t->client.got.n);
	return s->closed && t->client.failed;
}

static void
test_fault_075_old_versions(void **state)
{
	static const struct {
		int minimum, version;
	} rows[] = {
		{ 12, TLS1_VERSION },
		{ 12, TLS1_1_VERSION },
		{ 13, TLS1_2_VERSION },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct tls_scene t;

		begin(&t, rows[i].minimum, rows[i].version, defaults);
		play_on(&t.s, refused_step);
		assert_int_equal(t.client.failed, SSL_ERROR_SSL); /* an alert came */
		assert_int_equal(t.s.reason, ZV_ETLS);
		assert_int_equal(count(&t.s).tls_failures, 1);
		assert_int_equal(t.s.got.n, 0);
		finish(&t);
	}
}

static bool
ended_step(struct scene *s)
{
	receive(s, 100);
	return s->closed;
}

static void
test_fault_059_no_tls(void **state)
{
	static const char rows[][64] = {
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"Action: Login\r\nUsername: a\r\n\r\n",
		"\x16\x03\x01\xff\xff",
		"\x80\x2e\x01\x00\x02",
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct tls_scene t;

		begin(&t, 12, 0, (struct zv_listen_options){ .tls_timeout_ms = 300 });
		client_hang_up(&t.client);
		t.s.client = connect_to(t.s.port);
		send(t.s.client, rows[i], sizeof rows[i], 0);
		t.s.closed = 0;
		play(&t.s, ended_step);
		assert_int_equal(t.s.got.n, 0);
		finish(&t);
	}
}

static void
test_a_silent_one(void **state)
{
	struct tls_scene t;
	int64_t began = zv_clock_ms();

	begin(&t, 12, 0, (struct zv_listen_options){ .tls_timeout_ms = 150 });
	play(&t.s, ended_step);
	assert_int_equal(t.s.reason, ZV_ETIMEOUT);
	assert_in_range(zv_clock_ms() - began, 100, 1000);
	finish(&t);
}

static bool
plain_step(struct scene *s)
{
	struct tls_scene *t = s->user;

	client_turn(&t->client, 100);
	return s->got.n > 0;
}

static void
test_tls_on_a_plain_port(void **state)
{
	struct tls_scene t;

	begin(&t, 12, 0, defaults);
	zv_listener_set_tls(t.s.listener, NULL);
	play_on(&t.s, plain_step);
	assert_int_equal(t.s.got.p[0], 0x16); /* the ClientHello, as it is */
	finish(&t);
}

static bool
renegotiate_step(struct scene *s)
{
	struct tls_scene *t = s->user;
	struct client *c = &t->client;

	client_turn(c, 100);
	if (c->is_up && !s->woken) {
		SSL_renegotiate(c->ssl);
		SSL_do_handshake(c->ssl);
		s->woken = 1;
	}
	return c->failed || s->closed || zv_clock_ms() - s->begun_ms > 300;
}

static void
test_no_renegotiation(void **state)
{
	struct tls_scene t;

	begin(&t, 12, TLS1_2_VERSION, defaults);
	play_on(&t.s, renegotiate_step);
	assert_true(t.s.woken);
	assert_int_equal(SSL_num_renegotiations(t.client.ssl), 1); /* asked, not done */
	assert_true(t.client.failed || t.s.closed);
	finish(&t);
}

/* ---- files -------------------------------------------------------------------------- */

static void
check_refused(const char *certificate, const char *key, int code, const char *says)
{
	struct zv_error err = { 0 };

	assert_null(zv_tls_open(certificate, key, 12, &err));
	assert_int_equal(err.code, code);
	if (!strstr(err.text, says))
		fail_msg("'%s' is not in '%s'", says, err.text);
}

static void
test_files(void **state)
{
	struct certificate good, other, old;

	certificate_new(&good, "good", 30);
	certificate_new(&other, "other", 30);
	certificate_new(&old, "old", -1);
	check_refused("/nowhere.crt", good.key, ZV_EIO, "/nowhere.crt");
	check_refused(good.certificate, "/nowhere.key", ZV_EIO, "/nowhere.key");
	check_refused(good.certificate, "/tmp", ZV_EIO, "not a file");
	check_refused(good.certificate, other.key, ZV_ETLS, "does not belong");
	check_refused(good.certificate, good.certificate, ZV_ETLS, "no key");
	check_refused(good.key, good.key, ZV_ETLS, "no certificate");
	check_refused(old.certificate, old.key, ZV_ETLS, "has expired on 20");

	chmod(good.key, 0644);
	check_refused(good.certificate, good.key, ZV_ETLS, "mode 0644");
	chmod(good.key, 0601);
	check_refused(good.certificate, good.key, ZV_ETLS, "mode 0601");
	chmod(good.key, 0620);
	check_refused(good.certificate, good.key, ZV_ETLS, "mode 0620");
	chmod(good.key, 0640);
	zv_tls_close(open_tls(&good, 12));

	certificate_lock_key(&good, "secret");
	check_refused(good.certificate, good.key, ZV_ETLS, "password");
	certificate_free(&good);
	certificate_free(&other);
	certificate_free(&old);
}

/* ---- a new certificate while connections live: fault 075 ----------------------------- */

static void
check_name(const struct client *c, const char *wanted)
{
	X509 *x = SSL_get1_peer_certificate(c->ssl);
	char name[64] = "";

	X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name,
				  sizeof name);
	assert_string_equal(name, wanted);
	X509_free(x);
}

static void
test_fault_075_reload(void **state)
{
	struct certificate files;
	struct tls_scene t;
	struct client first;

	begin(&t, 12, 0, defaults);
	t.s.echo = true;
	play_on(&t.s, echo_step);
	check_name(&t.client, "first");

	certificate_new(&files, "second", 60);
	zv_tls_close(t.tls);
	t.tls = open_tls(&files, 12);
	zv_listener_set_tls(t.s.listener, t.tls);

	/* the one that is connected lives on */
	zv_buf_clear(&t.client.got);
	t.s.woken = 0;
	play_on(&t.s, echo_step);
	assert_int_equal(t.client.got.n, 5);
	first = t.client;

	client_init(&t.client, 0);
	client_connect(&t.client, t.s.port);
	t.s.woken = 0;
	play_on(&t.s, echo_step);
	check_name(&t.client, "second");
	assert_int_equal(t.s.accepted, 2);
	assert_int_equal(t.s.closed, 0);
	client_deinit(&first);
	certificate_free(&files);
	finish(&t);
}

/* ---- the stream, byte by byte ---------------------------------------------------------- */

static int
feed(struct zv_tls_stream *stream, BIO *from, BIO *to, struct zv_tls_room *room,
     struct zv_buf *got)
{
	char byte;
	int rc = 0;

	while (rc == 0 && BIO_read(from, &byte, 1) == 1) {
		rc = zv_tls_stream_input(stream, (struct zv_str){ &byte, 1 }, room);
		if (room->wire.n)
			BIO_write(to, room->wire.p, (int)room->wire.n);
		zv_buf_add(got, room->plain);
	}
	return rc;
}

static void
test_byte_by_byte(void **state)
{
	struct zv_tls_room *room = zv_tls_room_new();
	struct zv_buf got = { 0 };
	struct zv_tls_stream *stream;
	struct certificate files;
	struct client c;
	struct zv_tls *tls;
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	certificate_new(&files, "bytes", 30);
	tls = open_tls(&files, 12);
	stream = zv_tls_stream_new(tls);
	client_init(&c, 0);
	c.ssl = SSL_new(c.context);
	SSL_set_bio(c.ssl, in, out);
	SSL_set_connect_state(c.ssl);
	for (int i = 0; i < 4; i++) {
		SSL_do_handshake(c.ssl);
		assert_int_equal(feed(stream, out, in, room, &got), 0);
	}
	assert_true(SSL_is_init_finished(c.ssl) && zv_tls_stream_is_up(stream));
	SSL_write(c.ssl, "hello", 5);
	assert_int_equal(feed(stream, out, in, room, &got), 0);
	assert_int_equal(got.n, 5);
	BIO_write(out, "\x17\x03\x03\x00\x15 this is no record of ours", 30);
	assert_int_equal(feed(stream, out, in, room, &got), ZV_ETLS);
	assert_true(room->wire.n > 0); /* an alert */
	zv_tls_stream_free(stream);
	zv_tls_room_free(room);
	zv_tls_close(tls);
	client_deinit(&c);
	zv_buf_deinit(&got);
	certificate_free(&files);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_protocols_and_tickets),
		cmocka_unit_test(test_much_to_a_slow_reader),
		cmocka_unit_test(test_early_words),
		cmocka_unit_test(test_a_half_closed_peer_gets_the_rest),
		cmocka_unit_test(test_fault_075_old_versions),
		cmocka_unit_test(test_fault_059_no_tls),
		cmocka_unit_test(test_a_silent_one),
		cmocka_unit_test(test_tls_on_a_plain_port),
		cmocka_unit_test(test_no_renegotiation),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_fault_075_reload),
		cmocka_unit_test(test_byte_by_byte),
	};

	signal(SIGPIPE, SIG_IGN); /* OpenSSL's own sockets */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
