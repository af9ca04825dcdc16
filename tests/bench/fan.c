/* fan - loads a fan-out server: many WebSocket clients, and one that publishes.
 * usage: fan [options] PORT CLIENTS thr WINDOW SECONDS
 *        fan [options] PORT CLIENTS lat RATE SECONDS
 *  thr  the next message goes out when all but WINDOW have reached everybody: deliveries
 *       per second, CPU of the server for one
 *  lat  RATE messages per second: how long each takes to each client, and to the last one
 *  --pid N         the server, for its CPU time and memory
 *  --path PATH     of the clients (/sub); --publish PATH of the one that publishes (/pub)
 *  --listen        nobody publishes: messages come from elsewhere, with marks (fan_wire.h)
 *  --header LINE   in the clients' request, e.g. 'Authorization: Bearer …'; several
 *  --first TEXT    a client's first frame; --ready TEXT: the answer to wait for
 *  --tls           any certificate is taken
 *  --hold SECONDS  then: stays connected so long before it begins
 * Messages have 500 bytes. Prints one JSON line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fan_client.h"
#include "fan_wire.h"
#include "measure.h"

#define MAX_NUMBERS   (1u << 20) /* of messages in one run */
#define MAX_LATENCIES (1u << 24)
#define BATCH	      500 /* handshakes at a time */

struct fan {
	struct fan_way way;
	const char *publish;
	bool is_listening, is_paced;
	double value, seconds, hold;
	long pid;
	int clients, set;
	struct fan_client *client; /* … and the one that publishes, the last */

	bool is_recording;
	uint64_t delivered, sent;
	uint32_t *reached;   /* of each message: how many */
	uint32_t *latencies; /* microseconds */
	size_t n_latencies;
	uint32_t *last_us; /* of each message: until the last one had it */
	int closed;
};

/* ---- deliveries -------------------------------------------------------------------- */

static void
on_mark(void *user, uint64_t sent_ns, uint32_t number)
{
	struct fan *f = user;
	uint32_t us = (uint32_t)((fan_now_ns() - sent_ns) / 1000);

	f->delivered++;
	if (!f->is_recording)
		return;
	if (f->n_latencies < MAX_LATENCIES)
		f->latencies[f->n_latencies++] = us;
	number %= MAX_NUMBERS;
	if (++f->reached[number] == (uint32_t)f->clients)
		f->last_us[number] = us + 1; /* 0: not yet */
}

static void
turn(struct fan *f, int timeout_ms)
{
	static struct epoll_event events[512];
	int n = epoll_wait(f->set, events, 512, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct fan_client *c = events[i].data.ptr;

		if (fan_client_read(c, on_mark, f))
			continue;
		epoll_ctl(f->set, EPOLL_CTL_DEL, c->fd, NULL);
		f->closed++;
	}
}

static void
turn_for(struct fan *f, double seconds)
{
	double end = bench_now().wall + seconds;

	while (bench_now().wall < end)
		turn(f, 10);
}

static void
publish(struct fan *f, uint32_t number)
{
	char text[FAN_PAYLOAD], frame[FAN_PAYLOAD + 16];

	fan_message(text, number);
	fan_client_write(&f->client[f->clients], frame,
			 fan_frame(frame, text, sizeof text, true));
}

/* ---- the server's figures ---------------------------------------------------------- */

