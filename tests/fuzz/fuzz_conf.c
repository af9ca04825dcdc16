/* Configuration of any content: what is read ends, stays within the limits, and each text
 * is followed by its NUL; what is refused is told with file and line.
 *
 * Input: the first file, 0x1e, the file that every #include gets. */
#include "conf/conf.h"
#include "fuzz.h"

#define END 0x1e

static int
include(void *context, struct zv_str name, struct zv_str from, zv_conf_add_fn add,
	void *reader, struct zv_error *err)
{
	const struct zv_str *text = context;

	(void)from;
	(void)err;
	return name.p[0] == 'n' ? ZV_ENOTFOUND : add(reader, name, *text);
}

static void
check_setting(const struct zv_conf_setting *s)
{
	CHECK(s->key.n && s->key.p[s->key.n] == '\0' && s->value.p[s->value.n] == '\0');
	CHECK(s->value.n <= ZV_CONF_MAX_LINE && s->line > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str first = fuzz_until(&in, END);
	struct zv_str other = fuzz_rest(&in);
	struct zv_error err = { 0 };
	struct zv_conf *c =
		zv_conf_parse(ZV_STR("first"), first, include, &other, n & 1, &err);
	size_t settings = 0;

	CHECK(!c == (err.code != 0));
	CHECK(c || strchr(err.text, ':'));
	for (const struct zv_conf_section *s = c ? zv_conf_sections(c) : NULL; s;
	     s = s->next)
		for (const struct zv_conf_setting *x = s->settings; x; x = x->next) {
			check_setting(x);
			settings++;
		}
	CHECK(settings <= ZV_CONF_MAX_SETTINGS);
	zv_conf_free(c);
	return 0;
}
