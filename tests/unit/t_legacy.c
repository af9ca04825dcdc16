/* The legacy view: for each event of 12+ the text that Asterisk 11 would have sent, and
 * the machinery around. What 11 really sent in whole scenes: tests/legacy. */
#include "zvon/legacy.h"

#include "base/mem.h"
#include "base/str.h"
#include "captures.h"
#include "heap.h"
#include "zvon/error.h"

#define LEGACY(...)                                                                    \
 &(struct zv_legacy_options)                                                           \
 {                                                                                     \
  __VA_ARGS__                                                                          \
 }

/* ---- a view, fed with text ----------------------------------------------------------- */

/* Lines may be written with \n alone; a packet ends with an empty line. */
static void
to_wire(const char *lines, struct zv_buf *out)
{
	for (; *lines; lines++) {
		if (*lines == '\n')
			zv_buf_add_char(out, '\r');
		zv_buf_add_char(out, *lines);
	}
}

static void
add_plain(struct zv_buf *out, struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r')
			zv_buf_add_char(out, text.p[i]);
	zv_buf_add_char(out, '\n');
}

/* What a reader of the text finds must be what the fields say. */
static void
check_packet(const struct zv_packet *p)
{
	struct zv_buf wire = { 0 };
	struct zv_packet *read;

	zv_buf_add(&wire, p->text);
	zv_buf_add(&wire, ZV_STR("\r\n"));
	read = packet_of(zv_buf_str(&wire));
	assert_int_equal(read->kind, p->kind);
	check_text("name", p->name, read->name);
	assert_int_equal(read->n_fields, p->n_fields);
	for (size_t i = 0; i < p->n_fields; i++) {
		check_text("key", p->fields[i].key, read->fields[i].key);
		check_text("value", p->fields[i].value, read->fields[i].value);
	}
	zvon_packet_free(read);
	zv_buf_deinit(&wire);
}

/* Command output and unfinished lines of recordings are not ours. */
static void
check_packet_of_recording(const struct zv_packet *p)
{
	if (p->kind == ZV_PACKET_EVENT)
		check_packet(p);
}

static int
feed(struct zv_legacy *l, const struct zv_packet *p, struct zv_buf *out)
{
	const struct zv_packet *old;
	int rc = zvon_legacy_feed(l, p);

	while (rc == 0 && zvon_legacy_next(l, &old)) {
		if (old->kind != ZV_PACKET_BANNER)
			check_packet(old);
		add_plain(out, old->text);
	}
	return rc;
}

/* Feeds all packets of that text. */
static void
feed_text(struct zv_legacy *l, const char *lines, struct zv_buf *out)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf wire = { 0 };

	to_wire(lines, &wire);
	assert_int_equal(zvon_parser_feed(parser, zv_buf_str(&wire)), 0);
	while (zvon_parser_next(parser, &packet) == 1)
		assert_int_equal(feed(l, packet, out), 0);
	assert_int_equal(zvon_parser_pending(parser), 0);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

