/* One BIO of our own for both directions: it reads from what was just received and writes
 * into the room, so that an idle connection holds no buffers at all beside the SSL. */
#include "io/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "base/mem.h"
#include "io/tls_core.h"

/* What was received, and a record that OpenSSL held the first part of. */
#define PLAIN_BYTES (ZV_TLS_INPUT_BYTES + 32 * 1024)

struct zv_tls_stream {
	struct zv_tls *tls;
	SSL *ssl;		  /* NULL: no whole record has come yet */
	struct zv_buf hello;	  /* what of it has */
	struct zv_str input;	  /* not read by OpenSSL yet */
	struct zv_tls_room *room; /* while a call lasts */
	struct zv_buf kept;	  /* plain, until the handshake is over */
	bool is_up;
};

struct zv_tls_room *
zv_tls_room_new(void)
{
	struct zv_tls_room *r = zv_calloc(1, sizeof *r);

	if (r)
		r->memory = zv_malloc(PLAIN_BYTES);
	if (r && r->memory)
		return r;
	zv_free(r);
	return NULL;
}

void
zv_tls_room_free(struct zv_tls_room *r)
{
	if (!r)
		return;
	zv_wipe(r->memory, PLAIN_BYTES);
	zv_free(r->memory);
	zv_buf_deinit(&r->wire);
	zv_free(r);
}

/* ---- the BIO ----------------------------------------------------------------------- */

static int
bio_read(BIO *bio, char *out, int max)
{
	struct zv_tls_stream *s = BIO_get_data(bio);
	size_t n = s->input.n < (size_t)max ? s->input.n : (size_t)max;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, s->input.p, n);
	s->input = zv_str_from(s->input, n);
	return (int)n;
}

static int
bio_write(BIO *bio, const char *bytes, int n)
{
	struct zv_tls_stream *s = BIO_get_data(bio);
	struct zv_str text = { bytes, (size_t)n };

	BIO_clear_retry_flags(bio);
	return s->room && zv_buf_add(&s->room->wire, text) == 0 ? n : -1;
}

static long
bio_control(BIO *bio, int command, long number, void *pointer)
{
	return command == BIO_CTRL_FLUSH;
}

static int
bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *
zv_tls_make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
				     "zvon connection");

	if (!m)
		return NULL;
	BIO_meth_set_read(m, bio_read);
	BIO_meth_set_write(m, bio_write);
	BIO_meth_set_ctrl(m, bio_control);
	BIO_meth_set_create(m, bio_create);
	return m;
}

/* ---- life ---------------------------------------------------------------------------- */

struct zv_tls_stream *
zv_tls_stream_new(struct zv_tls *t)
{
	struct zv_tls_stream *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->tls = t;
	t->holders++;
	return s;
}

void
zv_tls_stream_free(struct zv_tls_stream *s)
{
	if (!s)
		return;
	SSL_free(s->ssl);
	zv_tls_close(s->tls);
	zv_buf_deinit(&s->hello);
	zv_buf_deinit(&s->kept);
	zv_free(s);
}

bool
zv_tls_stream_is_up(const struct zv_tls_stream *s)
{
	return s->is_up;
}

size_t
zv_tls_stream_kept(const struct zv_tls_stream *s)
{
	return s->kept.n;
}

/* ---- work ---------------------------------------------------------------------------- */

static int
result_of(struct zv_tls_stream *s, int rc)
{
	int error = SSL_get_error(s->ssl, rc);

	if (zv_buf_failed(&s->room->wire))
		return ZV_ENOMEM;
	if (error == SSL_ERROR_WANT_READ)
		return 0;
	return error == SSL_ERROR_ZERO_RETURN ? ZV_ECLOSED : ZV_ETLS;
}

static int
encrypt(struct zv_tls_stream *s, struct zv_str plain)
{
	size_t n;
	int rc;

	if (!plain.n)
		return 0;
	rc = SSL_write_ex(s->ssl, plain.p, plain.n, &n);
	if (rc == 1)
		return 0;
	rc = result_of(s, rc);
	return rc < 0 ? rc : ZV_ETLS;
}

