/* config_names.c - "[server office]": which sections there may be, each once. */
#include "base/map.h"
#include "base/str.h"
#include "zvond/config_impl.h"

#define SECTION_NAME_MAX 64

/* "server office": the word, and what is behind it. */
static struct zv_str
split_name(struct zv_str name, struct zv_str *word)
{
	zv_str_split(&name, ' ', word);
	return zv_str_trim(name);
}

int
zv_config_section_of(const struct zv_conf_section *s, struct zv_str *name)
{
	struct zv_str word;

	*name = split_name(s->name, &word);
	for (int i = 0; i < ZV_SECTIONS; i++)
		if (zvon_str_equal_nocase(word, zvon_str(zv_section_names[i])))
			return i;
	return -1;
}

static void
unknown_section(struct zv_config_reader *r, const struct zv_conf_section *s)
{
	static const char *const later[] = { "cluster", "rules", NULL };
	struct zv_str word;
	const char *meant;

	split_name(s->name, &word);
	for (size_t i = 0; later[i]; i++) {
		if (zvon_str_equal_nocase(word, zvon_str(later[i]))) {
			zv_config_wrong(
				r, ZV_AT(s),
				"[%s] is not built yet in this version; take the "
				"section out",
				"[%s] в этой версии ещё не сделан; уберите раздел",
				later[i]);
			return;
		}
	}
	meant = zv_conf_suggest(word, zv_section_names);
	if (meant)
		zv_config_wrong(r, ZV_AT(s), "unknown section [%s]; is [%s] meant?",
				"неизвестный раздел [%s]; может быть, [%s]?", s->name.p,
				meant);
	else
		zv_config_wrong(
			r, ZV_AT(s),
			"unknown section [%s]; there are [general], [history], "
			"[recordings], "
			"[listen NAME], [server NAME], [role NAME], [user NAME]",
			"неизвестный раздел [%s]; есть [general], [history], "
			"[recordings], "
			"[listen ИМЯ], [server ИМЯ], [role ИМЯ], [user ИМЯ]",
			s->name.p);
}

static bool
is_good_name(struct zv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || strchr(":/,|\x7f", name.p[i]))
			return false;
	return name.n <= SECTION_NAME_MAX;
}

static void
check_name(struct zv_config_reader *r, const struct zv_conf_section *s,
	   enum zv_option_section section, struct zv_str name)
{
	const char *word = zv_section_names[section];

	if (section < ZV_SECTION_LISTEN && name.n)
		zv_config_wrong(r, ZV_AT(s), "there is one [%s], without a name",
				"[%s] один, и имени у него нет", word);
	else if (section > ZV_SECTION_LISTEN && !name.n)
		zv_config_wrong(r, ZV_AT(s), "[%s] needs a name: [%s NAME]",
				"разделу [%s] нужно имя: [%s ИМЯ]", word, word);
	else if (!is_good_name(name))
		zv_config_wrong(
			r, ZV_AT(s),
			"[%s]: a name has at most %d bytes, and no blanks : / , |",
			"[%s]: имя не длиннее %d байт и без пробелов : / , |",
			s->name.p, SECTION_NAME_MAX);
}

/* Each name once for each word; names as keys of a map "section word + name". */
void
zv_config_check_names(struct zv_config_reader *r)
{
	struct zv_map names = { .seed = 1 };

	for (const struct zv_conf_section *s = zv_conf_sections(r->text); s;
	     s = s->next) {
		struct zv_str name;
		int section = zv_config_section_of(s, &name);
		struct zv_str key = s->name;
		const struct zv_conf_section *first;

		if (section < 0) {
			unknown_section(r, s);
			continue;
		}
		check_name(r, s, (enum zv_option_section)section, name);
		key = zvon_str(zv_config_text(r, "%s %.*s", zv_section_names[section],
					      ZV_ARG(name)));
		first = zv_map_find(&names, key);
		if (first)
			zv_config_wrong(
				r, ZV_AT(s),
				"[%s] stands twice, first in line %d of %s; [%s](+) "
				"goes on with it",
				"[%s] стоит дважды, впервые в строке %d файла %s; "
				"[%s](+) продолжает его",
				s->name.p, first->line, first->file.p, s->name.p);
		else if (zv_map_add(&names, key, (void *)s) < 0)
			zv_config_no_memory(r);
	}
	zv_map_deinit(&names);
}
