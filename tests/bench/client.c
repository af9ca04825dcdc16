/* client - libzvon as a user sees it: logs in to serve and counts events in the
 * callback until `Event: BenchEnd`.
 * usage: client PORT loop|threads [slow]
 *   slow   the callback takes 1 ms for each of the first 1000 events
 * Prints one JSON line: events, bytes, wall, user and system seconds from the first
 * event on, peak memory. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "measure.h"
#include "zvon/zvon.h"

#define SLOW_EVENTS 1000

struct bench {
	struct zv_client *client;
	bool slow;
	unsigned long events, checksum;
	struct bench_time began, took;
	volatile bool done;
	pthread_mutex_t lock;
	pthread_cond_t end;
};

static void
finish(struct bench *b)
{
	b->took = bench_since(b->began);
	pthread_mutex_lock(&b->lock);
	b->done = true;
	pthread_cond_signal(&b->end);
	pthread_mutex_unlock(&b->lock);
	zvon_client_interrupt(b->client);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct bench *b = user;

	if (event->name.n == 8 && zvon_str_equal(event->name, ZV_STR("BenchEnd"))) {
		finish(b);
		return;
	}
	if (zvon_str_equal(event->name, ZV_STR("FullyBooted")))
		return; /* the stream begins later */
	if (b->events++ == 0)
		b->began = bench_now();
	b->checksum += event->name.n + (unsigned char)event->fields[0].value.p[0];
	if (b->slow && b->events <= SLOW_EVENTS)
		usleep(1000);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	if (status->state == ZV_STATE_CLOSED && status->reason < 0) {
		fprintf(stderr, "%s\n", status->text);
		exit(1);
	}
}

static void
run_threads(struct bench *b)
{
	if (zvon_client_start(b->client, NULL) < 0)
		exit(1);
	pthread_mutex_lock(&b->lock);
	while (!b->done)
		pthread_cond_wait(&b->end, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void
run_loop(struct bench *b)
{
	if (zvon_client_open(b->client, NULL) < 0)
		exit(1);
	while (!b->done)
		zvon_client_run(b->client, -1);
}

static void
report(struct bench *b, const char *mode)
{
	struct zv_client_counters n;

	zvon_client_counters(b->client, &n);
	printf("{\"peer\":\"%s%s\",\"events\":%lu,\"bytes\":%llu,\"wall\":%.3f,"
	       "\"user\":%.3f,\"sys\":%.3f,\"peak_kb\":%ld,\"private_kb\":%ld,"
	       "\"paused\":%llu,\"queue_kb\":%zu,\"losses\":%llu}\n",
	       mode, b->slow ? "-slow" : "", b->events, (unsigned long long)n.bytes_in,
	       b->took.wall, b->took.user, b->took.sys, bench_peak_kb(),
	       bench_private_kb(), (unsigned long long)n.paused,
	       n.queue_most_bytes / 1024, (unsigned long long)n.losses);
}

int
main(int argc, char **argv)
{
	static const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
	};
	struct bench b = { .lock = PTHREAD_MUTEX_INITIALIZER,
			   .end = PTHREAD_COND_INITIALIZER };
	struct zv_client_options options = { .user = "bench", .secret = "bench" };
	char url[64];

	if (argc < 3)
		return 2;
	snprintf(url, sizeof url, "ami://127.0.0.1:%s", argv[1]);
	options.url = url;
	options.no_reconnect = true;
	b.slow = argc > 3 && argv[3][0] == 's';
	b.client = zvon_client_new(&options, &handlers, &b, NULL);
	if (!b.client)
		return 1;
	if (argv[2][0] == 't')
		run_threads(&b);
	else
		run_loop(&b);
	report(&b, argv[2]);
	zvon_client_free(b.client);
	return 0;
}
