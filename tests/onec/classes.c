/* classes.c - instead of the component's own: a class that says back what it is told, so that
 * the face and the component are tested without any PBX. */
#include "base/err.h"
#include "base/mem.h"
#include "net.h"
#include "onec/component.h"

static const char *const kinds[] = {
	[ZV_VALUE_EMPTY] = "empty", [ZV_VALUE_NULL] = "null",
	[ZV_VALUE_INT] = "int",	    [ZV_VALUE_REAL] = "real",
	[ZV_VALUE_BOOL] = "bool",   [ZV_VALUE_TEXT] = "text",
	[ZV_VALUE_BLOB] = "blob",   [ZV_VALUE_DATE] = "date",
	[ZV_VALUE_OTHER] = "other",
};

static int
copy_value(struct zv_value *out, const struct zv_value *in)
{
	zv_value_deinit(out);
	*out = *in;
	out->bytes = (struct zv_buf){ 0 };
	return zv_buf_add(&out->bytes, zv_buf_str(&in->bytes)) < 0 ? ZV_ENOMEM : 0;
}

/* ---- methods ------------------------------------------------------------------------------ */

static int
echo(struct zv_component *c, const struct zv_method *method, struct zv_value *arguments,
     struct zv_value *result, struct zv_error *err)
{
	return copy_value(result, &arguments[0]);
}

static int
tell_kind(struct zv_component *c, const struct zv_method *method,
	  struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	return zv_value_set_text(result, zvon_str(kinds[arguments[0].kind]));
}

/* "kind=text kind=text …" of all that was given. */
static int
tell_all(struct zv_component *c, const struct zv_method *method,
	 struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	result->kind = ZV_VALUE_TEXT;
	for (size_t i = 0; i < method->n_arguments; i++) {
		zv_buf_printf(&result->bytes, "%s%s=", i ? " " : "",
			      kinds[arguments[i].kind]);
		zv_value_as_text(&arguments[i], &result->bytes);
	}
	return zv_buf_failed(&result->bytes) ? ZV_ENOMEM : 0;
}

/* A text, a number, binary data, and nothing. */
static int
fill(struct zv_component *c, const struct zv_method *method, struct zv_value *arguments,
     struct zv_value *result, struct zv_error *err)
{
	int rc = zv_value_set_text(&arguments[0], ZV_STR("заполнено ☎"));

	if (rc < 0)
		return rc;
	zv_value_set_int(&arguments[1], 42);
	arguments[2].kind = ZV_VALUE_BLOB;
	zv_value_set_bool(result, true);
	return zv_buf_add(&arguments[2].bytes, ZV_STR("\0\xff\x01")) < 0 ? ZV_ENOMEM
									 : 0;
}

static int
refuse(struct zv_component *c, const struct zv_method *method,
       struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s", zv_buf_cstr(&arguments[0].bytes));
}

/* n events of that name and data; the number of each is put before the data. */
static int
tell_events(struct zv_component *c, const struct zv_method *method,
	    struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	struct zv_buf data = { 0 };
	long long n = arguments[0].integer;

	for (long long i = 0; i < n; i++) {
		zv_buf_clear(&data);
		if (n > 1)
			zv_buf_printf(&data, "%lld ", i);
		zv_buf_add(&data, zv_buf_str(&arguments[2].bytes));
		zv_component_event(c, ZV_STR("Echo"), zv_buf_str(&arguments[1].bytes),
				   zv_buf_str(&data));
	}
	zv_buf_deinit(&data);
	return 0;
}

static int
forget_events(struct zv_component *c, const struct zv_method *method,
	      struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	zv_component_forget_events(c);
	return 0;
}

/* The network thread says it back. */
static void
answer(struct zv_component *c, struct zv_ask *ask)
{
	zv_buf_add(&ask->out, zv_buf_str(&ask->in));
	zv_component_event(c, ZV_STR("Echo"), ZV_STR("asked"), zv_buf_str(&ask->in));
	zv_ask_answer(ask, 0);
}

static int
ask_back(struct zv_component *c, const struct zv_method *method,
	 struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(answer);
	int rc =
		ask ? zv_buf_add(&ask->in, zv_buf_str(&arguments[0].bytes)) : ZV_ENOMEM;

	if (rc >= 0)
		rc = zv_component_ask(c, ask, -1, err);
	if (rc >= 0)
		rc = zv_value_set_text(result, zv_buf_str(&ask->out));
	zv_ask_drop(ask);
	return rc;
}

static const struct zv_argument_row value[] = { { "Value", ZV_WANT_ANY, NULL } };
static const struct zv_argument_row text[] = { { "Text", ZV_WANT_TEXT, NULL } };
static const struct zv_argument_row each[] = {
	{ "Text", ZV_WANT_TEXT, NULL },
	{ "Number", ZV_WANT_INT, "7" },
	{ "Flag", ZV_WANT_BOOL, "true" },
	{ "Name", ZV_WANT_TEXT, "имя" },
};
static const struct zv_argument_row out[] = {
	{ "Text", ZV_WANT_OUT, NULL },
	{ "Number", ZV_WANT_OUT, NULL },
	{ "Data", ZV_WANT_OUT, NULL },
	{ "Nothing", ZV_WANT_OUT, NULL },
};
static const struct zv_argument_row events[] = {
	{ "Number", ZV_WANT_INT, NULL },
	{ "Event", ZV_WANT_TEXT, "event" },
	{ "Data", ZV_WANT_TEXT, "" },
};

