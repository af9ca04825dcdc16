/* server_impl.h - inside of the server of the tests: server.c and talk.c. */
#ifndef TESTS_LIB_SERVER_IMPL_H
#define TESTS_LIB_SERVER_IMPL_H

#include <pthread.h>

#include "base/list.h"
#include "server.h"

struct server {
	struct server_options options;
	int listener, port;
	pthread_t acceptor;
	bool accepts; /* the acceptor runs */

	pthread_mutex_t lock;
	pthread_cond_t news;
	/* under the lock */
	bool stopping, frozen;
	struct zv_node talks;
	struct server_counts counts;
};

struct talk {
	struct zv_node node;
	struct server *server;
	pthread_t thread;
	int index;
	long last_number; /* of an Echo */

	/* changed under the server's lock */
	int fd; /* -1: closed */
	bool ended, resets;

	char *in; /* what was received; NUL behind it */
	size_t n, cap;
	size_t used; /* the packet that talk_next gave last */
};

/* Has the client said more than the packet we look at? */
bool talk_has_more(struct talk *t);

/* Adds one to a member of the server's counts. */
void talk_count(struct talk *t, int *what);

#endif
