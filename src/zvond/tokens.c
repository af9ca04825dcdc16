#include "zvond/tokens.h"

#include <sodium.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

#define PREFIX	   "zvs_"
#define HASH_BYTES crypto_hash_sha256_BYTES

/* The hash itself is the key of the map: whoever can choose hashes can break SHA-256. */
struct token {
	struct zv_node node; /* in tokens->all, oldest first */
	unsigned char hash[HASH_BYTES];
	int64_t expires_s;
	uint64_t print;
	struct zv_str user; /* behind this struct */
};

struct zv_tokens {
	struct zv_map by_hash;
	struct zv_node all;
	uint64_t version;
};

struct zv_tokens *
zv_tokens_new(void)
{
	struct zv_tokens *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	zv_list_init(&t->all);
	randombytes_buf(&t->by_hash.seed, sizeof t->by_hash.seed);
	return t;
}

static struct zv_str
key_of(const struct token *token)
{
	return (struct zv_str){ (const char *)token->hash, HASH_BYTES };
}

static void
drop(struct zv_tokens *t, struct token *token)
{
	zv_map_remove(&t->by_hash, key_of(token));
	zv_list_remove(&token->node);
	zv_free(token);
	t->version++;
}

void
zv_tokens_free(struct zv_tokens *t)
{
	struct zv_node *node, *next;

	if (!t)
		return;
	ZV_EACH(&t->all, node, next)
	zv_free(ZV_OWNER(node, struct token, node));
	zv_map_deinit(&t->by_hash);
	zv_free(t);
}

static int
add(struct zv_tokens *t, const unsigned char hash[HASH_BYTES], struct zv_str user,
    uint64_t print, int64_t expires_s)
{
	struct token *token = zv_malloc(sizeof *token + user.n);
	int rc;

	if (!token)
		return ZV_ENOMEM;
	*token = (struct token){ .expires_s = expires_s, .print = print };
	memcpy(token->hash, hash, HASH_BYTES);
	if (user.n)
		memcpy(token + 1, user.p, user.n);
	token->user = (struct zv_str){ (char *)(token + 1), user.n };
	rc = zv_map_add(&t->by_hash, key_of(token), token);
	if (rc < 0) {
		zv_free(token);
		return rc;
	}
	zv_list_append(&t->all, &token->node);
	t->version++;
	return 0;
}

/* Whoever signs in again and again loses his oldest. */
static void
make_room(struct zv_tokens *t, struct zv_str user)
{
	struct zv_node *node, *next;
	struct token *oldest = NULL;
	size_t n = 0;

	ZV_EACH(&t->all, node, next)
	{
		struct token *token = ZV_OWNER(node, struct token, node);

		if (!zvon_str_equal(token->user, user))
			continue;
		if (!oldest)
			oldest = token;
		n++;
	}
	if (n >= ZV_TOKENS_OF_USER)
		drop(t, oldest);
}

static void
hash_of(struct zv_str token, unsigned char out[HASH_BYTES])
{
	crypto_hash_sha256(out, (const unsigned char *)token.p, token.n);
}

