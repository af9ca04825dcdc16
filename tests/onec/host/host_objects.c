/* host_objects.c - libraries and objects: load, unload, new, done, free, locale. */
#include <stdlib.h>
#include <string.h>

#include "order.h"

struct library {
	struct library *next;
	char *name;
	struct face_library *face;
};

static struct library *libraries;
static struct host_object *objects;

struct host_object *
object_of(struct order *q)
{
	for (struct host_object *o = objects; o; o = o->next)
		if (o->component && !strcmp(o->id, q->fields[0]))
			return o;
	say_bad(q, q->fields[0], "is no object");
	return NULL;
}

static struct library *
library_of(struct order *q, const char *name)
{
	for (struct library *l = libraries; l; l = l->next)
		if (!strcmp(l->name, name))
			return l;
	say_bad(q, "this", "needs a library: load one");
	return NULL;
}

/* ---- libraries ------------------------------------------------------------------------ */

void
do_load(struct order *q)
{
	const char *name = option(q, "as");
	struct library *l = take(sizeof *l);
	char *words = words_of(q);
	struct face_told told;
	const char *why = face_load(q->fields[0], (int)number_option(q, "caps", 3),
				    words, &l->face, &told);

	free(words);
	if (why) {
		free(l);
		say_bad(q, q->fields[0], why);
		return;
	}
	l->name = take(strlen(name ? name : "") + 1);
	strcpy(l->name, name ? name : "");
	l->next = libraries;
	libraries = l;
	if (told.is_native) {
		put_value(q->answer, &told.names);
		put_int(q->answer, told.capabilities);
		put_int(q->answer, told.attach);
		value_free(&told.names);
	}
}

static void
forget_objects(const struct library *l)
{
	struct host_object **link = &objects, *o;

	while ((o = *link)) {
		if (o->library == l) {
			*link = o->next;
			object_free(o);
		} else {
			link = &o->next;
		}
	}
}

void
do_unload(struct order *q)
{
	struct library *l = library_of(q, q->n ? q->fields[0] : "");
	struct library **link = &libraries;

	if (!l)
		return;
	while (*link != l)
		link = &(*link)->next;
	*link = l->next;
	if (face_unload(l->face))
		forget_objects(l);
	else
		answer_anew(q, "fail");
	free(l->name);
	free(l);
}

/* ---- objects -------------------------------------------------------------------------- */

void
do_new(struct order *q)
{
	struct face_options options = {
		.no_init = is_option(q, "init", "no"),
		.memory_last = is_option(q, "memory", "last"),
		.is_isolated = option(q, "isolated") != NULL,
		.app = (int)number_option(q, "app", 0),
	};
	struct library *l = library_of(q, option(q, "from") ? option(q, "from") : "");
	struct host_object *o;
	struct host_value name = { 0 };
	uint16_t *class_name;
	char *words;
	const char *why;
	long info = 0;

	if (!l)
		return;
	o = object_new(q->fields[0], number_option(q, "depth", 1), option(q, "fixed"));
	class_name = units_parse(q->fields[1], NULL);
	options.words = words = words_of(q);
	why = face_new(l->face, class_name, o, &options, &o->component, &info, &name);
	free(class_name);
	free(words);
	o->library = l;
	o->next = objects;
	objects = o;
	if (why) {
		say_bad(q, q->fields[1], why);
		return;
	}
	put_int(q->answer, info);
	put_value(q->answer, &name);
	value_free(&name);
}

void
do_done(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		put_int(q->answer, object_done(o));
}

void
do_free(struct order *q)
{
	struct host_object *o = object_of(q);
	const char *how = option(q, "delete");

	if (!o)
		return;
	if (!face_free(o->component, how ? atoi(how) : -1))
		answer_anew(q, "fail");
	/* not before: without Done an event may be on its way until it is destroyed */
	o->is_done = true;
	o->component = NULL;
	events_clean(&o->events);
}

void
do_locale(struct order *q)
{
	struct host_object *o = object_of(q);
	uint16_t *name = units_parse(q->fields[1], NULL);

	if (o)
		face_locale(o->component, name);
	free(name);
}
