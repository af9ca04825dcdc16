/* The properties of the class MIKO. All names are ours: MIKO's are not known. */
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "onec/link_pbx.h"
#include "onec/miko.h"
#include "onec/property.h"
#include "onec/text16.h"

static struct zv_miko *
miko_of(struct zv_component *c)
{
	return zv_component_own(c);
}

/* ---- the connection ------------------------------------------------------------------------ */

static enum zv_client_state
state_of(struct zv_component *c)
{
	enum zv_client_state state;

	zv_component_lock(c);
	state = miko_of(c)->state;
	zv_component_unlock(c);
	return state;
}

static int
get_connected(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_value_set_bool(out, state_of(c) == ZV_STATE_READY);
	return 0;
}

static int
get_state(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, zvon_str(zvon_client_state_name(state_of(c))));
}

static int
get_server_version(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	int rc;

	zv_component_lock(c);
	rc = zv_value_set_text(out, zvon_str(miko_of(c)->ami_version));
	zv_component_unlock(c);
	return rc;
}

static int
get_losses(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_component_lock(c);
	zv_value_set_int(out, (long long)miko_of(c)->losses);
	zv_component_unlock(c);
	return 0;
}

/* ---- settings of the next Connect ------------------------------------------------------------- */

static int
get_text(const struct zv_buf *from, struct zv_value *out)
{
	return zv_value_set_text(out, zv_buf_str(from));
}

static int
fail_text(struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s",
		       zv_component_is_russian(c)
			       ? "нужна строка без нулевых символов и переводов строки"
			       : "a string without NUL and line ends is wanted");
}

static int
set_text(struct zv_component *c, struct zv_buf *to, const struct zv_value *in,
	 struct zv_error *err)
{
	struct zv_buf text = { 0 };
	int rc = zv_value_as_text(in, &text);

	for (size_t i = 0; rc == 0 && i < text.n; i++)
		if (strchr("\r\n", text.p[i])) /* and the NUL behind them */
			rc = ZV_EINVAL;
	if (rc == 0) {
		zv_buf_deinit(to);
		*to = text;
		return 0;
	}
	zv_buf_deinit(&text);
	return rc == ZV_EINVAL ? fail_text(c, err) : zv_fail_nomem(err);
}

static int
set_bool(struct zv_component *c, bool *to, const struct zv_value *in,
	 struct zv_error *err)
{
	if (zv_value_as_bool(in, to))
		return 0;
	return zv_fail(err, ZV_EINVAL, "%s",
		       zv_component_is_russian(c) ? "нужно Истина или Ложь"
						  : "true or false is wanted");
}

static int
set_number(struct zv_component *c, long long *to, const struct zv_value *in,
	   struct zv_error *err)
{
	if (zv_value_as_int(in, to))
		return 0;
	return zv_fail(err, ZV_EINVAL, "%s",
		       zv_component_is_russian(c) ? "нужно целое число"
						  : "a whole number is wanted");
}

#define TEXT_SETTING(name)                                                             \
 static int get_##name(struct zv_component *c, struct zv_value *out,                   \
		       struct zv_error *err)                                           \
 {                                                                                     \
  return get_text(&miko_of(c)->settings.name, out);                                    \
 }                                                                                     \
 static int set_##name(struct zv_component *c, const struct zv_value *in,              \
		       struct zv_error *err)                                           \
 {                                                                                     \
  return set_text(c, &miko_of(c)->settings.name, in, err);                             \
 }

#define BOOL_SETTING(name, member)                                                     \
 static int get_##name(struct zv_component *c, struct zv_value *out,                   \
		       struct zv_error *err)                                           \
 {                                                                                     \
  zv_value_set_bool(out, miko_of(c)->member);                                          \
  return 0;                                                                            \
 }                                                                                     \
 static int set_##name(struct zv_component *c, const struct zv_value *in,              \
		       struct zv_error *err)                                           \
 {                                                                                     \
  return set_bool(c, &miko_of(c)->member, in, err);                                    \
 }

TEXT_SETTING(events)
TEXT_SETTING(ca_file)
TEXT_SETTING(pin)
TEXT_SETTING(proxy)
BOOL_SETTING(insecure, settings.insecure)
BOOL_SETTING(raises, raises)
BOOL_SETTING(keeps_percent, keeps_percent)

/* ---- the view ------------------------------------------------------------------------------------ */

/* Words of the view behind "legacy": as the options of zvon. */
static const struct {
	const char *word;
	size_t offset;
} words[] = {
	{ "unlink-as-bridge", offsetof(struct zv_legacy_options, unlink_as_bridge) },
	{ "sip-names", offsetof(struct zv_legacy_options, sip_names) },
	{ "keep-new", offsetof(struct zv_legacy_options, keep_new) },
};

#define N_WORDS (sizeof words / sizeof *words)

static bool *
flag_of(struct zv_legacy_options *o, size_t i)
{
	return (bool *)((char *)o + words[i].offset);
}

