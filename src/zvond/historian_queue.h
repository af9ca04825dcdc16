/* historian_queue.h - what waits to be written into the history: of each call its newest
 * telling only, in order, within limits. No clock, no thread, no store. */
#ifndef ZV_ZVOND_HISTORIAN_QUEUE_H
#define ZV_ZVOND_HISTORIAN_QUEUE_H

#include "base/list.h"
#include "base/map.h"
#include "hist/conversation.h"

#define ZV_HISTORIAN_CALLS_MAX 100000		   /* that wait; more are refused */
#define ZV_HISTORIAN_BYTES_MAX (32u * 1024 * 1024) /* the same in bytes */
#define ZV_HISTORIAN_BATCH_MAX 500		   /* calls of one transaction */

enum zv_entry_kind {
	ZV_ENTRY_CALL,	/* is to be stored */
	ZV_ENTRY_DROP,	/* went on in another: its open row goes */
	ZV_ENTRY_ALIVE, /* so long what is open there was known to go on */
	ZV_ENTRY_LEFT,	/* what is open there is from before: it is remembered */
	ZV_ENTRY_LOST,	/* what is open there and not among `names` has ended unseen */
};

struct zv_entry {
	struct zv_node node;
	enum zv_entry_kind kind;
	struct zv_str key;	  /* of the newest telling; empty: LEFT, LOST */
	struct zv_str server, id; /* server p NULL (LOST): all but `names` */
	struct zv_conversation *call;
	int64_t time_ms;     /* ALIVE: Unix time */
	struct zv_str names; /* LOST: ids, Uniqueids or servers, a line each */
	size_t bytes;
	int64_t since_ms; /* it waits */
	bool is_bad;	  /* the store cannot take it: nothing to try again */
};

struct zv_historian_queue {
	struct zv_node entries; /* oldest first */
	struct zv_map keys;
	size_t n, bytes;
	size_t most, most_bytes;
	uint64_t refused; /* for want of room or memory */
};

void zv_historian_queue_init(struct zv_historian_queue *q, uint64_t seed);
void zv_historian_queue_deinit(struct zv_historian_queue *q);

/* Takes the call, also when it fails. 0; ZV_ETOOBIG, ZV_ENOMEM: refused and counted. */
int zv_historian_queue_call(struct zv_historian_queue *q, struct zv_conversation *call,
			    int64_t now_ms);
int zv_historian_queue_drop(struct zv_historian_queue *q, struct zv_str server,
			    struct zv_str id, int64_t now_ms);
int zv_historian_queue_alive(struct zv_historian_queue *q, struct zv_str server,
			     int64_t time_ms, int64_t now_ms);
int zv_historian_queue_left(struct zv_historian_queue *q, struct zv_str server,
			    int64_t now_ms);
int zv_historian_queue_lost(struct zv_historian_queue *q, struct zv_str server,
			    struct zv_str names, int64_t now_ms);

/* Moves the oldest, at most `most`, to the end of *batch; how many. */
size_t zv_historian_queue_take(struct zv_historian_queue *q, struct zv_node *batch,
			       size_t most);
/* They were not written: in front again, but for what is told anew since. */
void zv_historian_queue_give_back(struct zv_historian_queue *q, struct zv_node *batch);
/* Since when the oldest waits; INT64_MAX: none does. */
int64_t zv_historian_queue_since(const struct zv_historian_queue *q);

void zv_entry_free(struct zv_entry *e);

#endif
