/* serve_desk.h - joins the connections of a port to what stands behind it: the
 * simulated office, or recordings. */
#ifndef ZV_CLI_SERVE_DESK_H
#define ZV_CLI_SERVE_DESK_H

#include "office/office.h"
#include "office/replay.h"

struct zv_serve_desk;

struct zv_serve_options {
	const char *address;
	int port;
	bool once; /* end with the first client that has logged in */

	/* the office, or … */
	const struct zv_office_options *office; /* NULL: recordings */
	/* … recordings: each connection plays the next one */
	struct zv_recording *const *recordings;
	size_t n_recordings;
	struct zv_replay_options replay;
};

/* Listens. Everything in the options is borrowed for its life. NULL: *err says why. */
struct zv_serve_desk *zv_serve_desk_open(const struct zv_serve_options *options,
					 struct zv_error *err);
void zv_serve_desk_close(struct zv_serve_desk *d); /* NULL is fine */
int zv_serve_desk_port(const struct zv_serve_desk *d);

/* Serves until zv_stop_asked() or, with `once`, the end. 0; < 0: ZV_ENOMEM, or
 * ZV_ECLOSED when the one client went before it had everything. */
int zv_serve_desk_run(struct zv_serve_desk *d);

/* Makes it look at zv_stop_asked(); may be called from a signal handler. */
void zv_serve_desk_wake(void *desk);

#endif
