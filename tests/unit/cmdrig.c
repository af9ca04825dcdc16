#include "cmdrig.h"

#include <stdio.h>
#include <stdlib.h>

#include "ami/request.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

/* ---- hooks ------------------------------------------------------------------------------ */

static int
on_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	uint64_t ticket, struct zv_error *err)
{
	struct cmdrig *r = context;
	struct zv_str key, value;
	size_t cursor = 0;

	(void)server;
	(void)timeout_ms;
	(void)err;
	if (r->send_rc < 0)
		return r->send_rc;
	r->ticket = ticket;
	r->sends++;
	zv_buf_clear(&r->sent);
	zv_buf_add(&r->sent, zv_request_name(request));
	snprintf(r->action_id, sizeof r->action_id, "%.*s",
		 ZV_ARG(zv_request_action_id(request)));
	while (zv_request_next(request, &cursor, &key, &value))
		zv_buf_printf(&r->sent, "|%.*s=%.*s", ZV_ARG(key), ZV_ARG(value));
	zv_buf_add(&r->all_sent, zv_buf_str(&r->sent));
	zv_buf_add_char(&r->all_sent, '\n');
	return 0;
}

static uint64_t
on_random(void *context)
{
	struct cmdrig *r = context;

	return ++r->random;
}

static void
on_event(void *context, const struct zv_call_event *event)
{
	struct cmdrig *r = context;

	if (r->hub)
		zv_hub_on_event(r->hub, 0, event);
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct cmdrig *r = user;

	(void)level;
	zv_buf_printf(&r->logged, "%s: %s\n", area, text);
}

static void
on_outcome(void *owner, int status, struct zv_str outcome)
{
	struct cmdrig *r = owner;

	r->outcomes++;
	r->status = status;
	zv_buf_clear(&r->outcome);
	zv_buf_add(&r->outcome, outcome);
}

/* ---- life --------------------------------------------------------------------------------- */

static const struct zv_str lines_101[] = { { "101", 3 } };
static const struct zv_str lines_103[] = { { "103", 3 } };
static const struct zv_str lines_102[] = { { "102", 3 } };
static const struct zv_str queues[] = { { "support", 7 } };
static const struct zv_str actions[] = { { "QueueStatus", 11 },
					 { "Ping", 4 },
					 { "Originate", 9 },
					 { "Redirect", 8 },
					 { "Setvar", 6 } };
static const struct zv_dial_rule rules[] = {
	{ true, { "_XX", 3 } },
	{ true, { "_XXX", 4 } },
	{ true, { "_XXXX", 5 } },
};

static void
set_users(struct cmdrig *r)
{
	const struct zv_role all = {
		.name = ZV_STR("operator"),
		.rights = ~0u,
		.sees = ZV_SCOPE_OWN,
		.controls = ZV_SCOPE_OWN,
		.dial = rules,
		.n_dial = N_OF(rules),
		.calls_a_minute = ZV_CALLS_A_MINUTE,
		.calls_at_once = ZV_CALLS_AT_ONCE,
		.actions = actions,
		.n_actions = N_OF(actions),
	};

	r->role = r->supervisor = r->nothing = all;
	r->role.rights &= ~(1u << ZV_RIGHT_RAW);
	r->supervisor.controls = r->supervisor.sees = ZV_SCOPE_ALL;
	r->nothing.rights = 1u << ZV_RIGHT_VIEW;
	r->users[0] = (struct zv_user){ .name = ZV_STR("101"),
					.role = &r->role,
					.lines = lines_101,
					.n_lines = 1,
					.queues = queues,
					.n_queues = 1 };
	r->users[1] = (struct zv_user){ .name = ZV_STR("900"),
					.role = &r->supervisor,
					.lines = lines_103,
					.n_lines = 1 };
	r->users[2] = (struct zv_user){ .name = ZV_STR("guest"),
					.role = &r->nothing,
					.lines = lines_102,
					.n_lines = 1 };
}

