/* lines.h - the fields of a line, and values as text (README.md). */
#ifndef ZV_TEST_LINES_H
#define ZV_TEST_LINES_H

#include <stdio.h>

#include "face.h"

/* A text that grows. Zero it. */
struct text {
	char *p;
	size_t n, cap;
};

void *take(size_t n); /* zeroed; ends the host when there is no memory */
void text_add(struct text *t, const char *bytes, size_t n);
void text_say(struct text *t, const char *format, ...)
	__attribute__((format(__printf__, 2, 3)));

/* One line without its end; false: there is none any more. */
bool text_read_line(struct text *t, FILE *in);
/* The fields of it, in place; the array is good until the next call. */
char **split_fields(char *line, size_t *n);

/* A TAB and a field. */
void put_value(struct text *t, const struct host_value *v);
void put_int(struct text *t, long long n);
void put_units(struct text *t, const uint16_t *units); /* to the NUL; NULL: n: */

/* Escaped, no TAB and no letter. */
void text_add_units(struct text *t, const uint16_t *units, size_t n);

/* NULL, or what is wrong with it. */
const char *value_parse(struct host_value *v, const char *field);
void value_free(struct host_value *v);
/* A name, a text: UTF-16 with a NUL behind it, to be freed. */
uint16_t *units_parse(const char *text, size_t *n);

#endif
