/* Two panels and recorded calls: whatever they send and in whatever order packets come,
 * each message is JSON of a known type, a call begins before it ends, and ends once.
 *
 * Input: options (& 1: ring_on_state, & 2: a line that anybody may name, & 4: auto_pause),
 * the number of a scene, then commands, each a letter with what follows:
 *   n k      the next k packets, 20 ms apart
 *   d k      k packets are lost
 *   t k      k * 100 ms go by
 *   c s k i  session s sends its k-th command, about the i-th call it knows
 *   f s …    session s sends that text, up to a NUL
 *   r k      the oldest action is answered: k & 1 Error, else Success
 *   u        the server is lost, or there again
 *   o s      session s begins anew */
#include <jansson.h>

#include "base/mem.h"
#include "base/str.h"
#include "hub/hub.h"
#include "scenes.h"

#define SESSIONS 2
#define MOST_IDS 3000
#define MOST_OUT 2000

struct panel {
	struct zv_session *session;
	char ids[MOST_IDS][64]; /* that it was told, in order */
	bool open[MOST_IDS];
	bool ended[MOST_IDS];
	size_t n;
};

static struct stage {
	struct zv_hub *hub;
	struct zv_calls *calls;
	const struct zv_user *user;
	size_t server, at;
	const struct fuzz_scene *scene;
	struct panel panels[SESSIONS];
	uint64_t tickets[MOST_OUT];
	size_t n_tickets, answered;
	int64_t now_ms;
	uint64_t chance;
	bool up;
	int major;
} * stage;

/* ---- what the hub wants --------------------------------------------------------------- */

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
	struct stage *g = context;

	(void)server;
	(void)request;
	(void)timeout_ms;
	(void)err;
	if (g->n_tickets == MOST_OUT)
		return ZV_EBUSY;
	g->tickets[g->n_tickets++] = ticket;
	return 0;
}

static uint64_t
chance(void *context)
{
	struct stage *g = context;

	return ++g->chance;
}

static void
on_event(void *context, const struct zv_call_event *event)
{
	struct stage *g = context;

	zv_hub_on_event(g->hub, g->server, event);
}

/* ---- what panels are told ----------------------------------------------------------------- */

static size_t
id_of(struct panel *p, const char *id)
{
	size_t i = 0;

	while (i < p->n && strncmp(p->ids[i], id, sizeof p->ids[0] - 1) != 0)
		i++;
	if (i == p->n && p->n < MOST_IDS)
		snprintf(p->ids[p->n++], sizeof p->ids[0], "%s", id);
	return i;
}

static void
check_call(struct panel *p, json_int_t type, const json_t *call)
{
	const char *id = json_string_value(json_object_get(call, "id"));
	size_t i;

	CHECK(id && *id);
	i = id_of(p, id);
	if (i == MOST_IDS)
		return;
	fuzz_tell("< %d %s\n", (int)type, id);
	CHECK(type != 5 || (!p->open[i] && !p->ended[i]));
	CHECK(type == 15 || !p->ended[i]);
	p->open[i] |= type == 5;
	if (type == 6) {
		p->open[i] = false;
		p->ended[i] = true;
	}
}

static void
check_message(struct panel *p, struct zv_str text)
{
	json_t *message = json_loadb(text.p, text.n, 0, NULL), *content;
	json_int_t type = json_integer_value(json_object_get(message, "eventType"));

	CHECK(message && type >= 1 && type <= 18);
	CHECK(json_is_object(json_object_get(message, "privateData")));
	content = json_loads(json_string_value(json_object_get(message, "content")),
			     JSON_DECODE_ANY, NULL);
	CHECK(content || type == 1 || type == 2);
	if (type >= 5 && type <= 17 && type != 10 && type != 11 && type != 12 &&
	    type != 14 && type != 16)
		check_call(p, type, content);
	if (type == 14 || type == 2) /* the panel forgets, and gets a snapshot */
		memset(p->open, 0, sizeof p->open);
	json_decref(content);
	json_decref(message);
}

static void
drain(struct stage *g)
{
	for (size_t i = 0; i < SESSIONS; i++) {
		struct zv_message *m;

		while (g->panels[i].session &&
		       (m = zv_session_take(g->panels[i].session))) {
			check_message(&g->panels[i], m->text);
			zv_message_unref(m);
		}
	}
}

