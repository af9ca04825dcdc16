/* rig.h - a client under test and a ledger of everything that it told, in each of the
 * ways to run it. */
#ifndef TESTS_LIB_RIG_H
#define TESTS_LIB_RIG_H

#include <pthread.h>

#include "server.h"
#include "support.h"
#include "zvon/client.h"

enum way {
	WAY_RUN,     /* zvon_client_run */
	WAY_POLL,    /* poll(2) over zvon_client_descriptors, zvon_client_timeout */
	WAY_THREADS, /* own threads */
};

/* Rows of a group: the test in each way; way_of(state) tells which. */
#define IN_WAY(test, way)                                                              \
 {                                                                                     \
#  test " " #  way, test, NULL, NULL, (void *)(intptr_t)(way)                          \
 }
#define IN_ALL_WAYS(test)                                                              \
 IN_WAY(test, WAY_RUN), IN_WAY(test, WAY_POLL), IN_WAY(test, WAY_THREADS)

static inline enum way
way_of(void **state)
{
	return (enum way)(intptr_t)*state;
}

/* One on_state. */
struct told {
	enum zv_client_state state;
	bool booted;
	int ami_major, reason, retry_ms;
	int64_t at_ms;
	char text[ZV_ERROR_TEXT_MAX];
};

#define MOST_TOLD 4096

struct rig;
typedef bool (*rig_wish_fn)(const struct rig *r, long n);

struct rig {
	/* set before rig_open */
	enum way way;
	struct zv_client_options options; /* url: made of host and port unless set */
	enum zv_log_level log_level;
	void (*on_event)(struct rig *r, const struct zv_packet *event);
	void (*on_state)(struct rig *r, const struct zv_client_status *status);
	void *own;		/* for these two */
	struct zv_calls *calls; /* that follow the client; the rig does not free them */
	enum zv_client_state end_at;
	char url[64];

	struct zv_client *client; /* NULL once it is freed */

	pthread_mutex_t lock;
	pthread_cond_t news;
	rig_wish_fn wish; /* rig_until waits for it */
	long wish_n;

	/* under the lock */
	long events;	   /* numbered ones */
	long next_number;  /* the Number that must come next; < 0: any */
	long out_of_order; /* lost, twice, or exchanged */
	struct told *told;
	size_t n_told;
	long closed; /* times CLOSED was told */
	long responses, items;
	long done, done_ok; /* DONE, and those with status 0 */
	long done_twice;
	long lines, warnings, secrets; /* in the log */
	char last_warning[512];
	uint64_t raw_in, raw_out; /* on_bytes */
	double longest_ms;	  /* zvon_client_process, WAY_POLL */
	long turns;		  /* calls of it */
};

/* One action. */
struct reply {
	struct rig *rig;
	long responses, items, done;
	int status;
	char response[32]; /* its name: Success, Error … */
	long number;	   /* of the response or the last item */
};

/* A rig for a client of that server; changed options come before rig_open. */
struct rig *rig_new(enum way way, const struct server *s);

/* Makes the client and starts it. */
void rig_open(struct rig *r);

/* Opens, and waits for READY. */
void rig_open_ready(struct rig *r);

/* Stops the client; checks that CLOSED was told once and everything else is in order. */
void rig_close(struct rig *r);

/* Frees the client, if there is one, checks as rig_close, and frees the rig. */
void rig_free(struct rig *r);

/* Lets the client work until the wish holds; false: not within ms. */
bool rig_until(struct rig *r, rig_wish_fn wish, long n, int ms);

/* Lets it work for that time. */
void rig_run(struct rig *r, int ms);

/* Wishes. */
bool has_events(const struct rig *r, long n);
bool has_done(const struct rig *r, long n);
bool has_told(const struct rig *r, long state); /* that state as the last one */
bool has_readies(const struct rig *r, long n);	/* READY told n times */
bool has_downs(const struct rig *r, long n);	/* DOWN told n times */
bool has_closed(const struct rig *r, long n);
bool has_items(const struct rig *r, long n);

/* How often that state was told; the n-th time, from 0. */
long rig_count_told(struct rig *r, enum zv_client_state state);
struct told rig_told(struct rig *r, enum zv_client_state state, long n);

/* An action from pairs of key and value, NULL at the end. */
struct zv_request *make_request(const char *name, ...);

/* Sends it; the request is freed. `reply` may be NULL. What zvon_client_send returns. */
int rig_send(struct rig *r, struct zv_request *request, int timeout_ms,
	     struct reply *reply);

/* `Echo` with that number. */
struct zv_request *echo(long number);

/* An on_event that sends an action of its own for each of the first events; r->own is
 * the answers. */
struct answers {
	struct reply replies[100];
	size_t n;
	long wrong; /* not taken */
};
void rig_send_for_event(struct rig *r, const struct zv_packet *event);

/* Each has got its own answer. */
void rig_check_answers(const struct answers *a);

/* `Emit`: asks the server for numbered events, from 1. */
void rig_ask_events(struct rig *r, long count);

#endif
