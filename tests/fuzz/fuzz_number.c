/* Number rules: the key is bounded, ends with NUL, and is the key of itself.
 *
 * Input: country, trunk, international, area (each up to NUL), digits (1 byte), the number. */
#include "fuzz.h"
#include "hist/number.h"

static struct zv_str
given(struct fuzz_input *in)
{
	struct zv_str s = fuzz_until(in, '\0');

	return s.n ? s : (struct zv_str){ NULL, 0 };
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_number_rules rules = {
		.country = given(&in),
		.trunk = given(&in),
		.international = given(&in),
		.area = given(&in),
	};
	char key[ZV_NUMBER_KEY], again[ZV_NUMBER_KEY];
	struct zv_str number;
	char *copy;
	size_t length;

	rules.national_digits = (int)fuzz_byte(&in) - 3;
	number = fuzz_rest(&in);
	copy = fuzz_copy(number);
	length = zv_number_key(&rules, (struct zv_str){ copy, number.n }, key);
	free(copy);
	CHECK(length < ZV_NUMBER_KEY && key[length] == '\0');
	length = zv_number_key(NULL, number, key);
	CHECK(length < ZV_NUMBER_KEY && length <= number.n + 1);
	/* a number in international form stays what it is */
	if (length == 11 && key[0] == '7') {
		CHECK(zv_number_key(NULL, (struct zv_str){ key, length }, again) == 11);
		CHECK(memcmp(key, again, 11) == 0);
	}
	return 0;
}
