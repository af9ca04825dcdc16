/* command.h - the table of what users can have done at a server; one file each.
 *
 * To add one: src/hub/cmd_<name>.c with one ZV_COMMAND, its row in commands.c, a
 * transcript in tests/panel, a section in docs/protocol/commands.md. All faces (zvon.v1,
 * panel, HTTP) come to the same place, zv_job_start in job.c, where rights are checked. */
#ifndef ZV_HUB_COMMAND_H
#define ZV_HUB_COMMAND_H

#include "hub/role.h"

struct zv_job;

enum zv_argument_kind {
	ZV_ARG_CALL,   /* id of a call that is going on */
	ZV_ARG_LINE,   /* a line; left out: the user's first */
	ZV_ARG_NUMBER, /* something to be dialled: cleaned, checked by the dial rules */
	ZV_ARG_QUEUE,
	ZV_ARG_SERVER, /* left out: that of the call, or the only one that has the line */
	ZV_ARG_DIGITS, /* 0-9 * # A-D */
	ZV_ARG_WORD,   /* letters, digits, '_', '-', '.' */
	ZV_ARG_TEXT,   /* one line of UTF-8 */
	ZV_ARG_BOOL,
	ZV_ARG_INT,
	ZV_ARG_OBJECT, /* names to texts: ami.action only */
};

struct zv_argument {
	const char *name;
	enum zv_argument_kind kind;
	bool required;
	long long least, most;	  /* INT: values; texts: bytes, 0: 256 */
	const char *const *words; /* WORD: the allowed ones, NULL-terminated, or NULL */
	const char *help;
};

/* Whose it must be, unless the role controls more than its own. */
enum zv_target {
	ZV_TARGET_NOTHING, /* a state of the user himself, or nothing */
	ZV_TARGET_LINE,	   /* `line` must be his */
	ZV_TARGET_CALL,	   /* in `call` a line of his must take part */
	ZV_TARGET_ANY,	   /* others' calls are the point: pickup, spy */
};

struct zv_command {
	const char *name; /* "call.make" */
	enum zv_right right;
	enum zv_target target;
	unsigned feature; /* bit of the panel's callFeaturesSet; 0: none */
	const struct zv_argument *arguments; /* ends with a NULL name */
	const char *help;		     /* one sentence */
	/* Begins; arguments, rights and targets are checked. It ends by zv_job_done or
	 * zv_job_refuse, at once or later. */
	void (*run)(struct zv_job *job);
	/* Can it be done to that call now? NULL: to any. false: *why says why not. */
	bool (*can)(const struct zv_job *job, const char **why);
};

/* A right that is missing does not build. */
#define ZV_RIGHT_OF(r)                                                                 \
 ((enum zv_right)(sizeof(char[(r) > ZV_RIGHT_MISSING && (r) < ZV_RIGHTS ? 1 : -1]) *   \
		  (size_t)(r)))

/* ZV_COMMAND(zv_cmd_call_make, ZV_RIGHT_DIAL, .name = "call.make", …); */
#define ZV_COMMAND(symbol, r, ...)                                                     \
 const struct zv_command symbol = { .right = ZV_RIGHT_OF(r), __VA_ARGS__ }

extern const struct zv_command *const zv_commands[]; /* ends with NULL */
const struct zv_command *zv_command_find(struct zv_str name);

#endif
