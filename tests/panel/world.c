#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ami/request.h"
#include "base/str.h"
#include "zvon/parser.h"

#define WALL_CLOCK 1795225247000000 /* at 0 ms */

const char *fail_where = "";

void
fail(const char *format, ...)
{
	va_list args;

	printf("# %s: ", fail_where);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	exit(1);
}

/* ---- words of the head ------------------------------------------------------------- */

/* The value of `key=` in words that are parted by spaces; p NULL: it is not there. A word
 * alone has an empty value. */
static struct zv_str
option(struct zv_str words, const char *key)
{
	struct zv_str word, name;

	while (zv_str_split(&words, ' ', &word)) {
		struct zv_str rest = word;

		if (zv_str_split(&rest, '=', &name) &&
		    zvon_str_equal(name, zvon_str(key)))
			return rest.p ? rest : ZV_STR("");
	}
	return (struct zv_str){ NULL, 0 };
}

static bool
is_on(struct zv_str words, const char *key)
{
	struct zv_str value = option(words, key);

	return value.p && !zvon_str_equal(value, ZV_STR("no"));
}

static size_t
list_of(struct zv_str words, const char *key, struct zv_str *out, size_t most)
{
	struct zv_str rest = option(words, key), part;
	size_t n = 0;

	while (rest.n && n < most && zv_str_split(&rest, ',', &part))
		out[n++] = part;
	return n;
}

static unsigned
rights_of(struct zv_str words)
{
	struct zv_str names[ZV_RIGHTS];
	size_t n = list_of(words, "rights", names, ZV_RIGHTS);
	unsigned rights = 0;

	for (size_t i = 0; i < n; i++)
		for (unsigned r = ZV_RIGHT_VIEW; r < ZV_RIGHTS; r++)
			if (zvon_str_equal(names[i], zvon_str(zv_right_name(r))))
				rights |= 1u << r;
	return n ? rights : (1u << ZV_RIGHT_RAW) - 2;
}

static enum zv_scope
scope_of(struct zv_str words)
{
	struct zv_str see = option(words, "see");

	return zvon_str_equal(see, ZV_STR("all"))      ? ZV_SCOPE_ALL
	       : zvon_str_equal(see, ZV_STR("queues")) ? ZV_SCOPE_QUEUES
						       : ZV_SCOPE_OWN;
}

/* Russian numbers with an 8, and short ones. */
static const struct zv_dial_rule dial_rules[] = {
	{ true, { "8[3489]XXXXXXXXX", 16 } },
	{ true, { "[1-7]X!", 7 } },
};

void
world_add_user(struct world *w, const char *text)
{
	struct world_user *u = &w->users[w->n_users];
	struct zv_str words, name, rest;

	if (w->n_users == WORLD_USERS)
		fail("too many users");
	snprintf(u->text, sizeof u->text, "%s", text);
	rest = words = zvon_str(u->text);
	zv_str_split(&rest, ' ', &name);
	u->role = (struct zv_role){
		.name = ZV_STR("operator"),
		.rights = rights_of(words),
		.sees = scope_of(words),
		.controls = ZV_SCOPE_OWN,
		.dial = dial_rules,
		.n_dial = sizeof dial_rules / sizeof *dial_rules,
		.calls_a_minute = 60,
		.calls_at_once = 10,
	};
	u->user = (struct zv_user){
		.name = name,
		.role = &u->role,
		.lines = u->lines,
		.n_lines = list_of(words, "lines", u->lines, 8),
		.queues = u->queues,
		.n_queues = list_of(words, "queues", u->queues, 8),
		.context = option(words, "context"),
		.interface = option(words, "interface"),
		.shared = is_on(words, "shared"),
		.auto_pause = is_on(words, "auto_pause"),
	};
	w->list[w->n_users++] = u->user;
}

/* ---- what the hub wants ---------------------------------------------------------------- */

