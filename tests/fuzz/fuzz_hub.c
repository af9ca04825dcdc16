/* The hub behind zvon.v1: whatever clients say, each answer is one JSON object, no limit is
 * passed, and nothing is left.
 *
 * Input: one byte of options (1: letters in numbers, 2: small limits, 4: the server is silent
 * until n), then lines: first a digit which of three sessions says it (or what else happens:
 * e an event, n the lists were read, r replies, t time, x the session goes, u other users,
 * s saved and loaded), then what is said. */
#include "base/mem.h"
#include "fuzz.h"
#include "hub/session.h"
#include "json/reader.h"

#define SESSIONS 3

struct stage {
	struct zv_hub *hub;
	struct zv_calls *calls;
	struct zv_parser *parser;
	struct zv_session *sessions[SESSIONS];
	uint64_t tickets[64];
	size_t n_tickets;
	int64_t now_ms;
};

static const struct zv_dial_rule anything[] = { { true, { "!", 1 } } };
static const struct zv_str actions[] = { { "Ping", 4 }, { "Command", 7 } };
static const struct zv_role all = {
	.name = { "all", 3 },
	.rights = ~0u,
	.sees = ZV_SCOPE_ALL,
	.controls = ZV_SCOPE_ALL,
	.dial = anything,
	.n_dial = 1,
	.calls_a_minute = -1,
	.calls_at_once = -1,
	.actions = actions,
	.n_actions = 2,
};
static const struct zv_role few = {
	.name = { "few", 3 },
	.rights = 1u << ZV_RIGHT_VIEW | 1u << ZV_RIGHT_DIAL,
	.calls_a_minute = 2,
	.calls_at_once = 1,
};
static const struct zv_str lines[] = { { "101", 3 }, { "pbx/102", 7 } };
static const struct zv_user users[SESSIONS] = {
	{ .name = { "a", 1 }, .role = &all, .lines = lines, .n_lines = 2 },
	{ .name = { "b", 1 }, .role = &few, .lines = lines, .n_lines = 1 },
	{ .name = { "c", 1 }, .role = &all, .lines = lines, .n_lines = 1 },
};

static void
on_ready(void *context, struct zv_session *s)
{
}

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct stage *s = context;

	if (s->n_tickets == 64)
		return ZV_EBUSY;
	s->tickets[s->n_tickets++] = ticket;
	return 0;
}

static uint64_t
random_of(void *context)
{
	static uint64_t last;

	return last += 0x9e3779b97f4a7c15u;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	zv_hub_on_event(((struct stage *)context)->hub, 0, e);
}

static void
begin(struct stage *s, unsigned options, struct zv_str saved)
{
	const struct zv_calls_options c = { .server = { "pbx", 3 },
					    .on_event = on_event,
					    .context = s };
	struct zv_hub_options o = {
		.hooks = { on_ready, on_send, random_of },
		.context = s,
		.stream = { "s", 1 },
		.first_seq = 1,
		.letters_in_numbers = options & 1,
	};
	struct zv_hub_server server = { .name = { "pbx", 3 } };

	if (options & 2)
		o.limits = (struct zv_hub_limits){ .ring_events = 3,
						   .session_messages = 5,
						   .session_bytes = 900,
						   .jobs_of_a_session = 2,
						   .watches_of_a_session = 2 };
	s->hub = zv_hub_new(&o);
	s->calls = zvon_calls_new(&c);
	CHECK(s->hub && s->calls);
	CHECK(!saved.n || zv_hub_load(s->hub, saved, s->now_ms, NULL) == 0);
	server.calls = s->calls;
	CHECK(zv_hub_set_users(s->hub, users, SESSIONS, s->now_ms) == 0);
	CHECK(zv_hub_add_server(s->hub, &server) == 0);
	if (!(options & 4))
		zv_hub_on_synced(s->hub, 0, s->now_ms);
}

static void
end(struct stage *s)
{
	zv_hub_free(s->hub);
	zvon_calls_free(s->calls);
	memset(s->sessions, 0, sizeof s->sessions);
	s->n_tickets = 0;
}

static void
read_all(struct zv_session *s)
{
	struct zv_message *m;

	while ((m = zv_session_take(s))) {
		json_t *j = zv_json_read_own(m->text, NULL);

		CHECK(json_is_object(j) && zv_json_text(j, "type").n);
		fuzz_tell("%.*s\n", ZV_ARG(m->text));
		json_decref(j);
		zv_message_unref(m);
	}
}