/* ---- commands of the input ------------------------------------------------------------------ */

static void
pass_time(struct stage *g, int64_t ms)
{
	g->now_ms += ms;
	zvon_calls_tick(g->calls, g->now_ms, g->now_ms * 1000 + 1795225247000000);
	zv_hub_tick(g->hub, g->now_ms);
}

static void
play(struct stage *g, unsigned n)
{
	for (; n > 0 && g->at < g->scene->n; n--) {
		const struct zv_packet *p = g->scene->packets[g->at++];

		pass_time(g, 20);
		CHECK(zvon_calls_feed(g->calls, p, g->now_ms,
				      g->now_ms * 1000 + 1795225247000000) == 0);
		zv_hub_on_packet(g->hub, g->server, p, g->now_ms);
		drain(g);
	}
}

static void
send_text(struct stage *g, unsigned which, struct zv_str text)
{
	struct panel *p = &g->panels[which % SESSIONS];

	if (p->session)
		zv_session_input(p->session, text, g->now_ms);
}

static void
open_panel(struct stage *g, unsigned which)
{
	static const struct zv_str frames[] = {
		ZV_STR("{\"command\":\"LoadLibrary\",\"parameters\":{\"AssemblyName\":"
		       "\"Terrasoft.Messaging.Asterisk\"}}"),
		ZV_STR("{\"command\":\"OpenConnection\",\"parameters\":{"
		       "\"connectionParams\":\"{\\\"ExtensionName\\\":\\\"101\\\"}\"}"
		       "}"),
		ZV_STR("{\"command\":\"OpenConnection\",\"parameters\":{"
		       "\"connectionParams\":\"{\\\"ExtensionName\\\":\\\"102\\\"}\"}"
		       "}"),
	};
	struct panel *p = &g->panels[which % SESSIONS];

	zv_session_free(p->session);
	memset(p, 0, sizeof *p);
	p->session = zv_session_new(g->hub, ZV_DIALECT_TMS, g->user,
				    ZV_STR("192.0.2.1"), NULL, g->now_ms, NULL);
	CHECK(p->session);
	send_text(g, which, frames[0]);
	send_text(g, which, frames[1 + which % SESSIONS]);
}

static void
send_command(struct stage *g, struct fuzz_input *in)
{
	static const char *const names[] = {
		"MakeCall",	      "Hookup",
		"AnswerCall",	      "HoldCall",
		"DropCall",	      "MakeConsultCall",
		"TransferCall",	      "CancelTransfer",
		"BlindTransferCall",  "SetDnd",
		"QueryLineState",     "QueryActiveCallSnapshot",
		"SetMsgUserState",    "QueryMsgUserState",
		"SetWrapUpUserState", "SendDtmf",
		"SetupTransferCall",  "CloseConnection",
	};
	unsigned which = fuzz_byte(in), name = fuzz_byte(in), id = fuzz_byte(in);
	struct panel *p = &g->panels[which % SESSIONS];
	char text[600];

	snprintf(text, sizeof text,
		 "{\"commandUId\":\"%u\",\"command\":\"%s\",\"commandExecutorId\":\"%"
		 "s\","
		 "\"parameters\":{\"targetAddress\":\"103\",\"digits\":\"1\",\"code\":"
		 "\"X\","
		 "\"isWrapUpActive\":true}}",
		 id, names[name % (sizeof names / sizeof *names)],
		 p->n ? p->ids[id % p->n] : "");
	send_text(g, which, zvon_str(text));
}

static void
answer(struct stage *g, bool good)
{
	static const struct zv_field fields[] = {
		{ ZV_STR("Response"), ZV_STR("Success") },
		{ ZV_STR("Message"), ZV_STR("Done") },
	};
	const struct zv_packet p = { .kind = ZV_PACKET_RESPONSE,
				     .name = good ? ZV_STR("Success") : ZV_STR("Error"),
				     .fields = fields,
				     .n_fields = 2 };
	uint64_t ticket;

	if (g->answered == g->n_tickets)
		return;
	ticket = g->tickets[g->answered++];
	zv_hub_on_reply(g->hub, ticket, ZV_REPLY_RESPONSE, 0, &p, g->now_ms);
	zv_hub_on_reply(g->hub, ticket, ZV_REPLY_DONE, 0, NULL, g->now_ms);
}

