/* Tokens: of the configuration, of sessions, signed ones. */
#include "zvond/auth_impl.h"

#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"

#define USED_MOST 100000 /* numbers of signed tokens that were used */

bool
zv_auth_is_secret(struct zv_str text, const char *hash)
{
	unsigned char ours[ZV_AUTH_HASH_BYTES], his[ZV_AUTH_HASH_BYTES];

	if (!zv_auth_read_hash(zvon_str(hash), ours))
		return false;
	crypto_hash_sha256(his, (const unsigned char *)text.p, text.n);
	return sodium_memcmp(ours, his, sizeof ours) == 0;
}

static const struct zv_user *
configured(struct zv_auth *a, struct zv_str token)
{
	unsigned char hash[ZV_AUTH_HASH_BYTES];
	struct zv_auth_row *row;

	crypto_hash_sha256(hash, (const unsigned char *)token.p, token.n);
	row = zv_map_find(&a->book.by_token,
			  (struct zv_str){ (const char *)hash, sizeof hash });
	return row ? row->user : NULL;
}

/* ---- signed tokens --------------------------------------------------------------------------------- */

struct used {
	struct zv_node node;
	int64_t expires_s;
	struct zv_str id; /* behind this struct */
};

static void
free_used(struct zv_auth *a, struct used *u)
{
	zv_map_remove(&a->used, u->id);
	zv_list_remove(&u->node);
	zv_free(u);
}

void
zv_auth_end_used(struct zv_auth *a)
{
	struct zv_node *node;

	while (a->used_list.next && (node = zv_list_first(&a->used_list)))
		free_used(a, ZV_OWNER(node, struct used, node));
	zv_map_deinit(&a->used);
}

/* Numbers whose tokens have expired are not needed any more. */
static void
forget_expired(struct zv_auth *a, int64_t now_s)
{
	struct zv_node *node, *next;

	ZV_EACH(&a->used_list, node, next)
	{
		struct used *u = ZV_OWNER(node, struct used, node);

		if (u->expires_s + ZV_JWT_SKEW_S < now_s)
			free_used(a, u);
	}
}

/* Each signed token that has a number (jti) counts once. 0, or < 0. */
static int
use_once(struct zv_auth *a, const struct zv_jwt_claims *claims, int64_t now_s)
{
	struct zv_str id = zvon_str(claims->id);
	struct used *u;
	int rc;

	if (!id.n)
		return 0;
	if (a->used.n >= USED_MOST)
		forget_expired(a, now_s);
	u = a->used.n < USED_MOST ? zv_calloc(1, sizeof *u + id.n) : NULL;
	if (!u)
		return ZV_ENOMEM;
	memcpy(u + 1, id.p, id.n);
	u->id = (struct zv_str){ (char *)(u + 1), id.n };
	u->expires_s = claims->expires_s;
	rc = zv_map_add(&a->used, u->id, u);
	if (rc < 0)
		zv_free(u);
	else
		zv_list_append(&a->used_list, &u->node);
	return rc;
}

static const struct zv_user *
signed_user(struct zv_auth *a, struct zv_str token)
{
	int64_t now_s = zv_clock_unix_us() / 1000000;
	struct zv_jwt_claims claims;
	struct zv_error err = { 0 };
	struct zv_auth_row *row;

	if (!a->book.jwt)
		return NULL;
	if (zv_jwt_check(a->book.jwt, token, now_s, &claims, &err) < 0) {
		zv_log(a->daemon->log, ZV_LOG_WARN, "auth", "signed token refused: %s",
		       err.text);
		return NULL;
	}
	row = zv_map_find(&a->book.by_name, zvon_str(claims.subject));
	if (!row || use_once(a, &claims, now_s) < 0) {
		zv_log(a->daemon->log, ZV_LOG_WARN, "auth",
		       row ? "signed token refused: it was used before"
			   : "signed token refused: there is no such user");
		return NULL;
	}
	return row->user;
}

/* ---- any of them ----------------------------------------------------------------------------------- */

static const struct zv_user *
token_user(struct zv_auth *a, struct zv_str token)
{
	struct zv_str name;
	struct zv_auth_row *row;

	if (zv_jwt_is_one(token))
		return signed_user(a, token);
	if (!zv_token_is_one(token))
		return configured(a, token);
	name = zv_tokens_user(a->tokens, token, zv_clock_unix_us() / 1000000);
	row = name.p ? zv_map_find(&a->book.by_name, name) : NULL;
	return row ? row->user : configured(a, token);
}

void
zv_auth_token(struct zv_auth *a, struct zv_str token, struct zv_auth_outcome *outcome)
{
	const struct zv_user *user;

	user = token_user(a, token);
	if (user) {
		*outcome = (struct zv_auth_outcome){ .user = user, .status = 200 };
		return;
	}
	a->daemon->metrics.logins_failed++;
	zv_auth_refuse(outcome, 401, 0, "this token is not known, or has expired");
}
