/* error.h - what went wrong: a code for the program, a sentence for the person. */
#ifndef ZVON_ERROR_H
#define ZVON_ERROR_H

#include "zvon/export.h"

ZVON_BEGIN_DECLS

/* Functions return 0 or more for success and one of these below 0. */
enum zvon_err {
	ZV_ENOMEM = -1,	   /* out of memory */
	ZV_EPROTO = -2,	   /* the other side does not speak the protocol */
	ZV_ETOOBIG = -3,   /* a named limit was passed */
	ZV_EAUTH = -4,	   /* login refused */
	ZV_ECLOSED = -5,   /* the connection is closed */
	ZV_ETIMEOUT = -6,  /* no answer in time */
	ZV_EBUSY = -7,	   /* not now: a queue is full, or already running */
	ZV_EINVAL = -8,	   /* bad argument; nothing was done */
	ZV_ENOTFOUND = -9, /* no such thing */
	ZV_EIO = -10,	   /* the system said no: name, route, port, file */
	ZV_ETLS = -11,	   /* TLS: certificate, name, version */
};

#define ZV_ERROR_TEXT_MAX 400

/* The reason for a person. Zero it before use; the first error wins: a function
 * never overwrites one that is already filled in (code != 0). */
struct zv_error {
	int code;   /* enum zvon_err */
	int system; /* errno or the TLS/transfer library's code, or 0 */
	char text[ZV_ERROR_TEXT_MAX]; /* what, where, what to do; UTF-8, one line */
};

/* "EPROTO" and so on; "unknown error" for a number that is none. */
ZVON_API const char *zvon_err_name(int code);

ZVON_END_DECLS

#endif
