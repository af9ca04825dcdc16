#include "io/wait.h"

#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "base/err.h"

/* ---- waiting ----------------------------------------------------------------------- */

struct sets {
	fd_set read, write, failed;
};

static void
fill_sets(struct sets *s, const struct zv_descriptor *fds, size_t n)
{
	FD_ZERO(&s->read);
	FD_ZERO(&s->write);
	FD_ZERO(&s->failed);
	for (size_t i = 0; i < n; i++) {
		if (fds[i].events & ZV_POLL_READ)
			FD_SET((SOCKET)fds[i].fd, &s->read);
		if (fds[i].events & ZV_POLL_WRITE) {
			FD_SET((SOCKET)fds[i].fd, &s->write);
			FD_SET((SOCKET)fds[i].fd, &s->failed);
		}
	}
}

/* select, not WSAPoll: that one does not tell of a connection that was refused, before
 * Windows 10 of 2020. */
bool
zv_wait(const struct zv_descriptor *fds, size_t n, int timeout_ms)
{
	struct timeval time = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct sets s;
	SOCKET last;

	if (n > ZV_MAX_DESCRIPTORS + 1)
		n = ZV_MAX_DESCRIPTORS + 1;
	fill_sets(&s, fds, n);
	if (s.read.fd_count + s.write.fd_count == 0) { /* select refuses to sleep */
		Sleep(timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);
		return false;
	}
	if (select(0, &s.read, &s.write, &s.failed, timeout_ms < 0 ? NULL : &time) <= 0)
		return false;
	last = (SOCKET)fds[n - 1].fd;
	return FD_ISSET(last, &s.read) || FD_ISSET(last, &s.write) ||
	       FD_ISSET(last, &s.failed);
}

size_t
zv_unread_bytes(intptr_t fd)
{
	u_long n = 0;

	return ioctlsocket((SOCKET)fd, FIONREAD, &n) == 0 ? (size_t)n : 0;
}

/* ---- the bell ------------------------------------------------------------------------- */

static bool
connect_to_itself(SOCKET s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int length = sizeof at;
	u_long on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(s, (struct sockaddr *)&at, sizeof at) == 0 &&
	       getsockname(s, (struct sockaddr *)&at, &length) == 0 &&
	       connect(s, (struct sockaddr *)&at, length) == 0 &&
	       ioctlsocket(s, FIONBIO, &on) == 0;
}

/* A UDP socket on loopback that is connected to itself: Windows has no pipes that can be
 * waited for beside sockets, and nobody else's datagrams reach it. */
int
zv_bell_open(struct zv_bell *w, struct zv_error *err)
{
	WSADATA data;
	SOCKET s;
	int rc;

	w->read_fd = w->write_fd = -1;
	rc = WSAStartup(MAKEWORD(2, 2), &data);
	if (rc != 0)
		return zv_fail(err, ZV_EIO, "Windows has no sockets for us: code %d",
			       rc);
	s = WSASocketW(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0, WSA_FLAG_OVERLAPPED);
	if (s == INVALID_SOCKET || !connect_to_itself(s)) {
		rc = WSAGetLastError();
		if (s != INVALID_SOCKET)
			closesocket(s);
		WSACleanup();
		return zv_fail(err, ZV_EIO,
			       "cannot make a socket on 127.0.0.1: code %d", rc);
	}
	SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
	w->read_fd = w->write_fd = (intptr_t)s;
	return 0;
}

void
zv_bell_close(struct zv_bell *w)
{
	if (w->read_fd < 0)
		return;
	closesocket((SOCKET)w->read_fd);
	WSACleanup(); /* counted by Windows */
	w->read_fd = w->write_fd = -1;
}

void
zv_bell_ring(struct zv_bell *w)
{
	if (!__atomic_exchange_n(&w->rung, true, __ATOMIC_SEQ_CST))
		send((SOCKET)w->write_fd, "", 1, 0); /* full: it is rung already */
}

void
zv_bell_clear(struct zv_bell *w)
{
	char byte;

	while (recv((SOCKET)w->read_fd, &byte, 1, 0) == 1)
		;
	/* after the read, as in posix/wait.c */
	__atomic_store_n(&w->rung, false, __ATOMIC_SEQ_CST);
}

struct zv_descriptor
zv_bell_descriptor(const struct zv_bell *w)
{
	return (struct zv_descriptor){ w->read_fd, ZV_POLL_READ };
}
