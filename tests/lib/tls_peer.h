/* tls_peer.h - tests/lib/tls_peer.py in front of a server. */
#ifndef TESTS_LIB_TLS_PEER_H
#define TESTS_LIB_TLS_PEER_H

#include <sys/types.h>

#include "server.h"

struct tls_peer {
	struct server *server;
	pid_t pid;
	int input; /* its end ends the peer */
	char ca[256], other_ca[256], pin[128];
	int right, wrong_name, expired, future, own; /* ports */
};

/* Starts a server with these options, and the peer before it. */
void tls_peer_start(struct tls_peer *p, const struct server_options *options);
void tls_peer_stop(struct tls_peer *p);

#endif
