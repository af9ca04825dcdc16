/* wait.h - waiting for descriptors, and being woken from elsewhere. */
#ifndef ZV_IO_WAIT_H
#define ZV_IO_WAIT_H

#include "zvon/client.h"

/* Waits until one is ready or timeout_ms have passed (-1: for ever). true: the last
 * of them is ready. */
bool zv_wait(const struct zv_descriptor *fds, size_t n, int timeout_ms);

/* Bytes that have arrived at a socket and were not read yet. */
size_t zv_unread_bytes(intptr_t fd);

/* A bell: any thread or signal handler may ring it, one waits for it. */
struct zv_bell {
	intptr_t read_fd, write_fd;
	bool rung; /* atomic: ringing again costs nothing */
};

int zv_bell_open(struct zv_bell *w, struct zv_error *err);
void zv_bell_close(struct zv_bell *w);
void zv_bell_ring(struct zv_bell *w);

/* Forgets what was rung so far: look for the news after it, not before. For when its
 * descriptor is ready: between a ring and its byte in the pipe there is a moment. */
void zv_bell_clear(struct zv_bell *w);
struct zv_descriptor zv_bell_descriptor(const struct zv_bell *w);

#endif
