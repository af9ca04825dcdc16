/* gate.h - the listeners of the daemon. */
#ifndef ZV_ZVOND_GATE_H
#define ZV_ZVOND_GATE_H

#include "zvond/front.h"

/* NULL: *err says why. */
struct zv_gate *zv_gate_open(struct zv_daemon *d, struct zv_settings *settings,
			     const struct zv_config_listen *config,
			     struct zv_error *err);
/* Accepts no more; it goes with its last connection. */
void zv_gate_close(struct zv_gate *gate);

/* A new configuration. 1: taken over; 0: address or port differ, it must be opened anew;
 * < 0: *err says why, nothing has changed. */
int zv_gate_change(struct zv_gate *gate, struct zv_settings *settings,
		   const struct zv_config_listen *config, struct zv_error *err);

/* "http://127.0.0.1:2013" */
void zv_gate_write_url(const struct zv_gate *gate, struct zv_buf *out);

/* A connection has gone. */
void zv_gate_check_empty(struct zv_gate *gate);

/* front.c */
extern const struct zv_listen_handlers zv_front_handlers;

#endif
