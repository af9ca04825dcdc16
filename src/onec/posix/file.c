#include "onec/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zvon/error.h"

#define PIECE 16384

/* A pipe must not keep the host waiting. */
static int
check_kind(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? 0 : ZV_EINVAL;
}

static int
read_all(int fd, size_t most, struct zv_buf *out)
{
	size_t from = out->n;
	ssize_t got = 1;

	while (got > 0 && out->n - from <= most) {
		if (zv_buf_reserve(out, PIECE) < 0)
			return ZV_ENOMEM;
		do
			got = read(fd, out->p + out->n, PIECE);
		while (got < 0 && errno == EINTR);
		if (got > 0)
			out->n += (size_t)got;
	}
	return got < 0 ? ZV_EIO : out->n - from > most ? ZV_ETOOBIG : 0;
}

int
zv_onec_read_file(const char *path, size_t most, struct zv_buf *out, int *system)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc;

	*system = errno;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ZV_ENOTFOUND : ZV_EIO;
	rc = check_kind(fd);
	if (rc == 0)
		rc = read_all(fd, most, out);
	*system = errno;
	close(fd);
	return rc;
}

int
zv_onec_shared_path(const char *name, struct zv_buf *out)
{
	return zv_buf_printf(out, "/etc/zvon/%s", name) < 0 ? ZV_ENOMEM : 0;
}
