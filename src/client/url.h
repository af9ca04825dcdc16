/* url.h - ami://user:secret@host:port, amis://… and http://user@host:port/PREFIX/rawman
 * taken apart. */
#ifndef ZV_CLIENT_URL_H
#define ZV_CLIENT_URL_H

#include "ajam/reader.h"
#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_PORT_AMI	  5038
#define ZV_PORT_AMIS	  5039
#define ZV_PORT_AJAM	  8088
#define ZV_PORT_AJAMS	  8089
#define ZV_URL_MAX_PREFIX 80 /* of http.conf, measured: section 11 of the reference */

enum zv_url_protocol {
	ZV_URL_AMI,
	ZV_URL_AJAM,
};

struct zv_url {
	const char *scheme; /* "ami", "https"; constant */
	enum zv_url_protocol protocol;
	bool tls;
	int port;
	char *host;   /* IPv6 without brackets */
	char *user;   /* NULL when there is none */
	char *secret; /* NULL when there is none */

	/* AJAM; without a path in the URL /asterisk/rawman is meant */
	char *path; /* "/asterisk/rawman"; NULL for AMI */
	enum zv_ajam_encoding encoding;
	bool digest; /* arawman, amxml, amanager */
};

/* 0, ZV_EINVAL with a sentence in *err, ZV_ENOMEM. The secret never gets into the
 * sentence. */
int zv_url_parse(struct zv_url *url, struct zv_str text, struct zv_error *err);
void zv_url_deinit(struct zv_url *url);

#endif