static void
check_view(const struct zv_legacy_options *options, const char *row, const char *lines,
	   const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(options);
	struct zv_buf out = { 0 };

	assert_non_null(l);
	zvon_legacy_begin(l, 11);
	feed_text(l, lines, &out);
	check_text(row, zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* ---- one event -------------------------------------------------------------------------- */

/* A channel as 12+ tells it, with that prefix in front of each key. */
#define SNAPSHOT(prefix, channel, state, desc, num, name, other, other_name, exten,    \
		 id)                                                                   \
 prefix "Channel: " channel "\n" prefix "ChannelState: " state "\n" prefix             \
	"ChannelStateDesc: " desc "\n" prefix "CallerIDNum: " num "\n" prefix          \
	"CallerIDName: " name "\n" prefix "ConnectedLineNum: " other "\n" prefix       \
	"ConnectedLineName: " other_name "\n" prefix "Language: en\n" prefix           \
	"AccountCode: acc\n" prefix "Context: internal\n" prefix "Exten: " exten       \
	"\n" prefix "Priority: 1\n" prefix "Uniqueid: " id "\n" prefix                 \
	"Linkedid: 1.1\n" prefix "ChanVariable: V=a\\nb\n"

#define UNKNOWN "<unknown>"
#define CALLER                                                                         \
 SNAPSHOT("", "PJSIP/101-a", "6", "Up", "101", "O\\'Hara", "102", "Two", "102", "1.1")
#define NOBODY(prefix)                                                                 \
 SNAPSHOT(prefix, "PJSIP/101-a", "6", "Up", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "102", \
	  "1.1")
#define CALLEE(prefix)                                                                 \
 SNAPSHOT(prefix, "PJSIP/102-b", "5", "Ringing", "102", "Two", "101", "O\\'Hara", "",  \
	  "1.2")
#define CALL	  "Privilege: call,all\n"
#define AGENT	  "Privilege: agent,all\n"
#define OF_CALLER "ChanVariable(PJSIP/101-a): V=a b\n"
#define OF_CALLEE "ChanVariable(PJSIP/102-b): V=a b\n"
#define BRIDGE	  "BridgeUniqueid: x-1\nBridgeType: base\nBridgeNumChannels: 2\n"
#define MEMBER                                                                         \
 "MemberName: Second\nInterface: PJSIP/102\nStateInterface: PJSIP/102\n"               \
 "Membership: static\nPenalty: 0\nCallsTaken: 3\nLastCall: 17\nLastPause: 0\n"         \
 "LoginTime: 1\nInCall: 1\nStatus: 2\nPaused: 1\nPausedReason: lunch\nRinginuse: 0\n"  \
 "Wrapuptime: 0\n"

static const struct {
	const char *name, *new, *old;
} events[] = {
	{ "dialled channel",
	  "Event: Newchannel\n" CALL SNAPSHOT("", "PJSIP/102-b", "0", "Down", UNKNOWN,
					      UNKNOWN, UNKNOWN, UNKNOWN, "s",
					      "1.2") "\n",
	  "Event: Newchannel\n" CALL
	  "Channel: PJSIP/102-b\nChannelState: 0\nChannelStateDesc: Down\n"
	  "CallerIDNum: \nCallerIDName: \nAccountCode: acc\nExten: \nContext: "
	  "internal\n"
	  "Uniqueid: 1.2\n" OF_CALLEE "\n" },
	{ "calling phone",
	  "Event: Newchannel\n" CALL SNAPSHOT("", "PJSIP/101-a", "4", "Ring", "101",
					      "One", UNKNOWN, UNKNOWN, "102",
					      "1.1") "\n",
	  "Event: Newchannel\n" CALL
	  "Channel: PJSIP/101-a\nChannelState: 0\nChannelStateDesc: Down\n"
	  "CallerIDNum: 101\nCallerIDName: One\nAccountCode: acc\nExten: 102\n"
	  "Context: internal\nUniqueid: 1.1\n" OF_CALLER "\n"
	  "Event: Newstate\n" CALL
	  "Channel: PJSIP/101-a\nChannelState: 4\nChannelStateDesc: Ring\n"
	  "CallerIDNum: 101\nCallerIDName: One\nConnectedLineNum: \n"
	  "ConnectedLineName: \nUniqueid: 1.1\n" OF_CALLER "\n" },
	{ "half of a Local channel comes in Ring, as in 1.x",
	  "Event: Newchannel\n" CALL SNAPSHOT("", "Local/1@x-0;2", "4", "Ring", "", "",
					      "", "", "1", "1.3") "\n",
	  "Event: Newchannel\n" CALL
	  "Channel: Local/1@x-0;2\nChannelState: 4\nChannelStateDesc: Ring\n"
	  "CallerIDNum: \nCallerIDName: \nAccountCode: acc\nExten: 1\n"
	  "Context: internal\nUniqueid: 1.3\n"
	  "ChanVariable(Local/1@x-0;2): V=a b\n\n" },
	{ "Newstate", "Event: Newstate\n" CALL CALLER "\n",
	  "Event: Newstate\n" CALL
	  "Channel: PJSIP/101-a\nChannelState: 6\nChannelStateDesc: Up\n"
	  "CallerIDNum: 101\nCallerIDName: O'Hara\nConnectedLineNum: 102\n"
	  "ConnectedLineName: Two\nUniqueid: 1.1\n" OF_CALLER "\n" },
	{ "Newexten, with a line that the caller made",
	  "Event: Newexten\nPrivilege: dialplan,all\n" CALLER
	  "Extension: 102\nApplication: Set\nAppData: X=a\nUniqueid: 6.6\n\n",
	  "Event: Newexten\nPrivilege: dialplan,all\nChannel: PJSIP/101-a\n"
	  "Context: internal\nExtension: 102\nPriority: 1\nApplication: Set\n"
	  "AppData: X=a\nUniqueid: 1.1\n\n" },
	{ "VarSet: escapes undone, no line made of them",
	  "Event: VarSet\nPrivilege: dialplan,all\n" CALLER
	  "Variable: X\nValue: a\\r\\nEvent: Fake\\r\\n\\\\n\n\n",
	  "Event: VarSet\nPrivilege: dialplan,all\nChannel: PJSIP/101-a\nVariable: X\n"
	  "Value: a  Event: Fake  \\n\nUniqueid: 1.1\n\n" },
	{ "VarSet of a global",
	  "Event: VarSet\nPrivilege: dialplan,all\nChannel: none\nUniqueid: none\n"
	  "Variable: X\nValue: 1\n\n",
	  "Event: VarSet\nPrivilege: dialplan,all\nChannel: none\nVariable: X\n"
	  "Value: 1\nUniqueid: none\n\n" },
	{ "NewCallerid",
	  "Event: NewCallerid\n" CALL NOBODY("") "CID-CallingPres: 67 (x)\n\n",
	  "Event: NewCallerid\n" CALL "Channel: PJSIP/101-a\nCallerIDNum: \n"
	  "CallerIDName: \nUniqueid: 1.1\nCID-CallingPres: 67 (x)\n" OF_CALLER "\n" },
	{ "NewAccountCode",
	  "Event: NewAccountCode\n" CALL CALLER "OldAccountCode: old\n\n",
	  "Event: NewAccountCode\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "AccountCode: acc\nOldAccountCode: old\n" OF_CALLER "\n" },
	{ "HangupRequest", "Event: HangupRequest\n" CALL CALLER "Cause: 16\n\n",
	  "Event: HangupRequest\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\n\n" },
	{ "SoftHangupRequest",
	  "Event: SoftHangupRequest\n" CALL CALLER "Cause: 16\nTechCause: 200\n\n",
	  "Event: SoftHangupRequest\n" CALL
	  "Channel: PJSIP/101-a\nUniqueid: 1.1\nCause: 16\n\n" },
	{ "Hangup",
	  "Event: Hangup\n" CALL NOBODY("") "Cause: 16\nCause-txt: Normal Clearing\n\n",
	  "Event: Hangup\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "CallerIDNum: <unknown>\nCallerIDName: <unknown>\n"
	  "ConnectedLineNum: <unknown>\nConnectedLineName: <unknown>\n"
	  "AccountCode: acc\nCause: 16\nCause-txt: Normal Clearing\n" OF_CALLER "\n" },
	{ "Hold", "Event: Hold\n" CALL CALLER "MusicClass: default\n\n",
	  "Event: Hold\n" CALL "Status: On\nChannel: PJSIP/101-a\nUniqueid: 1.1\n\n" },
	{ "Unhold", "Event: Unhold\n" CALL CALLER "\n",
	  "Event: Hold\n" CALL "Status: Off\nChannel: PJSIP/101-a\nUniqueid: 1.1\n\n" },
	{ "MusicOnHoldStart", "Event: MusicOnHoldStart\n" CALL CALLER "Class: jazz\n\n",
	  "Event: MusicOnHold\n" CALL
	  "State: Start\nChannel: PJSIP/101-a\nUniqueID: 1.1\nClass: jazz\n" OF_CALLER
	  "\n" },
	{ "MusicOnHoldStop", "Event: MusicOnHoldStop\n" CALL CALLER "\n",
	  "Event: MusicOnHold\n" CALL
	  "State: Stop\nChannel: PJSIP/101-a\nUniqueID: 1.1\n" OF_CALLER "\n" },
	{ "DTMFBegin",
	  "Event: DTMFBegin\nPrivilege: dtmf,all\n" CALLER
	  "Digit: #\nDirection: Received\n\n",
	  "Event: DTMF\nPrivilege: dtmf,all\nChannel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "Digit: #\nDirection: Received\nBegin: Yes\nEnd: No\n" OF_CALLER "\n" },
	{ "DTMFEnd",
	  "Event: DTMFEnd\nPrivilege: dtmf,all\n" CALLER
	  "Digit: 1\nDurationMs: 120\nDirection: Sent\n\n",
	  "Event: DTMF\nPrivilege: dtmf,all\nChannel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "Digit: 1\nDirection: Sent\nBegin: No\nEnd: Yes\n" OF_CALLER "\n" },
	{ "QueueCallerJoin",
	  "Event: QueueCallerJoin\n" AGENT NOBODY(
		  "") "Queue: q\nPosition: 1\nCount: 2\n\n",
	  "Event: Join\n" CALL "Channel: PJSIP/101-a\nCallerIDNum: unknown\n"
	  "CallerIDName: unknown\nConnectedLineNum: unknown\n"
	  "ConnectedLineName: unknown\nQueue: q\nPosition: 1\nCount: 2\n"
	  "Uniqueid: 1.1\n" OF_CALLER "\n" },
	{ "QueueCallerLeave",
	  "Event: QueueCallerLeave\n" AGENT CALLER
	  "Queue: q\nPosition: 1\nCount: 0\n\n",
	  "Event: Leave\n" CALL
	  "Channel: PJSIP/101-a\nQueue: q\nCount: 0\nPosition: 1\n"
	  "Uniqueid: 1.1\n" OF_CALLER "\n" },
	{ "QueueCallerAbandon",
	  "Event: QueueCallerAbandon\n" AGENT CALLER
	  "Queue: q\nPosition: 1\nOriginalPosition: 2\nHoldTime: 9\n\n",
	  "Event: QueueCallerAbandon\n" AGENT
	  "Queue: q\nUniqueid: 1.1\nPosition: 1\nOriginalPosition: 2\nHoldTime: "
	  "9\n\n" },
	{ "AgentCalled",
	  "Event: AgentCalled\n" AGENT NOBODY("") CALLEE(
		  "Dest") "Queue: q\nInterface: PJSIP/102\nMemberName: Second\n\n",
	  "Event: AgentCalled\n" AGENT "Queue: q\nAgentCalled: PJSIP/102\n"
	  "AgentName: Second\nChannelCalling: PJSIP/101-a\n"
	  "DestinationChannel: PJSIP/102-b\nCallerIDNum: unknown\n"
	  "CallerIDName: unknown\nConnectedLineNum: unknown\n"
	  "ConnectedLineName: unknown\nContext: internal\nExtension: 102\n"
	  "Priority: 1\nUniqueid: 1.1\n\n" },
	{ "AgentConnect",
	  "Event: AgentConnect\n" AGENT CALLER CALLEE(
		  "Dest") "Queue: q\nInterface: PJSIP/102\nMemberName: "
			  "Second\nHoldTime: 6\n"
			  "RingTime: 1\n\n",
	  "Event: AgentConnect\n" AGENT "Queue: q\nUniqueid: 1.1\n"
	  "Channel: PJSIP/102-b\nMember: PJSIP/102\nMemberName: Second\nHoldTime: 6\n"
	  "BridgedChannel: 1.2\nRingTime: 1\n\n" },
	{ "AgentComplete",
	  "Event: AgentComplete\n" AGENT CALLER CALLEE(
		  "Dest") "Queue: q\nInterface: PJSIP/102\nMemberName: "
			  "Second\nHoldTime: 6\n"
			  "TalkTime: 3\nReason: caller\n\n",
	  "Event: AgentComplete\n" AGENT "Queue: q\nUniqueid: 1.1\n"
	  "Channel: PJSIP/102-b\nMember: PJSIP/102\nMemberName: Second\nHoldTime: 6\n"
	  "TalkTime: 3\nReason: caller\n\n" },
	{ "AgentRingNoAnswer",
	  "Event: AgentRingNoAnswer\n" AGENT CALLER CALLEE(
		  "Dest") "Queue: q\nInterface: PJSIP/102\nMemberName: "
			  "Second\nRingTime: 4000\n\n",
	  "Event: AgentRingNoAnswer\n" AGENT "Queue: q\nUniqueid: 1.1\n"
	  "Channel: PJSIP/101-a\nMember: PJSIP/102\nMemberName: Second\n"
	  "RingTime: 4000\n\n" },
	{ "AgentDump",
	  "Event: AgentDump\n" AGENT CALLER CALLEE(
		  "Dest") "Queue: q\nInterface: PJSIP/102\nMemberName: Second\n\n",
	  "Event: AgentDump\n" AGENT "Queue: q\nUniqueid: 1.1\nChannel: PJSIP/102-b\n"
	  "Member: PJSIP/102\nMemberName: Second\n\n" },
	{ "AgentLogoff",
	  "Event: AgentLogoff\n" AGENT CALLER "Agent: 1001\nLogintime: 6\n\n",
	  "Event: Agentlogoff\n" AGENT "Agent: 1001\nLogintime: 6\nUniqueid: 1.1\n\n" },
	{ "QueueMemberStatus",
	  "Event: QueueMemberStatus\n" AGENT "Queue: q\n" MEMBER "\n",
	  "Event: QueueMemberStatus\n" AGENT "Queue: q\nLocation: PJSIP/102\n"
	  "MemberName: Second\nStateInterface: PJSIP/102\nMembership: static\n"
	  "Penalty: 0\nCallsTaken: 3\nLastCall: 17\nInCall: 1\nStatus: 2\nPaused: "
	  "1\n\n" },
	{ "QueueMemberAdded",
	  "Event: QueueMemberAdded\n" AGENT "Queue: q\n" MEMBER "\n",
	  "Event: QueueMemberAdded\n" AGENT "Queue: q\nLocation: PJSIP/102\n"
	  "MemberName: Second\nStateInterface: PJSIP/102\nMembership: static\n"
	  "Penalty: 0\nCallsTaken: 3\nLastCall: 17\nStatus: 2\nPaused: 1\n\n" },
	{ "QueueMemberPause",
	  "Event: QueueMemberPause\n" AGENT "Queue: q\n" MEMBER "\n",
	  "Event: QueueMemberPaused\n" AGENT "Queue: q\nLocation: PJSIP/102\n"
	  "MemberName: Second\nPaused: 1\nReason: lunch\n\n" },
	{ "QueueMemberPause without a reason",
	  "Event: QueueMemberPause\n" AGENT
	  "Queue: q\nMemberName: S\nInterface: I\nPaused: 0\nPausedReason: \n\n",
	  "Event: QueueMemberPaused\n" AGENT
	  "Queue: q\nLocation: I\nMemberName: S\nPaused: 0\n\n" },
	{ "QueueMemberRemoved",
	  "Event: QueueMemberRemoved\n" AGENT "Queue: q\n" MEMBER "\n",
	  "Event: QueueMemberRemoved\n" AGENT
	  "Queue: q\nLocation: PJSIP/102\nMemberName: Second\n\n" },
	{ "ParkedCall",
	  "Event: ParkedCall\n" CALL NOBODY(
		  "Parkee") "ParkerDialString: PJSIP/102\nParkinglot: "
			    "default\nParkingSpace: 701\n"
			    "ParkingTimeout: 30\nParkingDuration: 0\n\n",
	  "Event: ParkedCall\n" CALL "Exten: 701\nChannel: PJSIP/101-a\n"
	  "Parkinglot: default\nFrom: PJSIP/102\nTimeout: 30\nCallerIDNum: <unknown>\n"
	  "CallerIDName: <unknown>\nConnectedLineNum: <unknown>\n"
	  "ConnectedLineName: <unknown>\nUniqueid: 1.1\n" OF_CALLER "\n" },
	{ "ParkedCall of a list",
	  "Event: ParkedCall\n" SNAPSHOT(
		  "Parkee", "P", "6", "Up", "1", "A", "2", "B", "1",
		  "1.1") "ParkerDialString: PJSIP/102\nParkinglot: "
			 "default\nParkingSpace: 701\n"
			 "ParkingTimeout: 29\nParkingDuration: 1\nActionID: a-1\n\n",
	  "Event: ParkedCall\nParkinglot: default\nExten: 701\nChannel: P\n"
	  "From: PJSIP/102\nTimeout: 29\nDuration: 1\nCallerIDNum: 1\n"
	  "CallerIDName: A\nConnectedLineNum: 2\nConnectedLineName: B\n"
	  "ActionID: a-1\n\n" },
	{ "UnParkedCall",
	  "Event: UnParkedCall\n" CALL SNAPSHOT("Parkee", "P", "6", "Up", "1", "A", "2",
						"B", "1", "1.1")
		  CALLEE("Retriever") "ParkerDialString: PJSIP/9\nParkinglot: "
				      "default\nParkingSpace: 701\n\n",
	  "Event: UnParkedCall\n" CALL "Exten: 701\nChannel: P\nFrom: PJSIP/102-b\n"
	  "CallerIDNum: 1\nCallerIDName: A\nConnectedLineNum: 2\n"
	  "ConnectedLineName: B\n\n" },
	{ "ParkedCallTimeOut",
	  "Event: ParkedCallTimeOut\n" CALL SNAPSHOT(
		  "Parkee", "P", "6", "Up", "1", "A", "2", "B", "1",
		  "1.1") "ParkerDialString: PJSIP/9\nParkinglot: "
			 "default\nParkingSpace: 701\n\n",
	  "Event: ParkedCallTimeOut\n" CALL "Exten: 701\nChannel: P\n"
	  "Parkinglot: default\nCallerIDNum: 1\nCallerIDName: A\nConnectedLineNum: 2\n"
	  "ConnectedLineName: B\nUniqueID: 1.1\n\n" },
	{ "BlindTransfer by a phone",
	  "Event: BlindTransfer\n" CALL "Result: Success\n" CALLEE("Transferer")
		  NOBODY("Transferee") BRIDGE "IsExternal: Yes\nContext: internal\n"
					      "Extension: 103\n\n",
	  "Event: Transfer\n" CALL "TransferMethod: SIP\nTransferType: Blind\n"
	  "Channel: PJSIP/102-b\nUniqueid: 1.2\nSIP-Callid: \n"
	  "TargetChannel: PJSIP/101-a\nTargetUniqueid: 1.1\nTransferExten: 103\n"
	  "TransferContext: internal\n" OF_CALLEE OF_CALLER "\n" },
	{ "BlindTransfer by feature code",
	  "Event: BlindTransfer\n" CALL "Result: Success\n" CALLEE("Transferer") NOBODY(
		  "Transferee") BRIDGE "IsExternal: No\nContext: c\nExtension: 1\n\n",
	  "" },
	{ "AttendedTransfer by a phone",
	  "Event: AttendedTransfer\n" CALL "Result: Success\n" CALLEE("OrigTransferer")
		  NOBODY("SecondTransferer") "\n",
	  "Event: Transfer\n" CALL "TransferMethod: SIP\nTransferType: Attended\n"
	  "Channel: PJSIP/102-b\nUniqueid: 1.2\nSIP-Callid: \n"
	  "TargetChannel: PJSIP/101-a\nTargetUniqueid: 1.1\n" OF_CALLEE OF_CALLER
	  "\n" },
	{ "AttendedTransfer that failed",
	  "Event: AttendedTransfer\n" CALL "Result: Fail\n" CALLEE("OrigTransferer")
		  NOBODY("SecondTransferer") "\n",
	  "" },
	{ "AttendedTransfer by Atxfer",
	  "Event: AttendedTransfer\n" CALL "Result: Success\n" CALLEE("OrigTransferer")
		  CALLEE("SecondTransferer") "\n",
	  "" },
	{ "Pickup", "Event: Pickup\n" CALL CALLER CALLEE("Target") "\n",
	  "Event: Pickup\n" CALL
	  "Channel: PJSIP/101-a\nTargetChannel: PJSIP/102-b\n" OF_CALLER OF_CALLEE
	  "\n" },
	{ "ChanSpyStart",
	  "Event: ChanSpyStart\n" CALL NOBODY("Spyer") CALLEE("Spyee") "\n",
	  "Event: ChanSpyStart\n" CALL
	  "SpyerChannel: PJSIP/101-a\nSpyeeChannel: PJSIP/102-b\n" OF_CALLER OF_CALLEE
	  "\n" },
	{ "ChanSpyStop",
	  "Event: ChanSpyStop\n" CALL NOBODY("Spyer") CALLEE("Spyee") "\n",
	  "Event: ChanSpyStop\n" CALL "SpyeeChannel: PJSIP/102-b\n" OF_CALLEE "\n" },
	{ "LocalBridge",
	  "Event: LocalBridge\n" CALL NOBODY("LocalOne")
		  CALLEE("LocalTwo") "Context: internal\nExten: "
				     "103\nLocalOptimization: Yes\n\n",
	  "Event: LocalBridge\n" CALL "Channel1: PJSIP/101-a\nChannel2: PJSIP/102-b\n"
	  "Uniqueid1: 1.1\nUniqueid2: 1.2\nContext: internal\nExten: 103\n"
	  "LocalOptimization: Yes\n\n" },
	{ "ConfbridgeStart",
	  "Event: ConfbridgeStart\n" CALL "Conference: 900\n" BRIDGE "\n",
	  "Event: ConfbridgeStart\n" CALL "Conference: 900\n\n" },
	{ "ConfbridgeJoin",
	  "Event: ConfbridgeJoin\n" CALL
	  "Conference: 900\n" BRIDGE NOBODY("") "Admin: No\nMuted: No\n\n",
	  "Event: ConfbridgeJoin\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "Conference: 900\nCallerIDnum: <unknown>\nCallerIDname: <unknown>\n" OF_CALLER
	  "\n" },
	{ "ConfbridgeTalking",
	  "Event: ConfbridgeTalking\n" CALL "Conference: 900\n" BRIDGE CALLER
	  "TalkingStatus: on\nAdmin: No\n\n",
	  "Event: ConfbridgeTalking\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\n"
	  "Conference: 900\nTalkingStatus: on\n" OF_CALLER "\n" },
	{ "MeetmeJoin",
	  "Event: MeetmeJoin\n" CALL "Meetme: 1\nUsernum: 2\n" CALLER "\n",
	  "Event: MeetmeJoin\n" CALL "Channel: PJSIP/101-a\nUniqueid: 1.1\nMeetme: 1\n"
	  "Usernum: 2\nCallerIDnum: 101\nCallerIDname: O'Hara\nConnectedLineNum: 102\n"
	  "ConnectedLineName: Two\n\n" },
	{ "FullyBooted",
	  "Event: FullyBooted\nPrivilege: system,all\nUptime: 1\nLastReload: 1\n"
	  "Status: Fully Booted\n\n",
	  "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\n\n" },
	{ "ExtensionStatus",
	  "Event: ExtensionStatus\n" CALL
	  "Exten: 1\nContext: c\nHint: SIP/1\nStatus: 8\n"
	  "StatusText: Ringing\n\n",
	  "Event: ExtensionStatus\n" CALL
	  "Exten: 1\nContext: c\nHint: SIP/1\nStatus: 8\n\n" },
	{ "UserEvent of a dialplan",
	  "Event: UserEvent\nPrivilege: user,all\n" CALLER
	  "UserEvent: Mine\nA: b\nNoColon\nEmpty:\nUniqueid: 9\n\n",
	  "Event: UserEvent\nPrivilege: user,all\nUserEvent: Mine\nUniqueid: 1.1\nA: "
	  "b\n"
	  "NoColon\nEmpty: \nUniqueid: 9\n\n" },
	{ "UserEvent of an action",
	  "Event: UserEvent\nPrivilege: user,all\nUserEvent: Mine\nActionID: 1\nA: "
	  "b\n\n",
	  "Event: UserEvent\nPrivilege: user,all\nUserEvent: Mine\nAction: UserEvent\n"
	  "ActionID: 1\nA: b\n\n" },
	{ "QueueMember",
	  "Event: QueueMember\nQueue: q\nName: N\nLocation: PJSIP/1\n" MEMBER
	  "ActionID: 7\n\n",
	  "Event: QueueMember\nQueue: q\nName: N\nLocation: PJSIP/1\n"
	  "StateInterface: PJSIP/102\nMembership: static\nPenalty: 0\nCallsTaken: 3\n"
	  "LastCall: 17\nIsInCall: 1\nStatus: 2\nPaused: 1\nActionID: 7\n\n" },
	{ "end of a list",
	  "Event: CoreShowChannelsComplete\nActionID: 7\nEventList: Complete\n"
	  "ListItems: 3\n\n",
	  "Event: CoreShowChannelsComplete\nEventList: Complete\nListItems: 3\n"
	  "ActionID: 7\n\n" },
	{ "time and debug, no SystemName",
	  "Event: HangupRequest\n" CALL "Timestamp: 1.5\nSequenceNumber: 9\n"
	  "File: manager.c\nLine: 1\nFunc: f\nSystemName: sys\n" CALLER "\n",
	  "Event: HangupRequest\n" CALL "Timestamp: 1.5\nSequenceNumber: 9\n"
	  "File: manager.c\nLine: 1\nFunc: f\nChannel: PJSIP/101-a\nUniqueid: "
	  "1.1\n\n" },
	{ "small keys, of mxml",
	  "event: HangupRequest\nprivilege: call,all\nchannel: A\nuniqueid: 1\n\n",
	  "Event: HangupRequest\nPrivilege: call,all\nChannel: A\nUniqueid: 1\n\n" },
	{ "new ones are left out",
	  "Event: NewConnectedLine\n" CALL CALLER "\n"
	  "Event: DeviceStateChange\n" CALL "Device: PJSIP/1\nState: INUSE\n\n"
	  "Event: SuccessfulAuth\nPrivilege: security,all\nEventTV: x\n\n"
	  "Event: BridgeCreate\n" CALL BRIDGE "\n",
	  "" },
	{ "an item of a new list passes",
	  "Event: DeviceStateChange\nActionID: 1\nDevice: D\nState: INUSE\n\n",
	  "Event: DeviceStateChange\nActionID: 1\nDevice: D\nState: INUSE\n\n" },
	{ "others pass, and responses",
	  "Event: PeerStatus\nPrivilege: system,all\nPeer: SIP/1\n\n"
	  "Response: Success\nMessage: Hangup\nLinkedid: 1\n\n",
	  "Event: PeerStatus\nPrivilege: system,all\nPeer: SIP/1\n\n"
	  "Response: Success\nMessage: Hangup\nLinkedid: 1\n\n" },
};

static void
test_each_event(void **state)
{
	for (size_t i = 0; i < N_OF(events); i++)
		check_view(NULL, events[i].name, events[i].new, events[i].old);
}

/* ---- dials ---------------------------------------------------------------------------- */

#define DIALLED(id)                                                                    \
 SNAPSHOT("Dest", "PJSIP/" id, "5", "Ringing", id, id, "", "", "", id)
#define BEGIN(id) "Event: DialBegin\n" CALL CALLER DIALLED(id) "DialString: " id "\n\n"
#define END(id, status)                                                                \
 "Event: DialEnd\n" CALL CALLER DIALLED(id) "DialStatus: " status "\n\n"
#define HANGUP(channel, id, cause)                                                     \
 "Event: Hangup\n" CALL "Channel: " channel "\nUniqueid: " id "\nCause: " cause "\n\n"
#define GONE(id, cause) HANGUP("PJSIP/" id, id, cause)
#define CALLER_GONE	HANGUP("PJSIP/101-a", "1.1", "16")

/* The story in short: "begin 201, end BUSY, link, unlink, hangup 201…". */
static void
tell(struct zv_buf *story, const struct zv_packet *p)
{
	struct zv_str sub = zvon_packet_get(p, ZV_STR("SubEvent"));

	zv_buf_add(story, story->n ? ZV_STR(", ") : ZV_STR(""));
	if (zvon_str_equal(sub, ZV_STR("Begin")))
		zv_buf_printf(story, "begin %.*s",
			      ZV_ARG(zvon_packet_get(p, ZV_STR("DestUniqueID"))));
	else if (zvon_str_equal(sub, ZV_STR("End")))
		zv_buf_printf(story, "end %.*s",
			      ZV_ARG(zvon_packet_get(p, ZV_STR("DialStatus"))));
	else if (zvon_packet_find(p, ZV_STR("Channel2")))
		zv_buf_printf(story, "%.*s %.*s-%.*s", ZV_ARG(p->name),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid1"))),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid2"))));
	else
		zv_buf_printf(story, "%.*s %.*s", ZV_ARG(p->name),
			      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid"))));
}

static void
check_story(const char *row, const char *lines, const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_parser *parser = zvon_parser_new(NULL);
	struct zv_buf wire = { 0 }, story = { 0 };
	const struct zv_packet *packet;

	to_wire(lines, &wire);
	zvon_legacy_begin(l, 5);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &packet) == 1) {
		assert_int_equal(zvon_legacy_feed(l, packet), 0);
		while (zvon_legacy_next(l, &packet)) {
			check_packet(packet);
			tell(&story, packet);
		}
	}
	check_text(row, zv_buf_str(&story), zvon_str(wanted));
	zv_buf_deinit(&wire);
	zv_buf_deinit(&story);
	zvon_parser_free(parser);
	zvon_legacy_free(l);
}

