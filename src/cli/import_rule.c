#include "cli/import_rule.h"

#include "base/num.h"
#include "base/str.h"
#include "cli/cli.h"

static int
wrong_rule(const char *text)
{
	zv_say_error("--number-rule %s: country, trunk, international, area or "
		     "national_digits, and at most 8 digits, are needed: country=7",
		     "--number-rule %s: нужно country, trunk, international, area или "
		     "national_digits и не больше 8 цифр: country=7",
		     text);
	return ZV_EXIT_USAGE;
}

int
zv_import_number_rule(struct zv_number_rules *numbers, const char *text)
{
	const struct {
		const char *name;
		struct zv_str *to;
	} names[] = {
		{ "country", &numbers->country },
		{ "trunk", &numbers->trunk },
		{ "international", &numbers->international },
		{ "area", &numbers->area },
	};
	struct zv_str value = zvon_str(text), name;
	long long number;

	zv_str_split(&value, '=', &name);
	if (value.n > 8 || zv_num_parse(value, 0, 99999999, &number) < 0)
		return wrong_rule(text);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (zvon_str_equal(name, zvon_str(names[i].name))) {
			*names[i].to = value;
			return 0;
		}
	if (!zvon_str_equal(name, ZV_STR("national_digits")) || number < 4 ||
	    number > 14)
		return wrong_rule(text);
	numbers->national_digits = (int)number;
	return 0;
}
