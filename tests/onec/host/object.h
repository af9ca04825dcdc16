/* object.h - what the host knows of one object: its queue of events, its errors, its status
 * line; and the services that faces call (face.h). */
#ifndef ZV_TEST_OBJECT_H
#define ZV_TEST_OBJECT_H

#include <stdatomic.h>

#include "events.h"

struct host_object {
	struct host_object *next;
	char *id;
	struct library *library; /* host.c */
	struct events events;
	struct face_component *component; /* NULL: freed */
	atomic_bool is_done;
	pthread_mutex_t lock;
	char *handler;	     /* TAKING_CALL: the method, without arguments */
	atomic_long handled; /* how often that was right */
	struct text
		errors; /* fields: source, text of each AddError since the call began */
	uint16_t *status;
};

extern const struct host_services host_services;

struct host_object *object_new(const char *id, long depth, bool is_fixed);
void object_free(struct host_object *o);
void object_forget_errors(struct host_object *o);
void object_put_errors(struct host_object *o, struct text *t);
void object_put_status(struct host_object *o, struct text *t);
/* handler: of TAKING_CALL. */
void object_set_taking(struct host_object *o, enum taking taking, const char *handler);
/* Ends it; milliseconds that Done took. */
long long object_done(struct host_object *o);

/* How often a component has called its host after Done: never, if it is right. */
long object_late_calls(void);

/* One line of standard output, whole, whichever thread says it. */
void say_line(struct text *t);

#endif