static void
on_ready(void *context, struct zv_session *s)
{
	(void)context;
	(void)s;
}

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct world *w = context;
	struct zv_buf text = { 0 };
	struct zv_str key, value;
	size_t cursor = 0;

	(void)server;
	(void)timeout_ms;
	(void)err;
	if (w->n_wires == WORLD_WIRES)
		fail("too many actions");
	zv_buf_printf(&text, "Action: %.*s\n", ZV_ARG(zv_request_name(request)));
	while (zv_request_next(request, &cursor, &key, &value))
		zv_buf_printf(&text, "%.*s: %.*s\n", ZV_ARG(key), ZV_ARG(value));
	if (w->trace)
		printf("# %s", zv_buf_cstr(&text));
	w->wires[w->n_wires++] = (struct world_wire){
		.ticket = ticket, .text = strdup(zv_buf_cstr(&text)), .waiting = true
	};
	zv_buf_deinit(&text);
	return 0;
}

static uint64_t
chance(void *context)
{
	struct world *w = context;

	return w->chance = w->chance * 6364136223846793005u + 1442695040888963407u;
}

static void
note(struct world *w, const struct zv_call_event *e)
{
	char told[200];
	struct zv_str line = e->leg    ? e->leg->line
			     : e->line ? e->line->name
				       : ZV_STR("");

	snprintf(told, sizeof told, "%s %.*s", zvon_call_event_name(e->kind),
		 ZV_ARG(line));
	if (w->trace)
		printf("# = %s%s\n", told, e->call ? "" : " (no call)");
	w->came |= *w->until && zv_str_starts(zvon_str(told), zvon_str(w->until));
}

static void
on_event(void *context, const struct zv_call_event *event)
{
	struct world *w = context;

	note(w, event);
	if (!w->deaf)
		zv_hub_on_event(w->hub, w->server, event);
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct world *w = user;

	if (w->trace)
		printf("# log %s %s: %s\n", zvon_log_level_name(level), area, text);
}

/* ---- life --------------------------------------------------------------------------------- */

static void
add_server(struct world *w, struct zv_str words)
{
	struct zv_hub_server server = {
		.name = ZV_STR("pbx"),
		.calls = w->calls,
		.technology = option(words, "technology"),
		.context = option(words, "context"),
		.transfer_context = option(words, "transfer_context"),
		.conference_context = option(words, "conference_context"),
		.queue_interface = option(words, "queue_interface"),
		.notify_answer = is_on(words, "notify"),
		.notify_hold = is_on(words, "notify"),
		.ring_on_state =
			!zvon_str_equal(option(words, "ring_on_state"), ZV_STR("no")),
		.ring_ms = 30000,
	};
	int number = zv_hub_add_server(w->hub, &server);

	if (number < 0)
		fail("zv_hub_add_server: %s", zvon_err_name(number));
	w->server = (size_t)number;
}

void
world_begin(struct world *w, int ami_major, const char *options)
{
	static struct zv_log log;
	struct zv_calls_options calls = { .server = ZV_STR("pbx"),
					  .on_event = on_event,
					  .context = w };
	struct zv_hub_options hub = {
		.hooks = { .on_ready = on_ready, .send = on_send, .random = chance },
		.context = w,
		.log = &log,
		.stream = ZV_STR("talk"),
		.first_seq = 1,
		.version = ZV_STR("0.0"),
	};

	log = (struct zv_log){ .fn = on_log, .user = w, .level = ZV_LOG_DEBUG };
	w->ami_major = ami_major;
	snprintf(w->options, sizeof w->options, "%s", options);
	w->hub = zv_hub_new(&hub);
	w->calls = zvon_calls_new(&calls);
	w->parser = zvon_parser_new(NULL);
	if (!w->hub || !w->calls || !w->parser)
		fail("no memory");
	if (zv_hub_set_users(w->hub, w->list, w->n_users, 0) < 0)
		fail("zv_hub_set_users");
	add_server(w, zvon_str(w->options));
	world_feed(w, ami_major > 1 ? ZV_STR("Asterisk Call Manager/5.0.4\r\n")
				    : ZV_STR("Asterisk Call Manager/1.3\r\n"));
	world_server(w, true);
}

