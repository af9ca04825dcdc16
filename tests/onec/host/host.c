/* host.c - a 1C:Enterprise of our own, driven by lines (README.md): one command, one answer. */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "memory.h"
#include "order.h"
#include "system.h"

/* ---- the process ---------------------------------------------------------------------- */

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
