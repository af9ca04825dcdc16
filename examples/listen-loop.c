/* listen-loop.c - the library in a loop of your own, here poll(2), without threads.
 *
 *   ZVON_SECRET=secret listen-loop ami://user@host
 *
 * Prints the names of events. Each line of standard input is the name of an action,
 * for example Ping or CoreShowChannels: it is sent, and what answers is printed. The
 * end of input ends the program. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "zvon/zvon.h"

static void
on_event(void *user, const struct zv_packet *event)
{
	(void)user;
	printf("event %.*s\n", ZV_ARG(event->name));
	fflush(stdout);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	(void)user;
	fprintf(stderr, "%s %s\n", zvon_client_state_name(status->state),
		status->text ? status->text : "");
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	(void)user;
	if (part == ZV_REPLY_DONE)
		printf("done %s\n", zvon_err_name(status));
	else
		printf("%s %.*s\n", part == ZV_REPLY_ITEM ? "item" : "response",
		       ZV_ARG(packet->name));
	fflush(stdout);
}

static void
send_action(struct zv_client *client, struct zv_str name)
{
	struct zv_error err = { 0 };
	struct zv_request *request = zvon_request_new(name, &err);

	if (!request || zvon_client_send(client, request, 0, on_reply, NULL, &err) < 0)
		fprintf(stderr, "%s\n", err.text);
	zvon_request_free(request);
}

/* Sends an action for each whole line read so far; false at the end of input. */
static bool
read_input(struct zv_client *client)
{
	static char text[256];
	static size_t n;
	ssize_t got = read(STDIN_FILENO, text + n, sizeof text - n);
	char *end;

	if (got <= 0)
		return false;
	n += (size_t)got;
	while ((end = memchr(text, '\n', n))) {
		size_t line = (size_t)(end - text);

		if (line)
			send_action(client, (struct zv_str){ text, line });
		n -= line + 1;
		memmove(text, end + 1, n);
	}
	return n < sizeof text; /* no name is that long */
}

/* The library's descriptors behind our own one. They may be others each time. */
static nfds_t
fill(struct pollfd *fds, struct zv_client *client)
{
	struct zv_descriptor wanted[ZV_MAX_DESCRIPTORS];
	size_t n = zvon_client_descriptors(client, wanted, ZV_MAX_DESCRIPTORS);

	fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (size_t i = 0; i < n; i++) {
		fds[i + 1] = (struct pollfd){ .fd = (int)wanted[i].fd };
		if (wanted[i].events & ZV_POLL_READ)
			fds[i + 1].events |= POLLIN;
		if (wanted[i].events & ZV_POLL_WRITE)
			fds[i + 1].events |= POLLOUT;
	}
	return (nfds_t)(n + 1);
}

static void
loop(struct zv_client *client)
{
	struct pollfd fds[ZV_MAX_DESCRIPTORS + 1];

	while (zvon_client_process(client) == 0) {
		nfds_t n = fill(fds, client);

		if (poll(fds, n, zvon_client_timeout(client)) < 0)
			continue;
		if (fds[0].revents && !read_input(client))
			zvon_client_close(client);
	}
}

int
main(int argc, char **argv)
{
	struct zv_client_options options = { .secret = getenv("ZVON_SECRET") };
	struct zv_client_handlers handlers = { .on_event = on_event,
					       .on_state = on_state };
	struct zv_error err = { 0 };
	struct zv_client *client;

	if (argc != 2) {
		fprintf(stderr, "usage: ZVON_SECRET=secret %s ami://user@host\n",
			argv[0]);
		return 2;
	}
	options.url = argv[1];
	client = zvon_client_new(&options, &handlers, NULL, &err);
	if (!client || zvon_client_open(client, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		zvon_client_free(client);
		return 1;
	}
	loop(client);
	zvon_client_free(client);
	return 0;
}
