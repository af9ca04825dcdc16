/* A text of functions of any content: what is read stays within the limits and can be asked;
 * what is shown, read again, is the same; what is refused is told with file and line. Then
 * each function's action of any arguments: never a line that was not meant.
 *
 * Input: the text, 0x1e, what the arguments are cut from (0x1f between them). */
#include "ami/request.h"
#include "fuzz.h"
#include "onec/miko_request.h"
#include "onec/text16.h"

#define END	0x1e
#define BETWEEN 0x1f

static int
call(struct zv_component *c, const struct zv_method *method, struct zv_value *arguments,
     struct zv_value *result, struct zv_error *err)
{
	return 0;
}

static const struct zv_method own[] = {
	{ .name = "Connect", .russian = "Подключить" },
};

static struct zv_miko_table *
read_table(struct zv_str text)
{
	struct zv_miko_table *t = zv_miko_table_new(own, 1, call);
	struct zv_error err = { 0 };

	CHECK(t);
	CHECK(zv_miko_table_read(t, ZV_STR("guessed Ping =\nguessed SetVar = Value%"),
				 "z", false, &err) == 0);
	if (zv_miko_table_read(t, text, "f", text.n & 1, &err) < 0) {
		CHECK(err.code < 0 && err.text[0] == 'f');
		zv_miko_table_free(t);
		return NULL;
	}
	CHECK(err.code == 0);
	return t;
}

static void
check_table(const struct zv_miko_table *t)
{
	CHECK(t->n <= ZV_MIKO_METHODS_MAX && t->n_names <= ZV_MIKO_NAMES_MAX);
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_method *m = &t->methods[i];

		CHECK(m->n_arguments <= ZV_METHOD_ARGUMENTS);
		CHECK(zv_methods_find(t->methods, t->n, zvon_str(m->name)) == (long)i);
	}
}

static void
check_shown(const struct zv_miko_table *t)
{
	struct zv_miko_table *again;
	struct zv_buf first = { 0 }, second = { 0 };
	struct zv_error err = { 0 };

	CHECK(zv_miko_table_show(t, &first) == 0);
	again = zv_miko_table_new(own, 1, call);
	CHECK(zv_miko_table_read(again, zv_buf_str(&first), "f", false, &err) == 0 ||
	      first.n > ZV_MIKO_TEXT_MAX || err.code == ZV_ETOOBIG);
	if (err.code == 0) {
		CHECK(zv_miko_table_show(again, &second) == 0);
		CHECK(zvon_str_equal(zv_buf_str(&first), zv_buf_str(&second)));
	}
	zv_miko_table_free(again);
	zv_buf_deinit(&first);
	zv_buf_deinit(&second);
}

/* No more lines than there are fields. */
static void
check_request(const struct zv_request *r)
{
	struct zv_str key, value;
	struct zv_buf text = { 0 };
	size_t cursor = 0, fields = 0, lines = 0;

	while (zv_request_next(r, &cursor, &key, &value))
		fields++;
	CHECK(zv_request_format(r, zv_request_action_id(r), &text) == 0);
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	CHECK(lines == fields + 3); /* Action, ActionID, the empty one */
	zv_buf_deinit(&text);
}

static void
ask(const struct zv_method *m, struct zv_str rest)
{
	const struct zv_miko_request_options options = {
		.keep_percent = rest.n & 1,
		.action_id = ZV_STR("own"),
	};
	struct zv_value arguments[ZV_METHOD_ARGUMENTS] = { 0 };
	struct zv_error err = { 0 };
	struct zv_request *r;
	struct zv_str part;

	for (size_t i = 0;
	     i + 1 < m->n_arguments && zv_str_split(&rest, BETWEEN, &part); i++)
		zv_value_set_text(&arguments[i], part);
	CHECK(zv_miko_extra_ms(m, arguments) >= 0);
	r = zv_miko_request(m, arguments, &options, &err);
	CHECK(!r == (err.code != 0));
	if (r)
		check_request(r);
	zvon_request_free(r);
	for (size_t i = 0; i < ZV_METHOD_ARGUMENTS; i++)
		zv_value_deinit(&arguments[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str text = fuzz_until(&in, END), given = fuzz_rest(&in);
	struct zv_miko_table *t = read_table(text);

	if (!t)
		return 0;
	check_table(t);
	check_shown(t);
	for (size_t i = 1; i < t->n && i < 8; i++)
		ask(&t->methods[i], given);
	zv_miko_table_free(t);
	return 0;
}
