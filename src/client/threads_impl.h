/* threads_impl.h - a client with its own two threads:
 *
 *   network thread   owns the transport: reads always, into blocks    (network.c)
 *   delivery thread  owns the core: parses, calls the handlers,
 *                    keeps the time                                   (delivery.c)
 *
 * Between them, under one lock: a queue of blocks and link news one way, bytes to
 * send, HTTP requests and the wish for a link the other way. No handler runs under the
 * lock. threads.c starts and ends them. */
#ifndef ZV_CLIENT_THREADS_IMPL_H
#define ZV_CLIENT_THREADS_IMPL_H

#include <pthread.h>

#include "base/list.h"
#include "client/client.h"

/* Above this the reader gives the other thread READ_AHEAD_WAIT_MS to catch up before
 * it reads on, so that a handler that keeps pace costs no memory. Asterisk closes a
 * session after 100 ms of full buffers: the socket is never left for that long. */
#define ZV_READ_AHEAD_BYTES (8u * ZV_DIAL_READ_BYTES)

#define ZV_MAX_SPARE_BLOCKS 16 /* kept for the next reads */

enum zv_entry_kind {
	ZV_ENTRY_BYTES,
	ZV_ENTRY_NEWS, /* AJAM: of an exchange */
	ZV_ENTRY_UP,
	ZV_ENTRY_DOWN,
};

struct zv_entry {
	struct zv_node node;
	enum zv_entry_kind kind;
	unsigned long epoch;
	int64_t at_ms;
	struct zv_error why;	   /* DOWN */
	struct zv_fetch_news news; /* NEWS; its bytes are those below */
	unsigned long ticket;	   /* NEWS */
	size_t memory;		   /* that counts against max_queue_bytes */
	size_t n;
	char bytes[]; /* BYTES: ZV_DIAL_READ_BYTES of room */
};

#define ZV_BLOCK_BYTES (sizeof(struct zv_entry) + ZV_DIAL_READ_BYTES)

/* An action asked for by another thread. */
struct zv_posted {
	struct zv_node node;
	struct zv_request *request;
	int timeout_ms;
	int64_t asked_ms; /* its time runs from then */
	zvon_reply_fn fn;
	void *user;
};

/* AJAM: an order of the core, with copies of its texts. */
struct zv_posted_order {
	struct zv_node node;
	struct zv_ajam_order order;
	size_t n;
	char text[];
};

struct zv_threads {
	struct zv_client *client;
	pthread_t network, delivery;
	bool joined; /* by zvon_client_stop; the rest stays for late callers */

	pthread_mutex_t joining; /* whoever else stops it waits for the one who joins */
	pthread_mutex_t lock;
	pthread_cond_t work; /* for the delivery thread */
	pthread_cond_t room; /* for the network thread, reading ahead */

	/* under the lock */
	struct zv_node queue, spare, inbox, orders;
	size_t queue_bytes; /* memory of the blocks not yet worked off */
	size_t n_spare, n_inbox;
	struct zv_buf outbox;
	bool wants_link;
	unsigned long epoch;  /* counts the links asked for; older news are stale */
	bool reading_stopped; /* the queue is full */
	bool wants_room;      /* the network thread waits for the other to catch up */
	bool stopping;	      /* asked for */
	bool network_ends;    /* the delivery thread is through */
	bool has_farewell;    /* AJAM: the last order is a Logoff */
	struct zv_client_counters counters;
	enum zv_client_state state;

	/* the delivery thread's own */
	bool free_later;

	/* the network thread's own */
	unsigned long own_epoch;
	bool dialling, up;
	bool more; /* not all that had arrived was read: go on at once */
	bool mute; /* writing failed; what had arrived is still to be read */
	struct zv_error mute_why;
	struct zv_buf sending;
};

/* ---- threads.c ---- */

void zv_threads_keep_block(struct zv_threads *t, struct zv_entry *e);
void zv_threads_free_entry(struct zv_entry *e);
void zv_threads_free_posted(struct zv_posted *post);
void zv_threads_free_orders(struct zv_node *orders);

/* From now on zv_threads_is_delivery is true on this thread. */
void zv_threads_begin_delivery(const struct zv_threads *t);

/* ---- network.c, delivery.c ---- */

void *zv_network_main(void *threads);
void *zv_delivery_main(void *threads);

/* state and counters, for the other threads */
void zv_delivery_publish_figures(struct zv_threads *t);

#endif
