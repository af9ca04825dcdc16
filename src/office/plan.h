/* plan.h - the dialplan: which extensions there are, and running them. */
#ifndef ZV_OFFICE_PLAN_H
#define ZV_OFFICE_PLAN_H

#include "office/model.h"

/* Does it exist, with that priority? */
bool zv_plan_has(struct zv_str context, struct zv_str exten, int priority);

/* The channel runs the extension from now on; it does nothing else any more. */
void zv_plan_start(struct zv_channel *c, const char *context, const char *exten,
		   int priority);

/* The same with one application and no dialplan: then it is hung up. */
void zv_plan_start_app(struct zv_channel *c, const char *app, const char *data);

/* What the channel was waiting for is over: its next step follows at once. */
void zv_plan_next(struct zv_channel *c);

/* How an application goes on. */
enum zv_flow {
	ZV_FLOW_NEXT, /* done */
	ZV_FLOW_STAY, /* it calls zv_plan_next, or the channel ends */
};

enum zv_flow zv_dial_run(struct zv_channel *c);	 /* dial.c */
enum zv_flow zv_queue_run(struct zv_channel *c); /* queue.c */

#endif
