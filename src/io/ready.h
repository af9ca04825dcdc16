/* ready.h - readiness of many descriptors, inside of the loop: one epoll set beside
 * libuv's, level-triggered. */
#ifndef ZV_IO_READY_H
#define ZV_IO_READY_H

#include <stdint.h>
#include <sys/epoll.h>

#define ZV_READY_AT_ONCE 256

/* Lives in what waits. */
struct zv_ready {
	int fd;
	uint32_t events; /* EPOLLIN | EPOLLOUT; 0 and still in the set: errors only */
	void (*fn)(struct zv_ready *r, uint32_t events); /* may free it when removed */
};

struct zv_ready_set {
	int fd;
	int at, n; /* of events, while they are told */
	struct epoll_event events[ZV_READY_AT_ONCE];
};

/* 0 or ZV_EIO with errno. */
int zv_ready_set_open(struct zv_ready_set *s);
void zv_ready_set_close(struct zv_ready_set *s);

/* Calls those that are ready now, at most ZV_READY_AT_ONCE. */
void zv_ready_set_run(struct zv_ready_set *s);

/* 0 or ZV_EIO with errno. */
int zv_ready_add(struct zv_ready_set *s, struct zv_ready *r);
void zv_ready_change(struct zv_ready_set *s, struct zv_ready *r, uint32_t events);

/* Before its fd is closed; it is not called any more. */
void zv_ready_remove(struct zv_ready_set *s, struct zv_ready *r);

#endif
