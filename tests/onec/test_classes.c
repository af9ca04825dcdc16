/* test_classes.c - classes for the tests of the faces, without any connection: in place of
 * src/onec/classes.c. What they do is plain, so that what is tested is the way to them. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "onec/class.h"
#include "onec/component.h"

struct echo {
	struct zv_value any;
	long long counter;
};

static void *
open_echo(struct zv_component *c)
{
	return zv_calloc(1, sizeof(struct echo));
}

static void
free_echo(void *own)
{
	struct echo *e = own;

	zv_value_deinit(&e->any);
	zv_free(e);
}

static int
copy_value(struct zv_value *out, const struct zv_value *in)
{
	zv_value_deinit(out);
	*out = *in;
	out->bytes = (struct zv_buf){ 0 };
	return zv_buf_add(&out->bytes, zv_buf_str(&in->bytes)) < 0 ? ZV_ENOMEM : 0;
}

/* ---- properties ---------------------------------------------------------------------------- */

static int
get_counter(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	const struct echo *e = zv_component_own(c);

	zv_value_set_int(out, e->counter);
	return 0;
}

static int
set_counter(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct echo *e = zv_component_own(c);

	return zv_value_as_int(in, &e->counter)
		       ? 0
		       : zv_fail(err, ZV_EINVAL, "Счётчик: нужно целое число");
}

static int
get_version(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, ZV_STR("0.1-проба"));
}

static int
get_any(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	const struct echo *e = zv_component_own(c);

	return copy_value(out, &e->any);
}

static int
set_any(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct echo *e = zv_component_own(c);

	return copy_value(&e->any, in);
}

static int
get_language(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, zv_component_is_russian(c) ? ZV_STR("русский")
								 : ZV_STR("English"));
}

static int
get_app(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_value_set_int(out, zv_component_app(c));
	return 0;
}

static int
get_depth(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_value_set_int(out, zv_component_event_depth(c));
	return 0;
}

static int
set_waiting(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	long long n = 0;

	zv_value_as_int(in, &n);
	return zv_component_set_events_waiting(c, n, err);
}

static int
get_last_error(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	out->kind = ZV_VALUE_TEXT;
	return zv_component_last_error(c, &out->bytes);
}

/* "told delivered dropped refused" */
static int
get_counts(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	struct zv_component_counters n;

	zv_component_count(c, &n);
	out->kind = ZV_VALUE_TEXT;
	return zv_buf_printf(&out->bytes, "%llu %llu %llu", (unsigned long long)n.events,
			     (unsigned long long)n.delivered,
			     (unsigned long long)n.dropped);
}

static const struct zv_property properties[] = {
	{ "Counter", "Счётчик", NULL, get_counter, set_counter },
	{ "Version", "Версия", "Release|Выпуск", get_version, NULL },
	{ "Any", "Любое", NULL, get_any, set_any },
	{ "Language", "Язык", NULL, get_language, NULL },
	{ "App", "Приложение", NULL, get_app, NULL },
	{ "Depth", "Глубина", NULL, get_depth, NULL },
	{ "Waiting", "Ожидают", NULL, NULL, set_waiting },
	{ "LastError", "ПоследняяОшибка", NULL, get_last_error, NULL },
	{ "Counts", "Счётчики", NULL, get_counts, NULL },
};

/* ---- methods ------------------------------------------------------------------------------- */

static int
call_echo(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	  struct zv_value *result, struct zv_error *err)
{
	return copy_value(result, &a[0]);
}

static int
call_add(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	 struct zv_value *result, struct zv_error *err)
{
	zv_value_set_int(result, a[0].integer + a[1].integer);
	return 0;
}

static int
call_fill(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	  struct zv_value *result, struct zv_error *err)
{
	zv_value_set_int(&a[1], 42);
	return zv_value_set_text(&a[0], ZV_STR("заполнено"));
}

static int
call_fail(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	  struct zv_value *result, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "отказ по просьбе");
}

/* N events "событие-0" … */
static int
call_events(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	    struct zv_value *result, struct zv_error *err)
{
	struct zv_buf data = { 0 };

	for (long long i = 0; i < a[0].integer; i++) {
		zv_buf_clear(&data);
		zv_buf_printf(&data, "событие-%lld", i);
		zv_component_event(c, ZV_STR("ZvonEcho"), ZV_STR("Звонок"),
				   zv_buf_str(&data));
	}
	zv_buf_deinit(&data);
	return 0;
}

static int
call_event(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	   struct zv_value *result, struct zv_error *err)
{
	zv_component_event(c, zv_buf_str(&a[0].bytes), zv_buf_str(&a[1].bytes),
			   zv_buf_str(&a[2].bytes));
	return 0;
}

