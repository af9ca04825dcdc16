/* What lists of a server make of the calls, in tables: lines of a scene are
 *
 *   > fields        an event        = fields   an item of a list
 *   begin, complete, partial, restart, up, down
 *   +1000           time goes on
 *   name: v | n: v  fields; C, U, L, N, S, E stand for Channel, Uniqueid, Linkedid,
 *                   CallerIDNum, ChannelState, Exten
 *
 * and what is told is one line for each event: its name and what matters of it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "heap.h"
#include "helper.h"
#include "zvon/call.h"
#include "zvon/error.h"

#define START 1000000

struct rig {
	struct zv_calls *calls;
	struct zv_parser *parser;
	struct zv_buf told;
	int64_t now_ms;
	int rc;
};

/* ---- what is told ------------------------------------------------------------------ */

static void
tell_call(struct zv_buf *out, const struct zv_call_event *e)
{
	if (e->call)
		zv_buf_printf(out, " %.*s", ZV_ARG(e->call->id));
	if (e->kind == ZV_CALL_STARTED)
		zv_buf_printf(out, " from %.*s began %lld",
			      ZV_ARG(e->call->from_number),
			      (long long)(e->now_ms - e->call->started_ms));
	if (e->kind == ZV_CALL_ANSWERED)
		zv_buf_printf(out, " %s to %.*s did %.*s queue %.*s",
			      zvon_call_direction_name(e->call->direction),
			      ZV_ARG(e->call->to_number), ZV_ARG(e->call->did),
			      ZV_ARG(e->call->queue));
	if (e->kind == ZV_CALL_ENDED)
		zv_buf_printf(out, " %.*s", ZV_ARG(e->reason));
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct zv_buf *out = context;

	if (e->kind == ZV_LINE_STATE && e->line->state != ZV_LINE_UNAVAILABLE)
		return; /* they follow the legs */
	zv_buf_printf(out, "%s", zvon_call_event_name(e->kind));
	tell_call(out, e);
	if (e->leg && e->kind != ZV_CALL_STARTED)
		zv_buf_printf(out, " %.*s", ZV_ARG(e->leg->line));
	if (e->space.n)
		zv_buf_printf(out, " %.*s", ZV_ARG(e->space));
	if (e->by.n)
		zv_buf_printf(out, " by %.*s", ZV_ARG(e->by));
	if (e->line)
		zv_buf_printf(out, " %.*s %s", ZV_ARG(e->line->name),
			      zvon_line_state_name(e->line->state));
	if (e->member)
		zv_buf_printf(out, " %.*s/%.*s %s%s", ZV_ARG(e->member->queue),
			      ZV_ARG(e->member->line),
			      zvon_member_state_name(e->member->state),
			      e->member->paused ? " paused" : "");
	if (e->queue_now)
		zv_buf_printf(out, " %.*s %d", ZV_ARG(e->queue_now->name),
			      e->queue_now->waiting);
	zv_buf_printf(out, "\n");
}

/* ---- scenes ----------------------------------------------------------------------------- */

static const struct {
	const char *word, *key;
} shorts[] = {
	{ "C", "Channel" },	{ "U", "Uniqueid" },	    { "L", "Linkedid" },
	{ "N", "CallerIDNum" }, { "S", "ChannelState" },    { "E", "Exten" },
	{ "A", "Application" }, { "D", "ApplicationData" },
};

static void
add_field(struct zv_buf *out, struct zv_str field)
{
	size_t colon = zv_str_find(field, ZV_STR(":"));
	struct zv_str key = { field.p, colon };

	for (size_t i = 0; i < N_OF(shorts); i++)
		if (zvon_str_equal(key, zvon_str(shorts[i].word)))
			key = zvon_str(shorts[i].key);
	zv_buf_printf(out, "%.*s: %.*s\r\n", ZV_ARG(key),
		      ZV_ARG(zv_str_trim(zv_str_from(field, colon + 1))));
}

static void
give(struct rig *g, struct zv_str fields, bool is_event)
{
	const struct zv_packet *packet;
	struct zv_buf text = { 0 };
	struct zv_str part;
	int rc;

	zv_buf_printf(&text, "Event: ");
	zv_str_split(&fields, '|', &part);
	zv_buf_printf(&text, "%.*s\r\n", ZV_ARG(zv_str_trim(part)));
	while (zv_str_split(&fields, '|', &part))
		add_field(&text, zv_str_trim(part));
	zv_buf_printf(&text, "\r\n");
	if (zvon_parser_feed(g->parser, zv_buf_str(&text)) < 0 ||
	    zvon_parser_next(g->parser, &packet) != 1) { /* the test's own memory */
		zv_buf_deinit(&text);
		return;
	}
	rc = is_event ? zvon_calls_feed(g->calls, packet, g->now_ms, 0)
		      : zvon_calls_snapshot_item(g->calls, packet, g->now_ms, 0);
	if (rc < 0)
		g->rc = rc;
	zv_buf_deinit(&text);
}

