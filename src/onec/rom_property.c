/* What the script reads and sets. Those of the original first, in its order; then ours. */
#include "base/err.h"
#include "base/str.h"
#include "onec/property.h"
#include "onec/rom.h"
#include "onec/text16.h"

static struct zv_rom *
rom_of(struct zv_component *c)
{
	return zv_component_own(c);
}

static int
give_flag(struct zv_component *c, const bool *flag, struct zv_value *out)
{
	bool value;

	zv_component_lock(c);
	value = *flag;
	zv_component_unlock(c);
	if (rom_of(c)->kind->booleans)
		zv_value_set_bool(out, value);
	else
		zv_value_set_int(out, value);
	return 0;
}

static int
give_text(struct zv_component *c, const struct zv_buf *text, struct zv_value *out)
{
	int rc;

	zv_component_lock(c);
	rc = zv_value_set_text(out, zv_buf_str(text));
	zv_component_unlock(c);
	return rc;
}

static int
give_number(struct zv_component *c, const uint64_t *number, struct zv_value *out)
{
	uint64_t value;

	zv_component_lock(c);
	value = *number;
	zv_component_unlock(c);
	zv_value_set_int(out, (long long)value);
	return 0;
}

/* ---- of the original ---------------------------------------------------------------------------- */

static int
get_connected(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_flag(c, &rom_of(c)->is_connected, out);
}

static int
get_listen(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_flag(c, &rom_of(c)->is_listening, out);
}

static int
get_filter(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_text(c, &rom_of(c)->text, out);
}

static int
get_regex(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_text(c, &rom_of(c)->regex, out);
}

static int
get_version(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, zvon_str(rom_of(c)->kind->version));
}

static int
get_error_as_event(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_flag(c, &rom_of(c)->error_as_event, out);
}

static int
fail_kind(struct zv_component *c, const char *name, const char *wanted,
	  const char *wanted_russian, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL,
		       zv_component_is_russian(c) ? "свойство %s: нужно %s"
						  : "property %s: %s is wanted",
		       name, zv_component_is_russian(c) ? wanted_russian : wanted);
}

static int
set_error_as_event(struct zv_component *c, const struct zv_value *in,
		   struct zv_error *err)
{
	bool value;

	if (!zv_value_as_bool(in, &value))
		return fail_kind(c, "ErrorAsEvent", "1 or 0", "1 или 0", err);
	zv_component_lock(c);
	rom_of(c)->error_as_event = value;
	zv_component_unlock(c);
	return 0;
}

static int
get_port(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	int port;

	zv_component_lock(c);
	port = rom_of(c)->port;
	zv_component_unlock(c);
	zv_value_set_int(out, port);
	return 0;
}

/* There is nothing to be licensed. */
static int
get_is_demo(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_value_set_bool(out, false);
	return 0;
}

/* So no computer needs to be known. */
static int
get_id(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, ZV_STR("zvon"));
}

static int
get_key(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_text(c, &rom_of(c)->key, out);
}

static int
set_key(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct zv_buf text = { 0 }, old;
	int rc = zv_value_as_text(in, &text);

	if (rc == 0 && text.n > ZV_ROM_KEY_MAX)
		rc = ZV_EINVAL;
	if (rc < 0) {
		zv_buf_deinit(&text);
		return rc == ZV_EINVAL
			       ? fail_kind(c, "Key", "a text of at most 1024 bytes",
					   "строка до 1024 байт", err)
			       : zv_fail_nomem(err);
	}
	text.secret = true;
	zv_component_lock(c);
	old = rom_of(c)->key;
	rom_of(c)->key = text;
	zv_component_unlock(c);
	zv_buf_deinit(&old);
	return 0;
}

