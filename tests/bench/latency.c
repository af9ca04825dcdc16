/* latency - how long an action takes over one connection that stays.
 * usage: ZVON_SECRET=SECRET latency URL COUNT [PAUSE_MS [EVENT]]
 *   Sends COUNT actions one after another, PAUSE_MS apart: Ping, or UserEvent of that
 *   name with a running number.
 * Prints one JSON line: the milliseconds of each, how many were not answered with
 * Success, how often it logged in and lost the connection. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "measure.h"
#include "zvon/zvon.h"

#define TIMEOUT_MS 30000

struct link {
	struct zv_client *client;
	const char *event;
	unsigned long failed;
};

static void
on_state(void *user, const struct zv_client_status *status)
{
	(void)user;
	if (status->text[0])
		fprintf(stderr, "%s: %s\n", zvon_client_state_name(status->state),
			status->text);
}

static struct zv_request *
make_request(const struct link *l, unsigned long number)
{
	struct zv_request *r =
		zvon_request_new(l->event ? ZV_STR("UserEvent") : ZV_STR("Ping"), NULL);
	char text[24];

	snprintf(text, sizeof text, "%lu", number);
	if (!r || (l->event && (zvon_request_set(r, "UserEvent", l->event, NULL) < 0 ||
				zvon_request_set(r, "Seq", text, NULL) < 0)))
		exit(1);
	return r;
}

static bool
is_success(const struct zv_result *result)
{
	return result->status == 0 && result->response &&
	       zvon_str_equal(result->response->name, ZV_STR("Success"));
}

static void
tell_failure(struct link *l, unsigned long number, const struct zv_result *result)
{
	const struct zv_packet *answer = result->response;
	struct zv_str text = answer ? zvon_packet_get(answer, ZV_STR("Message"))
				    : zvon_str(zvon_err_name(result->status));

	fprintf(stderr, "action %lu: %.*s\n", number, (int)text.n, text.p);
	l->failed++;
}

/* Milliseconds. */
static double
ask(struct link *l, unsigned long number)
{
	struct zv_request *request = make_request(l, number);
	struct zv_error err = { 0 };
	struct zv_result result = { 0 };
	struct bench_time began = bench_now();
	double ms;

	if (zvon_client_request(l->client, request, TIMEOUT_MS, &result, &err) < 0)
		fprintf(stderr, "%s\n", err.text);
	ms = bench_since(began).wall * 1000;
	if (!is_success(&result))
		tell_failure(l, number, &result);
	zvon_result_deinit(&result);
	zvon_request_free(request);
	return ms;
}

/* The first one waits for the login and is not shown. */
static void
ask_all(struct link *l, unsigned long count, useconds_t pause_ms)
{
	ask(l, 0);
	printf("{\"ms\":[");
	for (unsigned long i = 1; i <= count; i++) {
		usleep(pause_ms * 1000);
		printf("%s%.3f", i > 1 ? "," : "", ask(l, i));
	}
}

int
main(int argc, char **argv)
{
	static const struct zv_client_handlers handlers = { .on_state = on_state };
	struct zv_client_options options = { .events = "off" };
	struct zv_client_counters counters;
	struct zv_error err = { 0 };
	struct link l = { 0 };

	if (argc < 3)
		return 2;
	options.url = argv[1];
	options.secret = getenv("ZVON_SECRET");
	l.event = argc > 4 ? argv[4] : NULL;
	l.client = zvon_client_new(&options, &handlers, NULL, &err);
	if (!l.client || zvon_client_start(l.client, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	ask_all(&l, strtoul(argv[2], NULL, 10),
		argc > 3 ? (useconds_t)strtoul(argv[3], NULL, 10) : 0);
	zvon_client_counters(l.client, &counters);
	printf("],\"failed\":%lu,\"connects\":%llu,\"losses\":%llu}\n", l.failed,
	       (unsigned long long)counters.connects,
	       (unsigned long long)counters.losses);
	zvon_client_free(l.client);
	return 0;
}
