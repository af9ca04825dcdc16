/* recording_link.h - links that play one recording without a login until they expire: signed
 * (HMAC-SHA256) with a key that stays in the state folder. Whoever made it must still be allowed
 * to hear it when it is used. */
#ifndef ZV_ZVOND_RECORDING_LINK_H
#define ZV_ZVOND_RECORDING_LINK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"

#define ZV_LINK_KEY 32 /* bytes */

/* The key of that folder, made if there is none; "" or NULL: one for this run. 0 or < 0. */
int zv_recording_link_key(const char *folder, const struct zv_log *log,
			  unsigned char key[ZV_LINK_KEY]);

/* "/v1/recordings/ID?user=…&until=…&sig=…" */
void zv_recording_link_write(struct zv_buf *out, const unsigned char key[ZV_LINK_KEY],
			     struct zv_str id, struct zv_str user, int64_t until_s);

/* Has that query a signature at all? */
bool zv_recording_link_is_there(struct zv_str query);
/* 0: the link is good, *user (yours) had it made; ZV_ETIMEOUT: it was, and has expired;
 * ZV_EAUTH: it never was; ZV_ENOMEM. */
int zv_recording_link_check(const unsigned char key[ZV_LINK_KEY], struct zv_str id,
			    struct zv_str query, int64_t now_s, struct zv_buf *user);

#endif
