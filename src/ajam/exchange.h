/* exchange.h - one action as an HTTP request, and its answer as packets: form text, POST
 * or GET, cookie, digest, status, encoder. A machine: the session above decides what is
 * asked and when, the transport below carries it. */
#ifndef ZV_AJAM_EXCHANGE_H
#define ZV_AJAM_EXCHANGE_H

#include <stdint.h>

#include "ajam/cookie.h"
#include "ajam/digest.h"
#include "ajam/reader.h"
#include "ami/request.h"
#include "base/buf.h"

/* The whole request line of a GET with its line end. Asterisk reads lines into 4096 bytes;
 * this is the longest one that was measured. 1.8 and 11 cut a longer one silently. */
#define ZV_AJAM_MAX_REQUEST_LINE 4094

/* How much of an answer that is no AJAM answer is kept to tell whose it is. */
#define ZV_AJAM_ERROR_BODY 1024

/* What is known of the server, shared by all exchanges of one login. */
struct zv_ajam_place {
	const char *path; /* "/asterisk/rawman"; borrowed, as user and secret */
	enum zv_ajam_encoding encoding;
	bool tls;
	bool uses_digest;
	struct zv_str user, secret; /* for the digest */

	struct zv_cookie cookie;
	struct zv_digest digest;
	bool post_refused;  /* this server takes GET only */
	int asterisk_major; /* from the Server field of 1.8 and 11; 0: not told */
	uint64_t chance;    /* state of the cnonces */
};

/* What the transport is to send. Views into the exchange, until it is called again. */
struct zv_ajam_asked {
	bool is_post;
	struct zv_str target, fields, body;
};

struct zv_exchange {
	struct zv_ajam_place *place;
	struct zv_ajam_reader *reader;
	bool running;
	bool adopts_cookie; /* the answer of a login brings the cookie of the session */

	struct zv_buf form; /* "Action=Ping&…" */
	struct zv_buf target, fields;
	bool as_get;
	bool has_secret;      /* never goes into a URL */
	bool answered_digest; /* with the nonce that the server gave last */
	bool tried_again;     /* once is enough */

	int status;
	bool is_ajam; /* its head looks like an answer of AJAM */
	struct zv_buf head;
	struct zv_buf stranger; /* the beginning of a body that is no AJAM answer */
	bool is_empty;		/* the body had no byte */
	size_t n_packets;
};

/* 0 or ZV_ENOMEM. */
int zv_exchange_init(struct zv_exchange *x, struct zv_ajam_place *place,
		     const struct zv_parser_limits *limits);
void zv_exchange_deinit(struct zv_exchange *x);

/* Begins; *out is what to send. 0 or ZV_ENOMEM; where the server takes GET only, also
 * ZV_ETOOBIG (the line would be longer than it reads) and ZV_EPROTO (a secret would stand
 * in it). */
int zv_exchange_start(struct zv_exchange *x, const struct zv_request *request,
		      struct zv_str action_id, struct zv_ajam_asked *out,
		      struct zv_error *err);

/* It was broken off, or is over. */
void zv_exchange_stop(struct zv_exchange *x);

/* From the transport. < 0: the answer is of no use, *err says why. */
int zv_exchange_head(struct zv_exchange *x, struct zv_str bytes, struct zv_error *err);
int zv_exchange_body(struct zv_exchange *x, struct zv_str bytes, struct zv_error *err);

/* As zv_ajam_reader_next. */
int zv_exchange_next(struct zv_exchange *x, const struct zv_packet **out,
		     struct zv_error *err);

enum zv_exchange_end {
	ZV_EXCHANGE_WHOLE,
	ZV_EXCHANGE_AGAIN, /* send *again: as GET, or with the answer to a digest */
};

/* The answer has ended. >= 0: enum zv_exchange_end; < 0: it is of no use (ZV_EPROTO,
 * ZV_EAUTH, ZV_EIO, ZV_ETOOBIG), *err says why. It is over unless AGAIN. */
int zv_exchange_end(struct zv_exchange *x, struct zv_ajam_asked *again,
		    struct zv_error *err);

/* The server does not understand a POST (`Missing action in request`): the same as GET.
 * As zv_exchange_end. */
int zv_exchange_as_get(struct zv_exchange *x, struct zv_ajam_asked *again,
		       struct zv_error *err);

#endif