static void
end_snapshot(struct rig *g, bool complete, bool restarted)
{
	int rc = zvon_calls_snapshot_end(g->calls, complete, restarted, g->now_ms, 0);

	if (rc < 0)
		g->rc = rc;
}

static void
run_line(struct rig *g, struct zv_str line)
{
	if (!line.n)
		return;
	if (line.p[0] == '>' || line.p[0] == '=')
		give(g, zv_str_trim(zv_str_from(line, 1)), line.p[0] == '>');
	else if (line.p[0] == '+')
		g->now_ms += atoi(line.p + 1);
	else if (zvon_str_equal(line, ZV_STR("begin")))
		zvon_calls_snapshot_begin(g->calls, g->now_ms);
	else if (zvon_str_equal(line, ZV_STR("complete")))
		end_snapshot(g, true, false);
	else if (zvon_str_equal(line, ZV_STR("partial")))
		end_snapshot(g, false, false);
	else if (zvon_str_equal(line, ZV_STR("restart")))
		end_snapshot(g, true, true);
	else if (zvon_str_equal(line, ZV_STR("up")))
		zvon_calls_server(g->calls, true, g->now_ms, 0);
	else if (zvon_str_equal(line, ZV_STR("down")))
		zvon_calls_server(g->calls, false, g->now_ms, 0);
	else
		fail_msg("what is %.*s?", ZV_ARG(line));
}

static bool
begin(struct rig *g, const char *banner)
{
	struct zv_str trunks[] = { ZV_STR("trunk") };
	struct zv_calls_options o = { .on_event = on_event,
				      .trunks = trunks,
				      .n_trunks = 1 };
	struct zv_packet first = { .kind = ZV_PACKET_BANNER, .name = zvon_str(banner) };

	memset(g, 0, sizeof *g);
	g->now_ms = START;
	o.context = &g->told;
	g->calls = zvon_calls_new(&o);
	if (!g->calls)
		return false;
	g->parser = zvon_parser_new(NULL);
	if (!g->parser) {
		zvon_calls_free(g->calls);
		return false;
	}
	zvon_calls_feed(g->calls, &first, START, 0);
	return true;
}

static void
end(struct rig *g)
{
	zvon_calls_free(g->calls);
	zvon_parser_free(g->parser);
	zv_buf_deinit(&g->told);
}

static void
run(struct rig *g, const char *scene)
{
	struct zv_str rest = zvon_str(scene), line;

	while (zv_str_split(&rest, '\n', &line))
		run_line(g, zv_str_trim(line));
}

#define NEW "Asterisk Call Manager/11.0.0"
#define OLD "Asterisk Call Manager/1.3"

/* 101 talks to 102, in bridge b. */
#define TALK                                                                           \
 "= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 6 | E: 102 | "    \
 "A: Dial | D: PJSIP/102,20 | BridgeId: b | Duration: 00:01:05\n"                      \
 "= CoreShowChannel | C: PJSIP/102-2 | U: 1.2 | L: 1.1 | N: 102 | S: 6 | "             \
 "A: AppDial | D: (Outgoing Line) | BridgeId: b | Duration: 00:01:04\n"

#define TALK_TOLD                                                                      \
 "call.started 1.1 from 101 began 65000\nleg.answered 1.1 101\n"                       \
 "leg.answered 1.1 102\ncall.answered 1.1 internal to 102 did  queue  102\n"

