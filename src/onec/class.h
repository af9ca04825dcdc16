/* class.h - what a class offers a script: tables, read by both faces. A profile is one
 * constant struct zv_class with its functions (profile_NAME.c); classes.c lists them. */
#ifndef ZV_ONEC_CLASS_H
#define ZV_ONEC_CLASS_H

#include "onec/value.h"
#include "zvon/error.h"

#define ZV_METHOD_ARGUMENTS 24 /* MIKO's Originate has 13 */

struct zv_component; /* component.h: an object of a script */
struct zv_method;

enum zv_value_want {
	ZV_WANT_ANY = 0,
	ZV_WANT_TEXT, /* numbers and booleans are made texts, as the old components did */
	ZV_WANT_INT,
	ZV_WANT_BOOL,
	ZV_WANT_OUT, /* written back; what came in is not looked at */
};

/* One argument. `fallback` is for what the script left out (EMPTY, NULL): NULL: it must be
 * given; "" and others as text, read by `want` ("" as a whole number: 0). */
struct zv_argument_row {
	const char *name;
	enum zv_value_want want;
	const char *fallback;
};

/* One call. arguments[i].kind is what `want` said (OUT: EMPTY, to be set). result is
 * EMPTY; what it becomes is the function's value, unasked in a procedure. 0, or < 0 with
 * *err: the face raises it as this interface did (struct zv_class.errors). */
typedef int (*zv_method_fn)(struct zv_component *c, const struct zv_method *method,
			    struct zv_value *arguments, struct zv_value *result,
			    struct zv_error *err);

struct zv_method {
	const char *name, *russian;
	const char *aliases; /* further names, '|' between; NULL: none */
	const struct zv_argument_row *arguments;
	size_t n_arguments;
	bool is_procedure; /* no value; else callable in both ways */
	zv_method_fn call;
	const void *data; /* of the profile: the AMI action, for example */
};

struct zv_property {
	const char *name, *russian, *aliases;
	/* NULL: not readable, not writable */
	int (*get)(struct zv_component *c, struct zv_value *out, struct zv_error *err);
	int (*set)(struct zv_component *c, const struct zv_value *in,
		   struct zv_error *err);
};

enum zv_class_errors {
	ZV_ERRORS_RAISE = 0, /* an exception with a text the script can catch */
	ZV_ERRORS_FALSE,     /* the method returns Ложь; LastError has the text */
};

struct zv_class {
	const char *name;    /* of the class and of the extension: both equal */
	const char *prog_id; /* COM, behind "AddIn." */
	enum zv_class_errors errors;
	const struct zv_property *properties;
	size_t n_properties;
	const struct zv_method *methods;
	size_t n_methods;

	/* An object's own data, made before anything else is called; NULL: out of memory.
	 * free comes after zv_component_stop: no thread is left. */
	void *(*open)(struct zv_component *c);
	void (*free)(void *own);
};

extern const struct zv_class *const zv_classes[]; /* to NULL */
extern const struct zv_class zv_class_rom, zv_class_rom_native, zv_class_brom;
extern const struct zv_class zv_class_miko;
extern const struct zv_class zv_class_zvon;

/* -1: there is none. By either language, without case. */
long zv_class_find_method(const struct zv_class *class, struct zv_str name);
long zv_methods_find(const struct zv_method *methods, size_t n, struct zv_str name);
long zv_class_find_property(const struct zv_class *class, struct zv_str name);

#endif
