/* commander URL LINE... - the hub on a real Asterisk, without the daemon around it: reads
 * `USER COMMAND ARGS` from standard input, one a line, prints outcomes and call events as
 * JSON, one a line. Each LINE is a user of that name who may do everything with his own
 * calls; `boss` has the first line too and controls all. The secret comes in ZVON_SECRET.
 *
 * For tests/asterisk/test_commands.py. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "hub/call_json.h"
#include "hub/hub.h"

#define USERS_MOST 10

struct commander {
	struct zv_client *client;
	struct zv_calls *calls;
	struct zv_hub *hub;
	uint64_t seq;
	struct zv_role own, all;
	struct zv_str lines[USERS_MOST];
	struct zv_user users[USERS_MOST + 1];
	size_t n_lines;
	struct zv_buf input;
};

struct waiting {
	struct commander *c;
	uint64_t ticket;
};

struct asked {
	struct commander *c;
	char name[200];
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- hooks -------------------------------------------------------------------------- */

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct waiting *w = user;

	zv_hub_on_reply(w->c->hub, w->ticket, part, status, packet, now_ms());
	if (part == ZV_REPLY_DONE)
		free(w);
}

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct waiting *w = malloc(sizeof *w);
	struct commander *c = context;
	int rc;

	(void)server;
	if (!w)
		return ZV_ENOMEM;
	*w = (struct waiting){ c, ticket };
	rc = zvon_client_send(c->client, request, timeout_ms, on_reply, w, err);
	if (rc < 0)
		free(w);
	return rc;
}

static uint64_t
on_random(void *context)
{
	uint64_t r = (uint64_t)now_ms();
	FILE *f = fopen("/dev/urandom", "rb");

	(void)context;
	if (f) {
		if (fread(&r, sizeof r, 1, f) != 1)
			r ^= (uint64_t)getpid();
		fclose(f);
	}
	return r;
}

static void
say(struct zv_buf *text)
{
	printf("%s\n", zv_buf_cstr(text));
	fflush(stdout);
	zv_buf_deinit(text);
}

static void
on_call_event(void *context, const struct zv_call_event *event)
{
	struct commander *c = context;
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };

	zv_hub_on_event(c->hub, 0, event);
	zv_call_event_json(&j, "event", ++c->seq, event->now_ms, event);
	say(&text);
}

static void
on_packet(void *user, const struct zv_packet *event)
{
	struct commander *c = user;

	zv_hub_on_packet(c->hub, 0, event, now_ms());
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct commander *c = user;

	zv_hub_on_state(c->hub, 0, status, now_ms());
	printf("{\"type\":\"state\",\"state\":\"%s\"}\n",
	       zvon_client_state_name(status->state));
	fflush(stdout);
}

static void
on_outcome(void *owner, int status, struct zv_str outcome)
{
	struct asked *a = owner;

	printf("{\"type\":\"outcome\",\"command\":\"%s\",\"status\":%d,\"outcome\":%.*"
	       "s}\n",
	       a->name, status, ZV_ARG(outcome));
	fflush(stdout);
	free(a);
}

/* ---- input --------------------------------------------------------------------------- */

static void
command(struct commander *c, struct zv_str line)
{
	struct zv_str user, name;
	struct asked *a = calloc(1, sizeof *a);

	zv_str_split(&line, ' ', &user);
	zv_str_split(&line, ' ', &name);
	if (!a)
		return;
	a->c = c;
	snprintf(a->name, sizeof a->name, "%.*s", ZV_ARG(name));
	zv_hub_command(c->hub, zv_hub_find_user(c->hub, user), name, line, on_outcome,
		       a, now_ms());
}