static double
server_cpu_s(const struct fan *f)
{
	unsigned long user = 0, system = 0;
	char line[1024] = "";
	FILE *file;

	snprintf(line, sizeof line, "/proc/%ld/stat", f->pid);
	file = f->pid ? fopen(line, "r") : NULL;
	if (!file)
		return 0;
	if (fgets(line, sizeof line, file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')') + 2,
		       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &system);
	fclose(file);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long
server_kb(const struct fan *f)
{
	char line[256];
	long kb = 0;
	FILE *file;

	snprintf(line, sizeof line, "/proc/%ld/status", f->pid);
	file = f->pid ? fopen(line, "r") : NULL;
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			break;
	fclose(file);
	return kb;
}

/* ---- the run ----------------------------------------------------------------------- */

static void
watch(struct fan *f, struct fan_client *c)
{
	epoll_ctl(f->set, EPOLL_CTL_ADD, c->fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
}

static void
connect_all(struct fan *f)
{
	for (int from = 0; from < f->clients; from += BATCH) {
		int to = from + BATCH < f->clients ? from + BATCH : f->clients;

		for (int i = from; i < to; i++)
			fan_client_ask(&f->client[i], &f->way, f->way.path);
		for (int i = from; i < to; i++)
			fan_client_enter(&f->client[i], &f->way);
		for (int i = from; i < to; i++)
			watch(f, &f->client[i]);
		turn(f, 0);
	}
	if (f->is_listening)
		return;
	fan_client_ask(&f->client[f->clients], &f->way, f->publish);
	fan_client_enter(&f->client[f->clients], &f->way);
}

static void
warm_up(struct fan *f)
{
	turn_for(f, 0.5);
	for (int i = 0; i < 5 && !f->is_listening; i++) {
		publish(f, MAX_NUMBERS - 1);
		turn_for(f, 0.2);
	}
	f->delivered = 0;
	f->is_recording = true;
}

static void
send_what_is_due(struct fan *f, double since)
{
	uint64_t all = (uint64_t)f->clients;

	if (f->is_listening)
		return;
	if (f->is_paced)
		while ((double)f->sent < (bench_now().wall - since) * f->value)
			publish(f, (uint32_t)f->sent++);
	else
		while (f->delivered + (uint64_t)f->value * all > f->sent * all)
			publish(f, (uint32_t)f->sent++);
}

static void
run(struct fan *f)
{
	double since = bench_now().wall;

	while (bench_now().wall < since + f->seconds) {
		send_what_is_due(f, since);
		turn(f, f->is_paced ? 1 : 5);
	}
}

static void
wait_for_the_rest(struct fan *f)
{
	double end = bench_now().wall + 3;

	while (bench_now().wall < end && f->delivered < f->sent * (uint64_t)f->clients)
		turn(f, 20);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* In milliseconds. */
static double
part_of(const uint32_t *sorted, size_t n, double part)
{
	return n ? sorted[(size_t)((double)(n - 1) * part)] / 1e3 : 0;
}

static size_t
sort_last(struct fan *f)
{
	size_t n = 0;

	for (size_t i = 0; i < MAX_NUMBERS; i++)
		if (f->last_us[i])
			f->last_us[n++] = f->last_us[i] - 1;
	qsort(f->last_us, n, sizeof *f->last_us, compare);
	return n;
}

static void
measure(struct fan *f)
{
	long before_kb = server_kb(f), idle_kb;
	double connected = bench_now().wall, cpu;
	struct bench_time began, took;
	uint64_t delivered;
	size_t n_last;

	connect_all(f);
	connected = bench_now().wall - connected;
	turn_for(f, f->hold);
	idle_kb = server_kb(f);
	warm_up(f);
	cpu = server_cpu_s(f);
	began = bench_now();
	run(f);
	took = bench_since(began);
	cpu = server_cpu_s(f) - cpu;
	delivered = f->delivered;
	wait_for_the_rest(f);
	qsort(f->latencies, f->n_latencies, sizeof *f->latencies, compare);
	n_last = sort_last(f);
	printf("{\"clients\":%d,\"mode\":\"%s\",\"value\":%g,\"connect_s\":%.2f,"
	       "\"wall_s\":%.2f,\"sent\":%llu,\"delivered\":%llu,\"missing\":%lld,"
	       "\"deliveries_s\":%.0f,\"cpu_us_per_delivery\":%.3f,"
	       "\"client_cpu_s\":%.2f,\"ms_p50\":%.3f,\"ms_p99\":%.3f,\"ms_max\":%.3f,"
	       "\"last_ms_p50\":%.3f,\"last_ms_p99\":%.3f,\"closed\":%d,"
	       "\"kb_before\":%ld,\"kb_idle\":%ld,\"kb_end\":%ld,"
	       "\"idle_bytes_per_client\":%.0f}\n",
	       f->clients, f->is_paced ? "lat" : "thr", f->value, connected, took.wall,
	       (unsigned long long)f->sent, (unsigned long long)delivered,
	       f->is_listening
		       ? 0
		       : (long long)(f->sent * (uint64_t)f->clients - f->delivered),
	       (double)delivered / took.wall,
	       delivered ? cpu / (double)delivered * 1e6 : 0, took.user + took.sys,
	       part_of(f->latencies, f->n_latencies, 0.5),
	       part_of(f->latencies, f->n_latencies, 0.99),
	       part_of(f->latencies, f->n_latencies, 1),
	       part_of(f->last_us, n_last, 0.5), part_of(f->last_us, n_last, 0.99),
	       f->closed, before_kb, idle_kb, server_kb(f),
	       (double)(idle_kb - before_kb) * 1024 / f->clients);
}

/* ---- options ----------------------------------------------------------------------- */

static void
add_header(struct fan_way *way, const char *line)
{
	size_t n = strlen(way->headers);

	snprintf(way->headers + n, sizeof way->headers - n, "%s\r\n", line);
}

static bool
read_options(struct fan *f, int argc, char **argv)
{
	static const struct option options[] = {
		{ "pid", 1, NULL, 'p' },     { "path", 1, NULL, 'u' },
		{ "publish", 1, NULL, 'b' }, { "listen", 0, NULL, 'l' },
		{ "header", 1, NULL, 'h' },  { "first", 1, NULL, 'f' },
		{ "ready", 1, NULL, 'r' },   { "tls", 0, NULL, 't' },
		{ "hold", 1, NULL, 'o' },    { NULL, 0, NULL, 0 },
	};
	const char **texts[] = {
		['u'] = &f->way.path,
		['b'] = &f->publish,
		['f'] = &f->way.first,
		['r'] = &f->way.ready,
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return false;
		if (c == 'p')
			f->pid = strtol(optarg, NULL, 10);
		else if (c == 'o')
			f->hold = strtod(optarg, NULL);
		else if (c == 'h')
			add_header(&f->way, optarg);
		else if (c == 't')
			f->way.tls = true;
		else if (c == 'l')
			f->is_listening = true;
		else
			*texts[c] = optarg;
	}
	if (argc - optind != 5)
		return false;
	f->way.port = atoi(argv[optind]);
	f->clients = atoi(argv[optind + 1]);
	f->is_paced = strcmp(argv[optind + 2], "lat") == 0;
	f->value = strtod(argv[optind + 3], NULL);
	f->seconds = strtod(argv[optind + 4], NULL);
	return f->clients > 0 && f->seconds > 0;
}

int
main(int argc, char **argv)
{
	static struct fan f = { .publish = "/pub", .way = { .path = "/sub" } };

	if (!read_options(&f, argc, argv)) {
		fprintf(stderr,
			"usage: fan [--pid N] [--path PATH] [--publish PATH] "
			"[--listen]\n"
			"           [--header LINE]... [--first TEXT] [--ready TEXT]\n"
			"           [--tls] [--hold SECONDS] PORT CLIENTS thr|lat "
			"WINDOW|RATE SECONDS\n");
		return 2;
	}
	f.client = calloc((size_t)f.clients + 1, sizeof *f.client);
	f.reached = calloc(MAX_NUMBERS, sizeof *f.reached);
	f.last_us = calloc(MAX_NUMBERS, sizeof *f.last_us);
	f.latencies = malloc(MAX_LATENCIES * sizeof *f.latencies);
	f.set = epoll_create1(0);
	if (!f.client || !f.reached || !f.last_us || !f.latencies || f.set < 0) {
		perror("fan");
		return 1;
	}
	measure(&f);
	return 0;
}
