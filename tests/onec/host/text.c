/* text.c - a text that grows, and lines of it. */
#include "lines.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *
take(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p) {
		fputs("host: out of memory\n", stderr);
		exit(3);
	}
	return p;
}

static void
make_room(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 256;
	char *p;

	while (cap < t->n + more + 1)
		cap *= 2;
	if (cap == t->cap)
		return;
	p = take(cap);
	if (t->n)
		memcpy(p, t->p, t->n);
	free(t->p);
	t->p = p;
	t->cap = cap;
}

void
text_add(struct text *t, const char *bytes, size_t n)
{
	make_room(t, n);
	if (n)
		memcpy(t->p + t->n, bytes, n);
	t->n += n;
	t->p[t->n] = 0;
}

void
text_say(struct text *t, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	text_add(t, line, strlen(line));
}

bool
text_read_line(struct text *t, FILE *in)
{
	t->n = 0;
	for (;;) {
		make_room(t, 65536);
		if (!fgets(t->p + t->n, 65536, in))
			return t->n > 0;
		t->n += strlen(t->p + t->n);
		if (t->n && t->p[t->n - 1] == '\n')
			break;
	}
	while (t->n && (t->p[t->n - 1] == '\n' || t->p[t->n - 1] == '\r'))
		t->p[--t->n] = 0;
	return true;
}

char **
split_fields(char *line, size_t *n)
{
	static char **fields;
	static size_t cap;
	size_t count = 1;

	for (const char *p = line; *p; p++)
		count += *p == '\t';
	if (count + 1 > cap) {
		free(fields);
		cap = count + 1;
		fields = take(cap * sizeof *fields);
	}
	*n = 0;
	for (char *p = line; p;) {
		fields[(*n)++] = p;
		p = strchr(p, '\t');
		if (p)
			*p++ = 0;
	}
	fields[*n] = NULL;
	return fields;
}
