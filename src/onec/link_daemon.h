/* link_daemon.h - a desk in zvond: ws://host:2013 or wss://, by a token of the user's, or by
 * user and password. On the network thread; never waits. What it keeps to:
 * daemon_session.h. It does not agree to deflate: the daemon is near, and several objects of
 * a process share nothing. */
#ifndef ZV_ONEC_LINK_DAEMON_H
#define ZV_ONEC_LINK_DAEMON_H

#include "onec/daemon_session.h"

/* Zero it; session.url and a secret are needed (session.random is set here). Texts are
 * copied. */
struct zv_link_daemon_options {
	struct zv_daemon_session_options session;

	const char *ca_file; /* wss: PEM file of trusted CAs; NULL: the system's */
	const char *pin;     /* wss: "sha256//base64" of the server's public key */
	bool insecure;	     /* wss: no check of certificate and name */
	const char *proxy; /* HTTP CONNECT or SOCKS; the environment's are never used */
	int connect_timeout_ms; /* name, TCP, TLS together; 4500 */
};

/* Is that URL for this link? */
bool zv_link_daemon_is_url(struct zv_str url);

/* NULL: *err says why: a bad URL, no token, no memory. Begins with its first process; the
 * handlers are called inside zv_link_kind.process only. */
struct zv_desk *zv_link_daemon_new(const struct zv_link_daemon_options *options,
				   const struct zv_desk_handlers *handlers, void *user,
				   struct zv_error *err);

/* Of a desk that zv_link_daemon_new gave. */
const struct zv_daemon_counters *zv_link_daemon_counters(const struct zv_desk *d);

#endif
