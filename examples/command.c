/* command.c - the shortest use: connect, ask one thing, print the answer, end.
 *
 *   ZVON_SECRET=secret command ami://user@host 'core show channels' */
#include <stdio.h>
#include <stdlib.h>

#include "zvon/zvon.h"

/* Why the connection ended; the text is borrowed for the call only. */
static void
on_state(void *user, const struct zv_client_status *status)
{
	(void)user;
	if (status->state == ZV_STATE_CLOSED && status->reason < 0)
		fprintf(stderr, "%s\n", status->text);
}

static void
print_output(const struct zv_packet *response)
{
	struct zv_str line;
	size_t cursor = 0;

	while (zvon_packet_next_output(response, &cursor, &line))
		printf("%.*s\n", ZV_ARG(line));
}

/* 0 when the server carried it out. */
static int
ask(struct zv_client *client, const char *command, struct zv_error *err)
{
	struct zv_request *request = zvon_request_new(ZV_STR("Command"), err);
	struct zv_result result = { 0 };
	int failed = 1;

	if (request && zvon_request_set(request, "Command", command, err) == 0 &&
	    zvon_client_request(client, request, 0, &result, err) == 0 &&
	    result.response) {
		print_output(result.response);
		failed = zvon_str_equal_nocase(result.response->name, ZV_STR("Error"));
	}
	zvon_result_deinit(&result);
	zvon_request_free(request);
	return failed;
}

int
main(int argc, char **argv)
{
	struct zv_client_options options = { .secret = getenv("ZVON_SECRET"),
					     .events = "off",
					     .no_reconnect = true };
	struct zv_client_handlers handlers = { .on_state = on_state };
	struct zv_error err = { 0 };
	struct zv_client *client;
	int failed = 1;

	if (argc != 3) {
		fprintf(stderr,
			"usage: ZVON_SECRET=secret %s ami://user@host COMMAND\n",
			argv[0]);
		return 2;
	}
	options.url = argv[1];
	client = zvon_client_new(&options, &handlers, NULL, &err);
	if (client && zvon_client_open(client, &err) == 0)
		failed = ask(client, argv[2], &err);
	if (err.code)
		fprintf(stderr, "%s\n", err.text);
	zvon_client_free(client);
	return failed;
}
