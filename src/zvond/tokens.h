/* tokens.h - session tokens: what POST /v1/login gives. Only their hashes are kept, in
 * memory and in the file. */
#ifndef ZV_ZVOND_TOKENS_H
#define ZV_ZVOND_TOKENS_H

#include <stdint.h>

#include "base/buf.h"

#define ZV_TOKEN_TEXT	  48  /* "zvs_" and 256 bits in base64url, with the NUL */
#define ZV_TOKENS_OF_USER 100 /* of one user; then the oldest ends */
#define ZV_TOKENS_MOST	  100000

struct zv_tokens;

struct zv_tokens *zv_tokens_new(void);	  /* NULL: out of memory */
void zv_tokens_free(struct zv_tokens *t); /* NULL is fine */

/* A new one, which nobody can read here afterwards. `print` stands for the password that
 * it was given for: zv_tokens_sweep gets it back. 0, ZV_ENOMEM, ZV_EBUSY. */
int zv_tokens_give(struct zv_tokens *t, struct zv_str user, uint64_t print,
		   int64_t now_s, int lives_s, char out[ZV_TOKEN_TEXT]);

/* Whose it is; p NULL: nobody's, or it has expired. Borrowed until the next call. */
struct zv_str zv_tokens_user(struct zv_tokens *t, struct zv_str token, int64_t now_s);
/* 0 or ZV_ENOTFOUND. */
int zv_tokens_end(struct zv_tokens *t, struct zv_str token);

/* Does that text look like one of these? */
bool zv_token_is_one(struct zv_str text);

/* Those that have expired go; those for which `keep` is false too (NULL: all stay). */
void zv_tokens_sweep(struct zv_tokens *t, int64_t now_s,
		     bool (*keep)(void *context, struct zv_str user, uint64_t print),
		     void *context);

/* As text for a file, and back (added to what is there). */
int zv_tokens_save(const struct zv_tokens *t, struct zv_buf *out);
int zv_tokens_load(struct zv_tokens *t, struct zv_str text, int64_t now_s);
/* Grows with each change. */
uint64_t zv_tokens_version(const struct zv_tokens *t);
size_t zv_tokens_count(const struct zv_tokens *t);

#endif
