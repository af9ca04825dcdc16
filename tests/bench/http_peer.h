/* http_peer.h - one connection that asks the same again and again, over HTTP/1.1. What goes
 * wrong ends the program. */
#ifndef BENCH_HTTP_PEER_H
#define BENCH_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_peer {
	int fd;
	uint64_t asked_ns;
	size_t n; /* of the answer, in `in` */
	char in[16384];
};

/* The whole request. body: "" for a GET. */
size_t http_request(char *out, size_t room, const char *method, const char *path,
		    const char *header, const char *body);

/* Connects; its socket never waits. */
void http_open(struct http_peer *p, int port);
void http_ask(struct http_peer *p, const char *request, size_t n);
/* Nanoseconds that the answer took when it is whole, else 0. It must be a 200. */
uint64_t http_read(struct http_peer *p);

#endif