#define NEXT_STEP "Event: SoftHangupRequest\n" CALL CALLER "Cause: 16\n\n"
#define REFUSED(id)                                                                    \
 "Event: HangupRequest\n" CALL "Channel: PJSIP/" id "\nUniqueid: " id "\nCause: "      \
 "21\n\n"

static const struct {
	const char *name, *new, *old;
} dials[] = {
	{ "answered, the called side hangs up",
	  BEGIN("201") END("201", "ANSWER") GONE("201", "16") CALLER_GONE,
	  "begin 201, Hangup 201, end ANSWER, Hangup 1.1" },
	{ "answered, the caller is hung up first",
	  BEGIN("201") END("201", "ANSWER") CALLER_GONE GONE("201", "16"),
	  "begin 201, end ANSWER, Hangup 1.1, Hangup 201" },
	{ "busy, and the caller goes on",
	  BEGIN("201") END("201", "BUSY") NEXT_STEP GONE("201", "17") CALLER_GONE,
	  "begin 201, end BUSY, SoftHangupRequest 1.1, Hangup 201, Hangup 1.1" },
	{ "declined is busy",
	  BEGIN("201") REFUSED("201") END("201", "NOANSWER") GONE("201", "21"),
	  "begin 201, HangupRequest 201, Hangup 201, end BUSY" },
	{ "group: one End, when the last has gone",
	  BEGIN("201") BEGIN("202") END("202", "CANCEL") END("201", "ANSWER")
		  GONE("202", "26") GONE("201", "16"),
	  "begin 201, begin 202, Hangup 202, Hangup 201, end ANSWER" },
	{ "group: nobody answers, one was busy",
	  BEGIN("201") BEGIN("202") END("201", "BUSY") GONE("201", "17")
		  END("202", "NOANSWER") GONE("202", "0"),
	  "begin 201, begin 202, Hangup 201, Hangup 202, end NOANSWER" },
	{ "cancelled before any End", BEGIN("201") CALLER_GONE GONE("201", "0"),
	  "begin 201, end CANCEL, Hangup 1.1, Hangup 201" },
	{ "picked up: the End is of another channel",
	  BEGIN("201") END("203", "ANSWER") GONE("201", "26") GONE("203", "16"),
	  "begin 201, Hangup 201, Hangup 203, end ANSWER" },
	{ "forwarded: that end is not the Dial's",
	  BEGIN("201") "Event: DialEnd\n" CALL CALLER DIALLED(
		  "201") "DialStatus: CANCEL\nForward: 204\n\n" BEGIN("204")
		  GONE("201", "0") END("204", "BUSY") GONE("204", "17"),
	  "begin 201, begin 204, Hangup 201, Hangup 204, end BUSY" },
	{ "a second Dial at another place",
	  BEGIN("201") END("201", "BUSY") "Event: DialBegin\n" CALL SNAPSHOT(
		  "", "PJSIP/101-a", "6", "Up", "101", "One", "", "", "next", "1.1")
		  DIALLED("205") "DialString: 205\n\n" GONE("201", "17")
			  END("205", "ANSWER") CALLER_GONE,
	  "begin 201, end BUSY, begin 205, Hangup 201, end ANSWER, Hangup 1.1" },
	{ "Queue: 1.x had no Dial",
	  "Event: DialBegin\n" CALL CALLER DIALLED(
		  "201") "DialString: PJSIP/201\n\n" END("201", "ANSWER")
		  GONE("201", "16") CALLER_GONE,
	  "Hangup 201, Hangup 1.1" },
	{ "Originate: no Dial",
	  "Event: DialBegin\n" CALL DIALLED(
		  "201") "DialString: 201\n\n"
			 "Event: DialEnd\n" CALL DIALLED(
				 "201") "DialStatus: ANSWER\n\n" GONE("201", "16"),
	  "Hangup 201" },
	{ "an End of before the connection",
	  END("201", "ANSWER") GONE("201", "16") CALLER_GONE,
	  "Hangup 201, Hangup 1.1" },
	{ "dials itself", BEGIN("1.1") END("1.1", "BUSY") CALLER_GONE,
	  "begin 1.1, Hangup 1.1" },
};

