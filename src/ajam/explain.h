/* explain.h - what an HTTP answer that is no answer of AJAM means, and what to do about
 * it: the most asked questions of those who set AJAM up. From the answer's head and the
 * first bytes of its body; no I/O. */
#ifndef ZV_AJAM_EXPLAIN_H
#define ZV_AJAM_EXPLAIN_H

#include "ajam/reader.h"
#include "http/head.h"
#include "zvon/error.h"

enum zv_ajam_cause {
	ZV_AJAM_CAUSE_NONE,		  /* nothing speaks against the answer */
	ZV_AJAM_CAUSE_SECRET,		  /* 401: digest; user or secret is wrong */
	ZV_AJAM_CAUSE_STRANGER_ASKS,	  /* 401: not Asterisk asks for a login */
	ZV_AJAM_CAUSE_PROXY_ASKS,	  /* 407 */
	ZV_AJAM_CAUSE_FORBIDDEN,	  /* 403 by Asterisk: deny and permit */
	ZV_AJAM_CAUSE_STRANGER_FORBIDS,	  /* 403 by another server */
	ZV_AJAM_CAUSE_NO_AJAM,		  /* 404 by Asterisk: webenabled, prefix */
	ZV_AJAM_CAUSE_STRANGER_NOT_FOUND, /* 404 by another server */
	ZV_AJAM_CAUSE_NEEDS_TLS,	  /* 400 or redirect: HTTPS is wanted */
	ZV_AJAM_CAUSE_LINE_TOO_LONG,	  /* 400, 414, 431: long query of a GET */
	ZV_AJAM_CAUSE_BODY_TOO_LONG,	  /* 413: long body of a POST */
	ZV_AJAM_CAUSE_BAD_REQUEST,	  /* 400 for other reasons */
	ZV_AJAM_CAUSE_METHOD,		  /* 405, 501 */
	ZV_AJAM_CAUSE_REDIRECT,		  /* 3xx; detail: where to */
	ZV_AJAM_CAUSE_BUSY,		  /* 503 by Asterisk: sessions used up */
	ZV_AJAM_CAUSE_UPSTREAM,		  /* 502, 503, 504 by a server in front */
	ZV_AJAM_CAUSE_SERVER_FAILED,	  /* other 5xx */
	ZV_AJAM_CAUSE_OTHER_STATUS,	  /* what Asterisk never sends */
	ZV_AJAM_CAUSE_COMPRESSED,	  /* 200, Content-Encoding; detail: which */
	ZV_AJAM_CAUSE_CACHED,		  /* 200 from a cache, or 304 */
	ZV_AJAM_CAUSE_PORTAL,		  /* 200, a page with a form; detail: title */
	ZV_AJAM_CAUSE_WRONG_TYPE,	  /* 200, another Content-Type; detail: it */
	ZV_AJAM_CAUSE_NO_SESSION,	  /* 200 without the cookie: taken away */
	ZV_AJAM_CAUSE_WRONG_BODY,	  /* 200, the right type, another content */
	ZV_AJAM_N_CAUSES,
};

#define ZV_AJAM_BODY_START 1024 /* more of the body is not looked at */
#define ZV_AJAM_DETAIL_MAX 80

/* What came back. All is borrowed. */
struct zv_ajam_answer {
	const struct zv_http_head *head;
	struct zv_str body_start; /* what there is of it, may be empty */
	bool tls;		  /* it came over HTTPS */
	enum zv_ajam_encoding expected;
	const char *path; /* "/asterisk/rawman"; not looked at from a '?' on */
};

struct zv_ajam_reason {
	enum zv_ajam_cause cause;
	/* What the other side says of itself, as named above, else its Server field:
	 * one line of UTF-8, may be empty. Never a query or a secret. */
	char detail[ZV_AJAM_DETAIL_MAX + 1];
};

/* 0 and ZV_AJAM_CAUSE_NONE: read on, the body's reader judges the rest. Else the cause,
 * and *err is filled with what, where and what to do: ZV_EAUTH (401, 403, 407), ZV_EIO
 * (Asterisk is there but not to be reached: 5xx but 501) or ZV_EPROTO. A 401 on a digest
 * path is for those who have answered the challenge already. */
int zv_ajam_explain(const struct zv_ajam_answer *answer, struct zv_ajam_reason *reason,
		    struct zv_error *err);

#endif
