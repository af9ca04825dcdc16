/* multi.h - what dial.c and fetch.c share of libcurl: one multi handle, driven from
 * outside by its sockets and its timer, and the options of every connection. */
#ifndef ZV_IO_MULTI_H
#define ZV_IO_MULTI_H

#include <curl/curl.h>

#include "io/dial.h"

#define ZV_PLACE_MAX 300

struct zv_multi {
	CURLM *curl;
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	CURL *owners[ZV_MAX_DESCRIPTORS]; /* of the fds */
	size_t n_fds, n_easies;
	int64_t wake_at_ms; /* libcurl's timer, -1: none */
	int64_t call_at_ms; /* while connecting: at the latest */
	bool is_connecting; /* set by the owner: somebody has no connection yet */
	bool left_resolver; /* see zv_multi_is_resolving; outlives init and deinit */
};

/* Of zeroes. false: out of memory, nothing to deinit. It must not move from now on. */
bool zv_multi_init(struct zv_multi *m);
void zv_multi_deinit(struct zv_multi *m); /* closes all connections */

/* 0 or ZV_ENOMEM; the next turn begins it. */
int zv_multi_add(struct zv_multi *m, CURL *easy, struct zv_error *err);

/* Also breaks off and closes the connection of one that is not through. */
void zv_multi_remove(struct zv_multi *m, CURL *easy);

/* The next turn calls libcurl whatever the descriptors say. */
void zv_multi_hurry(struct zv_multi *m);

/* The name of its server is being resolved, or was not yet. libcurl does that on a thread
 * (not for addresses), which nothing can stop: an easy that goes before it is through
 * leaves the thread behind, and left_resolver says from then on that there may be one. */
bool zv_multi_is_resolving(CURL *easy);

/* Lets libcurl work. */
void zv_multi_turn(struct zv_multi *m);

/* true: *easy is through, *result says how. */
bool zv_multi_next_done(struct zv_multi *m, CURL **easy, CURLcode *result);

size_t zv_multi_descriptors(const struct zv_multi *m, struct zv_descriptor *out,
			    size_t max);

/* At most so many bytes wait to be read for it (TLS: fewer). */
size_t zv_multi_unread(const struct zv_multi *m, const CURL *easy);

/* When it wants a turn though no descriptor is ready; INT64_MAX: never. */
int64_t zv_multi_deadline(const struct zv_multi *m);

/* "host:port", "[::1]:5038". */
void zv_multi_place(const struct zv_dial_options *o, char out[ZV_PLACE_MAX]);

/* Where to connect and how: address, proxy, TLS, keepalive. detail: CURL_ERROR_SIZE. */
void zv_multi_set_options(CURL *easy, const struct zv_dial_options *o, char *detail);

/* libcurl loses its own connect timer when that fires a fraction of a millisecond early
 * (7.88); so long after it we end the attempt ourselves. */
#define ZV_GIVE_UP_AFTER_MS 20

#endif
