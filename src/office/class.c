#include "office/class.h"

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
	{ ZV_CLASS_ALL, "all" },
};

#define N_NAMES (sizeof names / sizeof *names)

void
zv_class_format(struct zv_buf *out, unsigned classes)
{
	if (!classes) {
		zv_buf_add(out, ZV_STR("<none>"));
		return;
	}
	for (size_t i = 0; i < N_NAMES - 1; i++)
		if (classes & names[i].class)
			zv_buf_printf(out, "%s,", names[i].name);
	zv_buf_add(out, ZV_STR("all"));
}

unsigned
zv_class_parse(struct zv_str text)
{
	struct zv_str name = { NULL, 0 };
	unsigned classes = 0;

	while (zv_str_split(&text, ',', &name))
		for (size_t i = 0; i < N_NAMES; i++)
			if (zvon_str_equal_nocase(zv_str_trim(name),
						  zvon_str(names[i].name)))
				classes |= names[i].class;
	return classes;
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