#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

static const struct zv_method methods[] = {
	{ "Echo", "Эхо", NULL, ROWS(value), false, echo, NULL },
	{ "Kind", "Вид", "Sort|Сорт", ROWS(value), false, tell_kind, NULL },
	{ "Each", "КаждыйПараметр", NULL, ROWS(each), false, tell_all, NULL },
	{ "Fill", "Заполнить", NULL, ROWS(out), false, fill, NULL },
	{ "Refuse", "Отказать", NULL, ROWS(text), false, refuse, NULL },
	{ "Events", "События", NULL, ROWS(events), true, tell_events, NULL },
	{ "Forget", "ЗабытьСобытия", NULL, NULL, 0, true, forget_events, NULL },
	{ "Ask", "СпроситьЁжика", NULL, ROWS(text), false, ask_back, NULL },
};

/* ---- properties ----------------------------------------------------------------------------- */

struct own {
	struct zv_value value;
};

static int
get_version(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	return zv_value_set_text(v, ZV_STR("1.0-эхо"));
}

static int
get_value(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	return copy_value(v, &((struct own *)zv_component_own(c))->value);
}

static int
set_value(struct zv_component *c, const struct zv_value *v, struct zv_error *err)
{
	return copy_value(&((struct own *)zv_component_own(c))->value, v);
}

static int
get_app(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	zv_value_set_int(v, zv_component_app(c));
	return 0;
}

static int
get_language(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	return zv_value_set_text(v, zv_component_is_russian(c) ? ZV_STR("ru")
							       : ZV_STR("en"));
}

static int
get_last_error(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	v->kind = ZV_VALUE_TEXT;
	return zv_component_last_error(c, &v->bytes);
}

static int
get_depth(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	zv_value_set_int(v, zv_component_event_depth(c));
	return 0;
}

static int
set_depth(struct zv_component *c, const struct zv_value *v, struct zv_error *err)
{
	return zv_component_set_event_depth(c, v->integer, err);
}

static int
set_events_waiting(struct zv_component *c, const struct zv_value *v,
		   struct zv_error *err)
{
	return zv_component_set_events_waiting(c, v->integer, err);
}

static int
get_waiting(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	struct zv_component_counters counters;

	zv_component_count(c, &counters);
	zv_value_set_int(v, (long long)counters.waiting);
	return 0;
}

static int
get_dropped(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	struct zv_component_counters counters;

	zv_component_count(c, &counters);
	zv_value_set_int(v, (long long)counters.dropped);
	return 0;
}

static int
get_delivered(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	struct zv_component_counters counters;

	zv_component_count(c, &counters);
	zv_value_set_int(v, (long long)counters.delivered);
	return 0;
}

static int
get_refused(struct zv_component *c, struct zv_value *v, struct zv_error *err)
{
	struct zv_component_counters counters;

	zv_component_count(c, &counters);
	zv_value_set_int(v, (long long)counters.refused);
	return 0;
}

static const struct zv_property properties[] = {
	{ "Version", "Версия", NULL, get_version, NULL },
	{ "Value", "Значение", NULL, get_value, set_value },
	{ "App", "Клиент", NULL, get_app, NULL },
	{ "Language", "Язык", NULL, get_language, NULL },
	{ "LastError", "ОписаниеОшибки", NULL, get_last_error, NULL },
	{ "EventDepth", "ГлубинаОчереди", NULL, get_depth, set_depth },
	{ "EventsWaiting", "ОчередьСобытий", NULL, NULL, set_events_waiting },
	{ "Waiting", "ЖдётСобытий", NULL, get_waiting, NULL },
	{ "Dropped", "ПотеряноСобытий", NULL, get_dropped, NULL },
	{ "Delivered", "ПереданоСобытий", NULL, get_delivered, NULL },
	{ "Refused", "ОтказовСобытий", NULL, get_refused, NULL },
};

static void *
open_own(struct zv_component *c)
{
	return zv_calloc(1, sizeof(struct own));
}

static void
free_own(void *own)
{
	zv_value_deinit(&((struct own *)own)->value);
	zv_free(own);
}

static const struct zv_class echo_class = {
	.name = "Echo",
	.prog_id = "ZvonEcho",
	.errors = ZV_ERRORS_RAISE,
	.properties = properties,
	.n_properties = sizeof properties / sizeof *properties,
	.methods = methods,
	.n_methods = sizeof methods / sizeof *methods,
	.open = open_own,
	.free = free_own,
};

/* The same with answers instead of exceptions. */
static const struct zv_class quiet_class = {
	.name = "Echo-False",
	.prog_id = "ZvonEchoFalse",
	.errors = ZV_ERRORS_FALSE,
	.properties = properties,
	.n_properties = sizeof properties / sizeof *properties,
	.methods = methods,
	.n_methods = sizeof methods / sizeof *methods,
	.open = open_own,
	.free = free_own,
};

const struct zv_class *const zv_classes[] = {
	&echo_class,
	&quiet_class,
	&zv_test_net_class,
	NULL,
};