/* false: the input has ended. */
static bool
read_input(struct commander *c)
{
	char bytes[4096];
	ssize_t n;
	bool more;

	while ((n = read(0, bytes, sizeof bytes)) > 0)
		zv_buf_add(&c->input, (struct zv_str){ bytes, (size_t)n });
	more = n < 0 && errno == EAGAIN;
	for (;;) {
		struct zv_str all = zv_buf_str(&c->input);
		size_t end = zv_str_find(all, ZV_STR("\n"));

		if (end == all.n)
			return more;
		command(c, (struct zv_str){ all.p, end });
		zv_buf_consume(&c->input, end + 1);
	}
}

/* ---- life ------------------------------------------------------------------------------ */

static const struct zv_dial_rule rules[] = { { true, { "_X.", 3 } } };
static const struct zv_str actions[] = { { "CoreShowChannels", 16 } };
static const struct zv_str queues[] = {
	{ "support", 7 }, { "sales", 5 }, { "support1", 8 }, { "support2", 8 }
};

static void
make_users(struct commander *c, char **lines, int n)
{
	c->own = (struct zv_role){
		.name = ZV_STR("own"),
		.rights = ~0u,
		.sees = ZV_SCOPE_ALL,
		.controls = ZV_SCOPE_OWN,
		.dial = rules,
		.n_dial = 1,
		.calls_a_minute = -1,
		.calls_at_once = -1,
		.actions = actions,
		.n_actions = 1,
	};
	c->all = c->own;
	c->all.controls = ZV_SCOPE_ALL;
	for (int i = 0; i < n && i < USERS_MOST; i++) {
		c->lines[i] = zvon_str(lines[i]);
		c->users[c->n_lines++] = (struct zv_user){ .name = c->lines[i],
							   .role = &c->own,
							   .lines = &c->lines[i],
							   .n_lines = 1,
							   .queues = queues,
							   .n_queues = 4 };
	}
	c->users[c->n_lines] = (struct zv_user){
		.name = ZV_STR("boss"), .role = &c->all, .lines = c->lines, .n_lines = 1
	};
}

static int
start(struct commander *c, const char *url)
{
	struct zv_hub_options options = {
		.hooks = { .send = on_send, .random = on_random },
		.context = c,
		.stream = ZV_STR("commander"),
		.first_seq = 1,
	};
	struct zv_calls_options calls = { .server = ZV_STR("pbx"),
					  .on_event = on_call_event,
					  .context = c };
	struct zv_client_options client = { .url = url,
					    .secret = getenv("ZVON_SECRET") };
	struct zv_client_handlers handlers = { .on_event = on_packet,
					       .on_state = on_state };
	struct zv_hub_server server = {
		.name = ZV_STR("pbx"),
		.context = ZV_STR("internal"),
		.conference_context = ZV_STR("internal"),
		.auto_answer = ZV_STR("Alert-Info: info=alert-autoanswer;delay=0"),
		.notify_answer = true,
		.notify_hold = true,
		.ring_ms = 10000,
	};
	struct zv_error err = { 0 };

	c->hub = zv_hub_new(&options);
	c->calls = zvon_calls_new(&calls);
	c->client = zvon_client_new(&client, &handlers, c, &err);
	if (!c->hub || !c->calls || !c->client) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	server.calls = c->calls;
	if (zv_hub_add_server(c->hub, &server) < 0 ||
	    zv_hub_set_users(c->hub, c->users, c->n_lines + 1, now_ms()) < 0 ||
	    zvon_client_follow_calls(c->client, c->calls) < 0 ||
	    zvon_client_open(c->client, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct commander c = { 0 };

	if (argc < 3) {
		fprintf(stderr, "usage: commander URL LINE...\n");
		return 2;
	}
	make_users(&c, argv + 2, argc - 2);
	if (start(&c, argv[1]) < 0)
		return 1;
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	while (read_input(&c)) {
		zvon_client_run(c.client, 10);
		zv_hub_tick(c.hub, now_ms());
	}
	zvon_client_free(c.client);
	zv_hub_free(c.hub);
	zvon_calls_free(c.calls);
	zv_buf_deinit(&c.input);
	return 0;
}
