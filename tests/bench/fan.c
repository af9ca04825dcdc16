/* fan - loads a fan-out server: many WebSocket clients, and one that publishes.
 * usage: fan [options] PORT CLIENTS MODE VALUE SECONDS [MODE VALUE SECONDS]...
 *  thr VALUE  the next message goes out when all but VALUE have reached everybody:
 *             deliveries per second, CPU of the server for one
 *  lat VALUE  VALUE messages per second: how long each takes to each client, and to the
 *             last one
 *  --pid N         the server, for its CPU time and memory
 *  --path PATH     of the clients (/sub); --publish PATH of the one that publishes (/pub)
 *  --listen        nobody publishes: messages come from elsewhere, with marks (fan_wire.h)
 *  --pbx           it publishes as an Asterisk does: prints its port for AMI, then reads
 *                  "PORT PID" of the server (PORT is `-` then)
 *  --one           (--pbx) each message is about the line of one client, by turns
 *  --count         frames are counted, not read: they are deflated
 *  --header LINE   in the clients' request, e.g. 'Authorization: Bearer …'; several; {n} is
 *                  the number of the client's line
 *  --first TEXT    a client's first frame; --ready TEXT: the answer to wait for
 *  --tls           any certificate is taken
 *  --hold SECONDS  then: stays connected so long before it begins
 * Messages have 500 bytes. Prints one JSON line for each MODE. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fan_client.h"
#include "fan_pbx.h"
#include "fan_server.h"
#include "fan_wire.h"
#include "measure.h"

#define MAX_NUMBERS   (1u << 20) /* of messages in one phase */
#define MAX_LATENCIES (1u << 24)
#define BATCH	      500 /* handshakes at a time */

struct fan {
	struct fan_way way;
	const char *publish;
	bool is_listening, has_pbx, is_for_one, is_counting;
	double hold;
	long pid;
	int clients, set, clock;
	struct fan_client *client; /* … and the one that publishes, the last */
	struct fan_pbx pbx;
	long kb_before, kb_idle;
	double connect_s;

	/* the phase */
	bool is_paced, is_recording;
	double value, seconds;
	uint64_t delivered, sent;
	uint32_t *reached;   /* of each message: how many */
	uint32_t *latencies; /* microseconds */
	size_t n_latencies;
	uint32_t *last_us; /* of each message: until the last one had it */
	int closed;
};

/* So many get each message. */
static uint64_t
receivers(const struct fan *f)
{
	return f->is_for_one ? 1 : (uint64_t)f->clients;
}

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
	if (++f->reached[number] == receivers(f))
		f->last_us[number] = us + 1; /* 0: not yet */
}

static void
read_client(struct fan *f, struct fan_client *c)
{
	if (f->is_counting ? fan_client_count(c, &f->delivered)
			   : fan_client_read(c, on_mark, f))
		return;
	epoll_ctl(f->set, EPOLL_CTL_DEL, c->fd, NULL);
	f->closed++;
}

static void
turn(struct fan *f, int timeout_ms)
{
	static struct epoll_event events[512];
	int n = epoll_wait(f->set, events, 512, timeout_ms);
	uint64_t ticks;

	for (int i = 0; i < n; i++) {
		void *who = events[i].data.ptr;

		if (who == &f->pbx)
			fan_pbx_turn(&f->pbx);
		else if (who != &f->clock)
			read_client(f, who);
		else if (read(f->clock, &ticks, sizeof ticks) < 0)
			perror("fan: clock");
	}
	if (f->has_pbx && fan_pbx_is_behind(&f->pbx))
		fan_pbx_turn(&f->pbx);
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
	int turns = f->is_for_one ? (int)(number % (uint32_t)f->clients) : 0;

	if (f->has_pbx) {
		fan_pbx_mark(&f->pbx, FAN_FIRST_LINE + turns, number);
		return;
	}
	fan_message(text, number);
	fan_client_write(&f->client[f->clients], frame,
			 fan_frame(frame, text, sizeof text, true));
}

/* ---- the run ----------------------------------------------------------------------- */

static void
watch(struct fan *f, int fd, void *who)
{
	epoll_ctl(f->set, EPOLL_CTL_ADD, fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = who });
}

/* Ticks as often as a message is due; 0: never. */
static void
set_clock(struct fan *f, double rate)
{
	long ns = rate > 0 ? (long)(1e9 / rate) : 0;
	struct timespec each = { ns / 1000000000, ns % 1000000000 };

	timerfd_settime(f->clock, 0, &(struct itimerspec){ each, each }, NULL);
}

static void
connect_all(struct fan *f)
{
	for (int from = 0; from < f->clients; from += BATCH) {
		int to = from + BATCH < f->clients ? from + BATCH : f->clients;

		for (int i = from; i < to; i++)
			fan_client_ask(&f->client[i], &f->way, f->way.path,
				       FAN_FIRST_LINE + i);
		for (int i = from; i < to; i++)
			fan_client_enter(&f->client[i], &f->way);
		for (int i = from; i < to; i++)
			watch(f, f->client[i].fd, &f->client[i]);
		turn(f, 0);
	}
	if (f->is_listening || f->has_pbx)
		return;
	fan_client_ask(&f->client[f->clients], &f->way, f->publish, 0);
	fan_client_enter(&f->client[f->clients], &f->way);
}

static void
wait_for_the_rest(struct fan *f)
{
	double end = bench_now().wall + 5;

	while (bench_now().wall < end && f->delivered < f->sent * receivers(f))
		turn(f, 20);
}

static void
forget(struct fan *f)
{
	f->delivered = f->sent = 0;
	f->n_latencies = 0;
	memset(f->reached, 0, MAX_NUMBERS * sizeof *f->reached);
	memset(f->last_us, 0, MAX_NUMBERS * sizeof *f->last_us);
}