int
cmdrig_try(struct cmdrig *r, const char *ami_version)
{
	struct zv_hub_options options = {
		.hooks = { .send = on_send, .random = on_random },
		.context = r,
		.log = &r->log,
		.stream = ZV_STR("test"),
		.first_seq = 1,
	};
	struct zv_calls_options calls = { .server = ZV_STR("pbx"),
					  .on_event = on_event,
					  .context = r };
	char banner[80];
	bool old = ami_version[0] == '1' && ami_version[1] == '.';

	*r = (struct cmdrig){ .now_ms = 1000, .major = atoi(ami_version) };
	r->log = (struct zv_log){ on_log, r, ZV_LOG_INFO };
	set_users(r);
	r->calls = zvon_calls_new(&calls);
	r->parser = zvon_parser_new(NULL);
	r->hub = zv_hub_new(&options);
	if (!r->calls || !r->parser || !r->hub)
		return ZV_ENOMEM;
	r->server = (struct zv_hub_server){
		.name = ZV_STR("pbx"),
		.calls = r->calls,
		.technology = old ? ZV_STR("SIP") : ZV_STR("PJSIP"),
		.context = ZV_STR("internal"),
		.conference_context = ZV_STR("rooms"),
		.ring_ms = 20000,
	};
	if (zv_hub_add_server(r->hub, &r->server) < 0 ||
	    zv_hub_set_users(r->hub, r->users, N_OF(r->users), r->now_ms) < 0)
		return ZV_ENOMEM;
	cmdrig_state(r, true);
	zv_hub_on_synced(r->hub, 0, r->now_ms);
	zv_buf_clear(&r->logged);
	r->random = 0; /* ChannelIds count from here */
	snprintf(banner, sizeof banner, "Asterisk Call Manager/%s\r\n", ami_version);
	cmdrig_bytes(r, zvon_str(banner));
	return r->failed;
}

void
cmdrig_begin(struct cmdrig *r, const char *ami_version)
{
	assert_int_equal(cmdrig_try(r, ami_version), 0);
}

void
cmdrig_end(struct cmdrig *r)
{
	zv_hub_free(r->hub);
	r->hub = NULL;
	zvon_calls_free(r->calls);
	zvon_parser_free(r->parser);
	zv_buf_deinit(&r->sent);
	zv_buf_deinit(&r->all_sent);
	zv_buf_deinit(&r->outcome);
	zv_buf_deinit(&r->logged);
}

void
cmdrig_configure(struct cmdrig *r)
{
	assert_int_equal(zv_hub_change_server(r->hub, 0, &r->server), 0);
	assert_int_equal(zv_hub_set_users(r->hub, r->users, N_OF(r->users), r->now_ms),
			 0);
}

/* ---- what comes ------------------------------------------------------------------------------ */

void
cmdrig_packet(struct cmdrig *r, const struct zv_packet *p)
{
	int rc = zvon_calls_feed(r->calls, p, r->now_ms, 0);

	if (rc < 0)
		r->failed = rc;
	if (p->kind == ZV_PACKET_EVENT)
		zv_hub_on_packet(r->hub, 0, p, r->now_ms);
}

void
cmdrig_bytes(struct cmdrig *r, struct zv_str bytes)
{
	const struct zv_packet *p;
	int rc = zvon_parser_feed(r->parser, bytes);

	while (rc >= 0 && (rc = zvon_parser_next(r->parser, &p)) == 1)
		cmdrig_packet(r, p);
	if (rc < 0)
		r->failed = rc;
}

void
cmdrig_wait(struct cmdrig *r, int ms)
{
	int64_t end = r->now_ms + ms;

	for (;;) {
		int64_t at = zv_hub_deadline(r->hub);

		if (zvon_calls_deadline(r->calls) < at)
			at = zvon_calls_deadline(r->calls);
		if (at > end)
			break;
		r->now_ms = at > r->now_ms ? at : r->now_ms;
		zvon_calls_tick(r->calls, r->now_ms, 0);
		zv_hub_tick(r->hub, r->now_ms);
	}
	r->now_ms = end;
}

