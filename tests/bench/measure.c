#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct bench_time
bench_now(void)
{
	struct timespec wall;
	struct rusage used;

	clock_gettime(CLOCK_MONOTONIC, &wall);
	getrusage(RUSAGE_SELF, &used);
	return (struct bench_time){ (double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
				    seconds(used.ru_utime), seconds(used.ru_stime) };
}

struct bench_time
bench_since(struct bench_time since)
{
	struct bench_time now = bench_now();

	return (struct bench_time){ now.wall - since.wall, now.user - since.user,
				    now.sys - since.sys };
}

/* A figure of /proc/self/status; ru_maxrss will not do, it outlives exec. */
static long
status_kb(const char *key)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	if (!status)
		return kb;
	while (fgets(line, sizeof line, status))
		if (strncmp(line, key, strlen(key)) == 0) {
			kb = strtol(line + strlen(key), NULL, 10);
			break;
		}
	fclose(status);
	return kb;
}

long
bench_peak_kb(void)
{
	return status_kb("VmHWM:");
}

long
bench_private_kb(void)
{
	return status_kb("RssAnon:");
}
