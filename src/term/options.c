#include "term/options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "term/wrap.h"

#define NAMES_MAX  128
#define WORD_MAX   40
#define LEFT_WIDTH 30

/* ---- the word that was meant ------------------------------------------------- */

static int
least_of(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to change, add, take away or swap with their neighbour to get from a to b. */
static int
distance(const char *a, const char *b)
{
	int row[3][WORD_MAX + 1];
	int n = (int)strlen(a), m = (int)strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return INT_MAX;
	for (int k = 0; k <= m; k++)
		row[0][k] = k;
	for (int i = 1; i <= n; i++) {
		int *above = row[(i - 1) % 3], *here = row[i % 3];

		here[0] = i;
		for (int k = 1; k <= m; k++) {
			bool same = a[i - 1] == b[k - 1];

			here[k] = least_of(above[k] + 1, here[k - 1] + 1,
					   above[k - 1] + !same);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] &&
			    row[(i - 2) % 3][k - 2] + 1 < here[k])
				here[k] = row[(i - 2) % 3][k - 2] + 1;
		}
	}
	return row[n % 3][m];
}

const char *
zv_options_nearest(const char *typed, const char *const *words, int n)
{
	size_t length = strlen(typed);
	int best = length < 4 ? 2 : 3; /* one or two mistakes at most */
	const char *found = NULL;

	for (int i = 0; i < n; i++) {
		bool is_start = length >= 2 && strncmp(typed, words[i], length) == 0;
		int d = is_start ? 1 : distance(typed, words[i]);

		if (d < best) {
			best = d;
			found = words[i];
		}
	}
	return found;
}

/* ---- reading ----------------------------------------------------------------- */

static const struct zv_opt *
find_long(const struct zv_opt *const *tables, struct zv_str name)
{
	for (; *tables; tables++)
		for (const struct zv_opt *o = *tables; o->name; o++)
			if (zvon_str_equal(zvon_str(o->name), name))
				return o;
	return NULL;
}

static const struct zv_opt *
find_letter(const struct zv_opt *const *tables, char letter)
{
	for (; *tables; tables++)
		for (const struct zv_opt *o = *tables; o->name; o++)
			if (o->letter == letter)
				return o;
	return NULL;
}

/* The name alone: what stands behind a '=' may be a secret. */
static int
unknown(const struct zv_opt *const *tables, struct zv_str name)
{
	const char *words[NAMES_MAX], *meant;
	char typed[WORD_MAX + 1];
	int n = 0;

	for (; *tables; tables++)
		for (const struct zv_opt *o = *tables; o->name && n < NAMES_MAX; o++)
			words[n++] = o->name;
	snprintf(typed, sizeof typed, "%.*s", ZV_ARG(name));
	meant = zv_options_nearest(typed, words, n);
	if (meant)
		zv_say_error("unknown option --%s; is --%s meant?",
			     "неизвестная опция --%s; может быть, --%s?", typed, meant);
	else
		zv_say_error("unknown option --%s; see --help",
			     "неизвестная опция --%s; см. --help", typed);
	return ZV_OPTIONS_WRONG;
}

static int
store_choice(const struct zv_opt *o, const char *value)
{
	struct zv_str words = zvon_str(o->argument), word;

	for (int i = 0; zv_str_split(&words, '|', &word); i++) {
		if (zvon_str_equal(word, zvon_str(value))) {
			*o->to.number = i;
			return 0;
		}
	}
	zv_say_error("--%s: '%s' is none of %s", "--%s: '%s' не подходит, нужно %s",
		     o->name, value, o->argument);
	return ZV_OPTIONS_WRONG;
}

static int
store_number(const struct zv_opt *o, const char *value)
{
	long long number;

	if (zv_num_parse(zvon_str(value), o->least, o->most, &number) < 0) {
		zv_say_error("--%s: '%s' is not a whole number from %d to %d",
			     "--%s: '%s' — не целое число от %d до %d", o->name, value,
			     o->least, o->most);
		return ZV_OPTIONS_WRONG;
	}
	*o->to.number = (int)number;
	return 0;
}

static int
store_seconds(const struct zv_opt *o, const char *value)
{
	long long ms;

	if (zv_num_parse_seconds(zvon_str(value), o->most, &ms) < 0 || ms == 0) {
		zv_say_error("--%s: '%s' is not a number of seconds, 0.001 to %d",
			     "--%s: '%s' — не число секунд от 0.001 до %d", o->name,
			     value, o->most / 1000);
		return ZV_OPTIONS_WRONG;
	}
	*o->to.number = (int)ms;
	return 0;
}

