/* config_cdr.c - [server NAME]: where the PBX keeps its own records. */
#include "base/buf.h"
#include "base/str.h"
#include "hist/preset.h"
#include "term/reason.h"
#include "zvond/config_impl.h"
#include "zvond/zone.h"

/* Whoever lists processes or reads logs would find it. */
static void
check_url(struct zv_config_reader *r, struct zv_config_object *o, const char *key,
	  const char *url)
{
	const char *place = url ? strstr(url, "://") : NULL, *end, *at;

	if (!place)
		return;
	place += strlen("://");
	end = place + strcspn(place, "/?#");
	at = memchr(place, '@', (size_t)(end - place));
	if (at && memchr(place, ':', (size_t)(at - place)))
		ZV_CONFIG_WRONG(r, o, key,
				"the password stands in %s: take it out, and set "
				"cdr_secret_file",
				"пароль стоит в %s: уберите его оттуда и укажите "
				"cdr_secret_file",
				key);
}

static void
check_preset(struct zv_config_reader *r, struct zv_config_object *o, const char *name)
{
	if (name && !zv_preset_find(zvon_str(name)))
		ZV_CONFIG_WRONG(r, o, "cdr_preset", "no preset '%s'; there are %s",
				"нет набора '%s'; есть %s", name, zv_preset_names());
}

static void
check_columns(struct zv_config_reader *r, struct zv_config_object *o,
	      const struct zv_config_cdr *c)
{
	for (size_t i = 0; i < c->n_columns; i++) {
		struct zv_str rest = c->columns[i], name;

		zv_str_split(&rest, '=', &name);
		if (rest.p && zv_column_of(ZV_RECORD_CDR, zv_str_trim(name)) >= 0)
			continue;
		ZV_CONFIG_WRONG(
			r, o, "cdr_columns",
			"cdr_columns = %.*s: NAME=COLUMN is needed, with a "
			"name that Asterisk's CDRs have, as src=cnum",
			"cdr_columns = %.*s: нужно ИМЯ=СТОЛБЕЦ, с именем из CDR "
			"Астериска, например src=cnum",
			ZV_ARG(c->columns[i]));
	}
}

static void
check_timezone(struct zv_config_reader *r, struct zv_config_object *o, const char *name)
{
	struct zv_error why = { 0 };
	char reason[ZV_REASON_MAX];
	struct zv_zone *zone = zv_zone_open(zvon_str(name), &why);

	if (!zone)
		ZV_CONFIG_WRONG(r, o, "cdr_timezone", "cdr_timezone: %s",
				"cdr_timezone: %s", zv_reason(why.text, reason));
	zv_zone_free(zone);
}

void
zv_config_check_cdr(struct zv_config_reader *r, struct zv_config_object *o,
		    struct zv_config_cdr *cdr)
{
	const struct zv_conf_setting *file = zv_config_seen(o, "cdr_secret_file");
	size_t n;

	cdr->at_minute = r->config->history.clean_minute;
	check_preset(r, o, cdr->preset);
	check_columns(r, o, cdr);
	if (!cdr->url && !cdr->cel)
		return;
	check_url(r, o, "cdr", cdr->url);
	check_url(r, o, "cel", cdr->cel);
	check_timezone(r, o, cdr->timezone);
	if (cdr->secret_file && file) {
		cdr->secret_file = zv_config_path(r, file);
		cdr->secret = zv_config_secret(r, file, false, false, &n);
	}
	if (!r->config->history.store && !r->config->history.is_temporary)
		ZV_CONFIG_WARN(r, o, cdr->url ? "cdr" : "cel",
			       "records are not read: there is no history, see "
			       "[history]",
			       "записи не читаются: истории нет, см. [history]");
}
