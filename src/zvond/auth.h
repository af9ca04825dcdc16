/* auth.h - who is it? Passwords (argon2id, on threads), tokens of the configuration,
 * session tokens, signed tokens. Guessing is slowed. */
#ifndef ZV_ZVOND_AUTH_H
#define ZV_ZVOND_AUTH_H

#include "base/buf.h"
#include "zvond/daemon_impl.h"
#include "zvond/tokens.h"

#define ZV_AUTH_AT_ONCE	      2 /* hashes of passwords: each takes up to 64 MiB */
#define ZV_AUTH_QUEUE	      64 /* logins that wait for that; more are told to come back */
#define ZV_AUTH_FREE_TRIES    4 /* failures that cost nothing; from the next one … */
#define ZV_AUTH_DELAY_MS      1000   /* … so long, doubled each time … */
#define ZV_AUTH_DELAY_MOST_MS 30000  /* … up to this, from one address … */
#define ZV_AUTH_HOLD_MOST_MS  4000   /* … and for one account held back, up to this */
#define ZV_AUTH_FORGET_MS     900000 /* failures are forgotten after so long */
#define ZV_AUTH_TRACKED	      10000  /* addresses and accounts that are counted */
#define ZV_AUTH_PASSWORD_MAX  1024   /* bytes */

struct zv_auth *zv_auth_new(struct zv_daemon *d, struct zv_error *err);
void zv_auth_free(struct zv_auth *a); /* NULL is fine */

/* The users and their secrets from now on; session tokens of users that are gone, or have
 * another password than they were given for, end.
 * 0 or ZV_ENOMEM: everything is as it was. */
int zv_auth_set_users(struct zv_auth *a, struct zv_settings *settings);

/* What came of it. user NULL: refused; then status is what to answer over HTTP (401, 429,
 * 503), retry_ms when to come back or 0, why a sentence. */
struct zv_auth_outcome {
	const struct zv_user *user;
	int status, retry_ms;
	const char *why;
};
typedef void (*zv_auth_fn)(void *owner, const struct zv_auth_outcome *outcome);

/* Is it his password? fn is called later, never inside; the returned thing is for
 * zv_auth_forget when its owner goes first. NULL: *outcome has been filled instead. */
struct zv_auth_try;
struct zv_auth_try *zv_auth_password(struct zv_auth *a, struct zv_str user,
				     struct zv_str password,
				     const unsigned char address[16], zv_auth_fn fn,
				     void *owner, struct zv_auth_outcome *outcome);
void zv_auth_forget(struct zv_auth_try *t); /* NULL is fine */

/* A token of any kind, at once. Nobody guesses 256 bits: it is not slowed, and a page that
 * comes back with a token that has expired slows no other. */
void zv_auth_token(struct zv_auth *a, struct zv_str token,
		   struct zv_auth_outcome *outcome);

/* A session token for him, who has shown his password. 0, ZV_ENOMEM, ZV_EBUSY. */
int zv_auth_give_token(struct zv_auth *a, struct zv_str user, int lives_s,
		       char out[ZV_TOKEN_TEXT]);

/* Is that text the one with the hash "sha256:…"? In constant time. */
bool zv_auth_is_secret(struct zv_str text, const char *hash);

struct zv_tokens *zv_auth_tokens(struct zv_auth *a);

#endif
