#include "zvond/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "base/utf.h"

static struct {
	int fd; /* 0: there is none; a socket is never descriptor 0 here */
	struct sockaddr_un to;
	socklen_t n;
	int watchdog_ms;
} now;

static int
read_watchdog(struct zv_error *err)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long number;

	if (!us)
		return 0;
	if (pid && (zv_num_parse(zvon_str(pid), 1, INT32_MAX, &number) < 0 ||
		    number != getpid()))
		return 0; /* for another process */
	if (zv_num_parse(zvon_str(us), 1000, 86400000000LL, &number) < 0)
		return zv_fail(err, ZV_EINVAL, "WATCHDOG_USEC=%s is no time", us);
	now.watchdog_ms = (int)(number / 1000 / 2);
	if (now.watchdog_ms == 0)
		now.watchdog_ms = 1;
	return 0;
}

/* "/run/…", or "@…" for a name that is no file. */
static int
read_socket(struct zv_error *err)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;

	if (!path)
		return 0;
	if ((*path != '/' && *path != '@') || n >= sizeof now.to.sun_path || n < 2)
		return zv_fail(err, ZV_EINVAL, "NOTIFY_SOCKET=%s is no socket", path);
	now.to.sun_family = AF_UNIX;
	memcpy(now.to.sun_path, path, n);
	if (*path == '@')
		now.to.sun_path[0] = '\0';
	now.n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	now.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (now.fd < 0) {
		now.fd = 0;
		return zv_fail(err, ZV_EIO, "NOTIFY_SOCKET: %s", strerror(errno));
	}
	return 0;
}

int
zv_notify_open(struct zv_error *err)
{
	int rc = read_socket(err);

	if (rc == 0)
		rc = read_watchdog(err);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return rc;
}

void
zv_notify_close(void)
{
	if (now.fd)
		close(now.fd);
	memset(&now, 0, sizeof now);
}

/* Lost when the manager does not read: the next one tells the same or more. */
static void
say(const char *text)
{
	if (now.fd)
		sendto(now.fd, text, strlen(text), MSG_NOSIGNAL,
		       (const struct sockaddr *)&now.to, now.n);
}

void
zv_notify_ready(void)
{
	say("READY=1");
}

/* Type=notify-reload of systemd 253 wants the time, others do not mind it. */
void
zv_notify_reloading(void)
{
	struct timespec t;
	char text[80];

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	say(text);
}

void
zv_notify_stopping(void)
{
	say("STOPPING=1");
}

void
zv_notify_status(const char *line)
{
	char text[512];
	int n = snprintf(text, sizeof text, "STATUS=%s", line);

	(void)n;
	zv_utf8_make_line(text);
	say(text);
}

int
zv_notify_watchdog_ms(void)
{
	return now.watchdog_ms;
}

void
zv_notify_watchdog(void)
{
	if (now.watchdog_ms)
		say("WATCHDOG=1");
}
