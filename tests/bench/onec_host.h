/* onec_host.h - a 1C:Enterprise that does nothing but load the component through its exports,
 * call it through its tables, and take its events at once. tests/lib has it, too. */
#ifndef BENCH_ONEC_HOST_H
#define BENCH_ONEC_HOST_H

#include "onec/native_abi.h"

/* On the component's thread. */
typedef void (*onec_event_fn)(void *user, const zv_unit *source, const zv_unit *name,
			      const zv_unit *data);

struct onec_object {
	struct zv_native_platform platform; /* as it sees us */
	struct zv_native_memory memory;
	void *it; /* NULL: not created */
	onec_event_fn on_event;
	void *user;
};

/* Loads the library; ends the program when it cannot. */
void onec_load(const char *path);
/* true: it is gone; false: it stays, for a thread of its own needs it. */
bool onec_unload(void);
/* "Name1|Name2" into out. */
void onec_class_names(char *out, size_t room);

/* false: there is no such class. */
bool onec_open(struct onec_object *o, const char *class, onec_event_fn on_event,
	       void *user);
void onec_close(struct onec_object *o);

const struct zv_native_language *onec_language(const struct onec_object *o);
void *onec_base(const struct onec_object *o); /* of that table */

/* Values as the script gives them; texts belong to us until onec_forget. */
struct zv_variant onec_text(const char *text);
struct zv_variant onec_number(int number);
void onec_forget(struct zv_variant *v);

/* By name. false: it raised, or there is none. */
bool onec_call(struct onec_object *o, const char *method, struct zv_variant *arguments,
	       long n);
bool onec_set(struct onec_object *o, const char *property, const char *text);
/* What the last exception said, as far as it is ASCII. */
const char *onec_last_error(void);

/* A name of the component's as plain ASCII; the original is freed. */
void onec_name(const zv_unit *name, char *out, size_t room);

#endif
