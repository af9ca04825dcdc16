/* Commands: whatever users send and whatever Asterisk answers, each command has one outcome
 * that is JSON, the server gets no line that was not meant, and all memory is given back.
 *
 * Input, each a letter with what follows:
 *   c u k text\0   user u (mod 4) sends command k with these arguments (% is a call's id)
 *   C u name\0text\0  the same with a name of its own
 *   r k            the last request is answered: 0 Success, 1 Error, 2 unknown action,
 *                  3 no right, 4 silence, 5 lost, 6 an item of a list
 *   e k            the k-th event of a short scene (mod their number)
 *   t k            k * 100 ms go by
 *   u              the server is lost, or there again
 *   f              the last command's owner is gone
 *   m k            the k-th allocation from now on fails */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fuzz.h"
#include "hub/hub.h"
#include "hub/jobs.h"
#include "json/reader.h"
#include "ami/request.h"

struct stage {
	struct zv_hub *hub;
	struct zv_calls *calls;
	int64_t now_ms;
	uint64_t ticket, command, random;
	unsigned commands, outcomes, forgotten;
	bool up, no_memory;
};

static const char *const events[] = {
	"Event: Newchannel\r\nChannel: PJSIP/101-1\r\nChannelState: 4\r\nCallerIDNum: "
	"101\r\n"
	"Exten: 102\r\nUniqueid: a\r\nLinkedid: a\r\n\r\n",
	"Event: Newchannel\r\nChannel: PJSIP/102-2\r\nChannelState: 0\r\nCallerIDNum: "
	"102\r\n"
	"Uniqueid: b\r\nLinkedid: a\r\n\r\n",
	"Event: DialBegin\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nLinkedid: a\r\n"
	"DestChannel: PJSIP/102-2\r\nDestUniqueid: b\r\nDestLinkedid: a\r\n"
	"DialString: 102\r\n\r\n",
	"Event: Newstate\r\nChannel: PJSIP/102-2\r\nChannelState: 5\r\nUniqueid: b\r\n"
	"Linkedid: a\r\n\r\n",
	"Event: Newstate\r\nChannel: PJSIP/102-2\r\nChannelState: 6\r\nUniqueid: b\r\n"
	"Linkedid: a\r\n\r\n",
	"Event: DialEnd\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nLinkedid: a\r\n"
	"DestChannel: PJSIP/102-2\r\nDestUniqueid: b\r\nDialStatus: ANSWER\r\n\r\n",
	"Event: Newstate\r\nChannel: PJSIP/101-1\r\nChannelState: 6\r\nUniqueid: a\r\n"
	"Linkedid: a\r\n\r\n",
	"Event: BridgeEnter\r\nBridgeUniqueid: x\r\nChannel: PJSIP/102-2\r\nUniqueid: "
	"b\r\n"
	"Linkedid: a\r\n\r\n",
	"Event: BridgeEnter\r\nBridgeUniqueid: x\r\nChannel: PJSIP/101-1\r\nUniqueid: "
	"a\r\n"
	"Linkedid: a\r\n\r\n",
	"Event: Hold\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nLinkedid: a\r\n\r\n",
	"Event: Unhold\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nLinkedid: a\r\n\r\n",
	"Event: Newchannel\r\nChannel: PJSIP/103-3\r\nChannelState: 5\r\nCallerIDNum: "
	"103\r\n"
	"Uniqueid: c\r\nLinkedid: a\r\n\r\n",
	"Event: ParkedCall\r\nParkeeChannel: PJSIP/102-2\r\nParkeeUniqueid: b\r\n"
	"ParkeeLinkedid: a\r\nParkingSpace: 701\r\n\r\n",
	"Event: QueueMemberAdded\r\nQueue: support\r\nInterface: PJSIP/101\r\nPaused: "
	"0\r\n"
	"Status: 1\r\n\r\n",
	"Event: QueueMemberPause\r\nQueue: support\r\nInterface: PJSIP/101\r\nPaused: "
	"1\r\n"
	"Status: 1\r\n\r\n",
	"Event: Hangup\r\nChannel: PJSIP/103-3\r\nUniqueid: c\r\nCause: 16\r\n\r\n",
	"Event: Hangup\r\nChannel: PJSIP/102-2\r\nUniqueid: b\r\nCause: 16\r\n\r\n",
	"Event: Hangup\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nCause: 16\r\n\r\n",
};
#define N_EVENTS (sizeof events / sizeof *events)

