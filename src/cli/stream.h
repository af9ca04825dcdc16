/* stream.h - a client that runs until it is stopped, and what it prints meanwhile: tells
 * how the connection is, writes the output, ends for the first reason. For listen and
 * calls. */
#ifndef ZV_CLI_STREAM_H
#define ZV_CLI_STREAM_H

#include "cli/out.h"
#include "cli/spool.h"
#include "zvon/client.h"

struct zv_stream {
	const char *place; /* "host:port" */
	struct zv_out out; /* the main thread's; format and style are constant */
	struct zv_spool spool;

	/* the delivery thread's, until the spool is closed */
	enum zv_client_state state;
	bool up;     /* logged in now */
	bool was_up; /* at least once */
	int code;
};

/* format: see zv_out_init. 0, or what to exit with; the reason was said. */
int zv_stream_init(struct zv_stream *s, const char *url, int format);
void zv_stream_deinit(struct zv_stream *s);

/* For handlers, on the delivery thread: the news of the state; and the end, whose first
 * reason counts. */
void zv_stream_state(struct zv_stream *s, const struct zv_client_status *status);
void zv_stream_end(struct zv_stream *s, int code);

/* Starts the client and writes what comes into the spool, until the end, Ctrl-C, until
 * nobody reads, or for_ms (0: no limit) have passed; then stops it. The code for
 * zv_out_finish(&s->out, …), which is the caller's. */
int zv_stream_run(struct zv_stream *s, struct zv_client *client, int for_ms);

#endif
