/* fetch.h - HTTP exchanges with one server through libcurl's multi, a few at once.
 * Connections are kept and used again where the server allows. Never waits. Redirects,
 * cookies and authentication are not its business; an answer's bytes are given as they
 * are (no decompression). */
#ifndef ZV_IO_FETCH_H
#define ZV_IO_FETCH_H

#include <stdint.h>

#include "io/dial.h"
#include "io/fault_kind.h"

#define ZV_FETCH_MAX_EXCHANGES	4
#define ZV_FETCH_READ_BYTES	(128 * 1024) /* the most that one BODY holds */
#define ZV_FETCH_MAX_HEAD_BYTES (32 * 1024)  /* with 1xx heads before it */

/* Asterisk closes a connection that is silent for 15 s; one that is silent for so long
 * already is not used again. */
#define ZV_FETCH_IDLE_S 5

struct zv_fetch;

/* All is copied by zv_fetch_start. */
struct zv_fetch_request {
	int id;		      /* 0…ZV_FETCH_MAX_EXCHANGES - 1, free just now */
	bool is_post;	      /* else GET */
	struct zv_str target; /* "/asterisk/rawman?action=ping" */
	struct zv_str fields; /* "Cookie: …\r\nAuthorization: …\r\n", may be empty */
	struct zv_str body;   /* of a POST */
	int timeout_ms; /* from the start to the last byte; 0: none. The time while
				 * nobody takes the news does not count as silence */
};

enum zv_fetch_kind {
	ZV_FETCH_HEAD, /* bytes: the whole head with its status line; the final one, no
			* 1xx, not the answer of a proxy to CONNECT */
	ZV_FETCH_BODY, /* bytes: the next part of the body */
	ZV_FETCH_END,  /* the last one; the id is free again. err.code 0: the answer was
			* whole. ZV_EIO, ZV_ETLS: the request was not sent. ZV_ECLOSED
			* (broken off), ZV_ETIMEOUT: it may have been carried out or not,
			* and is never sent twice. ZV_EPROTO: the answer was cut or is
			* none. ZV_ETOOBIG, ZV_ENOMEM */
};

struct zv_fetch_news {
	int id;
	enum zv_fetch_kind kind;
	struct zv_str bytes; /* borrowed until the next call on the fetch */
	enum zv_fault fault; /* END: what err is */
	struct zv_error err; /* END; names host and port, never target or fields */
};

struct zv_fetch *zv_fetch_new(void); /* NULL: out of memory */
void zv_fetch_free(struct zv_fetch *f);

/* Remembers where to go; connects with the first exchange. options->connect_timeout_ms
 * holds for each connection. */
int zv_fetch_open(struct zv_fetch *f, const struct zv_dial_options *options,
		  struct zv_error *err);

/* Breaks off all exchanges without news of them, closes all connections. */
void zv_fetch_close(struct zv_fetch *f);

/* 0, ZV_ENOMEM, ZV_EBUSY (that id is in use), ZV_EINVAL (a target that would break the
 * request line), ZV_ECLOSED (not open). Nothing is sent before zv_fetch_process. */
int zv_fetch_start(struct zv_fetch *f, const struct zv_fetch_request *request,
		   struct zv_error *err);

/* Breaks one off without further news and closes its connection. */
void zv_fetch_cancel(struct zv_fetch *f, int id);

/* Lets the network work. */
void zv_fetch_process(struct zv_fetch *f);

/* true: *news is the next. At most ZV_FETCH_READ_BYTES of each exchange are held; while
 * nobody takes them, nothing more of that one is read. */
bool zv_fetch_next(struct zv_fetch *f, struct zv_fetch_news *news);

/* As in dial.h. */
size_t zv_fetch_descriptors(const struct zv_fetch *f, struct zv_descriptor *out,
			    size_t max);
int zv_fetch_timeout(const struct zv_fetch *f);
bool zv_fetch_is_resolving(const struct zv_fetch *f);

#endif
