/* jwt.h - signed tokens (RFC 7519, in the compact form of RFC 7515) that another system
 * issues for our users. What algorithm and key count is configured; what the token says of
 * it is compared, never followed. */
#ifndef ZV_ZVOND_JWT_H
#define ZV_ZVOND_JWT_H

#include <stdint.h>

#include "base/buf.h"
#include "zvon/error.h"
#include "zvond/config.h"

#define ZV_JWT_MAX_BYTES 8192
#define ZV_JWT_SKEW_S	 60 /* between the clocks of both */

struct zv_jwt_rules;

/* key: PEM of a public key, or for HS256 the secret's bytes (at least 32). NULL: *err. */
struct zv_jwt_rules *zv_jwt_rules_new(enum zv_jwt_algorithm algorithm,
				      struct zv_str key, const char *audience,
				      const char *issuer, struct zv_error *err);
void zv_jwt_rules_free(struct zv_jwt_rules *r); /* NULL is fine */

struct zv_jwt_claims {
	char subject[256]; /* the user's name */
	char id[128];	   /* "jti", or "": may then be used until it expires */
	int64_t expires_s;
};

/* 0, or ZV_EAUTH: *err says why (no part of the token in it). */
int zv_jwt_check(const struct zv_jwt_rules *r, struct zv_str token, int64_t now_s,
		 struct zv_jwt_claims *out, struct zv_error *err);

/* Has it the form of one? */
bool zv_jwt_is_one(struct zv_str text);

#endif
