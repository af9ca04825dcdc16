/* cli.h - what main.c and the commands share: the table entry and the exit codes.
 *
 * A command is one file cmd_<name>.c with one constant `struct zv_cmd`, and one row
 * in main.c. Its options are a table (options.h), its words come in two languages
 * (say.h), most connect through link.h and print through out.h. */
#ifndef ZV_CLI_CLI_H
#define ZV_CLI_CLI_H

#include "term/options.h"

/* What the process ends with: a contract, see zvon(1). */
enum zv_exit {
	ZV_EXIT_DONE = 0,
	ZV_EXIT_NEGATIVE = 1,
	ZV_EXIT_USAGE = ZV_OPTIONS_WRONG,
	ZV_EXIT_CONNECT = 3,
	ZV_EXIT_LOGIN = 4,
	ZV_EXIT_PROTOCOL = 5,
	ZV_EXIT_TIMEOUT = 6,
	/* originate only: the result of the call */
	ZV_EXIT_ANSWERED = 10,
	ZV_EXIT_BUSY,
	ZV_EXIT_NO_ANSWER,
	ZV_EXIT_CANCELLED,
	ZV_EXIT_REJECTED,
	ZV_EXIT_CONGESTION,
	ZV_EXIT_FAILED,
	ZV_EXIT_ABANDONED,
};

struct zv_cmd {
	const char *name;
	const char *arguments;	/* for the usage line: "URL NAME [Key=Value ...]" */
	struct zv_text summary; /* one line, no full stop */
	struct zv_text about;	/* a paragraph for `zvon help NAME`, lines broken */
	const struct zv_opt *options; /* its own; NULL: none */
	bool connects;		      /* takes the options of link.h too */
	int least, most;	      /* positional arguments; most -1: any number */
	/* args[n] is NULL; the texts may be changed. Returns an enum zv_exit. */
	int (*run)(char **args, int n);
};

/* All commands, in the order of the help; the last one's name is NULL. */
extern const struct zv_cmd *const zv_commands[];

/* One constant per cmd_*.c. */
extern const struct zv_cmd zv_cmd_listen, zv_cmd_action, zv_cmd_command,
	zv_cmd_originate, zv_cmd_calls, zv_cmd_parse, zv_cmd_probe, zv_cmd_capture,
	zv_cmd_serve, zv_cmd_filter, zv_cmd_history, zv_cmd_import;

#endif
