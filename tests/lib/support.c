#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#  define INSTRUMENTED 1
# endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
# define INSTRUMENTED 1
#endif
#ifndef INSTRUMENTED
# define INSTRUMENTED 0
#endif

#define LONGEST_S 240

int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
sleep_ms(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

size_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long all = 0, resident = 0;

	if (file) {
		if (fscanf(file, "%lu %lu", &all, &resident) != 2)
			resident = 0;
		fclose(file);
	}
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

int
count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n - 3; /* ".", ".." and the folder itself */
}

void
check_descriptors(int wanted)
{
	for (int i = 0; i < 400 && count_descriptors() != wanted; i++)
		sleep_ms(5);
	assert_int_equal(count_descriptors(), wanted);
}

bool
is_instrumented(void)
{
	return INSTRUMENTED || getenv("ZVON_TEST_SCALE");
}

int
most_stop_ms(void)
{
	return is_instrumented() ? 4000 : 1000;
}

unsigned long
burst_size(void)
{
	const char *asked = getenv("ZVON_TEST_SCALE");
	unsigned long n = asked ? strtoul(asked, NULL, 10) : 0;

	return n ? n : is_instrumented() ? 200000 : 1000000;
}

bool
report(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return true;
}

int
run_group(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
	  size_t n, CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	alarm(LONGEST_S);
	return _cmocka_run_group_tests(name, tests, n, set_up, tear_down);
}