static const char *const answers[] = {
	"Response: Success\r\nMessage: fine\r\n\r\n",
	"Response: Error\r\nMessage: No such \"channel\"\\\r\n\r\n",
	"Response: Error\r\nMessage: Invalid/unknown command: X.\r\n\r\n",
	"Response: Error\r\nMessage: Permission denied\r\n\r\n",
};

/* ---- hooks ------------------------------------------------------------------------------ */

static void
check_line(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		CHECK(s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != 0);
}

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct stage *s = context;
	struct zv_str key, value;
	size_t cursor = 0;

	(void)server;
	(void)timeout_ms;
	(void)err;
	CHECK(s->up);
	while (zv_request_next(request, &cursor, &key, &value)) {
		check_line(key);
		check_line(value);
	}
	s->ticket = ticket;
	return 0;
}

static uint64_t
on_random(void *context)
{
	return ++((struct stage *)context)->random;
}

static void
on_call_event(void *context, const struct zv_call_event *event)
{
	zv_hub_on_event(((struct stage *)context)->hub, 0, event);
}

static void
on_outcome(void *owner, int status, struct zv_str outcome)
{
	struct stage *s = owner;
	json_t *json = zv_json_read(outcome, NULL);

	s->outcomes++;
	CHECK(status >= 200 && status < 600);
	fuzz_tell("%d %.*s\n", status, ZV_ARG(outcome));
	CHECK(json_is_object(json) || s->no_memory);
	CHECK(!json || json_is_boolean(json_object_get(json, "ok")));
	json_decref(json);
}

/* ---- doing ------------------------------------------------------------------------------- */

static void
packet(struct stage *s, const char *text, bool is_answer, enum zv_reply_part part)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	if (parser &&
	    zvon_parser_feed(parser, ZV_STR("Asterisk Call Manager/5.0.4\r\n")) >= 0 &&
	    zvon_parser_next(parser, &p) == 1 && zvon_parser_next(parser, &p) == 0 &&
	    zvon_parser_feed(parser, zvon_str(text)) >= 0)
		while (zvon_parser_next(parser, &p) == 1) {
			if (is_answer) {
				zv_hub_on_reply(s->hub, s->ticket, part, 0, p,
						s->now_ms);
				continue;
			}
			zvon_calls_feed(s->calls, p, s->now_ms, 0);
			zv_hub_on_packet(s->hub, 0, p, s->now_ms);
		}
	zvon_parser_free(parser);
}

static void
set_state(struct stage *s, bool up)
{
	struct zv_client_status status = { .state = up ? ZV_STATE_READY : ZV_STATE_DOWN,
					   .ami_major = 5 };

	s->up = up;
	zv_hub_on_state(s->hub, 0, &status, s->now_ms);
}

static void
answer(struct stage *s, unsigned k)
{
	uint64_t ticket = s->ticket;

	if (k % 7 < 4) {
		packet(s, answers[k % 7], true, ZV_REPLY_RESPONSE);
		zv_hub_on_reply(s->hub, ticket, ZV_REPLY_DONE, 0, NULL, s->now_ms);
	} else if (k % 7 == 6) {
		packet(s, events[k % N_EVENTS], true, ZV_REPLY_ITEM);
	} else {
		zv_hub_on_reply(s->hub, ticket, ZV_REPLY_DONE,
				k % 7 == 4 ? ZV_ETIMEOUT : ZV_ECLOSED, NULL, s->now_ms);
	}
}

static void
order(struct stage *s, unsigned who, struct zv_str name, struct zv_str text)
{
	static const char *const names[] = { "101", "boss", "guest", "nobody" };
	struct zv_buf args = { 0 };

	for (size_t i = 0; i < text.n; i++)
		zv_buf_add_char(&args, text.p[i] == '%' ? 'a' : text.p[i]);
	s->commands++;
	s->command = zv_hub_command(s->hub,
				    zv_hub_find_user(s->hub, zvon_str(names[who % 4])),
				    name, zv_buf_str(&args), on_outcome, s, s->now_ms);
	zv_buf_deinit(&args);
}

static struct zv_str
nth_command(unsigned k)
{
	size_t n = 0;

	while (zv_commands[n])
		n++;
	return zvon_str(zv_commands[k % n]->name);
}

static void
pass_time(struct stage *s, int64_t ms)
{
	s->now_ms += ms;
	zvon_calls_tick(s->calls, s->now_ms, 0);
	zv_hub_tick(s->hub, s->now_ms);
}

