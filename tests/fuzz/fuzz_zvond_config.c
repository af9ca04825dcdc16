/* zvond.conf of any content: what is refused is complained of, what is taken prints as a
 * text that reads the same. Files are left out: nothing here may depend on the disk. */
#include "base/str.h"
#include "fuzz.h"
#include "zvond/config.h"

static bool
has(struct zv_str text, const char *word)
{
	return zv_str_find(text, zvon_str(word)) < text.n;
}

static struct zv_config *
parse(struct zv_str text)
{
	struct zv_buf complaints = { 0 };
	struct zv_config *c = zv_config_parse("zvond.conf", text, &complaints);

	CHECK(c || complaints.n);
	zv_buf_deinit(&complaints);
	return c;
}

static void
check_again(struct zv_str printed)
{
	struct zv_config *c = parse(printed);
	struct zv_buf again = { 0 };

	CHECK(c);
	zv_config_print(c, &again);
	CHECK(zvon_str_equal(zv_buf_str(&again), printed));
	zv_buf_deinit(&again);
	zv_config_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct zv_str text = { (const char *)bytes, n };
	struct zv_buf printed = { 0 };
	struct zv_config *c;

	if (has(text, "#") || has(text, "_file") || has(text, "_FILE"))
		return 0;
	c = parse(text);
	if (!c)
		return 0;
	zv_config_print(c, &printed);
	if (!has(zv_buf_str(&printed), "***")) /* a secret, which is not shown */
		check_again(zv_buf_str(&printed));
	zv_buf_deinit(&printed);
	zv_config_free(c);
	return 0;
}