static void
test_dials(void **state)
{
	for (size_t i = 0; i < N_OF(dials); i++)
		check_story(dials[i].name, dials[i].new, dials[i].old);
}

static void
test_dial_packets(void **state)
{
	check_view(NULL, "whole packets",
		   "Event: DialBegin\n" CALL CALLER CALLEE(
			   "Dest") "DialString: 102\n\n"
				   "Event: DialEnd\n" CALL CALLER CALLEE(
					   "Dest") "DialStatus: ANSWER\n\n" NEXT_STEP,
		   "Event: Dial\n" CALL "SubEvent: Begin\nChannel: PJSIP/101-a\n"
		   "Destination: PJSIP/102-b\nCallerIDNum: 101\nCallerIDName: O'Hara\n"
		   "ConnectedLineNum: 102\nConnectedLineName: Two\nUniqueID: 1.1\n"
		   "DestUniqueID: 1.2\nDialstring: 102\n" OF_CALLER OF_CALLEE "\n"
		   "Event: Dial\n" CALL "SubEvent: End\nChannel: PJSIP/101-a\n"
		   "UniqueID: 1.1\nDialStatus: ANSWER\n" OF_CALLER "\n"
		   "Event: SoftHangupRequest\n" CALL
		   "Channel: PJSIP/101-a\nUniqueid: 1.1\nCause: 16\n\n");
}

