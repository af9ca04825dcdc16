/* dial.h - one outbound stream, plain or TLS, through libcurl (CONNECT_ONLY): names,
 * happy eyeballs (next address after 200 ms), certificates, pins and proxies are its
 * work. Never waits. */
#ifndef ZV_IO_DIAL_H
#define ZV_IO_DIAL_H

#include <stdint.h>

#include "io/fault_kind.h"
#include "zvon/client.h"

struct zv_dial;

/* The most that one zv_dial_recv reads. */
#define ZV_DIAL_READ_BYTES (128 * 1024)

/* Texts are copied by zv_dial_open. */
struct zv_dial_options {
	const char *host; /* name, IPv4, or IPv6 without brackets */
	int port;
	bool tls;
	const char *ca_file; /* NULL: the system's */
	const char *pin;     /* NULL: none */
	bool insecure;
	const char *proxy; /* NULL: none */
	int connect_timeout_ms;
	enum zv_fault_protocol protocol; /* for what a failure says */
};

struct zv_dial *zv_dial_new(void); /* NULL: out of memory */
void zv_dial_free(struct zv_dial *d);

/* Begins to connect. */
int zv_dial_open(struct zv_dial *d, const struct zv_dial_options *options,
		 struct zv_error *err);
void zv_dial_close(struct zv_dial *d);

/* 0: still connecting; 1: the stream is up; < 0: ZV_EIO, ZV_ETLS, closed again. */
int zv_dial_process(struct zv_dial *d, struct zv_error *err);

/* What to wait for; `writing`: there are bytes that zv_dial_send did not take. */
size_t zv_dial_descriptors(const struct zv_dial *d, bool writing,
			   struct zv_descriptor *out, size_t max);

/* Milliseconds until zv_dial_process wants to be called, -1: never. */
int zv_dial_timeout(const struct zv_dial *d);

/* A thread of the resolver may be running for it, or may have been left by it. */
bool zv_dial_is_resolving(const struct zv_dial *d);

/* true: after a read shorter than asked for, nothing more waits (plain TCP); a TLS
 * stream gives record by record. */
bool zv_dial_is_drained_by(const struct zv_dial *d, size_t asked, size_t got);

/* At most so many bytes wait to be read (a TLS stream: fewer). */
size_t zv_dial_unread(const struct zv_dial *d);

/* > 0: bytes; 0: nothing just now; ZV_ECLOSED: the peer has closed; ZV_EIO, ZV_ETLS. */
long zv_dial_recv(struct zv_dial *d, char *out, size_t n, struct zv_error *err);
long zv_dial_send(struct zv_dial *d, struct zv_str bytes, struct zv_error *err);

#endif
