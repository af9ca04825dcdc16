/* system.h - what Linux and Windows do differently: system_posix.c, system_win.c. */
#ifndef ZV_TEST_SYSTEM_H
#define ZV_TEST_SYSTEM_H

#include <stdbool.h>

void system_start(void); /* standard input and output as they are, without \r */

void *system_open_library(const char *path);
void *system_find_symbol(void *library, const char *name);
/* false: it is still in the process afterwards. */
bool system_close_library(void *library, const char *path);

long long system_ms(void);
void system_sleep(long ms);

/* Of this process, now. */
long system_threads(void);
long system_handles(void);
long long system_bytes(void); /* of the heap */

#endif
