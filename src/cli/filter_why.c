#include "cli/filter_why.h"

#include "base/str.h"
#include "base/utf.h"

#define SHOWN 60 /* bytes of a value */

static void
add_event(struct zv_buf *out, const struct zv_packet *packet)
{
	if (packet->kind == ZV_PACKET_EVENT)
		zv_buf_add(out, zvon_str(zv_say_pick((struct zv_text){
					"not one of the wanted events",
					"не из нужных событий" })));
	else
		zv_buf_add(out, zvon_str(zv_say_pick((struct zv_text){
					"not an event", "это не событие" })));
}

static void
add_text(struct zv_buf *out, const char *text)
{
	zv_buf_printf(out,
		      zv_say_lang() == ZV_LANG_RU ? "нет \"%s\"" : "no \"%s\" in it",
		      text);
}

/* The value the condition looked at: `CallerIDNum is "201"`. */
static void
add_field(struct zv_buf *out, const char *condition, const struct zv_packet *packet)
{
	size_t key_end = strcspn(condition, "=~!");
	struct zv_str key = zv_str_trim((struct zv_str){ condition, key_end });
	const struct zv_field *field = zvon_packet_find(packet, key);
	struct zv_str value = field ? field->value : ZV_STR("");
	bool russian = zv_say_lang() == ZV_LANG_RU;

	value.n = zv_utf8_cut(value, SHOWN);
	zv_buf_printf(out, russian ? "не выполнено %s: " : "not %s: ", condition);
	if (field)
		zv_buf_printf(out, russian ? "%.*s равно \"%.*s\"" : "%.*s is \"%.*s\"",
			      ZV_ARG(key), ZV_ARG(value));
	else
		zv_buf_printf(out, russian ? "нет поля %.*s" : "there is no %.*s",
			      ZV_ARG(key));
}

static void
add_fixed(struct zv_buf *out, enum zv_filter_verdict verdict)
{
	static const struct zv_text words[] = {
		[ZV_FILTER_PASSES] = { "all conditions hold", "все условия выполнены" },
		[ZV_FILTER_REGEX] = { "the regular expression is not found in it",
				      "регулярное выражение не найдено" },
		[ZV_FILTER_LIMIT] = { "the search for the regular expression was given "
				      "up at its limit of steps",
				      "поиск по регулярному выражению прерван: "
				      "слишком много шагов" },
		[ZV_FILTER_OFF] = { "the filter is off: too many searches were given "
				    "up",
				    "фильтр отключён: слишком много поисков прервано" },
	};

	zv_buf_add(out, zvon_str(zv_say_pick(words[verdict])));
}

void
zv_filter_why(struct zv_buf *out, const struct zv_filter_wish *wish,
	      const struct zv_filter *f, const struct zv_packet *packet,
	      enum zv_filter_verdict verdict)
{
	switch (verdict) {
	case ZV_FILTER_EVENT:
		add_event(out, packet);
		break;
	case ZV_FILTER_TEXT:
		add_text(out, wish->texts.texts[zvon_filter_culprit(f)]);
		break;
	case ZV_FILTER_FIELD:
		add_field(out, wish->fields.texts[zvon_filter_culprit(f)], packet);
		break;
	case ZV_FILTER_PASSES:
	case ZV_FILTER_REGEX:
	case ZV_FILTER_LIMIT:
	case ZV_FILTER_OFF:
		add_fixed(out, verdict);
		break;
	}
}
