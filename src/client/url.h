/* url.h - ami://user:secret@host:port and amis://… taken apart. */
#ifndef ZV_CLIENT_URL_H
#define ZV_CLIENT_URL_H

#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_PORT_AMI  5038
#define ZV_PORT_AMIS 5039

struct zv_url {
	bool tls;
	int port;
	char *host;   /* IPv6 without brackets */
	char *user;   /* NULL when there is none */
	char *secret; /* NULL when there is none */
};

/* 0, ZV_EINVAL with a sentence in *err, ZV_ENOMEM. The secret never gets into the
 * sentence. */
int zv_url_parse(struct zv_url *url, struct zv_str text, struct zv_error *err);
void zv_url_deinit(struct zv_url *url);

#endif
