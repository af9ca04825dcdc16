/* line.h - the lines that drive a host (README.md): fields parted by TAB, a value is a word,
 * ':' and its text. Plain C11, without anything of the component's: a mistake there must not
 * hide behind the same one here. */
#ifndef ONEC_HOST_LINE_H
#define ONEC_HOST_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LINE_FIELDS 64

/* Zero it. Fields are borrowed until the next line is read. */
struct line {
	char *text;
	size_t cap;
	char *fields[LINE_FIELDS];
	size_t n;
};

/* false: there are no more lines. A field too many is dropped. */
bool line_read(struct line *l, FILE *in);
void line_free(struct line *l);
/* The field at that place, or "". */
const char *line_field(const struct line *l, size_t place);
/* Is there such a word behind the first `from` fields? "depth" finds "depth=5", too: what
 * stands behind '=', or "". NULL: none. */
const char *line_option(const struct line *l, size_t from, const char *name);
long line_option_number(const struct line *l, size_t from, const char *name,
			long otherwise);

struct line_date {
	int year, month, day, hour, minute, second;
};

/* Zero it. `type` is what stood before ':' ("s", "i", "ui1" …); by its first letter one
 * of the others is filled. */
struct line_value {
	char type[8];
	long long integer; /* i… u… (i2, ui1), b */
	double real;	   /* r… */
	struct line_date date;
	uint16_t *units; /* s: UTF-16, a NUL behind the last */
	size_t n_units;
	unsigned char *bytes; /* x */
	size_t n_bytes;
};

bool line_value_parse(const char *field, struct line_value *out);
void line_value_free(struct line_value *v);

/* "текст", escapes and all, as units with a NUL behind; NULL: not to be read. */
uint16_t *line_units(const char *text, size_t *n);

/* ---- answers ------------------------------------------------------------------------ */

/* Zero it. Built up, then sent whole: other threads write lines, too. */
struct line_out {
	char *p;
	size_t n, cap;
};

void line_start(struct line_out *o, const char *word);
void line_add(struct line_out *o, const char *field); /* as it is */
void line_add_int(struct line_out *o, long long integer);
void line_add_real(struct line_out *o, double real);
void line_add_bool(struct line_out *o, bool boolean);
void line_add_text(struct line_out *o, const uint16_t *units, size_t n);
void line_add_bytes(struct line_out *o, const void *bytes, size_t n);
void line_add_date(struct line_out *o, const struct line_date *date);
/* Without a TAB before it and without a word: parts of a field. */
void line_append(struct line_out *o, const char *text);
void line_append_units(struct line_out *o, const uint16_t *units, size_t n);
void line_send(struct line_out *o, FILE *to); /* and frees */

#ifdef __cplusplus
}
#endif

#endif
