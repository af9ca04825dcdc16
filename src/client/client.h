/* client.h - inside of a client, shared by its two ways to run. */
#ifndef ZV_CLIENT_CLIENT_H
#define ZV_CLIENT_CLIENT_H

#include "base/buf.h"
#include "base/log.h"
#include "client/core.h"
#include "client/trace.h"
#include "client/url.h"
#include "io/dial.h"
#include "io/fetch.h"
#include "io/wait.h"
#include "zvon/client.h"

struct zv_threads;

enum zv_drive {
	ZV_DRIVE_NONE,
	ZV_DRIVE_LOOP,
	ZV_DRIVE_THREADS,
};

struct zv_client {
	struct zv_client_options options; /* texts are the copies below */
	struct zv_client_handlers handlers;
	void *user;
	struct zv_log log;
	struct zv_trace received, sent;
	struct zv_url url;
	char *login_user, *secret, *events, *ca_file, *pin, *proxy;
	char where[300]; /* "host:port" */

	struct zv_filter *filter; /* NULL: all events */
	struct zv_legacy *legacy; /* NULL: the native view */
	struct zv_push *push;	  /* NULL: the server is not asked to filter */
	struct zv_follow *follow; /* NULL: nobody follows the calls */
	struct zv_core *core;
	enum zv_drive drive;
	bool in_handler; /* a handler of ours is on the stack of the driving thread */
	bool closing;	 /* asked for; atomic. Events are not delivered any more */
	bool free_later; /* by zvon_client_free from a handler, the host's loop */
	uint64_t bytes_out;

	/* one of the two: a stream for AMI, exchanges for AJAM */
	struct zv_dial *dial;
	struct zv_fetch *fetch;
	unsigned long tickets[ZV_AJAM_N_EXCHANGES]; /* of what runs in the fetch */

	/* the host's loop */
	bool dialling; /* dial is open */
	bool up;
	bool more;	     /* not all that had arrived was read: go on at once */
	uint64_t bytes_read; /* of this link */
	uint64_t mark_bytes; /* up to here had arrived … */
	int64_t mark_ms;     /* … at that time; 0: everything was read */
	bool mute;	     /* writing failed; what had arrived is still to be read */
	struct zv_error mute_why;
	struct zv_bell wake; /* zvon_client_interrupt rings it */
	bool interrupted;
	char *read_buffer;

	struct zv_threads *threads;
};

#define ZV_FAREWELL_MS 200 /* for the last words; nobody waits for the answer */

/* transport.c */
int zv_client_new_transport(struct zv_client *c);
void zv_client_free_transport(struct zv_client *c);
int zv_client_open_transport(struct zv_client *c, struct zv_error *err);
void zv_client_close_transport(struct zv_client *c);

/* A name is being resolved, or was when the attempt ended: a thread that nothing stops may
 * be in this library's code. For whoever wants to unload it. */
bool zv_client_is_resolving(const struct zv_client *c);

/* AJAM: starts or breaks off an exchange. */
int zv_client_follow_order(struct zv_client *c, const struct zv_ajam_order *order,
			   struct zv_error *err);

/* AJAM: lets the Logoff, which was ordered, leave; nothing else comes through. */
void zv_client_run_farewell(struct zv_client *c);

static inline bool
zv_client_is_closing(const struct zv_client *c)
{
	return __atomic_load_n(&c->closing, __ATOMIC_ACQUIRE);
}

static inline void
zv_client_set_closing(struct zv_client *c, bool closing)
{
	__atomic_store_n(&c->closing, closing, __ATOMIC_RELEASE);
}

/* Hands received bytes to on_bytes and the core. */
void zv_client_received(struct zv_client *c, struct zv_str bytes, int64_t now_ms);

/* Tells on_bytes about bytes that are being sent. */
void zv_client_sending(struct zv_client *c, struct zv_str bytes);

/* "Action: Logoff" as the last word, if logged in; borrowed, constant. */
struct zv_str zv_client_farewell(const struct zv_client *c);

/* loop.c: closes and tells, at once. */
void zv_client_loop_close(struct zv_client *c);

/* loop.c: until *done (may be NULL), end_ms, or CLOSED; 1: CLOSED or interrupted. */
int zv_client_loop_run(struct zv_client *c, int64_t end_ms, const bool *done);

/* threads.c; after zvon_client_stop the calls still answer: closed. */
void zv_threads_free(struct zv_threads *t);
int zv_threads_send(struct zv_client *c, const struct zv_request *request,
		    int timeout_ms, zvon_reply_fn fn, void *user, struct zv_error *err);
bool zv_threads_is_delivery(const struct zv_client *c);
void zv_threads_publish(struct zv_client *c); /* state and counters, in a handler */
void zv_threads_counters(struct zv_client *c, struct zv_client_counters *out);
enum zv_client_state zv_threads_state(struct zv_client *c);

/* true: the client frees itself when the running handler has returned. */
bool zv_threads_free_later(struct zv_client *c);

/* The rest of zvon_client_free. */
void zv_client_destroy(struct zv_client *c);

#endif
