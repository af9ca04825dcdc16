/* floor - the floor for a client: logs in to serve, splits what comes with memchr,
 * calls a callback per event.
 * usage: floor PORT
 * Prints the line that client prints. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "split.h"

static const char login[] = "Action: Login\r\nUsername: bench\r\nSecret: bench\r\n\r\n";

struct floor {
	unsigned long events, checksum;
	unsigned long long bytes;
	struct bench_time began, took;
	int done;
};

static int
is_named(const struct split_event *e, const char *name)
{
	return e->value[0].n == strlen(name) &&
	       memcmp(e->value[0].p, name, e->value[0].n) == 0;
}

__attribute__((noinline)) static void
on_event(void *user, const struct split_event *e)
{
	struct floor *f = user;

	f->checksum += e->value[0].n + (unsigned char)e->value[0].p[0];
	if (is_named(e, "BenchEnd")) {
		f->took = bench_since(f->began);
		f->done = 1;
	} else if (f->events == 0) {
		if (is_named(e, "Success") || is_named(e, "FullyBooted"))
			return; /* the login: the stream begins later */
		f->began = bench_now();
		f->events = 1;
	} else {
		f->events++;
	}
}

static int
connect_to(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
	    write(fd, login, sizeof login - 1) < 0) {
		perror("floor");
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	static char buffer[256 * 1024];
	struct floor f = { 0 };
	size_t have = 0;
	ssize_t n;
	int fd = connect_to(argc > 1 ? atoi(argv[1]) : 0);

	while (!f.done && (n = read(fd, buffer + have, sizeof buffer - have)) > 0) {
		const char *rest;

		f.bytes += (unsigned long long)n;
		have += (size_t)n;
		rest = split(buffer, buffer + have, on_event, &f);
		have = (size_t)(buffer + have - rest);
		memmove(buffer, rest, have);
	}
	close(fd);
	printf("{\"peer\":\"floor\",\"events\":%lu,\"bytes\":%llu,\"wall\":%.3f,"
	       "\"user\":%.3f,\"sys\":%.3f,\"peak_kb\":%ld,\"private_kb\":%ld}\n",
	       f.events, f.bytes, f.took.wall, f.took.user, f.took.sys, bench_peak_kb(),
	       bench_private_kb());
	return f.done ? 0 : 1;
}
