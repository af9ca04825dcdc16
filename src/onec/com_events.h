/* com_events.h - events from the sender's thread to the apartment of the host: a short list,
 * and a message to a hidden window of the thread that made it. 1C's interfaces must be called
 * on its own thread; it has a loop of messages for its windows.
 *
 * Nobody waits for the other side: the sender posts and goes on; the window's procedure calls
 * the host while the sender may go on filling the list. */
#ifndef ZV_ONEC_COM_EVENTS_H
#define ZV_ONEC_COM_EVENTS_H

#include "onec/com_abi.h"
#include "zvon/str.h"

#define ZV_COM_EVENTS 1000 /* that wait in this list; all others wait in the core */
#define ZV_COM_EVENTS_BYTES                                                            \
 ((size_t)4 * 1024 * 1024)     /* of theirs, or one that is longer */
#define ZV_COM_EVENTS_TURN 200 /* told at one message: then the host's others come */
#define ZV_COM_RETRY_MS	   20  /* the host's buffer was full: the same one after */

struct zv_com_events;

/* On the host's thread. NULL: no window, or no memory. `host` is held. */
struct zv_com_events *zv_com_events_new(struct zv_com_async_event *host);
/* Any thread. false: the list is full. */
bool zv_com_events_put(struct zv_com_events *e, struct zv_str source,
		       struct zv_str name, struct zv_str data);
/* On the host's thread: drops what waits here. */
void zv_com_events_forget(struct zv_com_events *e);
/* On the host's thread, also out of a handler of the script that the host runs inside of
 * ExternalEvent; nobody puts any more. The host is not called afterwards. NULL is fine. */
void zv_com_events_close(struct zv_com_events *e);

#endif
