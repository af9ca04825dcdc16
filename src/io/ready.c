/* Why not libuv's streams: a uv_tcp_t and its timer cost 400 bytes of each idle connection,
 * accepting gives no word when descriptors are short, and uv_poll_t takes four system calls
 * where one changes what is waited for. Written to directly, a socket costs one send(2). */
#include "io/ready.h"

#include <stddef.h>
#include <unistd.h>

#include "zvon/error.h"

int
zv_ready_set_open(struct zv_ready_set *s)
{
	s->at = s->n = 0;
	s->fd = epoll_create1(EPOLL_CLOEXEC);
	return s->fd < 0 ? ZV_EIO : 0;
}

void
zv_ready_set_close(struct zv_ready_set *s)
{
	close(s->fd);
}

void
zv_ready_set_run(struct zv_ready_set *s)
{
	s->n = epoll_wait(s->fd, s->events, ZV_READY_AT_ONCE, 0);
	for (s->at = 0; s->at < s->n;) {
		struct epoll_event *e = &s->events[s->at++];
		struct zv_ready *r = e->data.ptr;

		if (r)
			r->fn(r, e->events);
	}
	s->n = 0;
}

static int
control(struct zv_ready_set *s, struct zv_ready *r, int what)
{
	struct epoll_event e = { .events = r->events, .data.ptr = r };

	return epoll_ctl(s->fd, what, r->fd, &e) < 0 ? ZV_EIO : 0;
}

int
zv_ready_add(struct zv_ready_set *s, struct zv_ready *r)
{
	return control(s, r, EPOLL_CTL_ADD);
}

void
zv_ready_change(struct zv_ready_set *s, struct zv_ready *r, uint32_t events)
{
	if (events == r->events)
		return;
	r->events = events;
	control(s, r, EPOLL_CTL_MOD);
}

void
zv_ready_remove(struct zv_ready_set *s, struct zv_ready *r)
{
	control(s, r, EPOLL_CTL_DEL);
	for (int i = s->at; i < s->n; i++)
		if (s->events[i].data.ptr == r)
			s->events[i].data.ptr = NULL;
}
