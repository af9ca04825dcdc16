/* order.h - a line's command: its fields, its answer; and what the host has: libraries and
 * objects. host.c has the loop, host_objects.c, host_calls.c and host_events.c the commands. */
#ifndef ZV_TEST_ORDER_H
#define ZV_TEST_ORDER_H

#include "object.h"

/* The fields behind the command, and the answer, which begins as "ok". */
struct order {
	char **fields;
	size_t n;
	struct text *answer;
};

void answer_anew(struct order *q, const char *word);
void say_bad(struct order *q, const char *what, const char *why);

/* "name=text" among the fields, or a lone "name" (then ""); NULL: neither. */
const char *option(const struct order *q, const char *name);
long number_option(const struct order *q, const char *name, long fallback);
bool is_option(const struct order *q, const char *name, const char *text);
/* All fields as one text; to be freed. */
char *words_of(const struct order *q);

/* The object that the first field names; NULL: said so. */
struct host_object *object_of(struct order *q);

/* host_objects.c */
void do_load(struct order *q);
void do_unload(struct order *q);
void do_new(struct order *q);
void do_done(struct order *q);
void do_free(struct order *q);
void do_locale(struct order *q);

/* host_calls.c */
void do_props(struct order *q);
void do_methods(struct order *q);
void do_get(struct order *q);
void do_set(struct order *q);
void do_func(struct order *q);
void do_proc(struct order *q);
void do_raw(struct order *q);

/* host_events.c */
void do_take(struct order *q);
void do_taking(struct order *q);
void do_taken(struct order *q);
void do_clean(struct order *q);
void do_status(struct order *q);

#endif
