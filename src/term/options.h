/* options.h - command line options as tables: what is read, where it is stored, and
 * what the help says about it stand in one row.
 *
 * Written `--name value`, `--name=value`, `-x value`, `-xvalue`; flags of one letter
 * may be joined (-vv). `--` ends the options. Options and arguments may be mixed. */
#ifndef ZV_TERM_OPTIONS_H
#define ZV_TERM_OPTIONS_H

#include <stdbool.h>

#include "term/say.h"
#include "zvon/str.h"

enum zv_opt_kind {
	ZV_OPT_KIND_FLAG,    /* true when given */
	ZV_OPT_KIND_COUNT,   /* how often it was given */
	ZV_OPT_KIND_TEXT,    /* the last one given */
	ZV_OPT_KIND_LIST,    /* all that were given, in order */
	ZV_OPT_KIND_CHOICE,  /* one of the words of `argument`, "a|b|c": its position */
	ZV_OPT_KIND_NUMBER,  /* a whole number, least…most */
	ZV_OPT_KIND_SECONDS, /* "1.5", stored in ms; most is in ms too */
};

#define ZV_OPT_LIST_MAX 128

#define ZV_OPTIONS_WRONG 2 /* the exit code of all programs for wrong usage */

struct zv_opt_list {
	const char *texts[ZV_OPT_LIST_MAX];
	int n;
};

struct zv_opt {
	const char *name;     /* without dashes; NULL ends a table */
	char letter;	      /* the short form, or 0 */
	const char *argument; /* how the help calls it; NULL for flags and counts */
	struct zv_text help;  /* one line, no full stop */
	enum zv_opt_kind kind;
	union {
		bool *flag;
		int *number; /* COUNT, CHOICE, NUMBER, SECONDS */
		const char **text;
		struct zv_opt_list *list;
	} to;
	int least, most;
};

/* Rows. What is stored there before is the default. */
#define ZV_OPT_FLAG(name, letter, var, ...)                                            \
 {                                                                                     \
  name, letter, NULL, { __VA_ARGS__ }, ZV_OPT_KIND_FLAG, { .flag = (var) }, 0, 0       \
 }
#define ZV_OPT_COUNT(name, letter, var, ...)                                           \
 {                                                                                     \
  name, letter, NULL, { __VA_ARGS__ }, ZV_OPT_KIND_COUNT, { .number = (var) }, 0, 0    \
 }
#define ZV_OPT_TEXT(name, letter, argument, var, ...)                                  \
 {                                                                                     \
  name, letter, argument, { __VA_ARGS__ }, ZV_OPT_KIND_TEXT, { .text = (var) }, 0, 0   \
 }
#define ZV_OPT_LIST(name, letter, argument, var, ...)                                  \
 {                                                                                     \
  name, letter, argument, { __VA_ARGS__ }, ZV_OPT_KIND_LIST, { .list = (var) }, 0, 0   \
 }
#define ZV_OPT_CHOICE(name, letter, words, var, ...)                                   \
 {                                                                                     \
  name, letter, words, { __VA_ARGS__ }, ZV_OPT_KIND_CHOICE, { .number = (var) }, 0, 0  \
 }
#define ZV_OPT_NUMBER(name, letter, argument, var, least, most, ...)                   \
 {                                                                                     \
  name, letter, argument, { __VA_ARGS__ }, ZV_OPT_KIND_NUMBER, { .number = (var) },    \
	  least, most                                                                  \
 }
#define ZV_OPT_SECONDS(name, letter, argument, var, most_ms, ...)                      \
 {                                                                                     \
  name, letter, argument, { __VA_ARGS__ }, ZV_OPT_KIND_SECONDS, { .number = (var) },   \
	  0, most_ms                                                                   \
 }
#define ZV_OPT_END                                                                     \
 {                                                                                     \
  0                                                                                    \
 }

/* Reads argv[1…] by the tables (ends with NULL), stores what is found, and collects
 * the rest: *args gets pointers into argv, *n their number; args[*n] is NULL.
 * stop_early: the first argument that is no option ends the reading; it and all
 * behind it are the rest. 0, or ZV_OPTIONS_WRONG when the reason was said. */
int zv_options_parse(const struct zv_opt *const *tables, bool stop_early, char **argv,
		     char **args, int *n);

/* One line per option on standard output, but for those that are in `except` too
 * (NULL: none): what a command means itself comes before what all mean. */
void zv_options_print(const struct zv_opt *table, const struct zv_opt *except);

/* Of n words, the one that was probably meant by `typed`; NULL: none is near. */
const char *zv_options_nearest(const char *typed, const char *const *words, int n);

/* The texts of a list as views; how many. */
size_t zv_opt_list_texts(const struct zv_opt_list *list,
			 struct zv_str out[ZV_OPT_LIST_MAX]);

#endif
