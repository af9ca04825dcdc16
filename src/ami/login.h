/* login.h - the words of a login: greeting, challenge, refusal. */
#ifndef ZV_AMI_LOGIN_H
#define ZV_AMI_LOGIN_H

#include "ami/request.h"
#include "zvon/packet.h"

#define ZV_BANNER_START "Asterisk Call Manager/"
#define ZV_BANNER_PEEK	32 /* bytes of a greeting that tell who speaks */

/* Looks at the first bytes a server sent, 1…ZV_BANNER_PEEK of them. 1: it is
 * Asterisk; 0: may be, more bytes are needed; ZV_EPROTO: it is something else, *err
 * says what it looks like. */
int zv_login_check_greeting(struct zv_str head, struct zv_error *err);

/* "5.0.4" of the banner's line; major is its first number, 2 if there is none. */
struct zv_str zv_login_version(struct zv_str banner, int *major);

/* `Challenge`, `Login` with the secret itself, `Login` with the answer to a
 * challenge. NULL with *err filled. */
struct zv_request *zv_login_challenge(struct zv_error *err);
struct zv_request *zv_login_plain(struct zv_str user, struct zv_str secret,
				  struct zv_str events, struct zv_error *err);
struct zv_request *zv_login_md5(struct zv_str user, struct zv_str secret,
				struct zv_str challenge, struct zv_str events,
				struct zv_error *err);

/* The challenge of that answer. 0, or ZV_EAUTH and *err says that there is none. */
int zv_login_read_challenge(const struct zv_packet *response, struct zv_str *challenge,
			    struct zv_error *err);

/* The mask for a login that shall bring no events yet, but FullyBooted if the mask wanted
 * has its class: `system` or `off`. */
struct zv_str zv_login_held_events(struct zv_str wanted);

/* Fills *err with what the refusal means and what to change; returns ZV_EAUTH. */
int zv_login_refused(struct zv_str user, const struct zv_packet *response,
		     struct zv_error *err);

#endif
