#include "ami/class.h"

#include "base/num.h"
#include "zvon/error.h"

static const struct {
	unsigned class;
	const char *name;
} names[] = {
	{ ZV_CLASS_SYSTEM, "system" },
	{ ZV_CLASS_CALL, "call" },
	{ ZV_CLASS_LOG, "log" },
	{ ZV_CLASS_VERBOSE, "verbose" },
	{ ZV_CLASS_COMMAND, "command" },
	{ ZV_CLASS_AGENT, "agent" },
	{ ZV_CLASS_USER, "user" },
	{ ZV_CLASS_CONFIG, "config" },
	{ ZV_CLASS_DTMF, "dtmf" },
	{ ZV_CLASS_REPORTING, "reporting" },
	{ ZV_CLASS_CDR, "cdr" },
	{ ZV_CLASS_DIALPLAN, "dialplan" },
	{ ZV_CLASS_ORIGINATE, "originate" },
	{ ZV_CLASS_AGI, "agi" },
	{ ZV_CLASS_CC, "cc" },
	{ ZV_CLASS_AOC, "aoc" },
	{ ZV_CLASS_TEST, "test" },
	{ ZV_CLASS_SECURITY, "security" },
	{ ZV_CLASS_MESSAGE, "message" },
};

#define N_NAMES (sizeof names / sizeof *names)

void
zv_class_format_names(struct zv_buf *out, unsigned classes)
{
	const char *comma = "";

	for (size_t i = 0; i < N_NAMES; i++) {
		if (!(classes & names[i].class))
			continue;
		zv_buf_printf(out, "%s%s", comma, names[i].name);
		comma = ",";
	}
}

void
zv_class_format(struct zv_buf *out, unsigned classes)
{
	if (!classes) {
		zv_buf_add(out, ZV_STR("<none>"));
		return;
	}
	zv_class_format_names(out, classes);
	zv_buf_add(out, classes & ZV_CLASS_NAMED ? ZV_STR(",all") : ZV_STR("all"));
}

static unsigned
find_class(struct zv_str name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (zvon_str_equal_nocase(name, zvon_str(names[i].name)))
			return names[i].class;
	return 0;
}

static unsigned
parse(struct zv_str text, unsigned all)
{
	struct zv_str name = { NULL, 0 };
	unsigned classes = 0;

	while (zv_str_split(&text, ',', &name)) {
		name = zv_str_trim(name);
		classes |= zvon_str_equal_nocase(name, ZV_STR("all"))
				   ? all
				   : find_class(name);
	}
	return classes;
}

unsigned
zv_class_parse(struct zv_str text)
{
	return parse(text, ZV_CLASS_ALL);
}

unsigned
zv_class_parse_granted(struct zv_str text)
{
	return parse(text, 0);
}

static bool
is_one_of(struct zv_str text, const char *const *words)
{
	for (; *words; words++)
		if (zvon_str_equal_nocase(text, zvon_str(*words)))
			return true;
	return false;
}

int
zv_class_parse_mask(struct zv_str text, unsigned *mask)
{
	static const char *const on[] = { "on", "yes", "true", "y", "t", NULL };
	static const char *const off[] = { "off", "no", "false", "n", "f", NULL };
	long long number;

	text = zv_str_trim(text);
	if (text.n == 0)
		return ZV_EINVAL;
	if (zv_num_parse(text, 0, ZV_CLASS_ALL, &number) == 0)
		*mask = (unsigned)number;
	else if (is_one_of(text, on))
		*mask = ZV_CLASS_ALL;
	else if (is_one_of(text, off))
		*mask = 0;
	else
		*mask = zv_class_parse(text);
	return 0;
}
