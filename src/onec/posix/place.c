#include "onec/place.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

FILE *
zv_place_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

int
zv_place_rename(const char *path, const char *to)
{
	return rename(path, to);
}

int64_t
zv_place_utc_offset(int64_t epoch_s)
{
	time_t then = (time_t)epoch_s;
	struct tm local;

	return localtime_r(&then, &local) ? (int64_t)local.tm_gmtoff : 0;
}
