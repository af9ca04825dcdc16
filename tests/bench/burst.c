/* burst - a PBX that sends a file of events as fast as they are read, or BYTES_S, while clients of
 * zvon.v1 follow and a witness asks over HTTP each 10 ms how long an answer takes.
 * usage: burst FILE CLIENTS ALL HEADER HEADER_OF_ALL [BYTES_S]
 *  HEADER of the clients' requests, {n}: the number of the line; ALL clients more see all, by
 *  their header
 * Prints the port for AMI, reads "PORT PID" of the server, prints one JSON line. Its last
 * event is about the line of the first client: when that has come, all is handled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fan_client.h"
#include "fan_pbx.h"
#include "fan_server.h"
#include "fan_wire.h"
#include "http_peer.h"
#include "measure.h"

#define WITNESS_NS 10000000u
#define LIMIT_S	   60

struct burst {
	struct fan_way way;
	struct fan_pbx pbx;
	struct fan_client *clients;
	struct http_peer witness;
	char request[8192];
	size_t request_n;
	int set, n_clients;
	long pid;
	uint64_t frames, cut, cut_of_all, answers, longest_ns, ask_at_ns;
	bool is_over;
};

static void
watch(struct burst *b, int fd, void *who)
{
	epoll_ctl(b->set, EPOLL_CTL_ADD, fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = who });
}

static void
enter(struct burst *b, int from, int to, const char *header)
{
	snprintf(b->way.headers, sizeof b->way.headers,
		 "Sec-WebSocket-Protocol: zvon.v1\r\n%s\r\n", header);
	for (int i = from; i < to; i++) {
		fan_client_ask(&b->clients[i], &b->way, b->way.path,
			       FAN_FIRST_LINE + i);
		fan_client_enter(&b->clients[i], &b->way);
		watch(b, b->clients[i].fd, &b->clients[i]);
	}
}

static void
on_mark(void *user, uint64_t sent_ns, uint32_t number)
{
	((struct burst *)user)->is_over = true;
}

/* The first one's frames are read for the mark, those of the others are counted. */
static void
read_client(struct burst *b, struct fan_client *c)
{
	bool is_open = c == b->clients ? fan_client_read(c, on_mark, b)
				       : fan_client_count(c, &b->frames);

	if (is_open)
		return;
	epoll_ctl(b->set, EPOLL_CTL_DEL, c->fd, NULL);
	if (c < b->clients + b->n_clients)
		b->cut++;
	else
		b->cut_of_all++;
}

static void
read_witness(struct burst *b)
{
	uint64_t ns = http_read(&b->witness);

	if (!ns)
		return;
	b->answers++;
	if (ns > b->longest_ns)
		b->longest_ns = ns;
	b->ask_at_ns = fan_now_ns() + WITNESS_NS;
}

static void
turn(struct burst *b)
{
	struct epoll_event events[256];
	int n = epoll_wait(b->set, events, 256, 1);

	for (int i = 0; i < n; i++) {
		void *who = events[i].data.ptr;

		if (who == &b->pbx)
			fan_pbx_turn(&b->pbx);
		else if (who == &b->witness)
			read_witness(b);
		else
			read_client(b, who);
	}
	if (b->ask_at_ns && fan_now_ns() >= b->ask_at_ns) {
		b->ask_at_ns = 0;
		http_ask(&b->witness, b->request, b->request_n);
	}
	if (fan_pbx_is_behind(&b->pbx))
		fan_pbx_turn(&b->pbx);
}

/* Until the daemon knows what is going on at its PBX: what comes before is no news. */
static void
wait_synced(struct burst *b)
{
	static const char request[] =
		"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
	double end = bench_now().wall + LIMIT_S;

	do {
		http_ask(&b->witness, request, sizeof request - 1);
		while (!http_read(&b->witness))
			fan_pbx_turn(&b->pbx);
	} while (!strstr(b->witness.in, "\"synced\":true") && bench_now().wall < end);
}

static double
run(struct burst *b, const char *path, uint64_t bytes_s)
{
	double began = bench_now().wall;
	bool is_marked = false;

	fan_pbx_stream(&b->pbx, path, bytes_s);
	while (!b->is_over && bench_now().wall < began + LIMIT_S) {
		turn(b);
		if (fan_pbx_is_behind(&b->pbx) || is_marked)
			continue;
		fan_pbx_mark(&b->pbx, FAN_FIRST_LINE, 1);
		is_marked = true;
	}
	return bench_now().wall - began;
}

int
main(int argc, char **argv)
{
	static struct burst b = { .way = { .path = "/v1/events",
					   .first = "{\"type\":\"start\"}",
					   .ready = "\"type\":\"snapshot\"" } };
	double seconds, cpu;
	long kb_before;
	int n_all;

	if (argc != 6 && argc != 7) {
		fprintf(stderr, "usage: burst FILE CLIENTS ALL HEADER HEADER_OF_ALL "
				"[BYTES_S]\n");
		return 2;
	}
	b.n_clients = atoi(argv[2]);
	n_all = atoi(argv[3]);
	b.clients = calloc((size_t)(b.n_clients + n_all), sizeof *b.clients);
	b.set = epoll_create1(0);
	printf("%d\n", fan_pbx_open(&b.pbx));
	fflush(stdout);
	if (!b.clients || scanf("%d %ld", &b.way.port, &b.pid) != 2)
		return 1;
	fan_pbx_wait(&b.pbx);
	watch(&b, b.pbx.fd, &b.pbx);
	enter(&b, 0, b.n_clients, argv[4]);
	enter(&b, b.n_clients, b.n_clients + n_all, argv[5]);
	http_open(&b.witness, b.way.port);
	wait_synced(&b);
	watch(&b, b.witness.fd, &b.witness);
	b.request_n =
		http_request(b.request, sizeof b.request, "GET", "/v1/me", argv[5], "");
	b.ask_at_ns = fan_now_ns();
	kb_before = fan_server_kb(b.pid, "VmRSS");
	cpu = fan_server_cpu_s(b.pid);
	seconds = run(&b, argv[1], argc > 6 ? strtoull(argv[6], NULL, 10) : 0);
	printf("{\"is_over\":%s,\"seconds\":%.3f,\"cpu_s\":%.3f,\"answers\":%llu,"
	       "\"longest_ms\":%.3f,\"frames\":%llu,\"cut\":%llu,\"cut_of_all\":%llu,"
	       "\"kb_before\":%ld,\"kb_most\":%ld}\n",
	       b.is_over ? "true" : "false", seconds, fan_server_cpu_s(b.pid) - cpu,
	       (unsigned long long)b.answers, (double)b.longest_ns / 1e6,
	       (unsigned long long)b.frames, (unsigned long long)b.cut,
	       (unsigned long long)b.cut_of_all, kb_before,
	       fan_server_kb(b.pid, "VmHWM"));
	return 0;
}