static const struct row {
	const char *name, *banner, *scene, *told;
} rows[] = {
	{ "talking", NEW, "begin\n" TALK "complete\n", TALK_TOLD },
	{ "talking, listed backwards and by Status too", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/102-2 | U: 1.2 | L: 1.1 | N: 102 | S: 6 | "
	  "A: AppDial | BridgeId: b\n"
	  "= Status | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 6 | DNID: 102 | "
	  "E: s | A: Dial | Data: PJSIP/102 | BridgeID: b | Seconds: 65\n"
	  "complete\n",
	  TALK_TOLD },
	{ "nothing twice", NEW, "begin\n" TALK "complete\nbegin\n" TALK "complete\n",
	  TALK_TOLD },
	{ "a partial list ends nothing", NEW,
	  "begin\n" TALK "complete\nbegin\npartial\nbegin\ncomplete\n",
	  TALK_TOLD "leg.ended 1.1 101\nleg.ended 1.1 102\ncall.ended 1.1 vanished\n" },
	{ "what a partial list has, counts", NEW, "begin\n" TALK "partial\n",
	  TALK_TOLD },
	{ "it ended meanwhile", NEW,
	  "begin\n" TALK "> Hangup | C: PJSIP/101-1 | U: 1.1 | Cause: 16\n"
	  "> Hangup | C: PJSIP/102-2 | U: 1.2 | Cause: 16\ncomplete\n",
	  "" },
	{ "it ended before", NEW,
	  "> Newchannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 4\n"
	  "> Hangup | C: PJSIP/101-1 | U: 1.1 | Cause: 17\n"
	  "begin\n= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | S: 4\n"
	  "complete\n",
	  "call.started 1.1 from 101 began 0\nleg.ended 1.1 101\ncall.ended 1.1 \n" },
	{ "it began meanwhile, too late for the list", NEW,
	  "begin\n> Newchannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 4\n"
	  "complete\n",
	  "call.started 1.1 from 101 began 0\n" },
	{ "it left the bridge meanwhile", NEW,
	  "begin\n" TALK "> BridgeLeave | BridgeUniqueid: b | C: PJSIP/102-2 | U: 1.2 "
	  "| L: 1.1 | S: 6\n"
	  "complete\n",
	  "call.started 1.1 from 101 began 65000\nleg.answered 1.1 101\n"
	  "leg.answered 1.1 102\n" },
	{ "ringing", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 4 | "
	  "E: 102 | A: Dial | D: PJSIP/102&PJSIP/103,20\n"
	  "= CoreShowChannel | C: PJSIP/102-2 | U: 1.2 | L: 1.1 | S: 5 | A: AppDial\n"
	  "= CoreShowChannel | C: PJSIP/103-3 | U: 1.3 | L: 1.1 | S: 0 | A: AppDial\n"
	  "complete\n",
	  "call.started 1.1 from 101 began 0\nleg.ringing 1.1 102\n" },
	{ "answered while we were away", NEW,
	  "> Newchannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 4 | E: 102\n"
	  "> Newchannel | C: PJSIP/102-2 | U: 1.2 | L: 1.1 | S: 0\n"
	  "> DialBegin | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | DestChannel: PJSIP/102-2 | "
	  "DestUniqueid: 1.2 | DestLinkedid: 1.1 | DialString: 102\n"
	  "> Newstate | C: PJSIP/102-2 | U: 1.2 | L: 1.1 | S: 5\n"
	  "down\nup\nbegin\n" TALK "complete\n",
	  "call.started 1.1 from 101 began 0\nleg.ringing 1.1 102\n"
	  "server.state\nserver.state\n"
	  "leg.answered 1.1 101\nleg.answered 1.1 102\n"
	  "call.answered 1.1 internal to 102 did  queue  102\n" },
	{ "from a trunk", NEW,
	  "begin\n"
	  "= Status | C: PJSIP/trunk-1 | U: 1.1 | L: 1.1 | N: 79161112233 | S: 6 | "
	  "DNID: 74950000001 | E: s | A: Dial | Data: PJSIP/101 | BridgeID: b\n"
	  "= Status | C: PJSIP/101-2 | U: 1.2 | L: 1.1 | S: 6 | A: AppDial | "
	  "BridgeID: b\ncomplete\n",
	  "call.started 1.1 from 79161112233 began 0\nleg.answered 1.1 trunk\n"
	  "leg.answered 1.1 101\n"
	  "call.answered 1.1 in to 101 did 74950000001 queue  101\n" },
	{ "by click", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 5 | "
	  "A: AppDial2\ncomplete\n",
	  "call.started 1.1 from 101 began 0\nleg.ringing 1.1 101\n" },
	{ "with Local halves", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 6 | "
	  "E: 103 | A: Dial | D: Local/103@x/n | BridgeId: b\n"
	  "= CoreShowChannel | C: Local/103@x-01;1 | U: 1.2 | L: 1.1 | S: 6 | "
	  "A: AppDial | BridgeId: b\n"
	  "= CoreShowChannel | C: Local/103@x-01;2 | U: 1.3 | L: 1.1 | S: 6 | "
	  "E: 103 | A: Dial | D: PJSIP/103 | BridgeId: c\n"
	  "= CoreShowChannel | C: PJSIP/103-4 | U: 1.4 | L: 1.1 | S: 6 | "
	  "A: AppDial | BridgeId: c\ncomplete\n",
	  "call.started 1.1 from 101 began 0\nleg.answered 1.1 101\n"
	  "leg.answered 1.1 103\n"
	  "call.answered 1.1 internal to 103 did  queue  103\n" },
	{ "in a queue, and taken from one", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/103-1 | U: 1.1 | L: 1.1 | N: 103 | S: 6 | "
	  "E: 800 | A: Queue | D: support,t\n"
	  "= CoreShowChannel | C: PJSIP/104-2 | U: 1.2 | L: 1.2 | N: 104 | S: 6 | "
	  "E: 800 | A: Queue | D: support,t | BridgeId: b\n"
	  "= CoreShowChannel | C: PJSIP/101-3 | U: 1.3 | L: 1.2 | S: 6 | A: AppQueue | "
	  "BridgeId: b\n"
	  "= QueueParams | Queue: support | Calls: 1\n"
	  "= QueueMember | Queue: support | Name: One | Location: PJSIP/101 | "
	  "Status: 2 | Paused: 1 | Penalty: 0\n"
	  "= QueueEntry | Queue: support | U: 1.1 | C: PJSIP/103-1\n"
	  "= QueueStatusComplete\ncomplete\n",
	  "call.started 1.1 from 103 began 0\nleg.answered 1.1 103\n"
	  "call.started 1.2 from 104 began 0\nleg.answered 1.2 104\n"
	  "leg.answered 1.2 101\n"
	  "call.queued 1.1 103\ncall.queued 1.2 104\n"
	  "call.answered 1.2 internal to 800 did  queue support 101\n"
	  "queue.state support 1\nqueue.member support/101 in_use paused\n" },
	{ "members that are no more", NEW,
	  "begin\n= QueueMember | Queue: a | Location: PJSIP/101 | Status: 1\n"
	  "= QueueMember | Queue: a | Location: PJSIP/102 | Status: 1\n"
	  "= QueueStatusComplete\ncomplete\n"
	  "begin\ncomplete\n" /* not asked */
	  "begin\n= QueueMember | Queue: a | Location: PJSIP/102 | Status: 1\n"
	  "> QueueMemberAdded | Queue: a | Interface: PJSIP/103 | Status: 1\n"
	  "= QueueStatusComplete\ncomplete\n",
	  "queue.member a/101 idle\nqueue.member a/102 idle\nqueue.member a/103 idle\n"
	  "queue.member a/101 removed\n" },
	{ "parked, and not any more", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/103-1 | U: 1.1 | L: 1.1 | N: 103 | S: 6 | "
	  "E: 700 | A: Park | BridgeId: p\n"
	  "= BridgeListItem | BridgeUniqueid: p | BridgeTechnology: holding_bridge\n"
	  "= CoreShowChannel | C: PJSIP/104-2 | U: 1.2 | L: 1.2 | N: 104 | S: 6 | "
	  "E: 700 | A: Park | BridgeId: p\n"
	  "= ParkedCall | ParkeeUniqueid: 1.1 | ParkeeChannel: PJSIP/103-1 | "
	  "ParkingSpace: 701 | ParkerDialString: PJSIP/101\n"
	  "= ParkedCallsComplete\ncomplete\n"
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/103-1 | U: 1.1 | L: 1.1 | N: 103 | S: 6\n"
	  "= ParkedCallsComplete\ncomplete\n",
	  "call.started 1.1 from 103 began 0\nleg.answered 1.1 103\n"
	  "call.started 1.2 from 104 began 0\nleg.answered 1.2 104\n"
	  "call.parked 1.1 103 701 by 101\n"
	  "call.retrieved 1.1 103 701\nleg.ended 1.2 104\ncall.ended 1.2 vanished\n" },
	{ "in a conference", NEW,
	  "begin\n"
	  "= CoreShowChannel | C: PJSIP/101-1 | U: 1.1 | L: 1.1 | N: 101 | S: 6 | "
	  "E: 900 | A: ConfBridge | D: 900,x | BridgeId: b\n"
	  "= CoreShowChannel | C: PJSIP/102-2 | U: 1.2 | L: 1.2 | N: 102 | S: 6 | "
	  "E: 900 | A: ConfBridge | D: 900 | BridgeId: b\n"
	  "= ConfbridgeList | Conference: 900 | U: 1.1\n"
	  "complete\nbegin\n= ConfbridgeList | Conference: 900 | U: 1.1\npartial\n",
	  "call.started 1.1 from 101 began 0\nleg.answered 1.1 101\n"
	  "leg.answered 1.1 102\n"
	  "call.conferenced 1.1 101 900\ncall.conferenced 1.1 102 900\n"
	  "call.answered 1.1 internal to 900 did  queue  102\n" },
	{ "devices", NEW,
	  "begin\n= DeviceStateChange | Device: PJSIP/105 | State: UNAVAILABLE\n"
	  "> DeviceStateChange | Device: PJSIP/106 | State: NOT_INUSE\n"
	  "= DeviceStateChange | Device: PJSIP/106 | State: UNAVAILABLE\n"
	  "complete\n",
	  "line.state 105 unavailable\n" },
	{ "restarted", NEW,
	  "begin\n" TALK "complete\ndown\nup\n"
	  "> Newchannel | C: PJSIP/103-1 | U: 2.1 | L: 2.1 | N: 103 | S: 4\n"
	  "begin\nrestart\n",
	  TALK_TOLD "server.state\nserver.state\ncall.started 2.1 from 103 began 0\n"
		    "leg.ended 1.1 101\nleg.ended 1.1 102\n"
		    "call.ended 1.1 pbx_restart\n" },
	{ "restarted, with the same Uniqueids", NEW,
	  "begin\n" TALK "complete\ndown\nup\nbegin\nrestart\nbegin\n" TALK
	  "complete\n",
	  TALK_TOLD "server.state\nserver.state\n"
		    "leg.ended 1.1 101\nleg.ended 1.1 102\n"
		    "call.ended 1.1 pbx_restart\n" TALK_TOLD },
	{ "begin again starts afresh", NEW, "begin\n" TALK "begin\ncomplete\n", "" },
	{ "lost in the middle", NEW, "begin\n" TALK "down\n", "server.state\n" },
	{ "AMI 1.x: talking", OLD,
	  "begin\n"
	  "= Status | C: SIP/102-2 | U: 1.2 | N: 102 | State: Up | "
	  "BridgedChannel: SIP/101-1 | BridgedUniqueid: 1.1\n"
	  "= Status | C: SIP/101-1 | U: 1.1 | N: 101 | S: 6 | Extension: 102 | "
	  "Seconds: 65 | BridgedChannel: SIP/102-2 | BridgedUniqueid: 1.2\n"
	  "= CoreShowChannel | C: SIP/102-2 | UniqueID: 1.2 | CallerIDnum: 102 | S: 6 "
	  "| "
	  "A: AppDial | BridgedUniqueID: 1.1\n"
	  "= CoreShowChannel | C: SIP/101-1 | UniqueID: 1.1 | CallerIDnum: 101 | S: 6 "
	  "| "
	  "Extension: 102 | A: Dial | D: SIP/102,20 | BridgedUniqueID: 1.2\n"
	  "complete\n",
	  TALK_TOLD },
	{ "AMI 1.x: by Status alone", OLD,
	  "begin\n"
	  "= Status | C: SIP/102-2 | U: 1.2 | N: 102 | State: Up | BridgedUniqueid: "
	  "1.1\n"
	  "= Status | C: SIP/101-1 | U: 1.1 | N: 101 | S: 6 | Extension: 102 | "
	  "Seconds: 65 | BridgedUniqueid: 1.2\ncomplete\n",
	  TALK_TOLD },
	{ "AMI 1.x: two that ring", OLD,
	  "begin\n"
	  "= CoreShowChannel | C: SIP/101-1 | U: 1.1 | N: 101 | S: 4 | Extension: 102 "
	  "| "
	  "A: Dial | D: SIP/102\n"
	  "= CoreShowChannel | C: SIP/103-2 | U: 1.2 | N: 103 | S: 4 | Extension: 104 "
	  "| "
	  "A: Dial | D: SIP/104,20\n"
	  "= CoreShowChannel | C: SIP/104-3 | U: 1.3 | S: 5 | A: AppDial | "
	  "ConnectedLineNum: 103\n"
	  "= CoreShowChannel | C: SIP/102-4 | U: 1.4 | S: 5 | A: AppDial | "
	  "ConnectedLineNum: 101\ncomplete\n",
	  "call.started 1.1 from 101 began 0\ncall.started 1.2 from 103 began 0\n"
	  "leg.ringing 1.2 104\nleg.ringing 1.1 102\n" },
	{ "AMI 1.x: parked", OLD,
	  "begin\n"
	  "= CoreShowChannel | C: SIP/103-1 | U: 1.1 | N: 103 | S: 6 | A: Parked Call\n"
	  "= ParkedCall | Exten: 701 | C: SIP/103-1 | From: SIP/101-2\n"
	  "= ParkedCallsComplete\ncomplete\n",
	  "call.started 1.1 from 103 began 0\nleg.answered 1.1 103\n"
	  "call.parked 1.1 103 701 by 101\n" },
	{ "forged and senseless items", NEW,
	  "begin\n= CoreShowChannel\n= CoreShowChannel | U: 1.1\n= QueueEntry\n"
	  "= QueueMember\n= ParkedCall\n= ConfbridgeList\n= DeviceStateChange\n"
	  "= BridgeListItem\n= QueueParams\n= Whatever | U: 1.1\n"
	  "= CoreShowChannel | C: PJSIP/9-1 | U: 1.9 | L: 1.9 | S: -7 | "
	  "Duration: 1:2 | Seconds: -5 | BridgedUniqueid: 1.9\ncomplete\n",
	  "" },
};