/* `Name Key=value|…` as it stands on the wire. */
static void
add_wire(struct zv_buf *out, const char *kind, struct zv_str line)
{
	struct zv_str rest = line, name = { 0 }, field, key;

	zv_str_split(&rest, ' ', &name);
	zv_buf_printf(out, "%s: %.*s\r\n", kind, ZV_ARG(name));
	while (rest.n && zv_str_split(&rest, '|', &field)) {
		zv_str_split(&field, '=', &key);
		zv_buf_printf(out, "%.*s: %.*s\r\n", ZV_ARG(key), ZV_ARG(field));
	}
	zv_buf_add(out, ZV_STR("\r\n"));
}

void
cmdrig_feed(struct cmdrig *r, const char *lines)
{
	struct zv_str rest = zvon_str(lines), line;
	long long ms;

	while (rest.n && zv_str_split(&rest, '\n', &line)) {
		struct zv_buf wire = { 0 };

		if (!line.n)
			continue;
		if (zv_str_starts(line, ZV_STR("tick "))) {
			zv_num_parse(zv_str_from(line, 5), 0, 1000000, &ms);
			cmdrig_wait(r, (int)ms);
			continue;
		}
		add_wire(&wire, "Event", line);
		if (zv_buf_failed(&wire))
			r->failed = ZV_ENOMEM;
		else
			cmdrig_bytes(r, zv_buf_str(&wire));
		zv_buf_deinit(&wire);
	}
}