static int
store_in_list(const struct zv_opt *o, const char *value)
{
	struct zv_opt_list *list = o->to.list;

	if (list->n == ZV_OPT_LIST_MAX) {
		zv_say_error("--%s is given more than %d times",
			     "--%s указана более %d раз", o->name, ZV_OPT_LIST_MAX);
		return ZV_OPTIONS_WRONG;
	}
	list->texts[list->n++] = value;
	return 0;
}

static int
store(const struct zv_opt *o, const char *value)
{
	switch (o->kind) {
	case ZV_OPT_KIND_FLAG:
		*o->to.flag = true;
		return 0;
	case ZV_OPT_KIND_COUNT:
		++*o->to.number;
		return 0;
	case ZV_OPT_KIND_TEXT:
		*o->to.text = value;
		return 0;
	case ZV_OPT_KIND_LIST:
		return store_in_list(o, value);
	case ZV_OPT_KIND_CHOICE:
		return store_choice(o, value);
	case ZV_OPT_KIND_NUMBER:
		return store_number(o, value);
	case ZV_OPT_KIND_SECONDS:
		return store_seconds(o, value);
	}
	return ZV_OPTIONS_WRONG;
}

static int
missing_value(const struct zv_opt *o)
{
	zv_say_error("--%s wants a value: %s", "--%s требует значение: %s", o->name,
		     o->argument);
	return ZV_OPTIONS_WRONG;
}

/* `--name`, `--name=value`, `--name value`; *argv is moved on to what was used. */
static int
read_long(const struct zv_opt *const *tables, char ***argv)
{
	struct zv_str value = zvon_str(**argv + 2), name;
	const struct zv_opt *o;

	zv_str_split(&value, '=', &name);
	o = find_long(tables, name);
	if (!o)
		return unknown(tables, name);
	if (value.p && !o->argument) {
		zv_say_error("--%s takes no value", "--%s не принимает значения",
			     o->name);
		return ZV_OPTIONS_WRONG;
	}
	if (value.p || !o->argument)
		return store(o, value.p);
	if (!(*argv)[1])
		return missing_value(o);
	return store(o, *++*argv);
}

/* `-v`, `-vq`, `-o value`, `-ovalue`. */
static int
read_letters(const struct zv_opt *const *tables, char ***argv)
{
	for (const char *c = **argv + 1; *c; c++) {
		const struct zv_opt *o = find_letter(tables, *c);
		int rc;

		if (!o) {
			zv_say_error("unknown option -%c; see --help",
				     "неизвестная опция -%c; см. --help", *c);
			return ZV_OPTIONS_WRONG;
		}
		if (o->argument && c[1])
			return store(o, c + 1);
		if (o->argument)
			return (*argv)[1] ? store(o, *++*argv) : missing_value(o);
		rc = store(o, NULL);
		if (rc)
			return rc;
	}
	return 0;
}

int
zv_options_parse(const struct zv_opt *const *tables, bool stop_early, char **argv,
		 char **args, int *n)
{
	bool options_end = false;
	int rc = 0;

	*n = 0;
	for (; *argv && rc == 0; argv++) {
		const char *a = *argv;

		if (options_end || a[0] != '-' || !a[1]) { /* "-" is a file */
			args[(*n)++] = *argv;
			options_end |= stop_early;
		} else if (strcmp(a, "--") == 0) {
			options_end = true;
		} else if (a[1] == '-') {
			rc = read_long(tables, &argv);
		} else {
			rc = read_letters(tables, &argv);
		}
	}
	args[*n] = NULL;
	return rc;
}

/* ---- help -------------------------------------------------------------------- */

static bool
is_in(const struct zv_opt *table, const char *name)
{
	const struct zv_opt *const tables[] = { table, NULL };

	return table && find_long(tables, zvon_str(name));
}

void
zv_options_print(const struct zv_opt *table, const struct zv_opt *except)
{
	for (const struct zv_opt *o = table; o->name; o++) {
		char left[128];

		if (is_in(except, o->name))
			continue;
		snprintf(left, sizeof left,
			 o->letter ? "  -%c, --%s%s%s" : "%c     --%s%s%s",
			 o->letter ? o->letter : ' ', o->name, o->argument ? " " : "",
			 o->argument ? o->argument : "");
		zv_help_row(left, LEFT_WIDTH, zv_say_pick(o->help));
	}
}

size_t
zv_opt_list_texts(const struct zv_opt_list *list, struct zv_str out[ZV_OPT_LIST_MAX])
{
	for (int i = 0; i < list->n; i++)
		out[i] = zvon_str(list->texts[i]);
	return (size_t)list->n;
}
