/* door.h - the listeners of the daemon. */
#ifndef ZV_ZVOND_DOOR_H
#define ZV_ZVOND_DOOR_H

#include "zvond/front.h"

/* NULL: *err says why. */
struct zv_door *zv_door_open(struct zv_daemon *d, struct zv_settings *settings,
			     const struct zv_config_listen *config,
			     struct zv_error *err);
/* Accepts no more; it goes with its last connection. */
void zv_door_close(struct zv_door *door);

/* A new configuration. 1: taken over; 0: address or port differ, it must be opened anew;
 * < 0: *err says why, nothing has changed. */
int zv_door_change(struct zv_door *door, struct zv_settings *settings,
		   const struct zv_config_listen *config, struct zv_error *err);

/* "http://127.0.0.1:2013" */
void zv_door_write_url(const struct zv_door *door, struct zv_buf *out);

/* A connection has gone. */
void zv_door_check_empty(struct zv_door *door);

/* front.c */
extern const struct zv_listen_handlers zv_front_handlers;

#endif
