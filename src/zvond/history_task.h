/* history_task.h - one question to the history, from the request to its answer: what is asked
 * for and who asks are copied, the store is read on a thread, the answer is sent on the loop. */
#ifndef ZV_ZVOND_HISTORY_TASK_H
#define ZV_ZVOND_HISTORY_TASK_H

#include "base/list.h"
#include "hist/asked.h"
#include "hub/role.h"
#include "zvond/exchange.h"
#include "zvond/historian.h"

#define ZV_HISTORY_CLIENT_ID_LOGGED 64 /* bytes of a CLIENT_ID; longer ones are not */
#define ZV_HISTORY_OF_A_USER	    8  /* questions at once */
#define ZV_HISTORY_EXPORT_MAX	    100000 /* calls in one CSV without `limit` */
#define ZV_HISTORY_ANSWER_MAX	    (16u * 1024 * 1024) /* bytes of one page */

struct zv_history_task;

/* How an answer is written: on the thread that reads. */
struct zv_history_face {
	const char *type; /* of the content */
	/* Fills t->body; t->next, if there is more. < 0: *err. */
	int (*work)(struct zv_store *s, struct zv_history_task *t,
		    struct zv_error *err);
};

struct zv_history_task {
	struct zv_node node; /* in daemon->questions, until it is done */
	struct zv_daemon *daemon;
	struct zv_exchange *x; /* NULL: nobody waits for it any more */
	const struct zv_history_face *face;
	struct zv_history_asked asked;
	struct zv_buf user; /* who asks */
	enum zv_reach sees, hears;
	struct zv_history_texts lines, queues; /* his */
	struct zv_buf id;		       /* of one call */
	struct zv_buf body;
	char next[ZV_HISTORY_CURSOR_MAX];
	size_t n;	 /* calls in the answer */
	bool is_missing; /* the one call that is asked for */
	/* One row of a page, by the face. */
	void (*row)(struct zv_history_task *t, const struct zv_conversation *c);
	struct zv_json json;
	/* a long CSV */
	bool is_begun;
	int again; /* that page was asked for in vain */
	struct zv_timer *timer;
};

extern const struct zv_history_face zv_history_face_page, zv_history_face_flat,
	zv_history_face_csv, zv_history_face_xml, zv_history_face_call,
	zv_history_face_statistics, zv_history_face_statistics_csv;

/* For the user of x. NULL: refused, and that was answered: there is no history (404), his role
 * sees none (403), he asks too much at once (429), no memory (503). */
struct zv_history_task *zv_history_task_new(struct zv_exchange *x);
void zv_history_task_free(struct zv_history_task *t); /* not while it is asked */
/* All is said in t->asked: asks, and answers with that face. Takes the task. */
void zv_history_task_run(struct zv_history_task *t, const struct zv_history_face *face);
/* Refuses by the code of err, and frees the task. */
void zv_history_task_refuse(struct zv_history_task *t, int rc,
			    const struct zv_error *err);

/* Asks again for the next page. 0, or < 0: done will not be called. */
int zv_history_task_ask(struct zv_history_task *t,
			void (*done)(void *task, int rc, const struct zv_error *err),
			struct zv_error *err);

/* history_stream.c: CSV of any length, page by page as the client reads. Takes the task. */
void zv_history_stream_run(struct zv_history_task *t);

#endif
