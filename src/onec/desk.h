/* desk.h - a session of zvon.v1 (docs/protocol/zvon-v1.md), whoever holds it: a hub of our
 * own over one PBX (link_desk.c), or zvond (link_daemon.c). The class Zvon knows only this. */
#ifndef ZV_ONEC_DESK_H
#define ZV_ONEC_DESK_H

#include "base/buf.h"
#include "onec/link.h"
#include "zvon/str.h"

enum zv_desk_state {
	ZV_DESK_DOWN = 0, /* or waiting for the next try */
	ZV_DESK_CONNECTING,
	ZV_DESK_READY,	/* signed in; what goes on is known, or what was missed comes */
	ZV_DESK_CLOSED, /* for good */
};

/* On the network thread; texts and packets are borrowed for the call. */
struct zv_desk_handlers {
	/* One whole message of zvon.v1: an event, a result, a resync … */
	void (*on_message)(void *user, struct zv_str json);
	/* why: with DOWN and CLOSED, NULL when asked for; retry_ms -1: never */
	void (*on_state)(void *user, enum zv_desk_state state,
			 const struct zv_error *why, int retry_ms);
	/* Each packet of the PBX, as the view shows it; a daemon gives none. */
	void (*on_packet)(void *user, const struct zv_packet *packet);
	/* The link is being closed, and is freed after it: whoever waits for an answer is
	 * to be told now. */
	void (*on_gone)(void *user);
};

/* A question to zvond's HTTP API. answer: on the network thread, once; status 0: *why says
 * what was in the way, else why is NULL. */
struct zv_desk_question {
	bool is_post;	    /* without a body; else GET */
	struct zv_str path; /* behind "/v1/": "history?number=101"; copied */
	void (*answer)(void *user, int status, struct zv_str body,
		       const struct zv_error *why);
	void *user;
};

/* The first member of both kinds. */
struct zv_desk {
	struct zv_link link;
	/* A message of zvon.v1 to it: a command with its id. 0, ZV_ECLOSED (not READY),
	 * ZV_ETOOBIG, ZV_ENOMEM. */
	int (*send)(struct zv_desk *d, struct zv_str json, struct zv_error *err);
	/* The client of libzvon for raw actions and counters; NULL: a daemon. */
	struct zv_client *(*client)(struct zv_desk *d);
	/* 0, and q->answer is called later, not within this, at the latest when the link is
	 * closed; ZV_ECLOSED (not READY), ZV_EBUSY, ZV_ENOMEM, ZV_EINVAL. NULL: there is no
	 * zvond. */
	int (*ask)(struct zv_desk *d, const struct zv_desk_question *q,
		   struct zv_error *err);
	/* What stands before "/v1/…" in a browser: "https://host:2013"; NULL as above. */
	int (*base)(struct zv_desk *d, struct zv_buf *out);
};

#endif
