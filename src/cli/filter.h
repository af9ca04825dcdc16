/* filter.h - which packets the user wants to see: --event, --filter, --regex, --field. */
#ifndef ZV_CLI_FILTER_H
#define ZV_CLI_FILTER_H

#include "term/options.h"
#include "zvon/filter.h"

/* Filled by the rows of ZV_FILTER_OPTIONS. */
struct zv_filter_wish {
	struct zv_opt_list events; /* each "Hangup,Newstate" */
	struct zv_opt_list texts;
	struct zv_opt_list fields;
	const char *regex;
	int newlines; /* enum zv_filter_newlines */
};

#define ZV_FILTER_OPTIONS(wish)                                                                                          \
 ZV_OPT_LIST("event", 0, "NAMES", &(wish)->events,                                                                       \
	     "only these events: Hangup,Newstate (letter case is ignored)",                                              \
	     "только эти события: Hangup,Newstate (регистр не важен)"),                                                  \
	 ZV_OPT_LIST("filter", 0, "TEXT", &(wish)->texts,                                                                \
		     "only packets that contain TEXT; several: all of them",                                             \
		     "только пакеты, где есть TEXT; несколько: все сразу"),                                              \
	 ZV_OPT_TEXT("regex", 0, "RE", &(wish)->regex,                                                                   \
		     "only packets in whose text RE (PCRE2) is found; . matches line "                                   \
		     "ends too",                                                                                         \
		     "только пакеты, где найдено RE (PCRE2); точка совпадает и с " \
		     "концом строки"),                                                                                   \
	 ZV_OPT_LIST("field", 0, "COND", &(wish)->fields,                                                                \
		     "only packets with Key=value, Key!=value, Key~RE or Key!~RE; "                                      \
		     "several: all of them",                                                                             \
		     "только пакеты, где Key=value, Key!=value, Key~RE или Key!~RE; "                  \
		     "несколько: все сразу"),                                                                            \
	 ZV_OPT_CHOICE("newlines", 0, "kept|dashed", &(wish)->newlines,                                                  \
		       "dashed: RE sees each CR and LF as -, as in patterns for old "                                    \
		       "1C components",                                                                                  \
		       "dashed: RE видит каждый CR и LF как -, как в шаблонах "               \
		       "старых компонент 1С")

/* The same for the library; borrows from the wish. */
struct zv_filter_options zv_filter_options(const struct zv_filter_wish *wish);

/* Anything at all was asked for. */
bool zv_filter_is_wished(const struct zv_filter_wish *wish);

/* *out is that filter. 0, or the exit code and the reason was said. */
int zv_filter_make(const struct zv_filter_wish *wish, struct zv_filter **out);

/* Says that a filter has switched itself off. */
void zv_filter_tell_off(void);

/* Does the packet pass? Says it once when the filter has switched itself off. */
bool zv_filter_lets(struct zv_filter *f, const struct zv_packet *packet);

#endif
