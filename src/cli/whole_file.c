#include "cli/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "term/say.h"

#define MAX_BYTES  (512L * 1024 * 1024)
#define PATH_BYTES 4096

/* 0, or errno; EFBIG when it is larger than MAX_BYTES. */
static int
read_file(const char *path, struct zv_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int error = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) < 0)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (st.st_size > MAX_BYTES)
		error = EFBIG;
	else if (zv_buf_reserve(out, (size_t)st.st_size + 1) < 0)
		error = ENOMEM;
	while (!error && out->n < (size_t)st.st_size) {
		ssize_t n = read(fd, out->p + out->n, (size_t)st.st_size - out->n);

		if (n > 0)
			out->n += (size_t)n;
		else if (n == 0)
			break;
		else if (errno != EINTR)
			error = errno;
	}
	close(fd);
	return error;
}

static void
complain(const char *path, int error)
{
	zv_say_error("cannot read %s: %s", "не прочитать %s: %s", path,
		     strerror(error));
}

/* `a/b.ami` and ".idx": `a/b.idx`. */
static void
name_beside(const char *path, const char *suffix, char out[PATH_BYTES])
{
	size_t n = strlen(path), end = strlen(".ami");

	if (n > end && strcmp(path + n - end, ".ami") == 0)
		n -= end;
	snprintf(out, PATH_BYTES, "%.*s%s", (int)n, path, suffix);
}

int
zv_file_read(const char *path, struct zv_buf *out)
{
	int error = read_file(path, out);

	if (error)
		complain(path, error);
	return error ? -1 : 0;
}

int
zv_file_read_beside(const char *path, const char *suffix, struct zv_buf *out)
{
	char beside[PATH_BYTES];
	int error;

	name_beside(path, suffix, beside);
	error = read_file(beside, out);
	if (error && error != ENOENT) {
		complain(beside, error);
		return -1;
	}
	return 0;
}
