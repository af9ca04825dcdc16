/* ask.h - something that a method wants of the network thread, and its answer. Two hold it:
 * the method, until it has read the answer or given up, and the network side, until it has
 * answered. Neither waits for the other to be gone. */
#ifndef ZV_ONEC_ASK_H
#define ZV_ONEC_ASK_H

#include "base/buf.h"
#include "base/list.h"
#include "zvon/error.h"

struct zv_component;
struct zv_ask;

/* Network thread: does it, or begins it and answers later: zv_ask_answer exactly once. */
typedef void (*zv_ask_fn)(struct zv_component *c, struct zv_ask *ask);

struct zv_ask {
	zv_ask_fn fn;
	/* The question: set before it is asked, not touched by the method afterwards. */
	struct zv_buf in;
	long number;
	void *data;		   /* the profile's own … */
	void (*free_data)(void *); /* … freed with it; NULL: nothing to free */

	/* The answer: the network side's until it has answered, the method's then. */
	int status; /* 0 or enum zvon_err */
	struct zv_error err;
	struct zv_buf out;

	/* Network thread, instead of waking a method: nobody waits (any more). NULL: the
	 * answer is dropped. */
	void (*on_late)(struct zv_component *c, struct zv_ask *ask);

	/* ask.c */
	struct zv_node node;
	struct zv_component *component;
	int holders;
	bool is_answered, is_waited_for;
};

struct zv_ask *zv_ask_new(zv_ask_fn fn); /* held once; NULL: out of memory */
void zv_ask_drop(struct zv_ask *ask);	 /* NULL is fine */

/* Network thread. Gives back the network side's hold: not touched after it. */
void zv_ask_answer(struct zv_ask *ask, int status);
/* The same, and ask->err in words. */
void zv_ask_fail(struct zv_ask *ask, const struct zv_error *err);

#endif