/* ---- bridges ---------------------------------------------------------------------------- */

#define IN(bridge, type, id)                                                           \
 "BridgeUniqueid: " bridge "\nBridgeType: " type                                       \
 "\n" SNAPSHOT("", "PJSIP/" id, "6", "Up", id, "", "", "", "", id)
#define ENTER(id)	  "Event: BridgeEnter\n" CALL IN("x", "basic", id) "\n"
#define LEAVE(id)	  "Event: BridgeLeave\n" CALL IN("x", "basic", id) "\n"
#define ENTER_TYPE(id, t) "Event: BridgeEnter\n" CALL IN("y", t, id) "\n"

static const struct {
	const char *name, *new, *old;
} bridges[] = {
	{ "the last to enter is the caller",
	  ENTER("1") ENTER("2") LEAVE("1") LEAVE("2"), "Bridge 2-1, Unlink 2-1" },
	{ "who dialled is the caller",
	  "Event: DialBegin\n" CALL
	  "Channel: PJSIP/1\nUniqueid: 1\nDestChannel: PJSIP/2\nDestUniqueid: 2\n"
	  "DialString: 2\n\n" ENTER("1") ENTER("2") LEAVE("2"),
	  "begin 2, Bridge 1-2, Unlink 1-2" },
	{ "one is swapped for another",
	  ENTER("1") ENTER("2") "Event: BridgeEnter\n" CALL IN(
		  "x", "basic", "3") "SwapUniqueid: 2\n\n" LEAVE("3"),
	  "Bridge 2-1, Unlink 2-1, Bridge 3-1, Unlink 3-1" },
	{ "a third waits until one leaves",
	  ENTER("1") ENTER("2") ENTER("3") LEAVE("2") LEAVE("1") LEAVE("3"),
	  "Bridge 2-1, Unlink 2-1, Bridge 3-1, Unlink 3-1" },
	{ "a third that leaves says nothing",
	  ENTER("1") ENTER("2") ENTER("3") LEAVE("3"), "Bridge 2-1" },
	{ "conferences and parking lots link nobody",
	  ENTER_TYPE("1", "base") ENTER_TYPE("2", "base") ENTER_TYPE("3", "parking")
		  ENTER_TYPE("4", "parking"),
	  "" },
	{ "a hang-up ends the link", ENTER("1") ENTER("2") HANGUP("PJSIP/2", "2", "16"),
	  "Bridge 2-1, Unlink 2-1, Hangup 2" },
	{ "into another bridge without leaving",
	  ENTER("1") ENTER("2") "Event: BridgeEnter\n" CALL IN("z", "basic", "1") "\n",
	  "Bridge 2-1, Unlink 2-1" },
	{ "enters twice", ENTER("1") ENTER("1") LEAVE("1") LEAVE("1"), "" },
	{ "an unknown one leaves", LEAVE("9"), "" },
	{ "hold of one that is known",
	  ENTER("1") "Event: Unhold\n" CALL "Uniqueid: 1\n\n"
		     "Event: Hold\n" CALL "Uniqueid: 1\n\nEvent: Unhold\n" CALL
		     "Uniqueid: 1\n\n",
	  "Hold 1, Hold 1" },
};

