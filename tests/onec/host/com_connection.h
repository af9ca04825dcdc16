/* com_connection.h - what 1C gives a component of the COM kind: one thing with the interfaces
 * of com_abi.h. */
#ifndef ZV_TEST_COM_CONNECTION_H
#define ZV_TEST_COM_CONNECTION_H

#include "face.h"
#include "onec/com_abi.h"

struct com_connection {
	IDispatch dispatch;
	struct zv_com_error_log errors;
	struct zv_com_async_event events;
	struct zv_com_status_line status;
	struct zv_com_profile profile;
	struct zv_com_platform platform;
	LONG references;
	DWORD thread; /* that 1C calls on, and is to be called on */
	struct host_object *object;
	bool is_7; /* it has no IPlatformInfo */
	struct zv_com_app app;
};

/* Never freed: a component that calls it late is caught. With one reference. */
struct com_connection *com_connection_new(const struct host_services *services,
					  struct host_object *o, int app, bool is_7);

#endif
