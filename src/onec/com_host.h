/* com_host.h - the side of 1C, by the connection that it gives to Init: errors, events, what
 * kind of program it is. All on the host's thread, but for the event that is sent. */
#ifndef ZV_ONEC_COM_HOST_H
#define ZV_ONEC_COM_HOST_H

#include "onec/com_abi.h"
#include "onec/com_events.h"
#include "onec/component.h"

/* Zeroed: no host. An interface that the host lacks is NULL. */
struct zv_com_host {
	struct zv_com_error_log *errors;
	struct zv_com_async_event *buffer;
	struct zv_com_platform *platform; /* 8.x has it, 7.7 does not */
	struct zv_com_status_line *status;
	struct zv_com_events *events;
};

/* What the component calls; its `face` is a struct zv_com_host. */
extern const struct zv_host zv_com_host;

/* 0; ZV_EIO: no window for events, ZV_ENOMEM. */
int zv_com_host_open(struct zv_com_host *h, IDispatch *connection);
/* The host is not called any more. Twice is fine. */
void zv_com_host_close(struct zv_com_host *h);

/* The exception of the call that returns E_FAIL now. */
void zv_com_host_raise(struct zv_com_host *h, struct zv_str source, struct zv_str text);

#endif
