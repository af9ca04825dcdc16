/* secret.h - where a secret comes from, and how it stays unseen. */
#ifndef ZV_TERM_SECRET_H
#define ZV_TERM_SECRET_H

#include <stdbool.h>

#define ZV_SECRET_MAX 900 /* bytes; a login line holds no more */

/* First of all in main: no core files; ZVON_SECRET is taken out of the environment;
 * secrets in URLs among the arguments are taken out of the memory that ps shows, and
 * argv[i] then points to a copy that has them. 0, or < 0: out of memory. */
int zv_secret_hide(char **argv);

/* Has the URL a secret in it? */
bool zv_secret_is_in_url(const char *url);

/* The first line of the file, "-": of standard input. A file that others may read or
 * change is refused. NULL: the reason was said. Give it to zv_secret_free. */
char *zv_secret_from_file(const char *path);

/* What ZVON_SECRET held; NULL: nothing. */
char *zv_secret_from_environment(void);

/* Asks on the terminal, without echo. NULL: there is none, or nothing was typed; the
 * reason was said. */
char *zv_secret_from_terminal(const char *for_whom);

/* The same with words of one's own, as "Password: ", and nothing said: NULL when there is
 * no terminal, or nothing was typed. */
char *zv_secret_ask(const char *prompt);

/* No core file by a program in core_pattern either, and nobody but root may look into
 * this process. */
void zv_secret_forbid_dumps(void);

/* Overwrites, then frees. NULL is fine. */
void zv_secret_free(char *secret);

#endif