static void
say(struct stage *s, size_t which, struct zv_str text)
{
	struct zv_session **at = &s->sessions[which];
	char *copy = fuzz_copy(text);

	if (!*at)
		*at = zv_session_new(s->hub, ZV_DIALECT_ZVON,
				     zv_hub_find_user(s->hub, users[which].name),
				     (struct zv_str){ "x", 1 }, NULL, s->now_ms, NULL);
	CHECK(*at);
	zv_session_input(*at, (struct zv_str){ copy, text.n }, s->now_ms);
	if (!text.n || text.p[text.n - 1] != ' ') /* else it does not read */
		read_all(*at);
	if (zv_session_is_over(*at, NULL, NULL)) {
		zv_session_free(*at);
		*at = NULL;
	}
	free(copy);
}

/* "Newchannel Channel=PJSIP/101-1 …" */
static void
feed(struct stage *s, struct zv_str text)
{
	const struct zv_packet *packet;
	struct zv_buf bytes = { 0 };

	zv_buf_add(&bytes, ZV_STR("Event: "));
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ')
			zv_buf_add(&bytes, ZV_STR("\r\n"));
		else if (text.p[i] == '=')
			zv_buf_add(&bytes, ZV_STR(": "));
		else
			zv_buf_add_char(&bytes, text.p[i]);
	}
	zv_buf_add(&bytes, ZV_STR("\r\n\r\n"));
	if (zvon_parser_feed(s->parser, zv_buf_str(&bytes)) >= 0)
		while (zvon_parser_next(s->parser, &packet) == 1) {
			zvon_calls_feed(s->calls, packet, s->now_ms, 0);
			zv_hub_on_packet(s->hub, 0, packet, s->now_ms);
		}
	zv_buf_deinit(&bytes);
}

static void
reply(struct stage *s, struct zv_str how)
{
	const bool good = how.n && how.p[0] == '+';
	const struct zv_field fields[] = {
		{ { "Response", 8 }, { good ? "Success" : "Error", good ? 7 : 5 } },
		{ { "Message", 7 }, how },
	};
	const struct zv_packet packet = { .kind = ZV_PACKET_RESPONSE,
					  .name = fields[0].value,
					  .fields = fields,
					  .n_fields = 2 };
	uint64_t ticket;

	if (s->n_tickets == 0)
		return;
	ticket = s->tickets[--s->n_tickets];
	if (how.n != 1)
		zv_hub_on_reply(s->hub, ticket, ZV_REPLY_RESPONSE, 0, &packet,
				s->now_ms);
	zv_hub_on_reply(s->hub, ticket, ZV_REPLY_DONE, how.n == 1 ? ZV_ETIMEOUT : 0,
			NULL, s->now_ms);
}

static void
save_and_load(struct stage *s, unsigned options)
{
	struct zv_buf text = { 0 };

	CHECK(zv_hub_save(s->hub, &text, s->now_ms) == 0);
	end(s);
	begin(s, options, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

static void
other_users(struct stage *s, struct zv_str which)
{
	CHECK(zv_hub_set_users(s->hub, users, which.n % SESSIONS, s->now_ms) == 0);
	CHECK(zv_hub_set_users(s->hub, users, SESSIONS, s->now_ms) == 0);
	for (size_t i = 0; i < SESSIONS; i++)
		if (s->sessions[i] && zv_session_is_over(s->sessions[i], NULL, NULL)) {
			zv_session_free(s->sessions[i]);
			s->sessions[i] = NULL;
		}
}

static void
go(struct stage *s, struct zv_str text)
{
	s->now_ms += (int64_t)text.n * 700;
	if (zv_hub_deadline(s->hub) <= s->now_ms)
		zv_hub_tick(s->hub, s->now_ms);
	zvon_calls_tick(s->calls, s->now_ms, 0);
}

static void
happen(struct stage *s, unsigned options, unsigned what, struct zv_str text)
{
	struct zv_client_status up = { .state = ZV_STATE_READY, .ami_major = 5 };

	switch (what) {
	case 'e':
		feed(s, text);
		break;
	case 'n':
		zv_hub_on_state(s->hub, 0, &up, s->now_ms);
		zv_hub_on_synced(s->hub, 0, s->now_ms);
		break;
	case 'r':
		reply(s, text);
		break;
	case 't':
		go(s, text);
		break;
	case 'x':
		zv_session_free(s->sessions[text.n % SESSIONS]);
		s->sessions[text.n % SESSIONS] = NULL;
		break;
	case 'u':
		other_users(s, text);
		break;
	case 's':
		save_and_load(s, options);
		break;
	default:
		say(s, what % SESSIONS, text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct stage s = { .now_ms = 100000 };
	unsigned options = fuzz_byte(&in);

	s.parser = zvon_parser_new(NULL);
	begin(&s, options, (struct zv_str){ NULL, 0 });
	while (in.n) {
		unsigned what = fuzz_byte(&in);

		happen(&s, options, what, fuzz_until(&in, '\n'));
	}
	end(&s);
	zvon_parser_free(s.parser);
	return 0;
}