static void
test_bridges(void **state)
{
	for (size_t i = 0; i < N_OF(bridges); i++)
		check_story(bridges[i].name, bridges[i].new, bridges[i].old);
}

#define PAIR                                                                           \
 "Channel1: PJSIP/2\nChannel2: PJSIP/1\nUniqueid1: 2\nUniqueid2: 1\nCallerID1: 2\n"    \
 "CallerID2: 1\nChanVariable(PJSIP/2): V=a b\nChanVariable(PJSIP/1): V=a b\n\n"
#define LINK "Event: Bridge\n" CALL "Bridgestate: Link\nBridgetype: core\n" PAIR

static void
test_bridge_packets(void **state)
{
	check_view(NULL, "as 1.8", ENTER("1") ENTER("2") LEAVE("1"),
		   LINK "Event: Unlink\n" CALL PAIR);
	check_view(LEGACY(.unlink_as_bridge = true), "as 11",
		   ENTER("1") ENTER("2") LEAVE("1"),
		   LINK "Event: Bridge\n" CALL
			"Bridgestate: Unlink\nBridgetype: core\n" PAIR);
}

/* ---- Originate --------------------------------------------------------------------------- */

#define TRY(id, dialled)                                                               \
 "Event: DialBegin\n" CALL DIALLED(id) "DialString: " dialled "\n\n"
#define TRIED(id, status)                                                              \
 "Event: DialEnd\n" CALL DIALLED(id) "DialStatus: " status "\n\n"
#define ANSWER(channel, reason)                                                        \
 "Event: OriginateResponse\n" CALL "ActionID: 1\nResponse: Failure\nChannel: " channel \
 "\nContext: c\nExten: 1\nReason: " reason "\nUniqueid: <unknown>\n"                   \
 "CallerIDNum: <unknown>\nCallerIDName: <unknown>\n\n"

static const struct {
	const char *name, *new, *reason;
} originates[] = {
	{ "busy", TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "0"),
	  "5" },
	{ "declined",
	  TRY("201", "201") REFUSED("201") TRIED("201", "NOANSWER") GONE("201", "21")
		  ANSWER("PJSIP/201", "0"),
	  "5" },
	{ "congestion",
	  TRY("201", "201") TRIED("201", "CONGESTION") ANSWER("PJSIP/201", "0"), "8" },
	{ "hung up from here",
	  TRY("201", "201") TRIED("201", "NOANSWER") ANSWER("PJSIP/201", "0"), "1" },
	{ "through a trunk",
	  TRY("201", "8499@201") TRIED("201", "BUSY") ANSWER("PJSIP/8499@201", "0"),
	  "5" },
	{ "silence says so itself", TRY("201", "201") ANSWER("PJSIP/201", "3"), "3" },
	{ "a reason that was given stays",
	  TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "8"), "8" },
	{ "nothing was dialled", ANSWER("PJSIP/201", "0"), "0" },
	{ "another one failed",
	  TRY("202", "202") TRIED("202", "BUSY") ANSWER("PJSIP/201", "0"), "0" },
	{ "a failure counts once",
	  TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "0")
		  ANSWER("PJSIP/201", "0"),
	  "50" },
	{ "two at once, in order",
	  TRY("201", "9") TRY("202", "9") TRIED("202", "CONGESTION")
		  TRIED("201", "BUSY") ANSWER("PJSIP/9", "0") ANSWER("PJSIP/9", "0"),
	  "85" },
};

