#include "io/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "io/tls_core.h"

#define DAY_S	      86400
#define MAX_KEY_BYTES 65536

/* TLS 1.2 with forward secrecy; CBC is for Windows before 10. What 1.3 has is good. */
static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES";

/* "…: reason" of OpenSSL, ZV_ETLS. */
static int
fail_by_openssl(struct zv_error *err, const char *what, const char *file)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	zv_fail(err, ZV_ETLS, "%s %s: %s", what, file,
		reason ? reason : "it cannot be read");
	ERR_clear_error();
	return ZV_ETLS;
}

/* ---- the key ------------------------------------------------------------------- */

static int
check_key_mode(int fd, const char *file, struct zv_error *err)
{
	struct stat s;

	if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode))
		return zv_fail(err, ZV_EIO, "the key %s is not a file", file);
	if (s.st_mode & (S_IRWXO | S_IWGRP))
		return zv_fail(err, ZV_ETLS,
			       "the key %s may be read or changed by others (mode "
			       "%04o): chmod 0600, or 0640 for a group of its own",
			       file, (unsigned)s.st_mode & 07777);
	if (s.st_size > MAX_KEY_BYTES)
		return zv_fail(err, ZV_ETOOBIG, "the key %s has %lld bytes", file,
			       (long long)s.st_size);
	return 0;
}

static int
no_password(char *out, int max, int writing, void *user)
{
	return -1; /* else OpenSSL would ask at the terminal */
}

static EVP_PKEY *
parse_key(const char *text, int n)
{
	BIO *bio = BIO_new_mem_buf(text, n);
	EVP_PKEY *key =
		bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;

	BIO_free(bio);
	return key;
}

/* The mode that is checked is that of the file that is read. */
static EVP_PKEY *
read_key(const char *file, struct zv_error *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = NULL;
	EVP_PKEY *key = NULL;
	ssize_t n;

	if (fd < 0) {
		zv_fail(err, ZV_EIO, "cannot read the key %s: %s", file,
			zv_file_error_text(errno));
		return NULL;
	}
	if (check_key_mode(fd, file, err) < 0)
		goto out;
	text = zv_malloc(MAX_KEY_BYTES);
	if (!text) {
		zv_fail_nomem(err);
		goto out;
	}
	n = read(fd, text, MAX_KEY_BYTES);
	key = n > 0 ? parse_key(text, (int)n) : NULL;
	zv_wipe(text, MAX_KEY_BYTES);
	if (!key && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_BAD_PASSWORD_READ)
		zv_fail(err, ZV_ETLS,
			"the key %s wants a password: store it without one", file);
	else if (!key)
		fail_by_openssl(err, "no key can be read from", file);
	ERR_clear_error();
out:
	close(fd);
	zv_free(text);
	return key;
}

/* ---- the certificate -------------------------------------------------------------- */

static int64_t
end_of(const X509 *certificate)
{
	struct tm t = { 0 };

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &t) != 1)
		return INT64_MAX;
	return (int64_t)timegm(&t);
}

static int64_t
now_s(void)
{
	return zv_clock_unix_us() / 1000000;
}

static int
use_certificate(struct zv_tls *t, const char *file, struct zv_error *err)
{
	const X509 *certificate;
	char day[16] = "";
	time_t end;
	struct tm tm;

	if (access(file, R_OK) < 0)
		return zv_fail(err, ZV_EIO, "cannot read the certificate %s: %s", file,
			       zv_file_error_text(errno));
	if (SSL_CTX_use_certificate_chain_file(t->context, file) != 1)
		return fail_by_openssl(err, "no certificate can be read from", file);
	certificate = SSL_CTX_get0_certificate(t->context);
	t->ends_at = end_of(certificate);
	if (t->ends_at > now_s())
		return 0;
	end = (time_t)t->ends_at;
	strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&end, &tm));
	return zv_fail(err, ZV_ETLS,
		       "the certificate %s has expired on %s: renew it, then reload",
		       file, day);
}

static int
use_files(struct zv_tls *t, const char *certificate, const char *key_file,
	  struct zv_error *err)
{
	EVP_PKEY *key = read_key(key_file, err);
	int rc = key ? use_certificate(t, certificate, err) : ZV_ETLS;

	if (rc == 0 && (SSL_CTX_use_PrivateKey(t->context, key) != 1 ||
			SSL_CTX_check_private_key(t->context) != 1)) {
		ERR_clear_error();
		rc = zv_fail(err, ZV_ETLS,
			     "the key %s does not belong to the certificate %s",
			     key_file, certificate);
	}
	EVP_PKEY_free(key);
	return rc;
}

/* ---- the rules ---------------------------------------------------------------------- */

/* Browsers offer h2 as well; we speak HTTP/1.1 only. Who offers nothing of ours gets no
 * answer to it and goes on without. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
		const unsigned char *offered, unsigned n, void *user)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, offered, n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool
set_rules(SSL_CTX *c, int minimum)
{
	SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
				       SSL_OP_CIPHER_SERVER_PREFERENCE |
				       SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* an idle connection holds no record buffers */
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
	/* resumed by tickets, which need no memory here */
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(c, 1);
	SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_alpn_select_cb(c, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(c, minimum == 13 ? TLS1_3_VERSION
							      : TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(c, ciphers) == 1;
}

/* ---- life ---------------------------------------------------------------------------- */

struct zv_tls *
zv_tls_open(const char *certificate_file, const char *key_file, int minimum,
	    struct zv_error *err)
{
	struct zv_tls *t = zv_calloc(1, sizeof *t);

	if (!t) {
		zv_fail_nomem(err);
		return NULL;
	}
	t->holders = 1;
	t->context = SSL_CTX_new(TLS_server_method());
	t->method = zv_tls_make_method();
	if (!t->context || !t->method || !set_rules(t->context, minimum))
		zv_fail(err, ZV_ETLS, "OpenSSL does not start: %s",
			ERR_reason_error_string(ERR_peek_last_error()));
	else if (use_files(t, certificate_file, key_file, err) == 0)
		return t;
	zv_tls_close(t);
	return NULL;
}

void
zv_tls_close(struct zv_tls *t)
{
	if (!t || --t->holders)
		return;
	SSL_CTX_free(t->context);
	BIO_meth_free(t->method);
	zv_free(t);
}

int
zv_tls_days_left(const struct zv_tls *t)
{
	return (int)((t->ends_at - now_s()) / DAY_S);
}
