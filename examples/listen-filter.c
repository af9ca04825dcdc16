/* listen-filter.c - only the events one wants: those of one phone, as XML.
 *
 *   ZVON_SECRET=secret listen-filter ami://user@host PJSIP/200
 *
 * Any URL will do: ami, amis, http, https. Ctrl-C ends the program. The filter is made
 * once and asked for each event; it has counters of its own. Who has one filter for the
 * whole client gives its options to the client instead (`filter`), which then asks the
 * server to send less. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "zvon/zvon.h"

static struct zv_client *client; /* for the signal handler */

static void
on_signal(int number)
{
	(void)number;
	zvon_client_interrupt(client);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
print(const struct zv_packet *event)
{
	char text[8192];

	if (zvon_packet_xml(event, text, sizeof text) >= sizeof text)
		return; /* events of a channel have about 1000 bytes */
	puts(text);
	fflush(stdout);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_filter *filter = user;

	if (zvon_filter_judge(filter, event, now_ms()) == ZV_FILTER_PASSES)
		print(event);
	else if (zvon_filter_is_off(filter))
		zvon_client_interrupt(client);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	(void)user;
	fprintf(stderr, "%s %s\n", zvon_client_state_name(status->state),
		status->text ? status->text : "");
}

/* The channels of a phone are called PJSIP/200-0000001a. */
static struct zv_filter *
make_filter(const char *phone, struct zv_error *err)
{
	static const char *const events = "Newchannel,Newstate,Hangup";
	char condition[256];
	const char *field = condition;
	struct zv_filter_options options = {
		.events = &events,
		.n_events = 1,
		.fields = &field,
		.n_fields = 1,
	};

	snprintf(condition, sizeof condition, "Channel~^\\Q%s\\E-", phone);
	return zvon_filter_new(&options, err);
}

static int
listen_to(struct zv_filter *filter, struct zv_error *err)
{
	struct zv_filter_counters seen;

	if (zvon_client_open(client, err) < 0)
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	zvon_client_run(client, -1);
	zvon_client_close(client);
	zvon_filter_count(filter, &seen);
	fprintf(stderr, "%llu of %llu events\n", (unsigned long long)seen.passed,
		(unsigned long long)seen.received);
	return 0;
}

int
main(int argc, char **argv)
{
	struct zv_client_options options = { .secret = getenv("ZVON_SECRET") };
	struct zv_client_handlers handlers = { .on_event = on_event,
					       .on_state = on_state };
	struct zv_error err = { 0 };
	struct zv_filter *filter;
	int failed = 1;

	if (argc != 3 || strlen(argv[2]) > 100) {
		fprintf(stderr, "usage: ZVON_SECRET=secret %s URL PJSIP/200\n",
			argv[0]);
		return 2;
	}
	options.url = argv[1];
	filter = make_filter(argv[2], &err);
	if (filter)
		client = zvon_client_new(&options, &handlers, filter, &err);
	if (client)
		failed = listen_to(filter, &err);
	if (err.code)
		fprintf(stderr, "%s\n", err.text);
	zvon_client_free(client);
	zvon_filter_free(filter);
	return failed;
}
