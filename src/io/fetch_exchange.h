/* fetch_exchange.h - one HTTP exchange inside of fetch.c: a request, and what has come of its
 * answer so far. */
#ifndef ZV_IO_FETCH_EXCHANGE_H
#define ZV_IO_FETCH_EXCHANGE_H

#include "base/buf.h"
#include "io/fetch.h"
#include "io/multi.h"

/* The server, for all exchanges with it. */
struct zv_fetch_exchange_server {
	struct zv_multi multi;
	struct zv_dial_options options; /* its texts are our own */
	char where[ZV_PLACE_MAX];
	bool has_answered;
};

enum zv_fetch_exchange_state {
	ZV_FETCH_FREE,
	ZV_FETCH_RUNNING,
	ZV_FETCH_ENDED, /* its news wait to be taken */
};

struct zv_fetch_exchange {
	struct zv_fetch_exchange_server *server;
	CURL *easy; /* kept for the next exchange: it knows the TLS session */
	enum zv_fetch_exchange_state state;

	struct curl_slist *fields;
	struct zv_buf target, posted;
	int timeout_ms;
	int64_t give_up_ms;  /* while connecting */
	int64_t deadline_ms; /* INT64_MAX: none */

	bool is_sent;	/* the request may have reached the server */
	bool is_repeat; /* libcurl was about to send it again */

	struct zv_buf head, body; /* not taken yet */
	size_t head_bytes;
	bool has_head; /* `head` is whole, or was taken already */
	bool is_paused;
	int64_t held_since_ms; /* news wait since; 0: there are none */
	long long got;	       /* bytes of the body so far */
	long long late_mark;   /* see zv_fetch_exchange_mark_late; -1: not late */
	struct zv_error err;   /* why it ends */
	enum zv_fault fault;   /* what that is */
	char detail[CURL_ERROR_SIZE];
};

void zv_fetch_exchange_init(struct zv_fetch_exchange *e,
			    struct zv_fetch_exchange_server *server);
void zv_fetch_exchange_deinit(struct zv_fetch_exchange *e); /* when it is free */

/* 0 and it runs; ZV_ENOMEM, ZV_EINVAL: it is still free. */
int zv_fetch_exchange_start(struct zv_fetch_exchange *e,
			    const struct zv_fetch_request *r, struct zv_error *err);

/* Without news of it; free again. */
void zv_fetch_exchange_cancel(struct zv_fetch_exchange *e);

/* Its last news was taken. */
void zv_fetch_exchange_become_free(struct zv_fetch_exchange *e);

/* libcurl is through with it. */
void zv_fetch_exchange_end(struct zv_fetch_exchange *e, CURLcode result);

bool zv_fetch_exchange_has_news(const struct zv_fetch_exchange *e);

/* The head, or what there is of the body, was taken. The time that this took is given to
 * the server as well. */
void zv_fetch_exchange_taken(struct zv_fetch_exchange *e, enum zv_fetch_kind kind);

/* What libcurl holds back is wanted again. */
void zv_fetch_exchange_resume(struct zv_fetch_exchange *e);

/* Before a turn, and after it: its time may be over. */
void zv_fetch_exchange_mark_late(struct zv_fetch_exchange *e, int64_t now_ms);
void zv_fetch_exchange_look_at_clock(struct zv_fetch_exchange *e, int64_t now_ms);

#endif
