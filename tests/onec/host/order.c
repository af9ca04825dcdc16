#include "order.h"

#include <stdlib.h>
#include <string.h>

void
answer_anew(struct order *q, const char *word)
{
	q->answer->n = 0;
	text_add(q->answer, word, strlen(word));
}

void
say_bad(struct order *q, const char *what, const char *why)
{
	answer_anew(q, "bad");
	text_add(q->answer, "\t", 1);
	text_add(q->answer, what, strlen(what));
	text_say(q->answer, " %s", why);
}

const char *
option(const struct order *q, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < q->n; i++) {
		if (strncmp(q->fields[i], name, length))
			continue;
		if (q->fields[i][length] == '=')
			return q->fields[i] + length + 1;
		if (!q->fields[i][length])
			return "";
	}
	return NULL;
}

long
number_option(const struct order *q, const char *name, long fallback)
{
	const char *text = option(q, name);

	return text && *text ? atol(text) : fallback;
}

char *
words_of(const struct order *q)
{
	struct text t = { 0 };

	for (size_t i = 0; i < q->n; i++) {
		text_add(&t, i ? " " : "", i ? 1 : 0);
		text_add(&t, q->fields[i], strlen(q->fields[i]));
	}
	return t.p;
}

bool
is_option(const struct order *q, const char *name, const char *text)
{
	const char *given = option(q, name);

	return given && !strcmp(given, text);
}
