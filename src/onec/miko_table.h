/* miko_table.h - the functions of the class MIKO: which AMI action a method is, and which of
 * its headers the arguments are, in their order. Data, as text: ours (miko_functions.c) and
 * an administrator's file (docs/onec/miko.md), in the same form:
 *
 *     # comment; also with ;
 *     method     QueuePause = Queue, Interface, Paused?, Reason
 *     documented AGI = Channel, Command, CommandID
 *     guessed    ShowRegistry as SIPshowregistry =
 *     alias      Connect = Подключиться, InitConnection
 *     class      = MikoAsterisk
 *
 * `method`, `documented` and `guessed` say the same thing and what it is known from. Each
 * method has ActionID and Result behind what is written. `class`: further names of the class
 * itself (classes_named.c). Pure. */
#ifndef ZV_ONEC_MIKO_TABLE_H
#define ZV_ONEC_MIKO_TABLE_H

#include "base/list.h"
#include "onec/class.h"

#define ZV_MIKO_TEXT_MAX    ((size_t)64 * 1024) /* bytes of one text */
#define ZV_MIKO_LINE_MAX    2000		/* bytes of a line of it */
#define ZV_MIKO_METHODS_MAX 500
#define ZV_MIKO_NAMES_MAX   2000 /* of methods, with their aliases */
#define ZV_MIKO_NAME_MAX    100	 /* bytes of a name */
#define ZV_MIKO_CLASSES_MAX 4	 /* further names of the class */
#define ZV_MIKO_HEADERS_MAX (ZV_METHOD_ARGUMENTS - 2)

enum zv_miko_mark {
	ZV_MIKO_METHOD,	    /* an administrator says so */
	ZV_MIKO_DOCUMENTED, /* MIKO's documentation */
	ZV_MIKO_GUESSED,    /* made from the AMI action */
};

/* What an argument becomes; the mark stands in the text behind the header's name. */
enum zv_miko_how {
	ZV_MIKO_PLAIN, /* Channel */
	ZV_MIKO_PERCENT, /* Value%: %20 is a space, while the compatibility switch is on */
	ZV_MIKO_BOOLEAN, /* Async?: Истина, "Да" become true */
	ZV_MIKO_YES,  /* Members?yes: they become yes; Asterisk knows no `true` there */
	ZV_MIKO_EACH, /* Variable*: each line of the argument is such a header */
	ZV_MIKO_HEADERS, /* Headers+: each line of the argument is `Name: value` */
};

struct zv_miko_header {
	const char *name;
	enum zv_miko_how how;
};

/* zv_method.data of such a method. */
struct zv_miko_function {
	const char *action;
	enum zv_miko_mark mark;
	struct zv_miko_header *headers;
	size_t n_headers;
	struct zv_argument_row *arguments; /* n_headers + 2 */
	size_t text;			   /* of which text it is: 1, 2 … */
};

struct zv_miko_table {
	struct zv_method *methods; /* the own ones first */
	size_t n, n_own, n_names;
	zv_method_fn call;
	struct zv_miko_function **functions; /* of each; NULL: an own one */
	char **aliases;			     /* of each, owned; NULL: as it came */
	const char *classes[ZV_MIKO_CLASSES_MAX];
	size_t n_classes;
	struct zv_node texts; /* names are in there */
	size_t n_texts;
};

/* own: methods that no text may change, but give aliases; borrowed for ever, as `call` of
 * all others is. NULL: out of memory. */
struct zv_miko_table *zv_miko_table_new(const struct zv_method *own, size_t n_own,
					zv_method_fn call);
void zv_miko_table_free(struct zv_miko_table *t); /* NULL is fine */

/* Adds what a text says; a method that is there from an earlier text keeps its number and
 * its aliases. `where`: the file, for messages. 0, or < 0 with *err (file, line, what to
 * do), and the table is fit to be freed only. */
int zv_miko_table_read(struct zv_miko_table *t, struct zv_str text, const char *where,
		       bool in_russian, struct zv_error *err);

/* Adds the table as such a text, without the own ones. 0 or ZV_ENOMEM. */
int zv_miko_table_show(const struct zv_miko_table *t, struct zv_buf *out);

extern const char zv_miko_functions[]; /* ours */

#endif