static void
test_originate(void **state)
{
	for (size_t i = 0; i < N_OF(originates); i++) {
		struct zv_legacy *l = zvon_legacy_new(NULL);
		struct zv_buf out = { 0 }, reasons = { 0 };

		zvon_legacy_begin(l, 11);
		feed_text(l, originates[i].new, &out);
		for (struct zv_str rest = zv_buf_str(&out);;) {
			size_t at = zv_str_find(rest, ZV_STR("\nReason: "));

			if (at == rest.n)
				break;
			rest = zv_str_from(rest, at + strlen("\nReason: "));
			zv_buf_add_char(&reasons, rest.p[0]);
		}
		check_text(originates[i].name, zv_buf_str(&reasons),
			   zvon_str(originates[i].reason));
		assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("Uniqueid: <null>")) <
			    out.n);
		zv_buf_deinit(&out);
		zv_buf_deinit(&reasons);
		zvon_legacy_free(l);
	}
}

/* ---- lists --------------------------------------------------------------------------------- */

#define ITEM(name, id, app, bridge)                                                    \
 "Event: " name "\nActionID: 7\n" SNAPSHOT(                                            \
	 "", "PJSIP/" id, "6", "Up", id, "", "", "", "1",                              \
	 id) "Application: " app                                                       \
	     "\nApplicationData: \nDuration: 0\nSeconds: 5\nBridgeID: " bridge "\n\n"
#define CORE_END "Event: CoreShowChannelsComplete\nActionID: 7\nEventList: Complete\n\n"

/* "1 with 2, 2 with 1": channels and whom they are bridged with. */
static void
check_list(const char *row, const char *lines, const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_parser *parser = zvon_parser_new(NULL);
	struct zv_buf wire = { 0 }, said = { 0 };
	const struct zv_packet *p;

	to_wire(lines, &wire);
	zvon_legacy_begin(l, 11);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &p) == 1) {
		assert_int_equal(zvon_legacy_feed(l, p), 0);
		while (zvon_legacy_next(l, &p)) {
			struct zv_str peer =
				zvon_packet_get(p, ZV_STR("BridgedUniqueid"));

			check_packet(p);
			zv_buf_printf(&said, "%s%.*s", said.n ? ", " : "",
				      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid"))));
			if (peer.n)
				zv_buf_printf(&said, " with %.*s", ZV_ARG(peer));
			if (zv_str_ends(p->name, ZV_STR("Complete")))
				zv_buf_add(&said, ZV_STR("end"));
		}
	}
	check_text(row, zv_buf_str(&said), zvon_str(wanted));
	zv_buf_deinit(&wire);
	zv_buf_deinit(&said);
	zvon_parser_free(parser);
	zvon_legacy_free(l);
}

static void
test_lists(void **state)
{
	check_list("a call of before: the first waits for the second",
		   ITEM("CoreShowChannel", "1", "AppDial", "x")
			   ITEM("CoreShowChannel", "3", "Playback", "")
				   ITEM("CoreShowChannel", "2", "Dial", "x") CORE_END,
		   "3, 1 with 2, 2 with 1, end");
	check_list("Status",
		   ITEM("Status", "1", "AppDial", "x") ITEM("Status", "2", "Dial", "x"),
		   "1 with 2, 2 with 1");
	check_list("alone in its bridge: at the end",
		   ITEM("CoreShowChannel", "1", "Dial", "x") CORE_END, "1, end");
	check_list("a conference is no pair",
		   ITEM("CoreShowChannel", "1", "ConfBridge", "x")
			   ITEM("CoreShowChannel", "2", "ConfBridge", "x"),
		   "1, 2");
	check_list("known from events",
		   ENTER("1") ENTER("2") ITEM("CoreShowChannel", "1", "AppDial", "x"),
		   "1 with 2");
	check_list("the rest of a list that was cut",
		   ITEM("Status", "1", "Dial",
			"x") "Event: StatusComplete\nActionID: 8\nItems: 0\n\n",
		   "end");
	check_story("what a list told ends with an Unlink",
		    ITEM("Status", "1", "AppDial", "x") ITEM("Status", "2", "Dial", "x")
			    HANGUP("PJSIP/1", "1", "16"),
		    "Status 1, Status 2, Unlink 2-1, Hangup 1");
}

/* ---- which AMI ----------------------------------------------------------------------------- */

#define OLD_STATE "Event: Newstate\n" CALL "Channel: SIP/1\nUniqueid: 1\nState: x\n\n"
#define NEW_STATE "Event: Newstate\n" CALL CALLER "\n"

static bool
is_changed(const char *before, const char *lines, int major)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, major);
	feed_text(l, before, &out);
	feed_text(l, lines, &out);
	zvon_legacy_count(l, &counters);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
	return counters.unchanged < counters.out;
}

static void
test_which_ami(void **state)
{
	assert_false(is_changed("", OLD_STATE, 1));
	assert_false(is_changed("", NEW_STATE, 1));
	assert_true(is_changed("", OLD_STATE, 2));
	/* not known: the banner or the first event tells */
	assert_false(is_changed("Asterisk Call Manager/1.1\n", OLD_STATE, 0));
	assert_true(is_changed("Asterisk Call Manager/5.0.4\n", OLD_STATE, 0));
	assert_false(is_changed("", OLD_STATE, 0));
	assert_true(is_changed("", NEW_STATE, 0));
	assert_true(is_changed("", BEGIN("201"), 0));
	assert_false(is_changed("", "Event: UserEvent\nUserEvent: x\n\n", 0));
	assert_false(is_changed("Asterisk Call Manager/x\n", OLD_STATE, 0));
}

static void
test_banner(void **state)
{
	check_view(NULL, "as 1.8", "Asterisk Call Manager/11.0.0\n",
		   "Asterisk Call Manager/1.1\n");
	check_view(LEGACY(.unlink_as_bridge = true), "as 11",
		   "Asterisk Call Manager/11.0.0\n", "Asterisk Call Manager/1.3\n");
	check_view(NULL, "old ones stay", "Asterisk Call Manager/1.2\n",
		   "Asterisk Call Manager/1.2\n");
}

/* ---- options, limits, counters --------------------------------------------------------------- */

static void
test_options(void **state)
{
	check_view(LEGACY(.sip_names = true), "names of SIP",
		   "Event: ChanSpyStop\n" CALL CALLEE(
			   "Spyee") "\n"
				    "Event: PeerStatus\nPeer: PJSIP/1\nAddress: x "
				    "PJSIP/1\nNoColon\n\n",
		   "Event: ChanSpyStop\n" CALL
		   "SpyeeChannel: SIP/102-b\nChanVariable(SIP/102-b): V=a b\n\n"
		   "Event: PeerStatus\nPeer: SIP/1\nAddress: x PJSIP/1\nNoColon\n\n");
	check_view(LEGACY(.keep_new = true), "new ones are kept",
		   "Event: DeviceStateChange\n" CALL "Device: D\nState: S\n\n",
		   "Event: DeviceStateChange\n" CALL "Device: D\nState: S\n\n");
}

static void
test_oldest_is_forgotten(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(LEGACY(.max_channels = 3));
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	feed_text(l, ENTER("1") ENTER("2") ENTER_TYPE("3", "basic"), &out);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 3);
	assert_int_equal(counters.forgotten, 0);
	feed_text(l, ENTER_TYPE("4", "basic"), &out); /* 1 goes, silently */
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 3);
	assert_int_equal(counters.forgotten, 1);
	zv_buf_clear(&out);
	feed_text(l, LEAVE("2") LEAVE("1"), &out);
	assert_int_equal(out.n, 0);
	zvon_legacy_begin(l, 11);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 0);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* The least limit is a caller and whom it dials. */
static void
test_least_channels(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(LEGACY(.max_channels = 1));
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	feed_text(l, BEGIN("201") END("201", "BUSY") BEGIN("202") BEGIN("203"), &out);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 2);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
add_times(struct zv_buf *out, char c, int n)
{
	while (n-- > 0)
		zv_buf_add_char(out, c);
}

