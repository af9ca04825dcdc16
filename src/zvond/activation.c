#include "zvond/activation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

#define FIRST	 3 /* SD_LISTEN_FDS_START */
#define NAME_MAX 255

static struct {
	int n;
	char names[ZV_ACTIVATION_MAX][NAME_MAX + 1];
	bool taken[ZV_ACTIVATION_MAX];
} sockets;

/* Without names systemd says "unknown"; so do we. */
static int
read_names(const char *list, struct zv_error *err)
{
	struct zv_str rest = zvon_str(list), name;
	int n = 0;

	for (int i = 0; i < sockets.n; i++)
		strcpy(sockets.names[i], "unknown");
	while (list && zv_str_split(&rest, ':', &name)) {
		if (n >= sockets.n || name.n > NAME_MAX)
			return zv_fail(
				err, ZV_EINVAL,
				"LISTEN_FDNAMES has more names than LISTEN_FDS=%d "
				"sockets, or one that is too long",
				sockets.n);
		memcpy(sockets.names[n], name.p, name.n);
		sockets.names[n++][name.n] = '\0';
	}
	if (list && n != sockets.n)
		return zv_fail(err, ZV_EINVAL,
			       "LISTEN_FDNAMES has %d names for %d sockets", n,
			       sockets.n);
	return 0;
}

static int
read_environment(struct zv_error *err)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	long long number;
	int rc;

	if (!n || !pid)
		return 0;
	if (zv_num_parse(zvon_str(pid), 1, INT32_MAX, &number) < 0)
		return zv_fail(err, ZV_EINVAL, "LISTEN_PID=%s is no process", pid);
	if (number != getpid())
		return 0;
	if (zv_num_parse(zvon_str(n), 0, ZV_ACTIVATION_MAX, &number) < 0)
		return zv_fail(err, ZV_EINVAL, "LISTEN_FDS=%s: 0 to %d are taken", n,
			       ZV_ACTIVATION_MAX);
	sockets.n = (int)number;
	for (int fd = FIRST; fd < FIRST + sockets.n; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
			sockets.n = 0;
			return zv_fail(err, ZV_EINVAL,
				       "LISTEN_FDS=%s, but descriptor %d is not open",
				       n, fd);
		}
	rc = read_names(getenv("LISTEN_FDNAMES"), err);
	return rc < 0 ? rc : sockets.n;
}

int
zv_activation_open(struct zv_error *err)
{
	int rc = read_environment(err);

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return rc;
}

static int
option_of(int fd, int option)
{
	int value = -1;
	socklen_t n = sizeof value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &n) < 0 ? -1 : value;
}

static int
check(int fd, const char *name, struct zv_error *err)
{
	int domain = option_of(fd, SO_DOMAIN);

	if (option_of(fd, SO_TYPE) != SOCK_STREAM ||
	    (domain != AF_INET && domain != AF_INET6))
		return zv_fail(
			err, ZV_EINVAL,
			"systemd:%s is no TCP socket; ListenStream= with a port is "
			"needed",
			name);
	if (option_of(fd, SO_ACCEPTCONN) != 1)
		return zv_fail(err, ZV_EINVAL,
			       "systemd:%s does not listen; Accept=no is needed", name);
	return fd;
}

static int
fail_unknown(const char *name, struct zv_error *err)
{
	char there[256] = "";
	size_t n = 0;

	for (int i = 0; i < sockets.n; i++)
		if (n < sizeof there)
			n += (size_t)snprintf(there + n, sizeof there - n, "%s%s",
					      i ? ", " : "", sockets.names[i]);
	return zv_fail(
		err, ZV_ENOTFOUND,
		"systemd opened no socket with FileDescriptorName=%s; there %s%s", name,
		sockets.n ? "are: " : "are none: is zvond.socket started?", there);
}

int
zv_activated_fd(const char *name, struct zv_error *err)
{
	for (int i = 0; i < sockets.n; i++) {
		if (sockets.taken[i] || strcmp(sockets.names[i], name) != 0)
			continue;
		if (check(FIRST + i, name, err) < 0)
			return ZV_EINVAL;
		sockets.taken[i] = true;
		return FIRST + i;
	}
	return fail_unknown(name, err);
}

const char *
zv_activation_unused(void)
{
	for (int i = 0; i < sockets.n; i++)
		if (!sockets.taken[i])
			return sockets.names[i];
	return NULL;
}

void
zv_activation_close(void)
{
	for (int i = 0; i < sockets.n; i++)
		if (!sockets.taken[i])
			close(FIRST + i);
	memset(&sockets, 0, sizeof sockets);
}