/* ---- ours ------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *russian;
} views[ZV_ROM_N_VIEWS] = {
	[ZV_ROM_AUTO] = { "auto", "авто" },
	[ZV_ROM_LEGACY] = { "legacy", "старый" },
	[ZV_ROM_NATIVE] = { "native", "новый" },
	[ZV_ROM_BOTH] = { "both", "оба" },
};

static int
get_view(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	enum zv_rom_view view;

	zv_component_lock(c);
	view = rom_of(c)->view;
	zv_component_unlock(c);
	return zv_value_set_text(out, zvon_str(views[view].name));
}

static int
set_view(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct zv_str word = zv_buf_str(&in->bytes);

	for (int i = 0; in->kind == ZV_VALUE_TEXT && i < ZV_ROM_N_VIEWS; i++) {
		if (!zv_name_equal(zvon_str(views[i].name), word) &&
		    !zv_name_equal(zvon_str(views[i].russian), word))
			continue;
		zv_component_lock(c);
		rom_of(c)->view = (enum zv_rom_view)i;
		zv_component_unlock(c);
		return 0;
	}
	return fail_kind(c, "View", "auto, legacy, native or both",
			 "auto, legacy, native или both", err);
}

static int
get_received(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_number(c, &rom_of(c)->n_received, out);
}

static int
get_filtered(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return give_number(c, &rom_of(c)->n_filtered, out);
}

static int
get_why_filtered(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	char reason[ZV_ROM_REASON_MAX];

	zv_component_lock(c);
	memcpy(reason, rom_of(c)->reason, sizeof reason);
	zv_component_unlock(c);
	return zv_value_set_text(out, zvon_str(reason));
}

static int
get_dropped(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	struct zv_component_counters n;
	int rc = give_number(c, &rom_of(c)->n_forgotten, out);

	zv_component_count(c, &n);
	out->integer += (long long)n.dropped;
	return rc;
}

static int
set_answer_ms(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	long long ms;

	if (!zv_value_as_int(in, &ms))
		return fail_kind(c, "AnswerTimeout", "a number of milliseconds",
				 "число миллисекунд", err);
	return zv_component_set_answer_ms(c, ms, err);
}

const struct zv_property zv_rom_properties[ZV_ROM_PROPERTIES] = {
	{ "Connected", "Подключено", "Подключен", get_connected, NULL },
	/* C1's Russian name has a space at its end, by mistake: not taken over */
	{ "Listen", "РежимПрослушивания", "Прослушивание", get_listen, NULL },
	{ "Filter", "Фильтр", NULL, get_filter, NULL },
	{ "RegEx", "РегулярноеВыражение", "РегВыражение", get_regex, NULL },
	{ "Version", "Версия", NULL, get_version, NULL },
	{ "ErrorAsEvent", "ОшибкаКакСобытие", NULL, get_error_as_event,
	  set_error_as_event },
	{ "Port", "Порт", NULL, get_port, NULL },
	{ "IsDemo", "ДемонстрационныйРежим", NULL, get_is_demo, NULL },
	{ "ID", "Идентификатор", NULL, get_id, NULL },
	{ "Key", "КлючПродукта", NULL, get_key, set_key },

	{ "ZvonVersion", "ВерсияZvon", NULL, zv_property_version, NULL },
	{ "LastError", "ПоследняяОшибка", NULL, zv_property_last_error, NULL },
	{ "View", "Вид", NULL, get_view, set_view },
	{ "Received", "Принято", NULL, get_received, NULL },
	{ "Filtered", "Отсеяно", NULL, get_filtered, NULL },
	{ "WhyFiltered", "ПричинаОтсева", NULL, get_why_filtered, NULL },
	{ "Delivered", "Передано", NULL, zv_property_delivered, NULL },
	{ "Dropped", "Потеряно", NULL, get_dropped, NULL },
	{ "Waiting", "ВОчереди", NULL, zv_property_waiting, NULL },
	{ "AnswerTimeout", "ВремяОтвета", NULL, zv_property_answer_ms, set_answer_ms },
	{ "BufferDepth", "ГлубинаБуфера", NULL, zv_property_event_depth, NULL },
};
