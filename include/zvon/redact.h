/* redact.h - takes secrets out of AMI text before it is logged or kept.
 *
 * What is overwritten, byte for byte with '*', so that lengths and offsets stay:
 *   in both directions the values of Secret, Password, Md5Cred, PasswordDigest,
 *   OauthSecret, RefreshToken, ReceivedHash and ExpectedResponse, lines of
 *   configuration (`Line-…: secret=…`, likewise password, register and others)
 *   and JSON (GetConfigJSON answers a whole file in it);
 *   to the server also Key (the answer of a challenge login) and Value-… of
 *   UpdateConfig. Keys are compared without case. */
#ifndef ZVON_REDACT_H
#define ZVON_REDACT_H

#include <stdbool.h>

#include "zvon/str.h"

ZVON_BEGIN_DECLS

#define ZV_REDACT_HEAD 48 /* the start of a line that decides, in bytes */

/* One per direction of one connection; zero it, then set to_server. */
struct zv_redactor {
	bool to_server;
	bool hiding;
	unsigned char n;
	char head[ZV_REDACT_HEAD];
};

/* Any split of the stream is fine. Changes the bytes in place. */
ZVON_API void zvon_redact(struct zv_redactor *r, char *bytes, size_t n);

ZVON_END_DECLS

#endif