static void
warm_up(struct fan *f)
{
	turn_for(f, 0.5);
	forget(f);
	for (int i = 0; i < 3 && !f->is_listening; i++) {
		publish(f, (uint32_t)f->sent++);
		wait_for_the_rest(f);
	}
}

static void
send_what_is_due(struct fan *f, double since)
{
	uint64_t all = receivers(f);

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

	set_clock(f, f->is_paced ? f->value : 0);
	while (bench_now().wall < since + f->seconds) {
		send_what_is_due(f, since);
		turn(f, 5);
	}
	set_clock(f, 0);
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
begin(struct fan *f)
{
	if (f->has_pbx) {
		printf("%d\n", fan_pbx_open(&f->pbx));
		fflush(stdout);
		if (scanf("%d %ld", &f->way.port, &f->pid) != 2)
			exit(2);
		fan_pbx_wait(&f->pbx);
		watch(f, f->pbx.fd, &f->pbx);
	}
	watch(f, f->clock, &f->clock);
	f->kb_before = fan_server_kb(f->pid, "VmRSS");
	f->connect_s = bench_now().wall;
	connect_all(f);
	f->connect_s = bench_now().wall - f->connect_s;
	turn_for(f, f->hold);
	f->kb_idle = fan_server_kb(f->pid, "VmRSS");
	warm_up(f);
}

static void
tell(struct fan *f, double cpu, struct bench_time took, uint64_t delivered)
{
	size_t n_last = sort_last(f);

	qsort(f->latencies, f->n_latencies, sizeof *f->latencies, compare);
	printf("{\"clients\":%d,\"mode\":\"%s\",\"value\":%g,\"connect_s\":%.2f,"
	       "\"wall_s\":%.2f,\"sent\":%llu,\"delivered\":%llu,\"missing\":%lld,"
	       "\"deliveries_s\":%.0f,\"cpu_us_per_delivery\":%.3f,"
	       "\"client_cpu_s\":%.2f,\"ms_p50\":%.3f,\"ms_p99\":%.3f,\"ms_max\":%.3f,"
	       "\"last_ms_p50\":%.3f,\"last_ms_p99\":%.3f,\"closed\":%d,"
	       "\"kb_before\":%ld,\"kb_idle\":%ld,\"kb_end\":%ld,"
	       "\"idle_bytes_per_client\":%.0f}\n",
	       f->clients, f->is_paced ? "lat" : "thr", f->value, f->connect_s,
	       took.wall, (unsigned long long)f->sent, (unsigned long long)delivered,
	       f->is_listening ? 0 : (long long)(f->sent * receivers(f) - f->delivered),
	       (double)delivered / took.wall,
	       delivered ? cpu / (double)delivered * 1e6 : 0, took.user + took.sys,
	       part_of(f->latencies, f->n_latencies, 0.5),
	       part_of(f->latencies, f->n_latencies, 0.99),
	       part_of(f->latencies, f->n_latencies, 1),
	       part_of(f->last_us, n_last, 0.5), part_of(f->last_us, n_last, 0.99),
	       f->closed, f->kb_before, f->kb_idle, fan_server_kb(f->pid, "VmRSS"),
	       (double)(f->kb_idle - f->kb_before) * 1024 / f->clients);
	fflush(stdout);
}

static void
measure(struct fan *f, const char *const phase[3])
{
	struct bench_time began, took;
	uint64_t delivered;
	double cpu;

	f->is_paced = strcmp(phase[0], "lat") == 0;
	f->value = strtod(phase[1], NULL);
	f->seconds = strtod(phase[2], NULL);
	forget(f);
	f->is_recording = true;
	cpu = fan_server_cpu_s(f->pid);
	began = bench_now();
	run(f);
	took = bench_since(began);
	cpu = fan_server_cpu_s(f->pid) - cpu;
	delivered = f->delivered;
	wait_for_the_rest(f);
	f->is_recording = false;
	tell(f, cpu, took, delivered);
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
		{ "hold", 1, NULL, 'o' },    { "pbx", 0, NULL, 'x' },
		{ "one", 0, NULL, '1' },     { "count", 0, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	bool *flags[] = {
		['l'] = &f->is_listening, ['t'] = &f->way.tls,	   ['x'] = &f->has_pbx,
		['1'] = &f->is_for_one,	  ['c'] = &f->is_counting,
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
		else if ((size_t)c < sizeof flags / sizeof *flags && flags[c])
			*flags[c] = true;
		else
			*texts[c] = optarg;
	}
	if (argc - optind < 5 || (argc - optind - 2) % 3)
		return false;
	f->way.port = atoi(argv[optind]);
	f->clients = atoi(argv[optind + 1]);
	return f->clients > 0;
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
			"           [--pbx [--one]] [--count] [--tls] [--hold "
			"SECONDS]\n"
			"           PORT CLIENTS [thr|lat WINDOW|RATE SECONDS]...\n");
		return 2;
	}
	f.client = calloc((size_t)f.clients + 1, sizeof *f.client);
	f.reached = calloc(MAX_NUMBERS, sizeof *f.reached);
	f.last_us = calloc(MAX_NUMBERS, sizeof *f.last_us);
	f.latencies = malloc(MAX_LATENCIES * sizeof *f.latencies);
	f.set = epoll_create1(0);
	f.clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	if (!f.client || !f.reached || !f.last_us || !f.latencies || f.set < 0) {
		perror("fan");
		return 1;
	}
	begin(&f);
	for (int i = optind + 2; i < argc; i += 3)
		measure(&f, (const char *const *)argv + i);
	return 0;
}
