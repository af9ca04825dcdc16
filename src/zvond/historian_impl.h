/* historian_impl.h - inside of the historian: what its files share. */
#ifndef ZV_ZVOND_HISTORIAN_IMPL_H
#define ZV_ZVOND_HISTORIAN_IMPL_H

#include <stdatomic.h>

#include "io/loop.h"
#include "zvond/daemon_impl.h"
#include "zvond/historian.h"
#include "zvond/historian_left.h"
#include "zvond/historian_queue.h"

#define ZV_HISTORIAN_RETRY_MS	   500	 /* after a failure, doubled each time … */
#define ZV_HISTORIAN_RETRY_MOST_MS 4000	 /* … up to this */
#define ZV_HISTORIAN_TELL_MS	   60000 /* between two complaints */
#define ZV_HISTORIAN_ALIVE_MS	   10000 /* so often it is noted that calls still go on */
#define ZV_HISTORIAN_FLUSH_MS	   5000 /* at the end, for what still waits */
#define ZV_HISTORIAN_SWEEP_MS                                                          \
 600000 /* no complete list in that time: what is known counts */
#define ZV_HISTORIAN_STATEMENT_MS 3000 /* the writer waits so long for a lock */
#define ZV_HISTORIAN_CONNECT_MS	  3000 /* a question waits so long for a database */
#define ZV_HISTORIAN_CLEAN_MOST	  500  /* calls deleted in one transaction */

struct zv_question { /* zv_historian_ask on its way */
	struct zv_node node;
	struct zv_historian_ask ask;
	int64_t until_ms;
	bool is_unasked; /* the store did not answer before it was asked */
	int rc;
	struct zv_error err;
};

/* A thread that reads, with a store of its own. */
struct zv_reader {
	struct zv_historian *historian;
	struct zv_worker *worker;
	struct zv_timer *timer;
	struct zv_question *question;	  /* NULL: it is idle */
	struct zv_store *store;		  /* the thread's */
	bool is_broken;			  /* … which it opens anew */
	_Atomic(struct zv_store *) asked; /* work runs with it: it may be interrupted */
};

enum zv_clean_step { ZV_CLEAN_NOT, ZV_CLEAN_FORGET, ZV_CLEAN_ANONYMISE };

/* What the thread that writes has in hand: the loop fills it, the thread works, the loop looks
 * at what came of it. */
struct zv_history_job {
	enum zv_clean_step clean;
	struct zv_node batch; /* of struct zv_entry */
	struct zv_question *question;
	int64_t before_ms, done; /* cleaning */
	struct zv_historian_counters news;
	struct zv_error err, warning, bad;
	int rc;
};

struct zv_historian {
	struct zv_daemon *daemon;
	struct zv_settings *settings; /* of the start: options borrow from them */
	struct zv_store_options options;
	char *folder; /* of a temporary store, or NULL */
	struct zv_buf url;
	struct zv_zone *zone;	/* of the start */
	struct zv_node servers; /* struct zv_historian_server */
	struct zv_historian_queue queue;

	struct zv_worker *writer;
	struct zv_store *store; /* the writer's */
	struct zv_left left;	/* likewise */
	struct zv_history_job job;
	bool is_working;
	bool was_question; /* the job before: now live calls, if there are */
	struct zv_node to_write;
	size_t n_to_write;
	struct zv_timer *retry;
	int64_t retry_at_ms;
	int retry_ms;
	int64_t told_ms, told_refused_ms; /* complaints; 0: all is well */
	uint64_t refused_told;

	struct zv_reader readers[ZV_HISTORIAN_READERS];
	struct zv_node asked;
	size_t n_asked;

	enum zv_clean_step clean;
	int cleaned_day; /* of the year, local; -1: not since the start */
	struct zv_historian_counters counters;
	bool is_begun; /* the store was opened, or it was tried */
	bool is_ending;
};

/* ---- historian_live.c ---- */
void zv_historian_live_each_second(struct zv_historian *h, int64_t now_ms);

/* ---- historian_write.c ---- */

/* Gives the writer the next that there is to do, if it is free. */
void zv_historian_pump(struct zv_historian *h);
/* At the end: the writer's thread is gone, what waits is written here. */
void zv_historian_flush(struct zv_historian *h);

/* ---- historian_batch.c: on the writer's thread ---- */
void zv_historian_write_batch(struct zv_historian *h, struct zv_history_job *job);
/* Opens the store if it is not. 0, < 0: job->err. */
int zv_historian_open_store(struct zv_historian *h, struct zv_history_job *job);
/* Closes it if that error means that it is to be opened anew. */
void zv_historian_close_broken(struct zv_historian *h, int code);

/* ---- historian_lost.c ---- */

/* Ends a call that nobody saw end. alive_ms: it was known to go on then, or 0. *c is a copy of
 * its own. */
void zv_conversation_lose(struct zv_conversation *c, int64_t alive_ms);
/* Ends all that are open of e->server and that e->names does not know, between begin and
 * commit. How many, or < 0. */
int zv_historian_lose(struct zv_store *s, const struct zv_entry *e,
		      struct zv_error *err);
int zv_historian_alive(struct zv_store *s, const struct zv_entry *e,
		       struct zv_error *err);

/* ---- historian_clean.c ---- */
void zv_historian_clean_each_second(struct zv_historian *h);
bool zv_historian_prepare_clean(struct zv_historian *h, struct zv_history_job *job);
void zv_historian_clean(struct zv_historian *h, struct zv_history_job *job);
void zv_historian_on_cleaned(struct zv_historian *h, const struct zv_history_job *job);

/* ---- historian_read.c ---- */
int zv_historian_readers_open(struct zv_historian *h, struct zv_error *err);
void zv_historian_readers_close(struct zv_historian *h);
struct zv_question *zv_question_new(const struct zv_historian_ask *ask, int64_t now_ms,
				    struct zv_error *err);
/* To readers that are idle. */
void zv_historian_give_next(struct zv_historian *h);
/* Tells the asker and frees. */
void zv_question_end(struct zv_question *q);

#endif