static int
call_forget(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	    struct zv_value *result, struct zv_error *err)
{
	zv_component_forget_events(c);
	return 0;
}

static int
call_blob(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	  struct zv_value *result, struct zv_error *err)
{
	result->kind = ZV_VALUE_BLOB;
	for (long long i = 0; i < a[0].integer; i++)
		zv_buf_add_char(&result->bytes, (char)i);
	return zv_buf_failed(&result->bytes) ? ZV_ENOMEM : 0;
}

static int
call_text(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	  struct zv_value *result, struct zv_error *err)
{
	return copy_value(result, &a[0]);
}

static int
call_big(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	 struct zv_value *result, struct zv_error *err)
{
	zv_value_set_int(result, 5000000000);
	return 0;
}

static int
call_not(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	 struct zv_value *result, struct zv_error *err)
{
	zv_value_set_bool(result, !a[0].boolean);
	return 0;
}

static void
answer(struct zv_component *c, struct zv_ask *ask)
{
	zv_buf_add(&ask->out, ZV_STR("ответ"));
	zv_ask_answer(ask, 0);
}

/* Through the network thread, and back. */
static int
call_ask(struct zv_component *c, const struct zv_method *m, struct zv_value *a,
	 struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(answer);
	int rc = ask ? zv_component_ask(c, ask, -1, err) : ZV_ENOMEM;

	if (rc == 0)
		rc = zv_value_set_text(result, zv_buf_str(&ask->out));
	zv_ask_drop(ask);
	return rc;
}

#define N_OF(rows) (sizeof(rows) / sizeof *(rows))

static const struct zv_argument_row one_any[] = { { "value", ZV_WANT_ANY, NULL } };
static const struct zv_argument_row one_text[] = { { "text", ZV_WANT_TEXT, NULL } };
static const struct zv_argument_row one_number[] = { { "n", ZV_WANT_INT, NULL } };
static const struct zv_argument_row one_bool[] = { { "flag", ZV_WANT_BOOL, NULL } };
static const struct zv_argument_row two_numbers[] = {
	{ "a", ZV_WANT_INT, NULL },
	{ "b", ZV_WANT_INT, "10" },
};
static const struct zv_argument_row two_out[] = {
	{ "text", ZV_WANT_OUT, NULL },
	{ "number", ZV_WANT_OUT, NULL },
};
static const struct zv_argument_row three_texts[] = {
	{ "source", ZV_WANT_TEXT, NULL },
	{ "name", ZV_WANT_TEXT, NULL },
	{ "data", ZV_WANT_TEXT, "" },
};

static const struct zv_method methods[] = {
	{ "Echo", "Эхо", NULL, one_any, 1, false, call_echo, NULL },
	{ "Add", "Сложить", "Plus|Плюс", two_numbers, 2, false, call_add, NULL },
	{ "FillOut", "ЗаполнитьПараметр", NULL, two_out, 2, true, call_fill, NULL },
	{ "Fail", "Отказать", NULL, NULL, 0, false, call_fail, NULL },
	{ "Events", "События", NULL, one_number, 1, true, call_events, NULL },
	{ "Event", "Событие", NULL, three_texts, 3, true, call_event, NULL },
	{ "Forget", "Забыть", NULL, NULL, 0, true, call_forget, NULL },
	{ "Blob", "Данные", NULL, one_number, 1, false, call_blob, NULL },
	{ "Text", "Текст", NULL, one_text, 1, false, call_text, NULL },
	{ "Big", "Большое", NULL, NULL, 0, false, call_big, NULL },
	{ "Not", "Не", NULL, one_bool, 1, false, call_not, NULL },
	{ "Ask", "Спросить", NULL, NULL, 0, false, call_ask, NULL },
};

static const struct zv_class echo = {
	.name = "ZvonEcho",
	.prog_id = "ZvonEcho",
	.properties = properties,
	.n_properties = N_OF(properties),
	.methods = methods,
	.n_methods = N_OF(methods),
	.open = open_echo,
	.free = free_echo,
};

static const struct zv_class echo_false = {
	.name = "ZvonEchoFalse",
	.prog_id = "ZvonEchoFalse",
	.errors = ZV_ERRORS_FALSE,
	.properties = properties,
	.n_properties = N_OF(properties),
	.methods = methods,
	.n_methods = N_OF(methods),
	.open = open_echo,
	.free = free_echo,
};

const struct zv_class *const zv_classes[] = { &echo, &echo_false, NULL };
