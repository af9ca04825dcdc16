/* fan_client.h - one WebSocket client of the fan-out loader. What goes wrong ends the
 * program. */
#ifndef BENCH_FAN_CLIENT_H
#define BENCH_FAN_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "fan_wire.h"

/* How all of them go in. */
struct fan_way {
	int port;
	const char *path;
	char headers[8192]; /* lines with their ends; {n}: each client's number */
	const char *first, *ready; /* NULL: none */
	bool tls;
};

struct fan_client {
	int fd;
	SSL *ssl;		   /* NULL: plain */
	char rest[FAN_MARK_BYTES]; /* of a mark that may not be whole */
	size_t n_rest;
	unsigned char head[10]; /* of a frame that is counted */
	size_t n_head, left;	/* … bytes of its payload to come */
};

typedef void (*fan_mark_fn)(void *user, uint64_t sent_ns, uint32_t number);

/* Connects and asks for the upgrade … */
void fan_client_ask(struct fan_client *c, const struct fan_way *way, const char *path,
		    int number);
/* … and waits for it, says the first words and waits for their answer. */
void fan_client_enter(struct fan_client *c, const struct fan_way *way);

void fan_client_write(struct fan_client *c, const char *bytes, size_t n);

/* Takes what is there, fn for each mark in it. false: closed. Never waits. */
bool fan_client_read(struct fan_client *c, fan_mark_fn fn, void *user);
/* The same for frames that cannot be read: counts those that carry text. */
bool fan_client_count(struct fan_client *c, uint64_t *frames);

#endif
