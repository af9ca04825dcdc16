/* say.h - what people read: messages on standard error, in English or Russian.
 *
 * Every message is one line: control characters in it become '?', so that nothing a
 * server sends can move the cursor or forge a second line. */
#ifndef ZV_TERM_SAY_H
#define ZV_TERM_SAY_H

#include <stdbool.h>

#include "zvon/log.h"

struct zv_text {
	const char *en, *ru; /* ru NULL: en stands for both */
};

enum zv_lang {
	ZV_LANG_EN,
	ZV_LANG_RU,
};

/* From LC_ALL, LC_MESSAGES, LANG: the first that is set and not empty. */
enum zv_lang zv_say_lang_of_environment(void);

/* verbose: 0 only errors of the library, 1 its info, 2 debug, 3 trace.
 * Before it is called: English, not quiet, 0. */
void zv_say_setup(enum zv_lang lang, bool quiet, int verbose);

/* What every line begins with; before it is called: "zvon". */
void zv_say_program(const char *name);

enum zv_lang zv_say_lang(void);
bool zv_say_is_quiet(void);

/* For struct zv_client_handlers.log_level. */
enum zv_log_level zv_say_log_level(void);

/* The text in the chosen language. */
const char *zv_say_pick(struct zv_text text);

/* "zvon: …", also with --quiet. Both formats take the same arguments. */
void zv_say_error(const char *en, const char *ru, ...)
	__attribute__((format(printf, 1, 3), format(printf, 2, 3)));

/* "zvon: warning: …", not with --quiet. */
void zv_say_warning(const char *en, const char *ru, ...)
	__attribute__((format(printf, 1, 3), format(printf, 2, 3)));

/* "zvon: …", not with --quiet: the state of affairs. */
void zv_say_note(const char *en, const char *ru, ...)
	__attribute__((format(printf, 1, 3), format(printf, 2, 3)));

/* For struct zv_client_handlers.on_log. Any thread. */
void zv_say_log(void *user, enum zv_log_level level, const char *area,
		const char *text);

#endif
