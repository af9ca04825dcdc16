/* passwd.h - `zvond passwd` and `zvond token`: what stands in a [user] instead of a
 * password or a token. */
#ifndef ZV_ZVOND_PASSWD_H
#define ZV_ZVOND_PASSWD_H

/* Asks twice on a terminal, else reads one line of standard input; prints the hash, with a
 * user the lines for the configuration. The exit code. */
int zv_passwd_run(const char *user);

/* 256 bits from the system's generator, shown once, and their hash. */
int zv_token_run(const char *user);

#endif
