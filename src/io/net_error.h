/* net_error.h - what the system's network says went wrong: errno, or Winsock's code. */
#ifndef ZV_IO_NET_ERROR_H
#define ZV_IO_NET_ERROR_H

#include <stdbool.h>

bool zv_net_is_refused(int code);

/* "Connection refused": the same words on every system. */
const char *zv_net_error_text(int code);

#endif
