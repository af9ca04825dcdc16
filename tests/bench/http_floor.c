/* http_floor - the floor for HTTP: a bare epoll server that answers whatever ends like a
 * request with the same bytes, one recv(2) and one send(2) each.
 * usage: http_floor PORT BYTES    (BYTES of an answer, with its head) */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ANSWER 65536

static char answer[MAX_ANSWER];
static size_t answer_n;

static void
make_answer(size_t n)
{
	size_t head =
		(size_t)snprintf(answer, sizeof answer,
				 "HTTP/1.1 200 OK\r\nContent-Type: "
				 "application/json\r\nContent-Length: %06zu\r\n\r\n",
				 (size_t)0);

	answer_n = n > head && n <= sizeof answer ? n : head;
	snprintf(answer, sizeof answer,
		 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		 "Content-Length: %06zu\r\n\r\n",
		 answer_n - head);
	memset(answer + head, 'x', answer_n - head);
}

/* Each arrives whole: the loader sends one at a time, with one send(2). */
static void
serve(int fd)
{
	char request[16384];
	ssize_t n = recv(fd, request, sizeof request, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		close(fd);
		return;
	}
	if (n > 0 && memmem(request, (size_t)n, "\r\n\r\n", 4) &&
	    send(fd, answer, answer_n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		close(fd);
}

static void
watch(int set, int fd)
{
	epoll_ctl(set, EPOLL_CTL_ADD, fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), set = epoll_create1(0);
	struct epoll_event events[64];

	if (argc != 3) {
		fprintf(stderr, "usage: http_floor PORT BYTES\n");
		return 2;
	}
	make_answer(strtoul(argv[2], NULL, 10));
	at.sin_port = htons((unsigned short)atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(listener, 64) < 0) {
		perror("http_floor: listen");
		return 1;
	}
	watch(set, listener);
	for (;;) {
		int n = epoll_wait(set, events, 64, -1), fd;

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd != listener) {
				serve(events[i].data.fd);
				continue;
			}
			fd = accept(listener, NULL, NULL);
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
				   sizeof(int));
			watch(set, fd);
		}
	}
}
