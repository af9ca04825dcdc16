/* The users of one configuration, by name and by token. */
#include "zvond/auth_impl.h"

#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"

void
zv_auth_book_close(struct zv_auth_book *b)
{
	zv_map_deinit(&b->by_name);
	zv_map_deinit(&b->by_token);
	zv_free(b->rows);
	zv_free(b->hashes);
	zv_jwt_rules_free(b->jwt);
	zv_settings_unref(b->settings);
}

static size_t
count_tokens(const struct zv_config *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_users; i++)
		n += c->secrets[i].n_tokens;
	return n;
}

bool
zv_auth_read_hash(struct zv_str text, unsigned char out[ZV_AUTH_HASH_BYTES])
{
	size_t n = 0;

	if (!zv_str_starts(text, ZV_STR("sha256:")))
		return false;
	text = zv_str_from(text, strlen("sha256:"));
	return sodium_hex2bin(out, ZV_AUTH_HASH_BYTES, text.p, text.n, NULL, &n,
			      NULL) == 0 &&
	       n == ZV_AUTH_HASH_BYTES;
}

static int
add_tokens(struct zv_auth_book *b, struct zv_auth_row *row, size_t *next)
{
	for (size_t i = 0; i < row->secrets->n_tokens; i++) {
		unsigned char *hash = b->hashes[*next];
		int rc;

		if (!zv_auth_read_hash(row->secrets->tokens[i], hash))
			continue;
		rc = zv_map_add(
			&b->by_token,
			(struct zv_str){ (const char *)hash, ZV_AUTH_HASH_BYTES }, row);
		if (rc == ZV_ENOMEM)
			return rc;
		++*next;
	}
	return 0;
}

static int
open_jwt(struct zv_auth_book *b, const struct zv_config *c, const struct zv_log *log)
{
	const struct zv_str key = { c->jwt_key, c->jwt_key_bytes };
	struct zv_error err = { 0 };

	if (c->jwt_algorithm == ZV_JWT_NONE)
		return 0;
	b->jwt = zv_jwt_rules_new(c->jwt_algorithm, key, c->jwt_audience, c->jwt_issuer,
				  &err);
	if (!b->jwt)
		zv_log(log, ZV_LOG_ERROR, "auth", "signed tokens are refused: %s",
		       err.text);
	return err.code == ZV_ENOMEM ? ZV_ENOMEM : 0;
}

int
zv_auth_book_open(struct zv_auth_book *b, struct zv_settings *settings,
		  const struct zv_log *log)
{
	const struct zv_config *c = settings->config;
	size_t n_tokens = count_tokens(c), next = 0;
	int rc = 0;

	b->settings = zv_settings_ref(settings);
	b->by_name.seed = zv_random();
	b->by_token.seed = zv_random();
	b->rows = zv_calloc(c->n_users + 1, sizeof *b->rows);
	b->hashes = zv_calloc(n_tokens + 1, sizeof *b->hashes);
	if (!b->rows || !b->hashes)
		return ZV_ENOMEM;
	for (size_t i = 0; i < c->n_users && rc == 0; i++) {
		b->rows[i] = (struct zv_auth_row){ &c->users[i], &c->secrets[i] };
		rc = zv_map_add(&b->by_name, c->users[i].name, &b->rows[i]);
		if (rc == 0)
			rc = add_tokens(b, &b->rows[i], &next);
		if (!b->decoy)
			b->decoy = c->secrets[i].password_hash;
	}
	return rc == 0 ? open_jwt(b, c, log) : rc;
}

uint64_t
zv_auth_print(const struct zv_auth_row *row)
{
	const char *hash = row->secrets->password_hash;
	unsigned char digest[ZV_AUTH_HASH_BYTES];
	uint64_t print;

	if (!hash)
		return 0;
	crypto_hash_sha256(digest, (const unsigned char *)hash, strlen(hash));
	memcpy(&print, digest, sizeof print);
	return print >> 1;
}
