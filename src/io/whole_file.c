#include "io/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "zvon/error.h"

#define PIECE 65536

/* What a file of that kind and size is refused for; 0: nothing. */
static int
objection(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	if (!S_ISREG(st->st_mode))
		return EINVAL;
	return (size_t)st->st_size > ZV_WHOLE_FILE_MAX ? EFBIG : 0;
}

int
zv_read_all(int fd, size_t most, struct zv_buf *out)
{
	ssize_t got = 1;

	while (got > 0 && out->n <= most) {
		if (zv_buf_reserve(out, PIECE) < 0)
			return ZV_ENOMEM;
		got = read(fd, out->p + out->n, out->cap - out->n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			out->n += (size_t)got;
	}
	return got < 0 ? ZV_EIO : out->n > most ? ZV_ETOOBIG : 0;
}

int
zv_write_all(int fd, struct zv_str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return -1;
		bytes = zv_str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

static int
errno_of(int code)
{
	return code == 0	    ? 0
	       : code == ZV_ENOMEM  ? ENOMEM
	       : code == ZV_ETOOBIG ? EFBIG
				    : errno;
}

int
zv_whole_file_read(const char *path, struct zv_buf *out)
{
	int fd = open(path,
		      O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us */
	struct stat st;
	int error;

	if (fd < 0)
		return errno;
	error = fstat(fd, &st) < 0 ? errno : objection(&st);
	if (!error)
		error = errno_of(zv_read_all(fd, ZV_WHOLE_FILE_MAX, out));
	close(fd);
	return error;
}

void
zv_whole_file_beside(const char *path, const char *suffix, char out[ZV_WHOLE_FILE_NAME])
{
	size_t n = strlen(path), end = strlen(".ami");

	if (n > end && strcmp(path + n - end, ".ami") == 0)
		n -= end;
	snprintf(out, ZV_WHOLE_FILE_NAME, "%.*s%s", (int)n, path, suffix);
}