static int
shake(struct zv_tls_stream *s)
{
	int rc = SSL_do_handshake(s->ssl);

	if (rc != 1)
		return result_of(s, rc);
	s->is_up = true;
	rc = encrypt(s, zv_buf_str(&s->kept));
	zv_buf_deinit(&s->kept);
	return rc;
}

static int
decrypt(struct zv_tls_stream *s)
{
	struct zv_tls_room *room = s->room;

	while (room->plain.n < PLAIN_BYTES) {
		size_t n;
		int rc = SSL_read_ex(s->ssl, room->memory + room->plain.n,
				     PLAIN_BYTES - room->plain.n, &n);

		if (rc != 1)
			return result_of(s, rc);
		room->plain.n += n;
	}
	return ZV_ETLS; /* more than there was */
}

/* RFC 8446, 5.1: type, version, length. What is no handshake is OpenSSL's to refuse. */
static bool
is_whole(struct zv_str record)
{
	const unsigned char *p = (const unsigned char *)record.p;

	if (record.n && p[0] != SSL3_RT_HANDSHAKE)
		return true;
	return record.n >= SSL3_RT_HEADER_LENGTH &&
	       (p[3] > SSL3_RT_MAX_PLAIN_LENGTH >> 8 ||
		record.n >= SSL3_RT_HEADER_LENGTH + (size_t)(p[3] << 8 | p[4]));
}

static int
make_ssl(struct zv_tls_stream *s)
{
	BIO *bio;

	s->ssl = SSL_new(s->tls->context);
	bio = s->ssl ? BIO_new(s->tls->method) : NULL;
	if (!bio)
		return ZV_ENOMEM;
	BIO_set_data(bio, s);
	SSL_set_bio(s->ssl, bio, bio);
	SSL_set_accept_state(s->ssl);
	return 0;
}

/* OpenSSL takes 47 KiB for a handshake of which four bytes have come: who connects and
 * says nothing, or not enough, costs what he has sent. 1: it can begin, with *bytes. */
static int
take_hello(struct zv_tls_stream *s, struct zv_str *bytes)
{
	if (s->hello.n || !is_whole(*bytes)) {
		if (zv_buf_add(&s->hello, *bytes) < 0)
			return ZV_ENOMEM;
		*bytes = zv_buf_str(&s->hello);
	}
	if (!is_whole(*bytes))
		return 0;
	return make_ssl(s) < 0 ? ZV_ENOMEM : 1;
}

static void
begin(struct zv_tls_stream *s, struct zv_tls_room *room)
{
	ERR_clear_error();
	zv_buf_clear(&room->wire);
	room->plain = (struct zv_str){ room->memory, 0 };
	s->room = room;
}

static int
end(struct zv_tls_stream *s, int rc)
{
	ERR_clear_error();
	s->room = NULL;
	return rc;
}

int
zv_tls_stream_input(struct zv_tls_stream *s, struct zv_str bytes,
		    struct zv_tls_room *room)
{
	int rc = 0;

	begin(s, room);
	if (!s->ssl) {
		rc = take_hello(s, &bytes);
		if (rc <= 0)
			return end(s, rc);
		rc = 0;
	}
	s->input = bytes;
	if (!s->is_up)
		rc = shake(s);
	if (rc == 0 && s->is_up)
		rc = decrypt(s);
	s->input = (struct zv_str){ NULL, 0 };
	zv_buf_deinit(&s->hello);
	return end(s, rc);
}

int
zv_tls_stream_write(struct zv_tls_stream *s, struct zv_str plain,
		    struct zv_tls_room *room)
{
	zv_buf_clear(&room->wire);
	if (!s->is_up)
		return zv_buf_add(&s->kept, plain);
	begin(s, room);
	return end(s, encrypt(s, plain));
}

int
zv_tls_stream_end(struct zv_tls_stream *s, struct zv_tls_room *room)
{
	begin(s, room);
	if (s->ssl)
		SSL_shutdown(s->ssl);
	return end(s, zv_buf_failed(&room->wire) ? ZV_ENOMEM : 0);
}
