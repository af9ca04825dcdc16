/* auth_impl.h - the inside of auth: auth.c (life, users), auth_book.c (who there is),
 * auth_password.c, auth_token.c. */
#ifndef ZV_ZVOND_AUTH_IMPL_H
#define ZV_ZVOND_AUTH_IMPL_H

#include <sodium.h>

#include "base/map.h"
#include "zvond/auth.h"
#include "zvond/jwt.h"
#include "zvond/slow.h"

#define ZV_AUTH_HASH_BYTES crypto_hash_sha256_BYTES

struct zv_auth_row {
	const struct zv_user *user;
	const struct zv_config_secrets *secrets;
};

/* Of one configuration. */
struct zv_auth_book {
	struct zv_settings *settings;
	struct zv_map by_name;	/* rows */
	struct zv_map by_token; /* rows, by the token's hash */
	struct zv_auth_row *rows;
	unsigned char (*hashes)[ZV_AUTH_HASH_BYTES]; /* of tokens */
	struct zv_jwt_rules *jwt;
	const char *decoy; /* hash of a password, for users that are not there */
};

struct zv_auth {
	struct zv_daemon *daemon;
	struct zv_auth_book book;
	struct zv_tokens *tokens;
	struct zv_slow *addresses, *accounts;
	struct zv_map used; /* numbers (jti) of signed tokens */
	struct zv_node used_list;
	struct zv_node tries;
	size_t n_held;
};

/* Fills it: nobody is let in. */
void zv_auth_refuse(struct zv_auth_outcome *outcome, int status, int retry_ms,
		    const char *why);

/* ---- auth_book.c ---- */

/* 0 or ZV_ENOMEM; the book is to be closed after either. */
int zv_auth_book_open(struct zv_auth_book *b, struct zv_settings *settings,
		      const struct zv_log *log);
void zv_auth_book_close(struct zv_auth_book *b);

/* Stands for a user's password, without a way back to it; fits a long long. */
uint64_t zv_auth_print(const struct zv_auth_row *row);

/* "sha256:" and 64 hex digits. */
bool zv_auth_read_hash(struct zv_str text, unsigned char out[ZV_AUTH_HASH_BYTES]);

/* ---- auth_password.c, auth_token.c ---- */

void zv_auth_end_tries(struct zv_auth *a);
void zv_auth_end_used(struct zv_auth *a);

#endif
