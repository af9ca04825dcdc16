/* http - asks a server over a few connections, each as soon as it has its answer.
 * usage: http PORT PID CONNECTIONS SECONDS METHOD PATH HEADER BODY
 * HEADER and BODY may be empty. Prints one JSON line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "fan_server.h"
#include "http_peer.h"
#include "measure.h"

#define MAX_TIMES (1u << 22)

struct load {
	struct http_peer *peers;
	char request[8192];
	size_t request_n;
	int set;
	size_t n;	 /* answers */
	uint32_t *times; /* microseconds */
};

static void
turn(struct load *l)
{
	struct epoll_event events[64];
	int n = epoll_wait(l->set, events, 64, 10);

	for (int i = 0; i < n; i++) {
		struct http_peer *p = events[i].data.ptr;
		uint64_t ns = http_read(p);

		if (!ns)
			continue;
		l->times[l->n++ % MAX_TIMES] = (uint32_t)(ns / 1000);
		http_ask(p, l->request, l->request_n);
	}
}

static void
run_for(struct load *l, double seconds)
{
	double end = bench_now().wall + seconds;

	while (bench_now().wall < end)
		turn(l);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
tell(struct load *l, double cpu, double wall)
{
	size_t n = l->n < MAX_TIMES ? l->n : MAX_TIMES;

	qsort(l->times, n, sizeof *l->times, compare);
	printf("{\"requests_s\":%.0f,\"cpu_us_per_request\":%.2f,\"ms_p50\":%.3f,"
	       "\"ms_p99\":%.3f,\"answer_bytes\":%zu}\n",
	       (double)l->n / wall, l->n ? cpu / (double)l->n * 1e6 : 0,
	       n ? l->times[n / 2] / 1e3 : 0, n ? l->times[n * 99 / 100] / 1e3 : 0,
	       l->peers[0].n);
}

int
main(int argc, char **argv)
{
	static struct load l;
	struct bench_time began;
	double cpu;
	int n;

	if (argc != 9) {
		fprintf(stderr,
			"usage: http PORT PID CONNECTIONS SECONDS METHOD PATH HEADER "
			"BODY\n");
		return 2;
	}
	n = atoi(argv[3]);
	l.peers = calloc((size_t)n, sizeof *l.peers);
	l.times = calloc(MAX_TIMES, sizeof *l.times);
	l.set = epoll_create1(0);
	l.request_n = http_request(l.request, sizeof l.request, argv[5], argv[6],
				   argv[7], argv[8]);
	if (!l.peers || !l.times)
		return 1;
	for (int i = 0; i < n; i++) {
		http_open(&l.peers[i], atoi(argv[1]));
		epoll_ctl(l.set, EPOLL_CTL_ADD, l.peers[i].fd,
			  &(struct epoll_event){ .events = EPOLLIN,
						 .data.ptr = &l.peers[i] });
		http_ask(&l.peers[i], l.request, l.request_n);
	}
	run_for(&l, 0.3);
	l.n = 0;
	cpu = fan_server_cpu_s(atol(argv[2]));
	began = bench_now();
	run_for(&l, strtod(argv[4], NULL));
	tell(&l, fan_server_cpu_s(atol(argv[2])) - cpu, bench_since(began).wall);
	return 0;
}