static void
test_rows(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct rig g;

		assert_true(begin(&g, rows[i].banner));
		run(&g, rows[i].scene);
		assert_int_equal(g.rc, 0);
		check_text(rows[i].name, zv_buf_str(&g.told), zvon_str(rows[i].told));
		end(&g);
	}
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* Whatever is lost for want of memory, all ends and nothing is left. */
static void
run_short_of_memory(const struct row *row)
{
	struct zv_calls_counters counters;
	struct rig g;

	if (!begin(&g, row->banner))
		return;
	run(&g, row->scene);
	zv_mem_fail_at(0);
	assert_true(g.rc == 0 || g.rc == ZV_ENOMEM);
	zvon_calls_end_all(g.calls, ZV_STR("lost"), g.now_ms, 0);
	zvon_calls_counters(g.calls, &counters);
	assert_int_equal(counters.calls, 0);
	assert_int_equal(counters.channels, 0);
	end(&g);
}

static void
test_out_of_memory(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		size_t before = heap_blocks();
		unsigned long n = zv_mem_count();

		run_short_of_memory(&rows[i]);
		n = zv_mem_count() - n;
		for (unsigned long at = 1; at <= n; at++) {
			zv_mem_fail_at(at);
			run_short_of_memory(&rows[i]);
			zv_mem_fail_at(0);
			assert_int_equal(heap_blocks(), before);
		}
	}
}

