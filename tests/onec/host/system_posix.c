#include "system.h"

#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

void
system_start(void)
{
}

void *
system_open_library(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		fprintf(stderr, "host: %s\n", dlerror());
	return library;
}

void *
system_find_symbol(void *library, const char *name)
{
	return dlsym(library, name);
}

bool
system_close_library(void *library, const char *path)
{
	void *again;

	dlclose(library);
	again = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	if (again)
		dlclose(again);
	return !again;
}

long long
system_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void
system_sleep(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static long
count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	long n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

long
system_threads(void)
{
	return count_entries("/proc/self/task");
}

long
system_handles(void)
{
	return count_entries("/proc/self/fd") - 1; /* that of the folder itself */
}

long long
system_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return (long long)(info.uordblks + info.hblkhd);
}
