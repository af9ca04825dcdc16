/* reach.h - is there a name, a port, a greeting? Each asked for by itself, so that
 * the probe can tell which of them it is. Every function ends by its deadline. */
#ifndef ZV_PROBE_REACH_H
#define ZV_PROBE_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "zvon/error.h"

/* Adds the addresses of a host, "192.0.2.1, 2001:db8::1". 0; ZV_ENOTFOUND with *why the
 * resolver's word (static); ZV_ETIMEOUT. */
int zv_reach_name(const char *host, int64_t until_ms, struct zv_buf *addresses,
		  const char **why);

/* An address, not a name? */
bool zv_reach_is_address(const char *host);

/* Who answers on a plain TCP connection. */
enum zv_reach_who {
	ZV_REACH_ASTERISK, /* *head is its greeting */
	ZV_REACH_SILENT,
	ZV_REACH_CLOSED, /* without a byte */
	ZV_REACH_HTTP,
	ZV_REACH_SSH,
	ZV_REACH_MAIL, /* or FTP */
	ZV_REACH_TLS,
	ZV_REACH_OTHER,
};

struct zv_reach {
	int connect_ms;	 /* until the port was open */
	int greeting_ms; /* from then on, until the first line */
	enum zv_reach_who who;
	char head[64]; /* the first bytes that came, up to the line's end */
	size_t n_head;
	bool left_resolver; /* as in zv_probe */
};

/* Connects, and with `listen` also reads the greeting; a port that says nothing is
 * spoken to, as a browser would, so that web and TLS servers show themselves.
 * 0, or < 0 with *err: the port cannot be reached. */
int zv_reach_port(const char *host, int port, bool listen, int64_t until_ms,
		  struct zv_reach *out, struct zv_error *err);

#endif
