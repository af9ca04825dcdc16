#include "cli/originate_line.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

/* The actions that tell of a peer; PJSIP first, as servers have it today. */
static const struct source {
	const char *technology, *action, *key;
	int least_ami;
} sources[] = {
	{ "PJSIP", "PJSIPShowEndpoint", "Endpoint", 2 },
	{ "SIP", "SIPshowpeer", "Peer", 1 },
};

#define N_SOURCES (sizeof sources / sizeof *sources)

static struct zv_str
find_context(const struct zv_result *result)
{
	struct zv_str context = zvon_packet_get(result->response, ZV_STR("Context"));

	for (size_t i = 0; i < result->n_items && !context.n; i++)
		context = zvon_packet_get(result->items[i], ZV_STR("Context"));
	return context;
}

static bool
is_denied(const struct zv_packet *response)
{
	struct zv_str message =
		zv_str_trim(zvon_packet_get(response, ZV_STR("Message")));

	return zvon_str_equal(message, ZV_STR("Permission denied"));
}

/* ZV_EXIT_DONE: there is such a peer, *line is filled; ZV_EXIT_NEGATIVE: there is not, or
 * it may not be asked for; else what to exit with, the reason was said. */
static int
ask(struct zv_link *link, const struct source *source, const char *peer,
    struct zv_originate_line *line)
{
	struct zv_request *request = zvon_request_new(zvon_str(source->action), NULL);
	struct zv_result result = { 0 };
	int code = ZV_EXIT_PROTOCOL;

	if (request && zvon_request_set(request, source->key, peer, NULL) == 0)
		code = zv_link_request(link, request, &result);
	if (code == ZV_EXIT_DONE)
		code = zv_link_answer_code(link, &result);
	if (code == ZV_EXIT_DONE) {
		snprintf(line->channel, sizeof line->channel, "%s/%s",
			 source->technology, peer);
		snprintf(line->context, sizeof line->context, "%.*s",
			 ZV_ARG(find_context(&result)));
	} else if (code == ZV_EXIT_NEGATIVE) {
		line->denied |= is_denied(result.response);
	}
	zvon_result_deinit(&result);
	zvon_request_free(request);
	return code;
}

/* "Local/200@internal/n" carries its context itself. */
static void
context_of_local(struct zv_originate_line *line)
{
	struct zv_str rest = zvon_str(line->channel), part;

	zv_str_split(&rest, '@', &part);
	if (rest.n && zv_str_split(&rest, '/', &part))
		snprintf(line->context, sizeof line->context, "%.*s", ZV_ARG(part));
}

/* The channel is known, its context is not. */
static int
find_context_of(struct zv_link *link, struct zv_originate_line *line)
{
	struct zv_str rest = zvon_str(line->channel), technology = rest;
	struct zv_originate_line asked = { 0 };
	int code = ZV_EXIT_NEGATIVE;

	zv_str_split(&rest, '/', &technology);
	if (zvon_str_equal_nocase(technology, ZV_STR("Local")))
		context_of_local(line);
	for (size_t i = 0; i < N_SOURCES; i++)
		if (zvon_str_equal_nocase(technology, zvon_str(sources[i].technology)))
			code = ask(link, &sources[i], rest.p, &asked);
	line->denied = asked.denied;
	if (code == ZV_EXIT_DONE)
		snprintf(line->context, sizeof line->context, "%s", asked.context);
	return code == ZV_EXIT_NEGATIVE ? ZV_EXIT_DONE : code;
}

static int
no_such_line(const char *number)
{
	zv_say_error("the server has no line %s; --channel gives it another way",
		     "на сервере нет линии %s; --channel укажет её иначе", number);
	return ZV_EXIT_NEGATIVE;
}

/* Only the line's number is known. What may not be asked is guessed from the age of the
 * server, but a line that it says it does not have is not called. */
static int
find_by_number(struct zv_link *link, const char *number, struct zv_originate_line *line)
{
	int code = ZV_EXIT_NEGATIVE;

	for (size_t i = 0; i < N_SOURCES && code == ZV_EXIT_NEGATIVE; i++)
		if (link->ami_major >= sources[i].least_ami)
			code = ask(link, &sources[i], number, line);
	if (code != ZV_EXIT_NEGATIVE)
		return code;
	if (!line->denied)
		return no_such_line(number);
	snprintf(line->channel, sizeof line->channel, "%s/%s",
		 link->ami_major > 1 ? "PJSIP" : "SIP", number);
	return ZV_EXIT_DONE;
}

static int
no_context(const struct zv_originate_line *line)
{
	if (line->denied)
		zv_say_error("the context of %s is not known, and the account may not "
			     "ask for it (write = system): give --context",
			     "контекст %s неизвестен, а учётной записи нельзя его "
			     "спросить (write = system): укажите --context",
			     line->channel);
	else
		zv_say_error("the context of %s is not known: give --context",
			     "контекст %s неизвестен: укажите --context",
			     line->channel);
	return ZV_EXIT_USAGE;
}

int
zv_originate_find_line(struct zv_link *link, const struct zv_order *order,
		       struct zv_originate_line *out)
{
	const char *line = order->channel ? order->channel : order->from;
	int code = ZV_EXIT_DONE;

	*out = (struct zv_originate_line){ 0 };
	if (!zv_order_is_channel(line)) {
		code = find_by_number(link, line, out);
	} else {
		snprintf(out->channel, sizeof out->channel, "%s", line);
		if (!order->context)
			code = find_context_of(link, out);
	}
	if (code == ZV_EXIT_DONE && order->context)
		snprintf(out->context, sizeof out->context, "%s", order->context);
	if (code == ZV_EXIT_DONE && !out->context[0])
		code = no_context(out);
	return code;
}
