/* digest.h - HTTP digest access for arawman, amxml and amanager: RFC 7616 with MD5 and
 * MD5-sess, qop=auth or none (RFC 2069), as Asterisk 1.8 to 22 ask for it. */
#ifndef ZV_AJAM_DIGEST_H
#define ZV_AJAM_DIGEST_H

#include <stdint.h>

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_DIGEST_MAX_PARAM  256 /* bytes of realm, nonce, opaque */
#define ZV_DIGEST_MAX_CNONCE 64

enum zv_digest_algorithm {
	ZV_DIGEST_MD5,
	ZV_DIGEST_MD5_SESS,
};

/* What the server asked for. Zeroed: nothing yet. Plain data, copied freely. */
struct zv_digest {
	char realm[ZV_DIGEST_MAX_PARAM + 1]; /* unescaped */
	char nonce[ZV_DIGEST_MAX_PARAM + 1];
	char opaque[ZV_DIGEST_MAX_PARAM + 1];
	bool has_opaque;
	bool has_qop_auth;
	bool stale;
	enum zv_digest_algorithm algorithm;
	char cnonce[ZV_DIGEST_MAX_CNONCE + 1]; /* MD5-sess: the first, used for all */
	uint32_t nc;			       /* used so far with this nonce */
};

/* value: of one WWW-Authenticate field, which may hold several challenges: the first one
 * that can be answered counts. 0 and *d is the new challenge with nc 0; ZV_ENOTFOUND:
 * other schemes only (Basic); ZV_EPROTO: not to be understood, or an algorithm or qop
 * that we do not know; ZV_ETOOBIG. Then *d is as it was. */
int zv_digest_read(struct zv_digest *d, struct zv_str value, struct zv_error *err);

/* Adds the value of an Authorization field for one request and counts it in d->nc.
 * cnonce: fresh for each request, hex. 0, ZV_ENOMEM, or ZV_EINVAL: control characters in
 * user, uri or cnonce, a cnonce that is too long, or the count is at its end. */
int zv_digest_answer(struct zv_digest *d, struct zv_str user, struct zv_str secret,
		     struct zv_str method, struct zv_str uri, struct zv_str cnonce,
		     struct zv_buf *out);

#endif
