/* words.h - what is said about a configuration that cannot be read. {1} and {2} are
 * replaced. */
#ifndef ZV_CONF_WORDS_H
#define ZV_CONF_WORDS_H

#include "zvon/str.h"

enum zv_conf_word {
	ZV_CONF_NOT_UTF8,
	ZV_CONF_UTF16,
	ZV_CONF_NUL,
	ZV_CONF_LONG_LINE,
	ZV_CONF_TOO_MANY_BYTES,
	ZV_CONF_TOO_MANY_SETTINGS,
	ZV_CONF_OPEN_COMMENT,
	ZV_CONF_NO_EQUAL,
	ZV_CONF_NO_KEY,
	ZV_CONF_NO_SECTION_YET,
	ZV_CONF_NO_BRACKET,
	ZV_CONF_NO_NAME,
	ZV_CONF_BEHIND_SECTION,
	ZV_CONF_NO_TEMPLATE,
	ZV_CONF_NO_TEMPLATE_NEAR,
	ZV_CONF_NO_SECTION,
	ZV_CONF_NO_SECTION_NEAR,
	ZV_CONF_APPEND_NOTHING,
	ZV_CONF_DIRECTIVE,
	ZV_CONF_EXEC,
	ZV_CONF_INCLUDE_NAME,
	ZV_CONF_INCLUDE_NONE,
	ZV_CONF_INCLUDE_MISSING,
	ZV_CONF_INCLUDE_MANY,
	ZV_CONF_INCLUDE_DEEP,
	ZV_CONF_INCLUDE_CYCLE,
	ZV_CONF_WORDS,
};

/* Writes the text into out, a NUL behind it, cut if it must be. */
void zv_conf_say(char *out, size_t size, enum zv_conf_word word, bool russian,
		 struct zv_str one, struct zv_str two);

#endif
