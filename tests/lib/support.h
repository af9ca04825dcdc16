/* support.h - what the library's tests share: clock, costs of the process, sizes. */
#ifndef TESTS_LIB_SUPPORT_H
#define TESTS_LIB_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define N_OF(array) (sizeof(array) / sizeof *(array))

#define SECRET "s3cret/with@signs"

int64_t now_ms(void);
void sleep_ms(int ms);

/* CPU time of the whole process. */
double cpu_ms(void);

/* Resident memory of the process, bytes. */
size_t resident_bytes(void);

/* Open file descriptors of the process. */
int count_descriptors(void);
/* Fails unless so many are open within 2 s: a server in this process may still accept one that
 * is gone already. */
void check_descriptors(int wanted);

/* true: a sanitizer or valgrind makes everything slow and big. */
bool is_instrumented(void);

/* What a stop may take: 1,000 ms, more when instrumented. */
int most_stop_ms(void);

/* Events of a big burst: 1,000,000, less when instrumented; ZVON_TEST_SCALE says
 * otherwise. */
unsigned long burst_size(void);

/* true, and written as a TAP comment: what was measured. */
bool report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs the group, with a filter if one is given on the command line; ended by a signal
 * if it takes longer than anybody would wait. set_up and tear_down may be NULL. */
int run_group(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
	      size_t n, CMFixtureFunction set_up, CMFixtureFunction tear_down);

#define RUN_GROUP(argc, argv, name, tests)                                             \
 run_group(argc, argv, name, tests, sizeof(tests) / sizeof *(tests), NULL, NULL)

#endif
