#include "zvond/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/str.h"
#include "io/whole_file.h"

/* The first line of each file: "zvon-state 1 BYTES HASH", then the text. What was cut off
 * or changed on the disk does not fit it. */
#define HEAD	       "zvon-state 1 "
#define HEAD_MAX       64
#define PATH_MAX_BYTES 4096

static int
fail_system(struct zv_error *err, int code, const char *path)
{
	int system = errno;

	zv_fail(err, code, "%s: %s", path, zv_file_error_text(system));
	if (err)
		err->system = system;
	return code;
}

static const char *
path_of(char path[PATH_MAX_BYTES], const char *folder, const char *name,
	const char *suffix)
{
	snprintf(path, PATH_MAX_BYTES, "%s/%s%s", folder, name, suffix);
	return path;
}

/* ---- the lock -------------------------------------------------------------------------- */

/* Who has it wrote his number into it. */
static int
fail_locked(int fd, const char *path, struct zv_error *err)
{
	char pid[24] = "";
	ssize_t n = read(fd, pid, sizeof pid - 1);

	pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	return zv_fail(
		err, ZV_EBUSY,
		"another zvond%s%s runs with this state (%s is locked); stop it, or "
		"give this one a folder of its own: state = ... in [general]",
		*pid ? ", process " : "", pid, path);
}

int
zv_state_lock(const char *folder, struct zv_error *err)
{
	char path[PATH_MAX_BYTES], pid[24];
	int fd, n;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return fail_system(err, ZV_EIO, folder);
	path_of(path, folder, "lock", "");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_system(err, ZV_EIO, path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		n = errno == EWOULDBLOCK ? fail_locked(fd, path, err)
					 : fail_system(err, ZV_EIO, path);
		close(fd);
		return n;
	}
	n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	/* only for the message above; a full disk is no reason not to run */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)n, 0) < 0)
		errno = 0;
	return fd;
}

/* ---- reading --------------------------------------------------------------------------- */

/* Takes the first line away. false: the text behind it is not the one it names. */
static bool
take_head(struct zv_buf *b)
{
	struct zv_str rest = zv_buf_str(b), line, word;
	char head[HEAD_MAX];
	long long bytes;

	if (!zv_str_split(&rest, '\n', &line) || !zv_str_starts(line, ZV_STR(HEAD)))
		return false;
	word = zv_str_from(line, sizeof HEAD - 1);
	zv_str_split(&word, ' ', &line);
	if (zv_num_parse(line, 0, ZV_STATE_MAX, &bytes) < 0 || (size_t)bytes != rest.n)
		return false;
	snprintf(head, sizeof head, "%016" PRIx64, zv_hash(rest, 0));
	if (!zvon_str_equal(word, zvon_str(head)))
		return false;
	zv_buf_consume(b, b->n - rest.n);
	return true;
}

int
zv_state_read(const char *folder, const char *name, struct zv_buf *out,
	      struct zv_error *err)
{
	char path[PATH_MAX_BYTES];
	int fd, rc;

	zv_buf_clear(out);
	fd = open(path_of(path, folder, name, ""), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ZV_ENOTFOUND : fail_system(err, ZV_EIO, path);
	rc = zv_read_all(fd, ZV_STATE_MAX, out);
	if (rc == ZV_ETOOBIG)
		rc = 0; /* its head is not right, then */
	if (rc == ZV_EIO)
		fail_system(err, rc, path);
	else if (rc == ZV_ENOMEM)
		zv_fail_nomem(err);
	close(fd);
	if (rc < 0 || take_head(out))
		return rc;
	zv_buf_clear(out);
	zv_state_set_aside(folder, name);
	return zv_fail(
		err, ZV_ENOTFOUND,
		"%s is damaged or cut off; it is now %s.damaged, and a new one is "
		"begun",
		path, name);
}

void
zv_state_set_aside(const char *folder, const char *name)
{
	char from[PATH_MAX_BYTES], to[PATH_MAX_BYTES];

	rename(path_of(from, folder, name, ""), path_of(to, folder, name, ".damaged"));
}

void
zv_state_remove(const char *folder, const char *name)
{
	char path[PATH_MAX_BYTES];

	unlink(path_of(path, folder, name, ""));
}

/* ---- writing --------------------------------------------------------------------------- */

/* Without it the new name could be lost with the power, though the bytes are there. */
static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

int
zv_state_write(const char *folder, const char *name, struct zv_str text,
	       struct zv_error *err)
{
	char path[PATH_MAX_BYTES], beside[PATH_MAX_BYTES], head[HEAD_MAX];
	int fd, n, rc = 0;

	path_of(path, folder, name, "");
	path_of(beside, folder, name, ".new");
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_system(err, ZV_EIO, beside);
	n = snprintf(head, sizeof head, HEAD "%zu %016" PRIx64 "\n", text.n,
		     zv_hash(text, 0));
	if (zv_write_all(fd, (struct zv_str){ head, (size_t)n }) < 0 ||
	    zv_write_all(fd, text) < 0 || fsync(fd) < 0)
		rc = fail_system(err, ZV_EIO, beside);
	if (close(fd) < 0 && rc == 0)
		rc = fail_system(err, ZV_EIO, beside);
	if (rc == 0 && (rename(beside, path) < 0 || sync_folder(folder) < 0))
		rc = fail_system(err, ZV_EIO, path);
	if (rc < 0)
		unlink(beside); /* what is half of it would only take room */
	return rc;
}