void
world_end(struct world *w)
{
	for (unsigned i = 0; i < WORLD_SESSIONS; i++)
		world_close(w, i);
	zv_hub_free(w->hub);
	zvon_calls_free(w->calls);
	zvon_parser_free(w->parser);
	for (size_t i = 0; i < w->n_wires; i++)
		free(w->wires[i].text);
}

void
world_open(struct world *w, unsigned session, const char *dialect, const char *user)
{
	const struct zv_user *u =
		*user ? zv_hub_find_user(w->hub, zvon_str(user)) : &w->list[0];
	struct zv_error err = { 0 };

	if (!u)
		fail("no user %s", user);
	w->sessions[session] = zv_session_new(
		w->hub, strcmp(dialect, "zvon") == 0 ? ZV_DIALECT_ZVON : ZV_DIALECT_TMS,
		u, ZV_STR("192.0.2.1"), NULL, w->now_ms, &err);
	if (!w->sessions[session])
		fail("zv_session_new: %s", err.text);
}

void
world_close(struct world *w, unsigned session)
{
	zv_session_free(w->sessions[session]);
	w->sessions[session] = NULL;
}

/* ---- time ----------------------------------------------------------------------------------- */

static int64_t
wall(const struct world *w)
{
	return WALL_CLOCK + w->now_ms * 1000;
}

/* Goes from deadline to deadline, as a loop would. */
void
world_at(struct world *w, int64_t ms)
{
	for (;;) {
		int64_t calls = zvon_calls_deadline(w->calls);
		int64_t hub = zv_hub_deadline(w->hub);
		int64_t next = calls < hub ? calls : hub;

		if (next > ms)
			break;
		w->now_ms = next > w->now_ms ? next : w->now_ms;
		zvon_calls_tick(w->calls, w->now_ms, wall(w));
		zv_hub_tick(w->hub, w->now_ms);
	}
	w->now_ms = ms > w->now_ms ? ms : w->now_ms;
}

/* ---- from Asterisk ----------------------------------------------------------------------------- */

/* The calls first, as libzvon has it. */
static void
feed_packet(struct world *w, const struct zv_packet *packet)
{
	if (zvon_calls_feed(w->calls, packet, w->now_ms, wall(w)) < 0)
		fail("zvon_calls_feed");
	if (packet->kind == ZV_PACKET_EVENT)
		zv_hub_on_packet(w->hub, w->server, packet, w->now_ms);
}

void
world_feed(struct world *w, struct zv_str bytes)
{
	const struct zv_packet *packet;

	if (zvon_parser_feed(w->parser, bytes) < 0)
		fail("zvon_parser_feed");
	while (zvon_parser_next(w->parser, &packet) == 1)
		feed_packet(w, packet);
}

void
world_answer(struct world *w, const struct zv_packet *packet)
{
	size_t i = 0;

	while (i < w->n_wires && !w->wires[i].waiting)
		i++;
	if (i == w->n_wires)
		fail("an answer, but no action waits for one");
	w->wires[i].waiting = false;
	zv_hub_on_reply(w->hub, w->wires[i].ticket, ZV_REPLY_RESPONSE, 0, packet,
			w->now_ms);
	zv_hub_on_reply(w->hub, w->wires[i].ticket, ZV_REPLY_DONE, 0, NULL, w->now_ms);
}

void
world_server(struct world *w, bool up)
{
	struct zv_client_status status = { .state = up ? ZV_STATE_READY : ZV_STATE_DOWN,
					   .ami_major = w->ami_major,
					   .booted = true,
					   .text = "" };

	zv_hub_on_state(w->hub, w->server, &status, w->now_ms);
	zvon_calls_server(w->calls, up, w->now_ms, wall(w));
	if (up)
		zv_hub_on_synced(w->hub, w->server, w->now_ms);
}

char *
world_next_action(struct world *w)
{
	for (size_t i = 0; i < w->n_wires; i++)
		if (w->wires[i].text) {
			char *text = w->wires[i].text;

			w->wires[i].text = NULL;
			return text;
		}
	return NULL;
}
