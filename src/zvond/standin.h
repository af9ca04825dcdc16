/* standin.h - an Asterisk inside of the daemon, for --demo and replay: the simulated
 * office, or a capture, behind a port of the loopback that is free. The daemon connects to
 * it as to any other server. */
#ifndef ZV_ZVOND_STANDIN_H
#define ZV_ZVOND_STANDIN_H

#include "io/loop.h"
#include "zvond/config.h"

struct zv_standin;

/* NULL: *err says why. */
struct zv_standin *zv_standin_open(struct zv_loop *loop,
				   const struct zv_config_server *config,
				   struct zv_error *err);
void zv_standin_close(struct zv_standin *s); /* NULL is fine */

/* Where it answers: "ami://demo@127.0.0.1:40123"; its secret was drawn by lot. */
const char *zv_standin_url(const struct zv_standin *s);
const char *zv_standin_secret(const struct zv_standin *s);

#endif
