/* Each watch has an epoll set of its own, and the loop waits for the set. libcurl closes
 * descriptors without a word, and the next one, its own or an accepted connection, gets
 * the same number: in a set shared with others the change of the one would hit the other,
 * and a list that looks the same would not be the same. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop_core.h"
#include "zvon/client.h"

struct zv_watch {
	struct zv_member member;
	struct zv_loop *loop;
	struct zv_ready ready; /* of the set */
	zv_watch_fn fn;
	void *owner;
	struct zv_descriptor list[ZV_MAX_DESCRIPTORS];
	size_t n;
};

static void
on_ready(struct zv_ready *r, uint32_t events)
{
	struct zv_watch *w = ZV_OWNER(r, struct zv_watch, ready);

	w->fn(w->owner);
}

static void
close_watch(struct zv_member *m)
{
	struct zv_watch *w = ZV_OWNER(m, struct zv_watch, member);

	zv_ready_remove(&w->loop->ready, &w->ready);
	close(w->ready.fd);
	zv_free(w);
}

struct zv_watch *
zv_watch_new(struct zv_loop *l, zv_watch_fn fn, void *owner)
{
	struct zv_watch *w = zv_calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->ready.events = EPOLLIN;
	w->ready.fn = on_ready;
	w->ready.fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->ready.fd < 0 || zv_ready_add(&l->ready, &w->ready) < 0) {
		if (w->ready.fd >= 0)
			close(w->ready.fd);
		zv_free(w);
		return NULL;
	}
	w->loop = l;
	w->fn = fn;
	w->owner = owner;
	zv_loop_add(l, &w->member, close_watch);
	return w;
}

void
zv_watch_free(struct zv_watch *w)
{
	if (!w)
		return;
	zv_list_remove(&w->member.node);
	close_watch(&w->member);
}

static bool
is_among(intptr_t fd, const struct zv_descriptor *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].fd == fd)
			return true;
	return false;
}

/* The system says itself whether it is still the one it knows under that number: one
 * cheap call for each, also when nothing has changed. */
static int
wait_for(struct zv_watch *w, const struct zv_descriptor *d)
{
	struct epoll_event e = {
		.events = (d->events & ZV_POLL_READ ? (uint32_t)EPOLLIN : 0) |
			  (d->events & ZV_POLL_WRITE ? (uint32_t)EPOLLOUT : 0),
	};
	int fd = (int)d->fd;

	if (epoll_ctl(w->ready.fd, EPOLL_CTL_MOD, fd, &e) == 0)
		return 0;
	if (errno == ENOENT && epoll_ctl(w->ready.fd, EPOLL_CTL_ADD, fd, &e) == 0)
		return 0;
	return ZV_EIO;
}

int
zv_watch_set(struct zv_watch *w, const struct zv_descriptor *list, size_t n)
{
	int rc = 0;

	if (n > ZV_MAX_DESCRIPTORS)
		return ZV_ETOOBIG;
	for (size_t i = 0; i < w->n; i++)
		if (!is_among(w->list[i].fd, list, n))
			epoll_ctl(w->ready.fd, EPOLL_CTL_DEL, (int)w->list[i].fd, NULL);
	for (size_t i = 0; i < n; i++)
		if (wait_for(w, &list[i]) < 0)
			rc = ZV_EIO;
	if (n)
		memcpy(w->list, list, n * sizeof *list);
	w->n = n;
	return rc;
}