static void
set_server(struct stage *g, bool up)
{
	struct zv_client_status status = { .state = up ? ZV_STATE_READY : ZV_STATE_DOWN,
					   .ami_major = g->major,
					   .text = "" };

	g->up = up;
	zv_hub_on_state(g->hub, g->server, &status, g->now_ms);
	zvon_calls_server(g->calls, up, g->now_ms, 0);
	if (up)
		zv_hub_on_synced(g->hub, g->server, g->now_ms);
}

static void
step(struct stage *g, struct fuzz_input *in)
{
	unsigned which;

	switch (fuzz_byte(in)) {
	case 'd':
		g->at += fuzz_byte(in);
		break;
	case 't':
		pass_time(g, fuzz_byte(in) * 100);
		break;
	case 'c':
		send_command(g, in);
		break;
	case 'f':
		which = fuzz_byte(in);
		send_text(g, which, fuzz_until(in, 0));
		break;
	case 'r':
		answer(g, !(fuzz_byte(in) & 1));
		break;
	case 'u':
		set_server(g, !g->up);
		break;
	case 'o':
		open_panel(g, fuzz_byte(in));
		break;
	default:
		play(g, fuzz_byte(in));
	}
	drain(g);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static void
begin(struct stage *g, unsigned options)
{
	static const struct zv_dial_rule rules[] = { { true, ZV_STR("X!") } };
	static const struct zv_role role = { .name = ZV_STR("operator"),
					     .rights = (1u << ZV_RIGHT_RAW) - 2,
					     .dial = rules,
					     .n_dial = 1,
					     .calls_a_minute = -1,
					     .calls_at_once = -1 };
	static const struct zv_str lines[] = { ZV_STR("101"), ZV_STR("102") };
	static struct zv_user user;
	const struct zv_calls_options calls = { .server = ZV_STR("pbx"),
						.on_event = on_event,
						.context = g };
	const struct zv_hub_options hub = {
		.hooks = { .on_ready = on_ready, .send = on_send, .random = chance },
		.context = g,
		.stream = ZV_STR("fuzz"),
		.first_seq = 1,
	};
	struct zv_hub_server server = { .name = ZV_STR("pbx"),
					.technology = ZV_STR("PJSIP"),
					.context = ZV_STR("internal"),
					.notify_answer = true,
					.notify_hold = true,
					.ring_on_state = options & 1,
					.ring_ms = 30000 };

	user = (struct zv_user){ .name = ZV_STR("ivanov"),
				 .role = &role,
				 .lines = lines,
				 .n_lines = options & 2 ? 0 : 2,
				 .shared = options & 2,
				 .auto_pause = options & 4 };
	g->hub = zv_hub_new(&hub);
	g->calls = server.calls = zvon_calls_new(&calls);
	CHECK(g->hub && g->calls);
	CHECK(zv_hub_set_users(g->hub, &user, 1, 0) == 0);
	g->user = zv_hub_find_user(g->hub, user.name);
	CHECK(zv_hub_add_server(g->hub, &server) == 0);
	g->major = zv_str_find(g->scene->packets[0]->name, ZV_STR("/1.")) ==
				   g->scene->packets[0]->name.n
			   ? 5
			   : 1;
	play(g, 1);
	set_server(g, true);
	for (unsigned i = 0; i < SESSIONS; i++)
		open_panel(g, i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct stage g;
	struct fuzz_input in = { bytes, n };
	unsigned options = fuzz_byte(&in);

	memset(&g, 0, sizeof g);
	stage = &g;
	g.scene = fuzz_scene(fuzz_byte(&in));
	begin(&g, options);
	while (in.n)
		step(&g, &in);
	play(&g, (unsigned)g.scene->n);
	pass_time(&g, 100000);
	zvon_calls_end_all(g.calls, ZV_STR("lost"), g.now_ms, 0);
	drain(&g);
	if (g.up) /* nothing is left open: each call was told to be over */
		for (size_t i = 0; i < SESSIONS; i++)
			for (size_t k = 0; k < g.panels[i].n; k++)
				CHECK(!g.panels[i].open[k] ||
				      zv_session_is_over(g.panels[i].session,
							 &(int){ 0 },
							 &(struct zv_str){ 0 }));
	for (size_t i = 0; i < SESSIONS; i++)
		zv_session_free(g.panels[i].session);
	zv_hub_free(g.hub);
	zvon_calls_free(g.calls);
	return 0;
}
