#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper.h"

#define DAY_S 86400L

static X509 *
make_certificate(EVP_PKEY *key, const char *name, int days)
{
	X509 *x = X509_new();
	X509_NAME *subject;

	assert_non_null(x);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -2 * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(x), days * DAY_S + 60);
	subject = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, subject);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static FILE *
open_file(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	return f;
}

void
certificate_new(struct certificate *c, const char *name, int days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = make_certificate(key, name, days);
	FILE *f;

	snprintf(c->folder, sizeof c->folder, "/tmp/zvon-certificate-XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	snprintf(c->certificate, sizeof c->certificate, "%s/server.crt", c->folder);
	snprintf(c->key, sizeof c->key, "%s/server.key", c->folder);
	f = open_file(c->certificate);
	PEM_write_X509(f, x);
	fclose(f);
	f = open_file(c->key);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

void
certificate_lock_key(struct certificate *c, const char *password)
{
	FILE *f = fopen(c->key, "r");
	EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);

	fclose(f);
	assert_non_null(key);
	f = open_file(c->key);
	PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(), NULL, 0, NULL,
			     (void *)password);
	fclose(f);
	EVP_PKEY_free(key);
}

void
certificate_free(struct certificate *c)
{
	unlink(c->certificate);
	unlink(c->key);
	rmdir(c->folder);
}
