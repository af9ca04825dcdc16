/* cookie.h - the session cookie of AJAM, `mansession_id`, read from Set-Cookie whatever
 * form it has. Asterisk takes it back bare and quoted. */
#ifndef ZV_AJAM_COOKIE_H
#define ZV_AJAM_COOKIE_H

#include "http/head.h"

#define ZV_COOKIE_MAX 64 /* bytes of its value; Asterisk's has 8 */

struct zv_cookie {
	char value[ZV_COOKIE_MAX + 1]; /* "": none */
	int max_age_s;		       /* httptimeout of manager.conf; -1: not told */
};

/* The mansession_id among all Set-Cookie fields: quoted or bare, its name without case,
 * other cookies and attributes passed over, Path ignored; Max-Age=0 or less means that it
 * is to be forgotten (value ""). Several: the last usable one. 1: *cookie is it; 0: there
 * is none; < 0 ZV_EPROTO: only unusable ones (too long, bytes that no cookie has). */
int zv_cookie_read(struct zv_cookie *cookie, const struct zv_http_head *head);

#endif
