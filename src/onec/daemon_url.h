/* daemon_url.h - ws://user:password@host:2013/v1/events, wss://…: where a zvond is. Pure. */
#ifndef ZV_ONEC_DAEMON_URL_H
#define ZV_ONEC_DAEMON_URL_H

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_PORT_ZVOND	    2013
#define ZV_DAEMON_URL_MAX   2048 /* bytes of a URL */
#define ZV_DAEMON_PLACE_MAX 300	 /* "host:port" */

struct zv_daemon_url {
	bool tls;
	int port;
	char *host;   /* IPv6 without brackets */
	char *user;   /* NULL: none */
	char *secret; /* behind ':'; NULL: none */
	char *target; /* "/v1/events", or what stands there behind a proxy: "/zvon/v1/events" */
	char *login;			 /* "/v1/login" beside it */
	size_t prefix;			 /* bytes of target before "/v1/events" */
	char place[ZV_DAEMON_PLACE_MAX]; /* "host:port", for messages and Host */
};

/* Does it begin as one of ours? Then zv_daemon_url_parse says what is wrong with it. */
bool zv_daemon_url_is_one(struct zv_str text);

/* 0, ZV_EINVAL with a sentence, ZV_ENOMEM. What may be a password never gets into the
 * sentence. russian: the sentence's language. */
int zv_daemon_url_parse(struct zv_daemon_url *url, struct zv_str text, bool russian,
			struct zv_error *err);
void zv_daemon_url_deinit(struct zv_daemon_url *url);

#endif
