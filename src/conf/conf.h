/* conf.h - configuration in Asterisk's style: text in, sections out. No files: what
 * #include names is fetched by the caller.
 *
 *   [general]             ; a comment; ;-- a long one --;
 *   bind = 127.0.0.1      ; '=>' is the same; "\;" is a semicolon
 *   [phone](!)            ; a template
 *   [101](phone)          ; takes its settings first
 *   lines += ,102         ; goes on with the template's value
 *   [101](+)              ; goes on where that section was
 *   #include "users.conf"   #tryinclude "*.conf"
 *
 * Source of the rules: Asterisk's config.c, versions 1.8 to 22 (documentation). Stricter
 * where a slip would go unseen: bytes that are not UTF-8, text behind a section's ']',
 * a template that comes later. #exec is refused. */
#ifndef ZV_CONF_CONF_H
#define ZV_CONF_CONF_H

#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_CONF_MAX_BYTES    (1024u * 1024) /* of all files together */
#define ZV_CONF_MAX_LINE     8192u
#define ZV_CONF_MAX_INCLUDES 100u
#define ZV_CONF_MAX_DEPTH    10u
#define ZV_CONF_MAX_SETTINGS 100000u /* templates multiply them */

struct zv_conf_setting {
	const struct zv_conf_setting *next; /* in order, templates' first */
	struct zv_str key, value;	    /* a NUL stands behind each */
	struct zv_str file;		    /* where it stands */
	int line;
	bool inherited; /* of a template, or from before a (+): may be overridden */
};

struct zv_conf_section {
	const struct zv_conf_section
		*next; /* in order of the file; templates left out */
	struct zv_str name;
	struct zv_str file;
	int line;
	const struct zv_conf_setting *settings;
};

struct zv_conf;

/* Gives the text of a file that `#include` names, or of several for a pattern: calls add
 * for each, in order, and returns at once when add fails. 0; ZV_ENOTFOUND: there is none;
 * < 0: *err says why, without file and line, which are put in front. */
typedef int (*zv_conf_add_fn)(void *reader, struct zv_str file, struct zv_str text);
typedef int (*zv_conf_include_fn)(void *context, struct zv_str name,
				  struct zv_str from_file, zv_conf_add_fn add,
				  void *reader, struct zv_error *err);

/* NULL: *err says what, in which file and line ("zvond.conf:12: …"). include NULL: an
 * #include is an error. russian: the language of *err. */
struct zv_conf *zv_conf_parse(struct zv_str file, struct zv_str text,
			      zv_conf_include_fn include, void *context, bool russian,
			      struct zv_error *err);
void zv_conf_free(struct zv_conf *c); /* all texts are overwritten; NULL is fine */

const struct zv_conf_section *zv_conf_sections(const struct zv_conf *c);

/* n zeroed bytes that live as long as c, and are overwritten with it; NULL: no memory.
 * And a copy of a text there, with a NUL behind it; p NULL: no memory. */
void *zv_conf_take(struct zv_conf *c, size_t n);
struct zv_str zv_conf_keep(struct zv_conf *c, struct zv_str text);

/* The name among `names` (NULL-terminated) that was perhaps meant, or NULL. */
const char *zv_conf_suggest(struct zv_str wrong, const char *const *names);

#endif