void
cmdrig_reply(struct cmdrig *r, const char *line)
{
	struct zv_buf wire = { 0 };
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;
	uint64_t ticket = r->ticket;

	zv_buf_add(&wire, ZV_STR("Asterisk Call Manager/1.1\r\n"));
	add_wire(&wire, "Response", zvon_str(line));
	if (!parser || zv_buf_failed(&wire) ||
	    zvon_parser_feed(parser, zv_buf_str(&wire)) < 0)
		r->failed = ZV_ENOMEM;
	else
		while (zvon_parser_next(parser, &p) == 1)
			if (p->kind == ZV_PACKET_RESPONSE)
				zv_hub_on_reply(r->hub, ticket, ZV_REPLY_RESPONSE, 0, p,
						r->now_ms);
	zv_hub_on_reply(r->hub, ticket, ZV_REPLY_DONE, 0, NULL, r->now_ms);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

void
cmdrig_no_reply(struct cmdrig *r, int status)
{
	zv_hub_on_reply(r->hub, r->ticket, ZV_REPLY_DONE, status, NULL, r->now_ms);
}

void
cmdrig_state(struct cmdrig *r, bool up)
{
	struct zv_client_status status = { .state = up ? ZV_STATE_READY : ZV_STATE_DOWN,
					   .ami_major = r->major };

	zv_hub_on_state(r->hub, 0, &status, r->now_ms);
}

/* ---- commands ---------------------------------------------------------------------------------- */

void
cmdrig_command(struct cmdrig *r, const char *user, const char *name, const char *args)
{
	const struct zv_call *call = zvon_calls_next(r->calls, NULL);
	struct zv_buf text = { 0 };

	for (; *args; args++)
		if (*args == '%')
			zv_buf_add(&text, call ? call->id : ZV_STR("none"));
		else
			zv_buf_add_char(&text, *args);
	zv_buf_clear(&r->sent);
	zv_buf_clear(&r->outcome);
	r->status = 0;
	if (zv_buf_failed(&text))
		r->failed = ZV_ENOMEM;
	else
		r->command = zv_hub_command(
			r->hub, zv_hub_find_user(r->hub, zvon_str(user)),
			zvon_str(name), zv_buf_str(&text), on_outcome, r, r->now_ms);
	zv_buf_deinit(&text);
}

void
cmdrig_check_sent(struct cmdrig *r, const char *row, const char *wanted)
{
	check_text(row, zv_buf_str(&r->sent), zvon_str(wanted));
}

void
cmdrig_check(struct cmdrig *r, const char *row, const char *wanted)
{
	struct zv_buf got = { 0 };

	if (r->status)
		zv_buf_printf(&got, "%d %.*s", r->status,
			      ZV_ARG(zv_buf_str(&r->outcome)));
	check_text(row, zv_buf_str(&got), zvon_str(wanted));
	zv_buf_deinit(&got);
}

void
cmdrig_check_has(struct cmdrig *r, const char *row, int status, const char *part)
{
	struct zv_str got = zv_buf_str(&r->outcome);

	if (r->status != status || zv_str_find(got, zvon_str(part)) == got.n)
		fail_msg("%s: %d %.*s, and not %d with %s", row, r->status, ZV_ARG(got),
			 status, part);
}

/* ---- scenes --------------------------------------------------------------------------------------- */

static const char old_ring[] =
	"Newchannel "
	"Channel=SIP/101-1|ChannelState=4|CallerIDNum=101|Exten=102|Uniqueid=a\n"
	"Newchannel Channel=SIP/102-2|ChannelState=0|CallerIDNum=|Exten=|Uniqueid=b\n"
	"Dial SubEvent=Begin|Channel=SIP/101-1|Destination=SIP/102-2|UniqueID=a|"
	"DestUniqueID=b|Dialstring=102\n"
	"Newstate Channel=SIP/102-2|ChannelState=5|Uniqueid=b\n";
static const char old_talk[] =
	"Newstate Channel=SIP/102-2|ChannelState=6|Uniqueid=b\n"
	"Newstate Channel=SIP/101-1|ChannelState=6|Uniqueid=a\n"
	"Bridge Bridgestate=Link|Channel1=SIP/101-1|Channel2=SIP/102-2|Uniqueid1=a|"
	"Uniqueid2=b\n";
#define SNAP(prefix, channel, state, number, id)                                       \
 prefix "Channel=" channel "|" prefix "ChannelState=" state "|" prefix                 \
	"CallerIDNum=" number "|" prefix "Uniqueid=" id "|" prefix "Linkedid=a"
static const char new_ring[] = "Newchannel " SNAP(
	"", "PJSIP/101-1", "4", "101",
	"a") "|Exten=102\n"
	     "Newchannel " SNAP(
		     "", "PJSIP/102-2", "0", "102",
		     "b") "|Exten=s\n"
			  "DialBegin " SNAP(
				  "", "PJSIP/101-1", "4", "101",
				  "a") "|" SNAP("Dest", "PJSIP/102-2", "0", "102",
						"b") "|DialString=102\n"
						     "Newstate " SNAP("", "PJSIP/102-2",
								      "5", "102",
								      "b") "\n";
static const char new_talk[] = "Newstate " SNAP(
	"", "PJSIP/102-2", "6", "102",
	"b") "\n"
	     "DialEnd " SNAP("", "PJSIP/101-1", "4", "101", "a") "|" SNAP(
		     "Dest", "PJSIP/102-2", "6", "102",
		     "b") "|DialStatus=ANSWER\n"
			  "Newstate " SNAP(
				  "", "PJSIP/101-1", "6", "101",
				  "a") "\n"
				       "BridgeCreate "
				       "BridgeUniqueid=br|BridgeType=basic|"
				       "BridgeNumChannels=0\n"
				       "BridgeEnter "
				       "BridgeUniqueid=br|BridgeType=basic|"
				       "BridgeNumChannels=1|" SNAP(
					       "", "PJSIP/102-2", "6", "102",
					       "b") "\n"
						    "BridgeEnter "
						    "BridgeUniqueid=br|BridgeType="
						    "basic|BridgeNumChannels=2|" SNAP(
							    "", "PJSIP/101-1", "6",
							    "101", "a") "\n";

void
cmdrig_ring(struct cmdrig *r)
{
	cmdrig_feed(r, r->major > 1 ? new_ring : old_ring);
}

void
cmdrig_talk(struct cmdrig *r)
{
	cmdrig_ring(r);
	cmdrig_feed(r, r->major > 1 ? new_talk : old_talk);
}
