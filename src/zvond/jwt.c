#include "zvond/jwt.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/reader.h"

#define HS256_LEAST_BYTES 32 /* RFC 7518, 3.2 */
#define ES256_HALF	  32 /* bytes of R and of S (RFC 7518, 3.4) */

struct zv_jwt_rules {
	enum zv_jwt_algorithm algorithm;
	EVP_PKEY *key;	      /* RS256, ES256 */
	struct zv_buf secret; /* HS256 */
	char *audience, *issuer;
};

static const char *const names[] = {
	[ZV_JWT_HS256] = "HS256",
	[ZV_JWT_RS256] = "RS256",
	[ZV_JWT_ES256] = "ES256",
};

/* ---- rules ------------------------------------------------------------------------------------------------- */

static EVP_PKEY *
read_key(struct zv_str pem, struct zv_error *err)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key)
		zv_fail(err, ZV_EINVAL,
			"jwt_key_file is no public key in PEM (BEGIN PUBLIC KEY)");
	return key;
}

static bool
key_fits(const EVP_PKEY *key, enum zv_jwt_algorithm algorithm)
{
	char curve[32] = "";

	if (algorithm == ZV_JWT_RS256)
		return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= 2048;
	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) &&
	       strcmp(curve, "prime256v1") == 0;
}

static int
take_key(struct zv_jwt_rules *r, struct zv_str key, struct zv_error *err)
{
	if (r->algorithm == ZV_JWT_HS256) {
		r->secret.secret = true;
		if (key.n < HS256_LEAST_BYTES)
			return zv_fail(err, ZV_EINVAL,
				       "the secret of HS256 needs 32 bytes or more");
		return zv_buf_add(&r->secret, key) < 0 ? zv_fail_nomem(err) : 0;
	}
	r->key = read_key(key, err);
	if (!r->key)
		return ZV_EINVAL;
	if (!key_fits(r->key, r->algorithm))
		return zv_fail(err, ZV_EINVAL, "jwt_key_file is no key for %s%s",
			       names[r->algorithm],
			       r->algorithm == ZV_JWT_RS256
				       ? " (RSA of 2048 bits or more)"
				       : " (P-256)");
	return 0;
}

struct zv_jwt_rules *
zv_jwt_rules_new(enum zv_jwt_algorithm algorithm, struct zv_str key,
		 const char *audience, const char *issuer, struct zv_error *err)
{
	struct zv_jwt_rules *r = zv_calloc(1, sizeof *r);

	if (!r) {
		zv_fail_nomem(err);
		return NULL;
	}
	r->algorithm = algorithm;
	r->audience = zv_strdup(audience);
	r->issuer = zv_strdup(issuer);
	if ((audience && !r->audience) || (issuer && !r->issuer))
		zv_fail_nomem(err);
	else if (take_key(r, key, err) == 0)
		return r;
	zv_jwt_rules_free(r);
	return NULL;
}

void
zv_jwt_rules_free(struct zv_jwt_rules *r)
{
	if (!r)
		return;
	EVP_PKEY_free(r->key);
	zv_buf_deinit(&r->secret);
	zv_free(r->audience);
	zv_free(r->issuer);
	zv_free(r);
}

/* ---- signatures ----------------------------------------------------------------------------------------------- */

static bool
hmac_fits(const struct zv_jwt_rules *r, struct zv_str text, struct zv_str signature)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	return HMAC(EVP_sha256(), r->secret.p, (int)r->secret.n,
		    (const unsigned char *)text.p, text.n, mac, &n) &&
	       n == signature.n && CRYPTO_memcmp(mac, signature.p, n) == 0;
}

/* R and S side by side as OpenSSL wants them: in DER. */
static unsigned char *
ecdsa_der(struct zv_str signature, int *n)
{
	const unsigned char *p = (const unsigned char *)signature.p;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p, ES256_HALF, NULL);
	BIGNUM *s = BN_bin2bn(p + ES256_HALF, ES256_HALF, NULL);
	unsigned char *der = NULL;

	if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
		*n = i2d_ECDSA_SIG(sig, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return der;
}

