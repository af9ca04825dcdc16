/* report.h - the lines of a probe: a step, a mark, what was found, and what to change. */
#ifndef ZV_PROBE_REPORT_H
#define ZV_PROBE_REPORT_H

#include "base/buf.h"
#include "probe/text.h"

enum zv_probe_status {
	ZV_PROBE_OK,
	ZV_PROBE_SKIPPED, /* cannot be seen from here, or not asked for */
	ZV_PROBE_WARNING,
	ZV_PROBE_FAILED,
};

struct zv_probe_line;

/* Zero it and set the first three. */
struct zv_probe_report {
	void (*tell)(void *user, const struct zv_probe_line *line); /* each line */
	void *user;
	bool in_russian;
	int n_warnings, n_failed;
};

/* One step, while it is being told. */
struct zv_probe_line {
	enum zv_probe_text step;
	enum zv_probe_status status;
	bool in_russian;
	int ms; /* what it took; < 0: not measured */
	struct zv_buf text;
	struct zv_buf advice; /* lines, each ended by LF */
	struct zv_buf facts;  /* JSON members: `,"granted":["call"]` */
};

#define ZV_PROBE_LINE(p, step, ms)                                                     \
 ((struct zv_probe_line){                                                              \
	 (step), ZV_PROBE_OK, (p)->report.in_russian, (ms), { 0 }, { 0 }, { 0 } })

/* What was found. Several texts are joined by "; ". Status only grows worse. Further
 * arguments: up to three const char * for {1}…, ended by NULL. */
void zv_probe_say(struct zv_probe_line *line, enum zv_probe_status status,
		  enum zv_probe_text id, ...) __attribute__((sentinel));

/* The same for a sentence that exists only in English: the library's. */
void zv_probe_say_as_is(struct zv_probe_line *line, enum zv_probe_status status,
			struct zv_str text);

/* The mark becomes at least that bad. */
void zv_probe_worsen(struct zv_probe_line *line, enum zv_probe_status status);

/* What to change. */
void zv_probe_advise(struct zv_probe_line *line, enum zv_probe_text id, ...)
	__attribute__((sentinel));

/* A list for JSON readers, from "call,agent". */
void zv_probe_add_words(struct zv_probe_line *line, const char *key,
			struct zv_str words);

/* A string for JSON readers. */
void zv_probe_add_fact(struct zv_probe_line *line, const char *key,
		       struct zv_str value);

/* Adds it as `zvon probe` prints it, without colours: a line, and the advice below it. */
void zv_probe_add_line(struct zv_buf *out, const struct zv_probe_line *line);

/* Gives it to report->tell, counts it, frees what it holds. */
void zv_probe_tell(struct zv_probe_report *report, struct zv_probe_line *line);

#endif
