#include "onec/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "onec/text16.h"
#include "zvon/error.h"

void
zv_value_deinit(struct zv_value *v)
{
	zv_buf_deinit(&v->bytes);
	*v = (struct zv_value){ 0 };
}

int
zv_value_set_text(struct zv_value *v, struct zv_str text)
{
	zv_value_deinit(v);
	v->kind = ZV_VALUE_TEXT;
	return zv_buf_add(&v->bytes, text) < 0 ? ZV_ENOMEM : 0;
}

void
zv_value_set_int(struct zv_value *v, long long integer)
{
	zv_value_deinit(v);
	v->kind = ZV_VALUE_INT;
	v->integer = integer;
}

void
zv_value_set_bool(struct zv_value *v, bool boolean)
{
	zv_value_deinit(v);
	v->kind = ZV_VALUE_BOOL;
	v->boolean = boolean;
}

/* ---- reading one as another --------------------------------------------------------- */

/* A whole number that a long long holds: 1C gives 5038 as 5038.0, too. */
static bool
whole(double real, long long *out)
{
	if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0) ||
	    real != (double)(long long)real)
		return false;
	*out = (long long)real;
	return true;
}

/* Строка(5038) of 1C is "5 038" with U+00A0 between, in some languages U+202F; users type
 * blanks. 0: a character that counts. */
static size_t
space_at(struct zv_str text)
{
	static const struct zv_str spaces[] = { { " ", 1 },
						{ "\xc2\xa0", 2 },
						{ "\xe2\x80\xaf", 3 } };

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (zv_str_starts(text, spaces[i]))
			return spaces[i].n;
	return 0;
}

static bool
parse_int(struct zv_str text, long long *out)
{
	char digits[32];
	size_t n = 0;

	while (text.n) {
		size_t space = space_at(text);

		if (!space && n == sizeof digits)
			return false;
		if (!space)
			digits[n++] = *text.p;
		text = zv_str_from(text, space ? space : 1);
	}
	return zv_num_parse((struct zv_str){ digits, n }, INT64_MIN, INT64_MAX, out) ==
	       0;
}

bool
zv_value_as_int(const struct zv_value *v, long long *out)
{
	switch (v->kind) {
	case ZV_VALUE_INT:
		*out = v->integer;
		return true;
	case ZV_VALUE_REAL:
		return whole(v->real, out);
	case ZV_VALUE_BOOL:
		*out = v->boolean;
		return true;
	case ZV_VALUE_TEXT:
		return parse_int(zv_buf_str(&v->bytes), out);
	default:
		return false;
	}
}

static const struct {
	const char *word;
	bool boolean;
} words[] = {
	{ "true", true },  { "yes", true },    { "истина", true },
	{ "да", true },	   { "false", false }, { "no", false },
	{ "ложь", false }, { "нет", false },   { "", false },
};

bool
zv_value_as_bool(const struct zv_value *v, bool *out)
{
	long long number;

	if (v->kind == ZV_VALUE_TEXT)
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (zv_name_equal(zv_buf_str(&v->bytes),
					  zvon_str(words[i].word))) {
				*out = words[i].boolean;
				return true;
			}
	if (v->kind == ZV_VALUE_REAL && !isnan(v->real))
		*out = v->real != 0;
	else if (zv_value_as_int(v, &number))
		*out = number != 0;
	else
		return false;
	return true;
}

/* As snprintf wrote it: the host's locale may have another point, of more than a byte. */
static int
add_digits(struct zv_buf *out, const char *text)
{
	bool was_digit = true;

	for (; *text; text++) {
		bool is_digit = strchr("0123456789+-e", *text);

		if (is_digit)
			zv_buf_add_char(out, *text);
		else if (was_digit)
			zv_buf_add_char(out, '.');
		was_digit = is_digit;
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* The shortest text that reads back as the same number. */
static int
add_real(struct zv_buf *out, double real)
{
	char text[40];
	long long number;

	if (!isfinite(real))
		return ZV_EINVAL;
	if (whole(real, &number))
		return zv_buf_printf(out, "%lld", number);
	for (int digits = 15; digits <= 17; digits++) {
		double back;

		snprintf(text, sizeof text, "%.*g", digits, real);
		if (sscanf(text, "%lf", &back) == 1 && back == real)
			break;
	}
	return add_digits(out, text);
}

int
zv_value_as_text(const struct zv_value *v, struct zv_buf *out)
{
	switch (v->kind) {
	case ZV_VALUE_EMPTY:
	case ZV_VALUE_NULL:
		return 0;
	case ZV_VALUE_INT:
		return zv_buf_printf(out, "%lld", v->integer) < 0 ? ZV_ENOMEM : 0;
	case ZV_VALUE_REAL:
		return add_real(out, v->real);
	case ZV_VALUE_BOOL:
		return zv_buf_add(out, v->boolean ? ZV_STR("true") : ZV_STR("false")) <
				       0
			       ? ZV_ENOMEM
			       : 0;
	case ZV_VALUE_TEXT:
		return zv_buf_add(out, zv_buf_str(&v->bytes)) < 0 ? ZV_ENOMEM : 0;
	default:
		return ZV_EINVAL;
	}
}
