/* host_calls.c - what a script sees: props, methods, get, set, func, proc; and raw, what none
 * does. */
#include <stdlib.h>
#include <string.h>

#include "order.h"

/* ---- names ---------------------------------------------------------------------------- */

static void
put_names(struct order *q, struct face_component *c, enum face_kind kind, long number)
{
	struct host_value name;

	text_add(q->answer, "\t", 1);
	for (long alias = 0; alias < 2; alias++) {
		if (face_name(c, kind, number, alias, &name)) {
			text_add_units(q->answer, name.p, name.n);
			value_free(&name);
		}
		text_add(q->answer, "|", 1);
	}
}

void
do_props(struct order *q)
{
	struct host_object *o = object_of(q);

	for (long i = 0; o && i < face_count(o->component, FACE_PROPERTY); i++) {
		put_names(q, o->component, FACE_PROPERTY, i);
		text_say(q->answer, "%s%s",
			 face_is_readable(o->component, i) ? "r" : "",
			 face_is_writable(o->component, i) ? "w" : "");
	}
}

/* Behind the number of parameters the defaults of those that have one: "1=s:200". */
static void
put_defaults(struct order *q, struct face_component *c, long method)
{
	struct host_value v;
	struct text one = { 0 };

	for (long i = 0; i < face_n_parameters(c, method); i++) {
		if (face_default(c, method, i, &v) && strcmp(v.type, "u")) {
			one.n = 0;
			put_value(&one, &v); /* begins with a TAB */
			text_say(q->answer, " %ld=", i);
			text_add(q->answer, one.p + 1, one.n - 1);
		}
		value_free(&v);
	}
	free(one.p);
}

void
do_methods(struct order *q)
{
	struct host_object *o = object_of(q);

	for (long i = 0; o && i < face_count(o->component, FACE_METHOD); i++) {
		put_names(q, o->component, FACE_METHOD, i);
		text_say(q->answer, "%ld%s", face_n_parameters(o->component, i),
			 face_has_result(o->component, i) ? "f" : "p");
		put_defaults(q, o->component, i);
	}
}

/* -1: `none` was said. */
static long
number_of(struct order *q, struct host_object *o, enum face_kind kind, const char *name)
{
	uint16_t *units = units_parse(name, NULL);
	long number = face_find(o->component, kind, units);

	free(units);
	if (number < 0)
		answer_anew(q, "none");
	return number;
}

/* ---- calls ---------------------------------------------------------------------------- */

static void
finish_call(struct order *q, struct host_object *o, bool ok)
{
	if (!ok)
		answer_anew(q, "false");
	object_put_errors(o, q->answer);
}

void
do_get(struct order *q)
{
	struct host_object *o = object_of(q);
	long number = o ? number_of(q, o, FACE_PROPERTY, q->fields[1]) : -1;
	struct host_value v = { 0 };
	bool ok;

	if (number < 0)
		return;
	if (!face_is_readable(o->component, number)) {
		answer_anew(q, "none");
		return;
	}
	object_forget_errors(o);
	ok = face_get(o->component, number, &v);
	if (ok)
		put_value(q->answer, &v);
	value_free(&v);
	finish_call(q, o, ok);
}

void
do_set(struct order *q)
{
	struct host_object *o = object_of(q);
	long number = o ? number_of(q, o, FACE_PROPERTY, q->fields[1]) : -1;
	struct host_value v;
	const char *why;

	if (number < 0)
		return;
	if (!face_is_writable(o->component, number)) {
		answer_anew(q, "none");
		return;
	}
	why = value_parse(&v, q->fields[2]);
	if (why) {
		say_bad(q, q->fields[2], why);
	} else {
		object_forget_errors(o);
		finish_call(q, o, face_set(o->component, number, &v));
	}
	value_free(&v);
}

static const char *
parse_arguments(struct order *q, struct host_value *arguments, size_t *bad)
{
	for (size_t i = 2; i < q->n; i++) {
		const char *why = value_parse(&arguments[i - 2], q->fields[i]);

		if (why) {
			*bad = i;
			return why;
		}
	}
	return NULL;
}

static void
put_call(struct order *q, const struct host_value *result,
	 const struct host_value *arguments, size_t n)
{
	if (result)
		put_value(q->answer, result);
	text_add(q->answer, "\tout", 4);
	for (size_t i = 0; i < n; i++)
		put_value(q->answer, &arguments[i]);
}

static void
call(struct order *q, struct host_object *o, long number, struct host_value *result,
     struct host_value *arguments)
{
	size_t bad = 0, n = q->n - 2;
	const char *why = parse_arguments(q, arguments, &bad);
	bool ok;

	if (why) {
		say_bad(q, q->fields[bad], why);
		return;
	}
	object_forget_errors(o);
	ok = face_call(o->component, number, result, arguments, (long)n);
	if (ok)
		put_call(q, result, arguments, n);
	finish_call(q, o, ok);
}

static void
do_call(struct order *q, bool is_function)
{
	struct host_object *o = object_of(q);
	long number = o ? number_of(q, o, FACE_METHOD, q->fields[1]) : -1;
	struct host_value result = { 0 }, *arguments;

	if (number < 0)
		return;
	if (is_function && !face_has_result(o->component, number)) {
		answer_anew(q, "none");
		return;
	}
	arguments = take((q->n + 1) * sizeof *arguments);
	call(q, o, number, is_function ? &result : NULL, arguments);
	for (size_t i = 0; i + 2 < q->n; i++)
		value_free(&arguments[i]);
	free(arguments);
	value_free(&result);
}

void
do_func(struct order *q)
{
	do_call(q, true);
}

void
do_proc(struct order *q)
{
	do_call(q, false);
}

/* A call by number, whatever number that is: get, set, func, proc with numbers that a host
 * should not use. Says what came back only. */
void
do_raw(struct order *q)
{
	struct host_object *o = object_of(q);
	struct host_value v[2] = { { .type = "u" }, { .type = "u" } };
	long number = atol(q->fields[2]);
	const char *what = q->fields[1];
	bool ok;

	if (!o)
		return;
	object_forget_errors(o);
	if (!strcmp(what, "get"))
		ok = face_get(o->component, number, &v[0]);
	else if (!strcmp(what, "set"))
		ok = face_set(o->component, number, &v[0]);
	else if (!strcmp(what, "name"))
		ok = face_name(o->component, FACE_METHOD, number, 0, &v[0]) ||
		     face_name(o->component, FACE_PROPERTY, number, 0, &v[1]);
	else if (!strcmp(what, "alias"))
		ok = face_name(o->component, FACE_METHOD, 0, number, &v[0]) ||
		     face_name(o->component, FACE_PROPERTY, 0, number, &v[1]);
	else if (!strcmp(what, "default"))
		ok = face_default(o->component, number, number_option(q, "of", 0),
				  &v[0]) &&
		     strcmp(v[0].type, "u");
	else if (!strcmp(what, "func"))
		ok = face_call(o->component, number, &v[0], &v[1], 1);
	else
		ok = face_call(o->component, number, NULL, &v[1], 1);
	value_free(&v[0]);
	value_free(&v[1]);
	finish_call(q, o, ok);
}
