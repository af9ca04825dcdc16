/* urltext.h - the pieces of a URL that a person writes: user:password@host:port/path. */
#ifndef ZV_BASE_URLTEXT_H
#define ZV_BASE_URLTEXT_H

#include "zvon/str.h"

/* Where the last '@' is, or s.n: a password may hold '@' and '/'. */
size_t zv_urltext_last_at(struct zv_str s);

/* A copy with %40 and the like decoded; other bytes, and a %00, as they are: no text here may
 * hold a NUL. NULL: out of memory. */
char *zv_urltext_decode(struct zv_str s);

/* "host", "host:port", "[address of IPv6]:port". *port: p NULL when none is written; it may be
 * empty. false: brackets or what follows them are wrong, or *host is no name and no address. */
bool zv_urltext_host(struct zv_str text, size_t most_bytes, struct zv_str *host,
		     struct zv_str *port);
bool zv_urltext_is_ipv6(struct zv_str text); /* in brackets */

/* Letters, digits and "/-._~%". */
bool zv_urltext_is_path(struct zv_str path);

#endif