/* 1,000 channels: no time that grows with their square. */
static void
test_many(void **state)
{
	char line[300];
	struct zv_calls_counters counters;
	struct rig g;

	assert_true(begin(&g, NEW));
	zvon_calls_snapshot_begin(g.calls, g.now_ms);
	for (int i = 0; i < 1000; i += 2) {
		snprintf(line, sizeof line,
			 "= CoreShowChannel | C: PJSIP/%d-1 | U: 1.%d | L: 1.%d | S: 6 "
			 "| "
			 "E: 9 | A: Dial | D: PJSIP/%d | BridgeId: b%d",
			 1000 + i, i, i, 1001 + i, i);
		run(&g, line);
		snprintf(line, sizeof line,
			 "= CoreShowChannel | C: PJSIP/%d-1 | U: 1.%d | L: 1.%d | S: 6 "
			 "| "
			 "A: AppDial | BridgeId: b%d",
			 1001 + i, i + 1, i, i);
		run(&g, line);
	}
	end_snapshot(&g, true, false);
	zvon_calls_counters(g.calls, &counters);
	assert_int_equal(counters.calls, 500);
	assert_int_equal(counters.channels, 1000);
	end(&g);
}

static void
test_limit_of_channels(void **state)
{
	struct zv_calls_options o = { .max_channels = 2 };
	struct zv_calls_counters counters;
	struct rig g = { .parser = zvon_parser_new(NULL), .now_ms = START };

	g.calls = zvon_calls_new(&o);
	run(&g, "begin\n= Status | C: A/1-1 | U: 1.1 | L: 1.1 | S: 6\n"
		"= Status | C: A/2-1 | U: 1.2 | L: 1.2 | S: 6\n"
		"= Status | C: A/3-1 | U: 1.3 | L: 1.3 | S: 6\ncomplete\n");
	zvon_calls_counters(g.calls, &counters);
	assert_int_equal(counters.channels, 2);
	assert_int_equal(counters.refused, 1);
	end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limit_of_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