static bool
digest_fits(EVP_PKEY *key, struct zv_str text, const unsigned char *signature, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fits = ctx &&
		    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, signature, n, (const unsigned char *)text.p,
				     text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return fits;
}

static bool
signature_fits(const struct zv_jwt_rules *r, struct zv_str text,
	       struct zv_str signature)
{
	unsigned char *der;
	bool fits;
	int n = 0;

	if (r->algorithm == ZV_JWT_HS256)
		return hmac_fits(r, text, signature);
	if (r->algorithm == ZV_JWT_RS256)
		return digest_fits(r->key, text, (const unsigned char *)signature.p,
				   signature.n);
	if (signature.n != 2 * ES256_HALF)
		return false;
	der = ecdsa_der(signature, &n);
	fits = der && n > 0 && digest_fits(r->key, text, der, (size_t)n);
	OPENSSL_free(der);
	return fits;
}

/* ---- claims ---------------------------------------------------------------------------------------------------- */

/* A time: 1 there, 0 not, < 0 no number. Fractions are allowed (RFC 7519, 2). */
static int
read_time(const json_t *claims, const char *name, int64_t *out)
{
	const json_t *value = json_object_get(claims, name);
	double number;

	if (!value)
		return 0;
	if (!json_is_number(value))
		return ZV_EPROTO;
	number = json_number_value(value);
	if (!(number >= 0 && number < 1e15))
		return ZV_EPROTO;
	*out = (int64_t)number;
	return 1;
}

static int
check_times(const json_t *claims, int64_t now_s, struct zv_jwt_claims *out,
	    struct zv_error *err)
{
	int64_t before = 0, issued = 0;
	int has_before = read_time(claims, "nbf", &before);
	int has_issued = read_time(claims, "iat", &issued);

	if (read_time(claims, "exp", &out->expires_s) <= 0)
		return zv_fail(err, ZV_EAUTH, "exp is missing, or no number");
	if (has_before < 0 || has_issued < 0)
		return zv_fail(err, ZV_EAUTH, "nbf or iat is no number");
	if (now_s >= out->expires_s + ZV_JWT_SKEW_S)
		return zv_fail(err, ZV_EAUTH, "it has expired");
	if ((has_before && now_s < before - ZV_JWT_SKEW_S) ||
	    (has_issued && now_s < issued - ZV_JWT_SKEW_S))
		return zv_fail(err, ZV_EAUTH,
			       "it is not valid yet: compare the clocks");
	return 0;
}

/* "aud" is one text or a list of them. */
static bool
has_audience(const json_t *claims, const char *wanted)
{
	const json_t *value = json_object_get(claims, "aud"), *item;
	size_t i;

	if (json_is_string(value))
		return strcmp(json_string_value(value), wanted) == 0;
	json_array_foreach(value, i, item)
	{
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), wanted) == 0)
			return true;
	}
	return false;
}

static int
copy_text(const json_t *claims, const char *name, char *out, size_t most)
{
	const json_t *value = json_object_get(claims, name);
	struct zv_str text = zv_json_text(claims, name);

	out[0] = '\0';
	if (!value)
		return 0;
	if (!json_is_string(value) || text.n == 0 || text.n >= most)
		return ZV_EAUTH;
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return 1;
}

static int
check_claims(const struct zv_jwt_rules *r, const json_t *claims, int64_t now_s,
	     struct zv_jwt_claims *out, struct zv_error *err)
{
	int rc = check_times(claims, now_s, out, err);

	if (rc < 0)
		return rc;
	if (r->audience && !has_audience(claims, r->audience))
		return zv_fail(err, ZV_EAUTH, "aud is not %s", r->audience);
	if (r->issuer &&
	    !zvon_str_equal(zv_json_text(claims, "iss"), zvon_str(r->issuer)))
		return zv_fail(err, ZV_EAUTH, "iss is not %s", r->issuer);
	if (copy_text(claims, "sub", out->subject, sizeof out->subject) <= 0)
		return zv_fail(err, ZV_EAUTH, "sub is missing: the user's name");
	if (copy_text(claims, "jti", out->id, sizeof out->id) < 0)
		return zv_fail(err, ZV_EAUTH, "jti is no text, or too long");
	return 0;
}

