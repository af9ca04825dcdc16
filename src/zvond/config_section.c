/* config_section.c - one section: each setting goes where its row of the table says. */
#include "base/str.h"
#include "zvond/config_impl.h"

/* The section in which that key would be right, or NULL. */
static const char *
belongs_in(struct zv_str key)
{
	for (int i = 0; i < ZV_SECTIONS; i++)
		if (zv_option_find((enum zv_option_section)i, key))
			return zv_section_names[i];
	return NULL;
}

static void
unknown_key(struct zv_config_reader *r, const struct zv_config_object *o,
	    const struct zv_conf_setting *s)
{
	const char *names[ZV_CONFIG_OPTIONS_MAX + 1], *meant, *section;
	size_t n = 0;

	for (size_t i = 0; i < zv_n_config_options; i++)
		if (zv_config_options[i].section == o->section)
			names[n++] = zv_config_options[i].key;
	names[n] = NULL;
	section = belongs_in(s->key);
	meant = zv_conf_suggest(s->key, names);
	if (section)
		zv_config_wrong(r, ZV_AT(s), "'%s' belongs in [%s], not in [%s]",
				"'%s' ставят в [%s], а не в [%s]", s->key.p, section,
				zv_section_names[o->section]);
	else if (meant)
		zv_config_wrong(r, ZV_AT(s), "unknown key '%s' in [%s]; is %s meant?",
				"неизвестный ключ '%s' в [%s]; может быть, %s?",
				s->key.p, zv_section_names[o->section], meant);
	else
		zv_config_wrong(
			r, ZV_AT(s),
			"unknown key '%s' in [%s]; zvond.conf(5) lists them",
			"неизвестный ключ '%s' в [%s]; все ключи: zvond.conf(5)",
			s->key.p, zv_section_names[o->section]);
}

static void
read_setting(struct zv_config_reader *r, struct zv_config_object *o,
	     const struct zv_conf_setting *s)
{
	const struct zv_option *option = zv_option_find(o->section, s->key);
	const struct zv_conf_setting **seen;

	if (!option) {
		unknown_key(r, o, s);
		return;
	}
	seen = &o->seen[option - zv_config_options];
	if (*seen && !(*seen)->inherited && !zv_config_is_list(option->type)) {
		zv_config_wrong(r, ZV_AT(s),
				"'%s' stands twice; first in line %d of %s",
				"'%s' стоит дважды; впервые в строке %d файла %s",
				s->key.p, (*seen)->line, (*seen)->file.p);
		return;
	}
	if (zv_option_is_legacy(option, s->key))
		zv_config_warn(r, ZV_AT(s),
			       "'%s' is the name of Creatio's connector; taken as %s",
			       "'%s' — имя из коннектора Creatio; понято как %s",
			       s->key.p, option->key);
	*seen = s;
	zv_config_store(r, o, option, s);
}

static void
set_defaults(struct zv_config_reader *r, struct zv_config_object *o, bool lists)
{
	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *option = &zv_config_options[i];
		struct zv_conf_setting s = { .key = zvon_str(option->key),
					     .value = zvon_str(option->standard),
					     .file = o->from->file,
					     .line = o->from->line };

		if (option->section == o->section && option->standard &&
		    zv_config_is_list(option->type) == lists && !o->seen[i])
			zv_config_store(r, o, option, &s);
	}
}

/* Defaults first, so that what is set wins; a list that is set replaces its default. */
void
zv_config_read_settings(struct zv_config_reader *r, struct zv_config_object *o)
{
	set_defaults(r, o, false);
	for (const struct zv_conf_setting *s = o->from->settings; s; s = s->next)
		read_setting(r, o, s);
	set_defaults(r, o, true);
}

/* ---- for the checks ------------------------------------------------------------------ */

const struct zv_conf_setting *
zv_config_seen(const struct zv_config_object *o, const char *key)
{
	const struct zv_option *option = zv_option_find(o->section, zvon_str(key));

	return option ? o->seen[option - zv_config_options] : NULL;
}

struct zv_conf_setting
zv_config_place(const struct zv_config_object *o, const char *key)
{
	const struct zv_conf_setting *s = zv_config_seen(o, key);

	if (s)
		return *s;
	return (struct zv_conf_setting){ .file = o->from->file, .line = o->from->line };
}