/* A channel whose name or id is too long is not known; one at the limit is. */
static void
test_long_names(void **state)
{
	for (int more = 0; more < 2; more++) {
		struct zv_legacy *l = zvon_legacy_new(NULL);
		struct zv_legacy_counters counters;
		struct zv_buf lines = { 0 }, out = { 0 };

		zv_buf_printf(&lines, "Event: BridgeEnter\nBridgeUniqueid: x\n"
				      "BridgeType: basic\nUniqueid: 1\nChannel: ");
		add_times(&lines, 'c', ZV_LEGACY_MAX_NAME + more);
		zv_buf_add(&lines, ZV_STR("\n\n"));
		zvon_legacy_begin(l, 11);
		feed_text(l, zv_buf_cstr(&lines), &out);
		zvon_legacy_count(l, &counters);
		assert_int_equal(counters.channels, !more);
		zv_buf_deinit(&lines);
		zv_buf_deinit(&out);
		zvon_legacy_free(l);
	}
}

/* Of the variables as many lines are kept as fit. */
static void
test_many_variables(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf lines = { 0 }, out = { 0 };

	zvon_legacy_begin(l, 11);
	for (int i = 1; i <= 2; i++) {
		zv_buf_printf(&lines,
			      "Event: BridgeEnter\nBridgeUniqueid: x\n"
			      "BridgeType: basic\nUniqueid: %d\nChannel: c%d\n"
			      "ChanVariable: A=",
			      i, i);
		add_times(&lines, 'a', ZV_LEGACY_MAX_VARS - (int)strlen("A=") - 1);
		zv_buf_add(&lines, ZV_STR("\nChanVariable: B=1\n\n"));
	}
	feed_text(l, zv_buf_cstr(&lines), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("(c1): A=a")) < out.n);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("): B=1")) == out.n);
	zv_buf_deinit(&lines);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* Failures and items that wait are bounded, too. */
static void
test_many_failures_and_items(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf lines = { 0 }, out = { 0 };

	zvon_legacy_begin(l, 11);
	for (int i = 0; i <= ZV_LEGACY_MAX_FAILED; i++)
		zv_buf_printf(
			&lines,
			"Event: DialBegin\nDestChannel: S/%d-1\nDestUniqueid: %d\n"
			"DialString: %d\n\nEvent: DialEnd\nDestUniqueid: %d\n"
			"DialStatus: BUSY\n\n",
			i, i, i, i);
	feed_text(l, zv_buf_cstr(&lines), &out);
	feed_text(l, ANSWER("S/0", "0") ANSWER("S/1", "0"), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("S/0\nContext: c\nExten: 1\n"
							 "Reason: 0\n")) < out.n);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("S/1\nContext: c\nExten: 1\n"
							 "Reason: 5\n")) < out.n);
	zv_buf_clear(&lines);
	zv_buf_clear(&out);
	for (int i = 0; i < ZV_LEGACY_MAX_WAITING; i++)
		zv_buf_printf(
			&lines,
			"Event: Status\nActionID: 7\nChannel: c%d\nUniqueid: u%d\n"
			"Application: Dial\nBridgeID: b%d\n\n",
			i, i, i);
	feed_text(l, zv_buf_cstr(&lines), &out);
	assert_int_equal(out.n, 0);
	feed_text(l, ITEM("Status", "last", "Dial", "y"), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("Channel: c0\n")) < out.n);
	zv_buf_deinit(&lines);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
test_counters(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters c;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	feed_text(l,
		  BEGIN("201") "Event: DialState\n" CALL "\n"
			       "Event: PeerStatus\n" CALL "\n" CALLER_GONE,
		  &out);
	zvon_legacy_count(l, &c);
	assert_int_equal(c.in, 4);
	assert_int_equal(c.out, 4); /* Dial, PeerStatus, Dial, Hangup */
	assert_int_equal(c.unchanged, 1);
	assert_int_equal(c.dropped, 1);
	assert_int_equal(c.channels, 1); /* 201 */
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
test_names(void **state)
{
	assert_string_equal(zvon_legacy_name_of(ZV_STR("DialBegin")), "Dial");
	assert_string_equal(zvon_legacy_name_of(ZV_STR("Hangup")), "Hangup");
	assert_string_equal(zvon_legacy_name_of(ZV_STR("BridgeCreate")), "");
	assert_null(zvon_legacy_name_of(ZV_STR("PeerStatus")));
}

/* ---- nothing is left behind ------------------------------------------------------------------- */

#define STORY                                                                          \
 TRY("300", "300")                                                                     \
 TRIED("300", "BUSY")                                                                  \
 BEGIN("201")                                                                          \
 BEGIN("202") END("202", "CANCEL") END("201", "ANSWER") ENTER("201") ENTER("1.1")      \
	 ITEM("Status", "8", "Dial", "z") ITEM("Status", "9", "AppDial", "z")          \
		 LEAVE("201") GONE("202", "26") GONE("201", "16")                      \
			 CALLER_GONE ANSWER("PJSIP/300", "0")

struct story {
	struct zv_packet *packets[64];
	size_t n;
};

static int
run_story(void *user)
{
	const struct story *s = user;
	struct zv_legacy *l = zvon_legacy_new(NULL);
	int rc = l ? 0 : ZV_ENOMEM;

	if (l)
		zvon_legacy_begin(l, 11);
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		const struct zv_packet *old;

		rc = zvon_legacy_feed(l, s->packets[i]);
		while (rc == 0 && zvon_legacy_next(l, &old))
			assert_true(old->n_fields > 0);
	}
	zvon_legacy_free(l);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf wire = { 0 };
	struct story s = { 0 };

	to_wire(STORY, &wire);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &packet) == 1)
		s.packets[s.n++] = zvon_packet_copy(packet);
	assert_true(s.n > 12 && s.n < N_OF(s.packets));
	check_out_of_memory(run_story, &s);
	while (s.n)
		zvon_packet_free(s.packets[--s.n]);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

/* After a packet that was lost for want of memory the next one is told as ever. */
static void
test_goes_on_without_memory(void **state)
{
	struct zv_packet *p = packet_of(ZV_STR(
		"Event: Hangup\r\nLinkedid: 1\r\nChannel: c\r\nUniqueid: u\r\n\r\n"));
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf out = { 0 };
	const struct zv_packet *old;

	zv_mem_fail_at(1);
	assert_int_equal(zvon_legacy_feed(l, p), ZV_ENOMEM);
	zv_mem_fail_at(0);
	assert_false(zvon_legacy_next(l, &old));
	assert_int_equal(feed(l, p, &out), 0);
	assert_true(out.n > 0);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
	zvon_packet_free(p);
}

/* All recordings, in one stream: nothing grows but by what lives. */
static void
test_captures(void **state)
{
	struct captured c = captured_read();
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters counters;
	const struct zv_packet *old;

	for (size_t i = 0; i < c.n; i++) {
		assert_int_equal(zvon_legacy_feed(l, c.packets[i]), 0);
		while (zvon_legacy_next(l, &old))
			check_packet_of_recording(old);
	}
	zvon_legacy_count(l, &counters);
	assert_true(counters.unchanged < counters.out);
	assert_true(counters.channels < 100);
	zvon_legacy_free(l);
	captured_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_event),
		cmocka_unit_test(test_dials),
		cmocka_unit_test(test_dial_packets),
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_bridge_packets),
		cmocka_unit_test(test_originate),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_which_ami),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_oldest_is_forgotten),
		cmocka_unit_test(test_least_channels),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_many_variables),
		cmocka_unit_test(test_many_failures_and_items),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_goes_on_without_memory),
		cmocka_unit_test(test_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
