/* str.h - a view of text: pointer and length, no NUL at the end promised.
 *
 * A view owns nothing. The header that hands one out says how long it lives. */
#ifndef ZVON_STR_H
#define ZVON_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "zvon/export.h"

ZVON_BEGIN_DECLS

struct zv_str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;      /* bytes */
};

/* A view of a string literal, without strlen. */
#ifdef __cplusplus
# define ZV_STR(literal) (zv_str{ "" literal, sizeof(literal) - 1 })
#else
# define ZV_STR(literal) ((struct zv_str){ "" literal, sizeof(literal) - 1 })
#endif

/* For printf: printf("%.*s", ZV_ARG(s)). */
#define ZV_ARG(s) (int)(s).n, (s).p

/* A view of a NUL-terminated string; NULL gives the empty view. */
static inline struct zv_str
zvon_str(const char *s)
{
	struct zv_str v = { s, s ? strlen(s) : 0 };

	return v;
}

static inline bool
zvon_str_equal(struct zv_str a, struct zv_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Letters A-Z and a-z are alike, every other byte counts as it is: how Asterisk
 * compares the keys of a packet. */
ZVON_API bool zvon_str_equal_nocase(struct zv_str a, struct zv_str b);

ZVON_END_DECLS

#endif
