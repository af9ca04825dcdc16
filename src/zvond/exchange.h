/* exchange.h - one HTTP request that is being answered: at once, or when what it asks for
 * has come. Requests of a connection are answered one after the other. */
#ifndef ZV_ZVOND_EXCHANGE_H
#define ZV_ZVOND_EXCHANGE_H

#include "http/answer.h"
#include "http/request.h"
#include "zvond/front.h"

struct zv_route;
struct zv_exchange;

typedef void (*zv_login_fn)(struct zv_exchange *x);

struct zv_exchange {
	struct zv_front *front;
	const struct zv_http_request *request; /* until it is answered */
	const struct zv_route *route;
	const struct zv_user
		*user;		/* who asks; valid while a function of the route runs */
	struct zv_str argument; /* what stands for {…} in the path */
	bool answered;
	struct zv_str token; /* that he came with; p NULL: none */
	zv_login_fn go;	     /* when his password has been checked */
	char origin[128];    /* another site that may read the answer, or "" */
	/* The connection goes before the answer: forget it. */
	void (*cancel)(struct zv_exchange *x);
	void *waiting; /* of whoever will answer */
	/* Of a long answer: all that was sent has left; called once. */
	void (*on_drained)(struct zv_exchange *x);
	bool is_chunked, is_open; /* is_open: the connection closes behind it */
	uint64_t ticket;
};

struct zv_reply {
	int status;	  /* 200 … */
	const char *type; /* NULL: application/json */
	struct zv_str body;
	const char *security_policy; /* NULL: default-src 'none' */
	bool may_be_stored;
	const struct zv_http_answer_field *more;
	size_t n_more;
};

/* The answer; the connection goes on, or is closed if the client or the status says so. */
void zv_exchange_answer(struct zv_exchange *x, const struct zv_reply *reply);
void zv_exchange_json(struct zv_exchange *x, int status, const struct zv_buf *body);
/* {"error":{"code":…,"message":…}} */
void zv_exchange_refuse(struct zv_exchange *x, int status, const char *code,
			const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same with Retry-After and "retry_ms". */
void zv_exchange_refuse_for(struct zv_exchange *x, int status, int retry_ms,
			    const char *code, const char *message);

/* A long answer, in parts: its head (the reply's body counts for nothing; length -1: not known),
 * then parts: after each, x->on_drained may be set, and is called when there is room for the
 * next; then the end. The connection closes behind it if its length was not known, or it is not
 * whole, which the client sees. cancel works as ever. */
void zv_exchange_long_begin(struct zv_exchange *x, const struct zv_reply *reply,
			    long long length);
void zv_exchange_long_part(struct zv_exchange *x, struct zv_str bytes);
void zv_exchange_long_end(struct zv_exchange *x, bool is_whole);

static inline struct zv_daemon *
zv_exchange_daemon(const struct zv_exchange *x)
{
	return zv_front_daemon(x->front);
}

#endif
