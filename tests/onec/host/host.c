/* host.c - a 1C:Enterprise of our own, driven by lines (README.md): one command, one answer. */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "memory.h"
#include "object.h"
#include "system.h"

struct library {
	struct library *next;
	char *name;
	struct face_library *face;
};

static struct library *libraries;
static struct host_object *objects;

/* A command: its fields behind the name, and the answer, which begins as "ok". */
struct order {
	char **fields;
	size_t n;
	struct text *answer;
};

/* ---- words of a line ---------------------------------------------------------------------- */

static void
answer_anew(struct order *q, const char *word)
{
	q->answer->n = 0;
	text_add(q->answer, word, strlen(word));
}

static void
say_bad(struct order *q, const char *what, const char *why)
{
	answer_anew(q, "bad");
	text_add(q->answer, "\t", 1);
	text_add(q->answer, what, strlen(what));
	text_say(q->answer, " %s", why);
}

/* "name=text" among the fields, or a lone "name" (then ""); NULL: neither. */
static const char *
option(const struct order *q, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < q->n; i++) {
		if (strncmp(q->fields[i], name, length))
			continue;
		if (q->fields[i][length] == '=')
			return q->fields[i] + length + 1;
		if (!q->fields[i][length])
			return "";
	}
	return NULL;
}

static long
number_option(const struct order *q, const char *name, long fallback)
{
	const char *text = option(q, name);

	return text && *text ? atol(text) : fallback;
}

/* All fields as one text; to be freed. */
static char *
words_of(const struct order *q)
{
	struct text t = { 0 };

	for (size_t i = 0; i < q->n; i++) {
		text_add(&t, i ? " " : "", i ? 1 : 0);
		text_add(&t, q->fields[i], strlen(q->fields[i]));
	}
	return t.p;
}

static bool
is_option(const struct order *q, const char *name, const char *text)
{
	const char *given = option(q, name);

	return given && !strcmp(given, text);
}

/* NULL: said so. */
static struct host_object *
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

/* ---- libraries ------------------------------------------------------------------------------- */

static void
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

static void
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

/* ---- objects ---------------------------------------------------------------------------------- */

static void
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

static void
do_done(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		put_int(q->answer, object_done(o));
}

static void
do_free(struct order *q)
{
	struct host_object *o = object_of(q);
	const char *how = option(q, "delete");

	if (!o)
		return;
	o->is_done = true;
	if (!face_free(o->component, how ? atoi(how) : -1))
		answer_anew(q, "fail");
	o->component = NULL;
	events_clean(&o->events);
}

static void
do_locale(struct order *q)
{
	struct host_object *o = object_of(q);
	uint16_t *name = units_parse(q->fields[1], NULL);

	if (o)
		face_locale(o->component, name);
	free(name);
}

/* ---- names ------------------------------------------------------------------------------------- */

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

static void
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

static void
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

/* ---- calls -------------------------------------------------------------------------------------- */

static void
finish_call(struct order *q, struct host_object *o, bool ok)
{
	if (!ok)
		answer_anew(q, "false");
	object_put_errors(o, q->answer);
}

static void
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

static void
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

static void
do_func(struct order *q)
{
	do_call(q, true);
}

static void
do_proc(struct order *q)
{
	do_call(q, false);
}

/* A call by number, whatever number that is: get, set, func, proc with numbers that a host
 * should not use. Says what came back only. */
static void
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

/* ---- events --------------------------------------------------------------------------------------- */

/* The oldest, or NULL when that time has come. */
static struct event *
wait_event(struct host_object *o, long long until)
{
	long long left = until - system_ms();
	struct event *event;

	if (!input_is_pumped())
		return events_take(&o->events, left > 0 ? (long)left : 0);
	do {
		event = events_take(&o->events, 0);
		if (!event)
			face_pump(INPUT_SLICE_MS);
	} while (!event && system_ms() < until);
	return event;
}

