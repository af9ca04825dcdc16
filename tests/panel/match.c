#include "match.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char difference[1000];

/* ---- names -------------------------------------------------------------------------- */

void
names_free(struct names *n)
{
	while (n->n)
		free(n->list[--n->n].value);
}

static size_t
name_length(const char *dollar)
{
	size_t n = 1;

	while (isalnum((unsigned char)dollar[n]) || dollar[n] == '_')
		n++;
	return n;
}

static const char *
find_name(const struct names *n, const char *name, size_t length)
{
	for (size_t i = 0; i < n->n; i++)
		if (strlen(n->list[i].name) == length &&
		    memcmp(n->list[i].name, name, length) == 0)
			return n->list[i].value;
	return NULL;
}

char *
names_fill(const struct names *n, const char *text)
{
	struct zv_buf out = { 0 };
	char *filled;

	while (*text) {
		size_t length = *text == '$' ? name_length(text) : 0;
		const char *value = length > 1 ? find_name(n, text, length) : NULL;

		if (value)
			zv_buf_add(&out, zvon_str(value));
		else
			zv_buf_add_char(&out, *text);
		text += value ? length : 1;
	}
	filled = strdup(zv_buf_cstr(&out));
	zv_buf_deinit(&out);
	return filled;
}

static bool
take_name(struct names *n, const char *name, const char *value)
{
	const char *known = find_name(n, name, strlen(name));

	if (known || n->n == sizeof n->list / sizeof *n->list)
		return known && strcmp(known, value) == 0;
	snprintf(n->list[n->n].name, sizeof n->list[0].name, "%s", name);
	n->list[n->n++].value = strdup(value);
	return true;
}

/* ---- values ----------------------------------------------------------------------------- */

static const char *
differ(const char *where, const json_t *wanted, const json_t *got)
{
	char *w = wanted ? json_dumps(wanted, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	char *g = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(difference, sizeof difference, "%s: wanted %.300s, got %.500s",
		 *where ? where : "message", w ? w : "nothing", g ? g : "nothing");
	free(w);
	free(g);
	return difference;
}

/* Times depend on the recording; they are compared where they are wanted. */
static bool
is_time(const char *key)
{
	size_t n = strlen(key);

	return strcmp(key, "timeStamp") == 0 ||
	       (n > 4 && strcmp(key + n - 4, "Time") == 0) ||
	       (n > 8 && strcmp(key + n - 8, "Duration") == 0);
}

static const char *match_at(struct names *names, const json_t *wanted,
			    const json_t *got, enum match_how how, const char *where);

static const char *
match_objects(struct names *names, const json_t *wanted, const json_t *got,
	      enum match_how how, const char *where)
{
	const char *key, *why;
	json_t *value;
	char at[200];

	json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
	{
		snprintf(at, sizeof at, "%s%s%s", where, *where ? "." : "", key);
		why = match_at(names, value, json_object_get(got, key), how, at);
		if (why)
			return why;
	}
	json_object_foreach((json_t *)(uintptr_t)got, key, value)
	{
		snprintf(at, sizeof at, "%s%s%s", where, *where ? "." : "", key);
		if (how == MATCH_WHOLE && !is_time(key) &&
		    !json_object_get(wanted, key))
			return differ(at, NULL, value);
	}
	return NULL;
}

static const char *
match_lists(struct names *names, const json_t *wanted, const json_t *got,
	    enum match_how how, const char *where)
{
	char at[200];

	if (json_array_size(wanted) != json_array_size(got))
		return differ(where, wanted, got);
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		const char *why;

		snprintf(at, sizeof at, "%s[%zu]", where, i);
		why = match_at(names, json_array_get(wanted, i), json_array_get(got, i),
			       how, at);
		if (why)
			return why;
	}
	return NULL;
}

/* JSON inside a text. */
static const char *
match_inside(struct names *names, const json_t *wanted, const json_t *got,
	     enum match_how how, const char *where)
{
	json_t *inside = json_loads(json_string_value(got), JSON_DECODE_ANY, NULL);
	const char *why = inside ? match_at(names, wanted, inside, how, where)
				 : differ(where, wanted, got);

	json_decref(inside);
	return why;
}

static bool
match_text(struct names *names, const json_t *wanted, const json_t *got)
{
	const char *text = json_string_value(wanted);
	char number[40];

	if (strcmp(text, "*") == 0)
		return got != NULL;
	if (*text != '$')
		return json_equal(wanted, got);
	if (json_is_integer(got)) {
		snprintf(number, sizeof number, "%lld",
			 (long long)json_integer_value(got));
		return take_name(names, text, number);
	}
	return json_is_string(got) && take_name(names, text, json_string_value(got));
}

static const char *
match_at(struct names *names, const json_t *wanted, const json_t *got,
	 enum match_how how, const char *where)
{
	bool nests = json_is_object(wanted) || json_is_array(wanted);

	if (!got)
		return differ(where, wanted, got);
	if (json_is_string(wanted))
		return match_text(names, wanted, got) ? NULL
						      : differ(where, wanted, got);
	if (nests && json_is_string(got))
		return match_inside(names, wanted, got, how, where);
	if (json_typeof(wanted) != json_typeof(got))
		return differ(where, wanted, got);
	if (json_is_object(wanted))
		return match_objects(names, wanted, got, how, where);
	if (json_is_array(wanted))
		return match_lists(names, wanted, got, how, where);
	return json_equal(wanted, got) ? NULL : differ(where, wanted, got);
}

const char *
match(struct names *names, const json_t *wanted, const json_t *got, enum match_how how)
{
	return match_at(names, wanted, got, how, "");
}
