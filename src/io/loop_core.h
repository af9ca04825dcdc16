/* loop_core.h - the loop from inside: for timers, watches, wake-ups, workers and listeners,
 * which live on it. */
#ifndef ZV_IO_LOOP_CORE_H
#define ZV_IO_LOOP_CORE_H

#include <uv.h>

#include "base/list.h"
#include "io/due.h"
#include "io/loop.h"
#include "io/ready.h"

#define ZV_LOOP_READ_BYTES 65536

/* What lives on the loop and is closed with it. */
struct zv_member {
	struct zv_node node;
	void (*close)(struct zv_member *m); /* takes itself off the loop */
};

/* Something to be done at the end of this round; in a round's end: of the next, which
 * then comes without waiting. */
struct zv_later {
	struct zv_node node;
	void (*fn)(struct zv_later *later);
};

struct zv_tls_room;

struct zv_loop {
	uv_loop_t uv;
	uv_prepare_t end_of_round;
	uv_idle_t no_wait;
	uv_timer_t timer; /* at the first of dues */
	uv_poll_t poll;	  /* of ready */
	struct zv_ready_set ready;
	struct zv_dues dues;
	struct zv_node laters, members;
	char *read_buffer; /* one is enough: who reads is done with it when it returns */
	struct zv_tls_room *tls_room; /* likewise; made with the first TLS connection */
};

void zv_loop_add(struct zv_loop *l, struct zv_member *m,
		 void (*close)(struct zv_member *m));

/* Once, however often it is asked for. */
void zv_loop_later(struct zv_loop *l, struct zv_later *later);

#endif
