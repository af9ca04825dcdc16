#include "io/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"

bool
zv_wait(const struct zv_descriptor *fds, size_t n, int timeout_ms)
{
	struct pollfd polled[ZV_MAX_DESCRIPTORS + 1];

	if (n > ZV_MAX_DESCRIPTORS + 1)
		n = ZV_MAX_DESCRIPTORS + 1;
	for (size_t i = 0; i < n; i++) {
		polled[i].fd = (int)fds[i].fd;
		polled[i].events =
			(short)((fds[i].events & ZV_POLL_READ ? POLLIN : 0) |
				(fds[i].events & ZV_POLL_WRITE ? POLLOUT : 0));
		polled[i].revents = 0;
	}
	return poll(polled, (nfds_t)n, timeout_ms) > 0 && n && polled[n - 1].revents;
}

size_t
zv_unread_bytes(intptr_t fd)
{
	int n = 0;

	return ioctl((int)fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

int
zv_bell_open(struct zv_bell *w, struct zv_error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return zv_fail(err, ZV_EIO, "cannot make a pipe: %s", strerror(errno));
	w->read_fd = fds[0];
	w->write_fd = fds[1];
	return 0;
}

void
zv_bell_close(struct zv_bell *w)
{
	if (w->read_fd >= 0)
		close((int)w->read_fd);
	if (w->write_fd >= 0)
		close((int)w->write_fd);
	w->read_fd = w->write_fd = -1;
}

void
zv_bell_ring(struct zv_bell *w)
{
	int saved = errno;

	if (!__atomic_exchange_n(&w->rung, true, __ATOMIC_SEQ_CST)) {
		ssize_t n = write((int)w->write_fd, "", 1);

		(void)n; /* a full pipe is rung already */
	}
	errno = saved;
}

void
zv_bell_clear(struct zv_bell *w)
{
	char bytes[64];

	while (read((int)w->read_fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
		;
	/* after the read: who rings in between writes no byte, but its news are
	 * there already when the caller looks for them */
	__atomic_store_n(&w->rung, false, __ATOMIC_SEQ_CST);
}

struct zv_descriptor
zv_bell_descriptor(const struct zv_bell *w)
{
	return (struct zv_descriptor){ w->read_fd, ZV_POLL_READ };
}