static void
do_take(struct order *q)
{
	struct host_object *o = object_of(q);
	long n = q->n > 1 ? atol(q->fields[1]) : 1,
	     ms = q->n > 2 ? atol(q->fields[2]) : 0;
	long long until = system_ms() + ms;

	while (o && n-- > 0) {
		struct event *event = wait_event(o, until);

		if (!event)
			break;
		put_event(q->answer, event);
		event_free(event);
	}
}

static enum taking
taking_of(const struct order *q)
{
	if (strcmp(q->fields[1], "on"))
		return TAKING_OFF;
	return option(q, "print")  ? TAKING_PRINT
	       : option(q, "call") ? TAKING_CALL
	       : option(q, "end")  ? TAKING_END
				   : TAKING_COUNT;
}

static void
do_taking(struct order *q)
{
	struct host_object *o = object_of(q);
	const char *handler = option(q, "call");

	if (o)
		object_set_taking(o, taking_of(q), handler ? handler : "");
}

static void
do_taken(struct order *q)
{
	struct host_object *o = object_of(q);
	struct events_counts counts;

	if (!o)
		return;
	counts = events_count(&o->events);
	put_int(q->answer, counts.taken);
	put_int(q->answer, counts.refused);
	put_int(q->answer, counts.waiting);
	put_int(q->answer, counts.depth);
	put_int(q->answer, o->handled);
}

static void
do_clean(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		put_int(q->answer, events_count(&o->events).cleaned);
}

static void
do_status(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		object_put_status(o, q->answer);
}

/* ---- the process ------------------------------------------------------------------------------------ */

static void
do_memory(struct order *q)
{
	if (option(q, "fail"))
		memory_fail_at(number_option(q, "fail", 0));
	put_int(q->answer, memory_blocks());
	put_int(q->answer, memory_wrong_frees());
	put_int(q->answer, object_late_calls());
}

static void
do_threads(struct order *q)
{
	put_int(q->answer, system_threads());
}

static void
do_handles(struct order *q)
{
	put_int(q->answer, system_handles());
}

static void
do_bytes(struct order *q)
{
	put_int(q->answer, system_bytes());
}

static void
do_sleep(struct order *q)
{
	long long until = system_ms() + atol(q->fields[0]);

	if (!input_is_pumped())
		system_sleep(atol(q->fields[0]));
	else
		while (system_ms() < until)
			face_pump(INPUT_SLICE_MS);
}

static const struct command {
	const char *name;
	size_t least; /* fields behind the name */
	void (*run)(struct order *q);
} commands[] = {
	{ "load", 1, do_load },	      { "unload", 0, do_unload },
	{ "new", 2, do_new },	      { "done", 1, do_done },
	{ "free", 1, do_free },	      { "locale", 2, do_locale },
	{ "props", 1, do_props },     { "methods", 1, do_methods },
	{ "get", 2, do_get },	      { "set", 3, do_set },
	{ "func", 2, do_func },	      { "proc", 2, do_proc },
	{ "raw", 3, do_raw },	      { "take", 1, do_take },
	{ "taking", 2, do_taking },   { "taken", 1, do_taken },
	{ "clean", 1, do_clean },     { "status", 1, do_status },
	{ "memory", 0, do_memory },   { "threads", 0, do_threads },
	{ "handles", 0, do_handles }, { "bytes", 0, do_bytes },
	{ "sleep", 1, do_sleep },
};

static void
run(char *line, struct text *answer)
{
	struct order q = { .answer = answer };
	char **fields = split_fields(line, &q.n);

	q.fields = fields + 1;
	q.n--;
	answer_anew(&q, "ok");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, fields[0]))
			continue;
		if (q.n < commands[i].least)
			say_bad(&q, fields[0], "needs more");
		else
			commands[i].run(&q);
		return;
	}
	say_bad(&q, fields[0], "is no command");
}

int
main(void)
{
	struct text line = { 0 }, answer = { 0 };

	system_start();
	input_start(face_start(&host_services));
	while (input_next(&line) && strcmp(line.p, "quit")) {
		run(line.p, &answer);
		say_line(&answer);
	}
	free(line.p);
	free(answer.p);
	return 0;
}
