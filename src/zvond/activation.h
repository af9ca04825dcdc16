/* activation.h - listening sockets that systemd opened: sd_listen_fds(3), checked. */
#ifndef ZV_ZVOND_ACTIVATION_H
#define ZV_ZVOND_ACTIVATION_H

#include "zvon/error.h"

#define ZV_ACTIVATION_MAX 64

/* First: reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, takes them out of the
 * environment, and makes the descriptors close at exec. How many there are (0: none, or
 * for another process), or < 0: *err says what is wrong. */
int zv_activation_open(struct zv_error *err);

/* The descriptor of that FileDescriptorName=, each once, which the caller then owns;
 * checked: a TCP socket that listens. < 0: ZV_ENOTFOUND, ZV_EINVAL; *err says what is
 * there instead. */
int zv_activated_fd(const char *name, struct zv_error *err);

/* Of those nobody took: the name of one, or NULL. Then they are closed. */
const char *zv_activation_unused(void);
void zv_activation_close(void);

#endif