static int
get_view(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	struct zv_miko_target *s = &miko_of(c)->settings;

	zv_value_set_text(out, s->is_legacy ? ZV_STR("legacy") : ZV_STR("native"));
	for (size_t i = 0; s->is_legacy && i < N_WORDS; i++)
		if (*flag_of(&s->legacy, i))
			zv_buf_printf(&out->bytes, ",%s", words[i].word);
	return zv_buf_failed(&out->bytes) ? ZV_ENOMEM : 0;
}

static bool
read_view_word(struct zv_str word, struct zv_legacy_options *o)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (zv_name_equal(word, zvon_str(words[i].word)))
			return *flag_of(o, i) = true;
	return false;
}

/* "native", "legacy", "legacy,sip-names". */
static bool
read_view(struct zv_str text, bool *is_legacy, struct zv_legacy_options *o)
{
	struct zv_str word;
	bool ok;

	if (!zv_str_split(&text, ',', &word))
		return false;
	*is_legacy = zv_name_equal(zv_str_trim(word), ZV_STR("legacy"));
	ok = *is_legacy ||
	     (zv_name_equal(zv_str_trim(word), ZV_STR("native")) && !text.p);
	while (ok && zv_str_split(&text, ',', &word))
		ok = read_view_word(zv_str_trim(word), o);
	return ok;
}

static int
set_view(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct zv_legacy_options options = { 0 };
	struct zv_miko_target *s = &miko_of(c)->settings;
	struct zv_buf text = { 0 };
	bool is_legacy = false, ok;
	int rc = zv_value_as_text(in, &text);

	ok = rc == 0 && read_view(zv_buf_str(&text), &is_legacy, &options);
	zv_buf_deinit(&text);
	if (!ok)
		return rc == ZV_ENOMEM
			       ? zv_fail_nomem(err)
			       : zv_fail(err, ZV_EINVAL,
					 zv_component_is_russian(c)
						 ? "вид событий: native, legacy, или %s"
						 : "the view is native, legacy, or %s",
					 "legacy,unlink-as-bridge,sip-names,keep-new");
	s->is_legacy = is_legacy;
	s->legacy = options;
	return 0;
}

/* ---- waiting and events ------------------------------------------------------------------------- */

static int
set_answer_ms(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	long long ms;
	int rc = set_number(c, &ms, in, err);

	return rc < 0 ? rc : zv_component_set_answer_ms(c, ms, err);
}

static int
set_event_depth(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	long long depth;
	int rc = set_number(c, &depth, in, err);

	return rc < 0 ? rc : zv_component_set_event_depth(c, depth, err);
}

static int
set_events_limit(struct zv_component *c, const struct zv_value *in,
		 struct zv_error *err)
{
	long long n;
	int rc = set_number(c, &n, in, err);

	return rc < 0 ? rc : zv_component_set_events_waiting(c, n, err);
}

#define COUNTER(function, name)                                                        \
 static int function(struct zv_component *c, struct zv_value *out,                     \
		     struct zv_error *err)                                             \
 {                                                                                     \
  struct zv_component_counters counters;                                               \
                                                                                       \
  zv_component_count(c, &counters);                                                    \
  zv_value_set_int(out, (long long)counters.name);                                     \
  return 0;                                                                            \
 }

COUNTER(get_events_told, events)
COUNTER(get_dropped, dropped)

const struct zv_property zv_miko_properties[ZV_MIKO_PROPERTIES] = {
	{ "Connected", "Подключено", NULL, get_connected, NULL },
	{ "State", "Состояние", NULL, get_state, NULL },
	{ "LastError", "ПоследняяОшибка", NULL, zv_property_last_error, NULL },
	{ "ServerVersion", "ВерсияСервера", NULL, get_server_version, NULL },
	{ "Losses", "ОбрывовСвязи", NULL, get_losses, NULL },
	{ "Version", "Версия", NULL, zv_property_version, NULL },
	{ "AnswerTimeout", "ОжиданиеОтвета", NULL, zv_property_answer_ms,
	  set_answer_ms },
	{ "View", "Вид", NULL, get_view, set_view },
	{ "EventMask", "МаскаСобытий", NULL, get_events, set_events },
	{ "RaiseErrors", "ВызыватьИсключения", NULL, get_raises, set_raises },
	{ "KeepPercent", "НеРаскодироватьПроценты", NULL, get_keeps_percent,
	  set_keeps_percent },
	{ "CAFile", "ФайлСертификатов", NULL, get_ca_file, set_ca_file },
	{ "Pin", "ОтпечатокКлюча", NULL, get_pin, set_pin },
	{ "Insecure", "НеПроверятьСертификат", NULL, get_insecure, set_insecure },
	{ "Proxy", "Прокси", NULL, get_proxy, set_proxy },
	{ "Events", "Событий", NULL, get_events_told, NULL },
	{ "Delivered", "СобытийПередано", NULL, zv_property_delivered, NULL },
	{ "Dropped", "СобытийПотеряно", NULL, get_dropped, NULL },
	{ "Waiting", "СобытийОжидает", NULL, zv_property_waiting, NULL },
	{ "WaitingLimit", "ПределСобытий", NULL, NULL, set_events_limit },
	{ "EventDepth", "ГлубинаОчереди", NULL, zv_property_event_depth,
	  set_event_depth },
};
