/* listen-threads.c - the library's own threads: events of a server until Ctrl-C.
 *
 *   ZVON_SECRET=secret listen-threads ami://user@host
 *
 * zvon_client_start makes a network thread, which always reads, and a delivery thread,
 * which calls on_event and on_state. The program's own thread is free; here it waits
 * for a signal. A lost connection comes back by itself. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "zvon/zvon.h"

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_str channel = zvon_packet_get(event, ZV_STR("Channel"));

	(void)user;
	printf("%.*s %.*s\n", ZV_ARG(event->name), ZV_ARG(channel));
	fflush(stdout);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	(void)user;
	fprintf(stderr, "%s", zvon_client_state_name(status->state));
	if (status->state == ZV_STATE_READY)
		fprintf(stderr, ", AMI %.*s", ZV_ARG(status->ami_version));
	if (status->state == ZV_STATE_DOWN)
		fprintf(stderr, ": %s; next try in %.1f s", status->text,
			status->retry_ms / 1000.0);
	fprintf(stderr, "\n");
}

/* The signals that end the program wait for sigwait, in all threads made later. */
static void
hold_back(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

int
main(int argc, char **argv)
{
	struct zv_client_options options = { .secret = getenv("ZVON_SECRET") };
	struct zv_client_handlers handlers = { .on_event = on_event,
					       .on_state = on_state };
	struct zv_error err = { 0 };
	struct zv_client_counters seen;
	struct zv_client *client;
	sigset_t signals;
	int signal_number;

	if (argc != 2) {
		fprintf(stderr, "usage: ZVON_SECRET=secret %s ami://user@host\n",
			argv[0]);
		return 2;
	}
	hold_back(&signals);
	options.url = argv[1];
	client = zvon_client_new(&options, &handlers, NULL, &err);
	if (!client || zvon_client_start(client, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		zvon_client_free(client);
		return 1;
	}
	sigwait(&signals, &signal_number);
	zvon_client_stop(client);
	zvon_client_counters(client, &seen);
	fprintf(stderr, "%llu events\n", (unsigned long long)seen.events);
	zvon_client_free(client);
	return 0;
}