static void
step(struct stage *s, unsigned what, struct fuzz_input *in)
{
	unsigned k, who;
	struct zv_str name;

	switch (what) {
	case 'c':
		who = fuzz_byte(in);
		name = nth_command(fuzz_byte(in));
		order(s, who, name, fuzz_until(in, 0));
		break;
	case 'C':
		who = fuzz_byte(in);
		name = fuzz_until(in, 0);
		order(s, who, name, fuzz_until(in, 0));
		break;
	case 'r':
		answer(s, fuzz_byte(in));
		break;
	case 'e':
		packet(s, events[fuzz_byte(in) % N_EVENTS], false, 0);
		break;
	case 't':
		pass_time(s, 100 * (int64_t)fuzz_byte(in));
		break;
	case 'u':
		set_state(s, !s->up);
		break;
	case 'f':
		k = (unsigned)zv_jobs_count(zv_hub_jobs(s->hub));
		if (s->command && s->commands > s->outcomes + s->forgotten && k) {
			unsigned before = s->outcomes;

			zv_hub_forget_command(s->hub, s->command);
			CHECK(before == s->outcomes);
			s->forgotten++; /* at most: it may have ended before */
			s->command = 0;
		}
		break;
	case 'm':
		s->no_memory = true;
		zv_mem_fail_at(fuzz_byte(in) + 1);
		break;
	default:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct zv_dial_rule rules[] = { { true, { "_XXX", 4 } } };
	static const struct zv_str own[] = { { "101", 3 } }, other[] = { { "103", 3 } };
	static const struct zv_str actions[] = { { "QueueStatus", 11 },
						 { "Setvar", 6 } };
	const struct zv_role role = { .name = ZV_STR("own"),
				      .rights = ~0u & ~(1u << ZV_RIGHT_RAW),
				      .dial = rules,
				      .n_dial = 1,
				      .calls_a_minute = 6,
				      .calls_at_once = 2 };
	struct zv_role all = role, none = { .name = ZV_STR("none") };
	struct zv_user users[3] = {
		{ .name = ZV_STR("101"),
		  .role = &role,
		  .lines = own,
		  .n_lines = 1,
		  .auto_pause = true,
		  .wrap_up_s = 5,
		  .queues = actions,
		  .n_queues = 1 },
		{ .name = ZV_STR("boss"), .role = &all, .lines = other, .n_lines = 1 },
		{ .name = ZV_STR("guest"), .role = &none, .lines = own, .n_lines = 1 },
	};
	struct stage s = { .now_ms = 1000 };
	struct zv_hub_options options = { .hooks = { .send = on_send,
						     .random = on_random },
					  .context = &s,
					  .stream = ZV_STR("fuzz"),
					  .first_seq = 1 };
	struct zv_calls_options calls = { .server = ZV_STR("pbx"),
					  .on_event = on_call_event,
					  .context = &s };
	struct zv_hub_server server = { .name = ZV_STR("pbx"),
					.technology = ZV_STR("PJSIP"),
					.context = ZV_STR("internal"),
					.conference_context = ZV_STR("rooms"),
					.auto_answer = ZV_STR("Alert-Info: x"),
					.dnd = ZV_STR("DND"),
					.queue_interface = ZV_STR("Local/{0}@q/n"),
					.notify_answer = true,
					.notify_hold = true,
					.ring_ms = 20000 };
	struct fuzz_input in = { bytes, n };

	all.rights = ~0u;
	all.sees = all.controls = ZV_SCOPE_ALL;
	all.actions = actions;
	all.n_actions = 2;
	s.hub = zv_hub_new(&options);
	s.calls = zvon_calls_new(&calls);
	CHECK(s.hub && s.calls);
	server.calls = s.calls;
	CHECK(zv_hub_add_server(s.hub, &server) == 0);
	CHECK(zv_hub_set_users(s.hub, users, 3, s.now_ms) == 0);
	set_state(&s, true);
	while (in.n)
		step(&s, fuzz_byte(&in), &in);
	zv_mem_fail_at(0);
	set_state(&s, false); /* ends all that wait */
	CHECK(zv_jobs_count(zv_hub_jobs(s.hub)) == 0);
	CHECK(s.outcomes <= s.commands);
	CHECK(s.outcomes + s.forgotten >= s.commands);
	zv_hub_free(s.hub);
	zvon_calls_free(s.calls);
	return 0;
}