/* ---- the three parts ---------------------------------------------------------------------------------------------- */

struct parts {
	struct zv_str head, body, signature; /* as they stand */
	struct zv_str signed_text;	     /* head '.' body */
};

static bool
split(struct zv_str token, struct parts *out)
{
	struct zv_str rest = token;

	if (token.n > ZV_JWT_MAX_BYTES || !zv_str_split(&rest, '.', &out->head) ||
	    !rest.p || !zv_str_split(&rest, '.', &out->body) || !rest.p)
		return false;
	out->signature = rest;
	out->signed_text = (struct zv_str){ token.p, out->head.n + 1 + out->body.n };
	return memchr(rest.p, '.', rest.n) == NULL;
}

bool
zv_jwt_is_one(struct zv_str text)
{
	struct parts parts;

	/* every head is an object: {" in base64 */
	return zv_str_starts(text, ZV_STR("eyJ")) && split(text, &parts);
}

static json_t *
read_part(struct zv_str text, struct zv_error *err)
{
	struct zv_buf bytes = { .secret = true };
	json_t *value = NULL;

	if (zv_base64_decode(&bytes, text, true) < 0)
		zv_fail(err, ZV_EAUTH, "it is not base64url");
	else if (!(value = zv_json_read(zv_buf_str(&bytes), NULL)))
		zv_fail(err, ZV_EAUTH, "a part of it is no JSON");
	zv_buf_deinit(&bytes);
	if (value && !json_is_object(value)) {
		zv_fail(err, ZV_EAUTH, "a part of it is no object");
		json_decref(value);
		return NULL;
	}
	return value;
}

/* What it says of its algorithm must be what is configured; key ids, key URLs and keys
 * that it brings (kid, jku, jwk, x5u) are never looked at. "crit" would have to be
 * understood (RFC 7515, 4.1.11). */
static int
check_head(const struct zv_jwt_rules *r, struct zv_str text, struct zv_error *err)
{
	json_t *head = read_part(text, err);
	int rc = 0;

	if (!head)
		return ZV_EAUTH;
	if (!zvon_str_equal(zv_json_text(head, "alg"), zvon_str(names[r->algorithm])))
		rc = zv_fail(err, ZV_EAUTH, "its alg is not %s", names[r->algorithm]);
	else if (json_object_get(head, "crit"))
		rc = zv_fail(err, ZV_EAUTH, "crit is not understood");
	json_decref(head);
	return rc;
}

static int
check_signature(const struct zv_jwt_rules *r, const struct parts *parts,
		struct zv_error *err)
{
	struct zv_buf signature = { 0 };
	bool fits = zv_base64_decode(&signature, parts->signature, true) == 0 &&
		    signature_fits(r, parts->signed_text, zv_buf_str(&signature));

	zv_buf_deinit(&signature);
	return fits ? 0 : zv_fail(err, ZV_EAUTH, "its signature is wrong");
}

int
zv_jwt_check(const struct zv_jwt_rules *r, struct zv_str token, int64_t now_s,
	     struct zv_jwt_claims *out, struct zv_error *err)
{
	struct parts parts;
	json_t *claims;
	int rc;

	*out = (struct zv_jwt_claims){ 0 };
	if (!split(token, &parts))
		return zv_fail(err, ZV_EAUTH, "it has not three parts, or is too long");
	rc = check_head(r, parts.head, err);
	if (rc == 0)
		rc = check_signature(r, &parts, err);
	if (rc < 0)
		return rc;
	claims = read_part(parts.body, err);
	if (!claims)
		return ZV_EAUTH;
	rc = check_claims(r, claims, now_s, out, err);
	json_decref(claims);
	return rc;
}
