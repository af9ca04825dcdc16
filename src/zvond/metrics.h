/* metrics.h - what the daemon counts, as Prometheus reads it. */
#ifndef ZV_ZVOND_METRICS_H
#define ZV_ZVOND_METRICS_H

#include "zvond/daemon_impl.h"

void zv_metrics_write(struct zv_daemon *d, struct zv_buf *out);

#endif
