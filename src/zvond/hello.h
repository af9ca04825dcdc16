/* hello.h - the first message of a WebSocket whose request said nothing of who it is:
 * {"type":"login","user":…,"password":…} or {"type":"login","token":…}. */
#ifndef ZV_ZVOND_HELLO_H
#define ZV_ZVOND_HELLO_H

#include "zvond/front.h"

struct zv_hello;

/* user NULL: refused, why is the reason of the close. Frees nothing by itself. */
typedef void (*zv_hello_fn)(void *owner, const struct zv_user *user, const char *why);

struct zv_hello *zv_hello_new(struct zv_front *f, zv_hello_fn fn, void *owner);
void zv_hello_free(struct zv_hello *h); /* NULL is fine */

/* fn may be called inside. */
void zv_hello_input(struct zv_hello *h, struct zv_str text);

#endif