int
zv_tokens_give(struct zv_tokens *t, struct zv_str user, uint64_t print, int64_t now_s,
	       int lives_s, char out[ZV_TOKEN_TEXT])
{
	unsigned char secret[32], hash[HASH_BYTES];
	int rc;

	if (t->by_hash.n >= ZV_TOKENS_MOST)
		zv_tokens_sweep(t, now_s, NULL, NULL);
	if (t->by_hash.n >= ZV_TOKENS_MOST)
		return ZV_EBUSY;
	randombytes_buf(secret, sizeof secret);
	memcpy(out, PREFIX, sizeof PREFIX - 1);
	sodium_bin2base64(out + sizeof PREFIX - 1, ZV_TOKEN_TEXT - sizeof PREFIX + 1,
			  secret, sizeof secret,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	zv_wipe(secret, sizeof secret);
	make_room(t, user);
	hash_of(zvon_str(out), hash);
	rc = add(t, hash, user, print, now_s + lives_s);
	if (rc < 0)
		zv_wipe(out, ZV_TOKEN_TEXT);
	return rc;
}

bool
zv_token_is_one(struct zv_str text)
{
	return text.n == ZV_TOKEN_TEXT - 1 && zv_str_starts(text, ZV_STR(PREFIX));
}

static struct token *
find(struct zv_tokens *t, struct zv_str text)
{
	unsigned char hash[HASH_BYTES];
	struct token *token;

	if (!zv_token_is_one(text))
		return NULL;
	hash_of(text, hash);
	token = zv_map_find(&t->by_hash,
			    (struct zv_str){ (const char *)hash, sizeof hash });
	return token && sodium_memcmp(token->hash, hash, sizeof hash) == 0 ? token
									   : NULL;
}

struct zv_str
zv_tokens_user(struct zv_tokens *t, struct zv_str text, int64_t now_s)
{
	struct token *token = find(t, text);

	return token && token->expires_s > now_s ? token->user : (struct zv_str){ 0 };
}

int
zv_tokens_end(struct zv_tokens *t, struct zv_str text)
{
	struct token *token = find(t, text);

	if (!token)
		return ZV_ENOTFOUND;
	drop(t, token);
	return 0;
}

void
zv_tokens_sweep(struct zv_tokens *t, int64_t now_s,
		bool (*keep)(void *context, struct zv_str user, uint64_t print),
		void *context)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->all, node, next)
	{
		struct token *token = ZV_OWNER(node, struct token, node);

		if (token->expires_s <= now_s ||
		    (keep && !keep(context, token->user, token->print)))
			drop(t, token);
	}
}

/* ---- the file: "HASH EXPIRES PRINT USER" in each line -------------------------------------------------- */

int
zv_tokens_save(const struct zv_tokens *t, struct zv_buf *out)
{
	const struct zv_node *node;

	for (node = t->all.next; node != &t->all; node = node->next) {
		const struct token *token = ZV_OWNER(node, struct token, node);
		char hex[HASH_BYTES * 2 + 1];

		sodium_bin2hex(hex, sizeof hex, token->hash, HASH_BYTES);
		zv_buf_printf(out, "%s %lld %llu %.*s\n", hex,
			      (long long)token->expires_s,
			      (unsigned long long)token->print, ZV_ARG(token->user));
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

static int
load_line(struct zv_tokens *t, struct zv_str line, int64_t now_s)
{
	unsigned char hash[HASH_BYTES];
	struct zv_str hex, expires, print;
	long long at, of_password;
	size_t n;

	if (!zv_str_split(&line, ' ', &hex) || !zv_str_split(&line, ' ', &expires) ||
	    sodium_hex2bin(hash, sizeof hash, hex.p, hex.n, NULL, &n, NULL) < 0 ||
	    n != sizeof hash || zv_num_parse(expires, 0, INT64_MAX, &at) < 0 ||
	    !zv_str_split(&line, ' ', &print) ||
	    zv_num_parse(print, 0, INT64_MAX, &of_password) < 0 || !line.n)
		return ZV_EPROTO;
	return at > now_s ? add(t, hash, line, (uint64_t)of_password, at) : 0;
}

int
zv_tokens_load(struct zv_tokens *t, struct zv_str text, int64_t now_s)
{
	struct zv_str line;
	int rc = 0, worst = 0;

	while (zv_str_split(&text, '\n', &line)) {
		rc = line.n ? load_line(t, line, now_s) : 0;
		if (rc < 0 && rc != ZV_EBUSY)
			worst = rc;
	}
	return worst;
}

uint64_t
zv_tokens_version(const struct zv_tokens *t)
{
	return t->version;
}

size_t
zv_tokens_count(const struct zv_tokens *t)
{
	return t->by_hash.n;
}
