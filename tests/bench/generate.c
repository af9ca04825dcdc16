/* generate - a deterministic stream of AMI events, like a busy office.
 * usage: generate EVENTS new|old [CONCURRENT] [SEED] > stream.ami
 *   new  Asterisk 12 and later (snapshots, PJSIP); about 400 bytes and 18 fields
 *   old  Asterisk 1.8, 11 (Dial, Bridge, SIP)
 * CONCURRENT calls (200) interleave; lines 2000…2999 take part. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES (1 << 20)
#define EVENT_MAX    4096

struct call {
	const char *const *script; /* the next event's template */
	int repeat;		   /* times the current event still comes */
	int caller, callee;
	unsigned id;
	char number[16];
};

/* A template is the text of one event. `$c` and the like are replaced (see expand);
 * a line `~caller STATE`, `~callee STATE`, `~dest STATE` or `~bridge N` becomes a
 * snapshot. `*` in front: comes up to ten times. */
static const char *const new_script[] = {
	"Event: Newchannel\nPrivilege: call,all\n~caller Down",
	"Event: DeviceStateChange\nPrivilege: call,all\nDevice: PJSIP/$c\nState: "
	"INUSE\n",
	"Event: Newstate\nPrivilege: call,all\n~caller Ring",
	"Event: Newexten\nPrivilege: dialplan,all\n~caller Ring"
	"Extension: $n\nApplication: Set\nAppData: __TTL=64\n",
	"Event: Newexten\nPrivilege: dialplan,all\n~caller Ring"
	"Extension: $n\nApplication: Gosub\nAppData: macro-dial-one,s,1(,HhTtr,$d)\n",
	"Event: VarSet\nPrivilege: dialplan,all\n~caller Ring"
	"Variable: CDR(recordingfile)\nValue: out-$c-$d-20260101-101010-$t.$i.wav\n",
	"Event: VarSet\nPrivilege: dialplan,all\n~caller Ring"
	"Variable: SIPCALLID\nValue: f1d2d2f924e986ac86fdf7b36c94bcdf@192.0.2.15\n",
	"Event: Newexten\nPrivilege: dialplan,all\n~caller Ring"
	"Extension: $n\nApplication: Dial\n"
	"AppData: PJSIP/$d/sip:$d@192.0.2.44:5060,,HhTtrM(auto-blkvm)b(func-sip^s^1)\n",
	"Event: NewCallerid\nPrivilege: call,all\n~caller Ring"
	"CID-CallingPres: 0 (Presentation Allowed, Not Screened)\n",
	"Event: Newchannel\nPrivilege: call,all\n~callee Down",
	"Event: VarSet\nPrivilege: dialplan,all\n~callee Down"
	"Variable: DIALEDPEERNUMBER\nValue: $d\n",
	"Event: DialBegin\nPrivilege: call,all\n~caller Ring~dest Down"
	"DialString: $d/sip:$d@192.0.2.44:5060\n",
	"Event: Newstate\nPrivilege: call,all\n~callee Ringing",
	"Event: DeviceStateChange\nPrivilege: call,all\nDevice: PJSIP/$d\nState: "
	"RINGING\n",
	"Event: ExtensionStatus\nPrivilege: call,all\nExten: $d\nContext: ext-local\n"
	"Hint: PJSIP/$d&Custom:DND$d,CustomPresence:$d\nStatus: 8\nStatusText: "
	"Ringing\n",
	"Event: NewConnectedLine\nPrivilege: call,all\n~callee Ringing",
	"Event: DialEnd\nPrivilege: call,all\n~caller Ring~dest Up"
	"DialStatus: ANSWER\n",
	"Event: Newstate\nPrivilege: call,all\n~caller Up",
	"Event: BridgeCreate\nPrivilege: call,all\n~bridge 0",
	"Event: BridgeEnter\nPrivilege: call,all\n~bridge 1~callee Up",
	"Event: BridgeEnter\nPrivilege: call,all\n~bridge 2~caller Up",
	"*Event: RTCPSent\nPrivilege: reporting,all\n~caller Up"
	"To: 192.0.2.17:1$r\nFrom: 198.51.100.7:1$r\nRTT: 0.0$r\nSSRC: 0x0000$i\n"
	"PT: 200(SR)\nReportCount: 1\nSentNTP: $t.$r\nSentRTP: $r\nSentPackets: $r\n"
	"SentOctets: $r\nReport0SourceSSRC: 0x0001$i\nReport0FractionLost: 0\n"
	"Report0CumulativeLost: 0\nReport0HighestSequence: $r\nReport0IAJitter: 12\n",
	"Event: BridgeLeave\nPrivilege: call,all\n~bridge 1~caller Up",
	"Event: BridgeLeave\nPrivilege: call,all\n~bridge 0~callee Up",
	"Event: BridgeDestroy\nPrivilege: call,all\n~bridge 0",
	"Event: HangupRequest\nPrivilege: call,all\n~caller UpCause: 16\n",
	"Event: Hangup\nPrivilege: call,all\n~callee UpCause: 16\n"
	"Cause-txt: Normal Clearing\n",
	"Event: DeviceStateChange\nPrivilege: call,all\nDevice: PJSIP/$d\nState: "
	"NOT_INUSE\n",
	"Event: Hangup\nPrivilege: call,all\n~caller UpCause: 16\n"
	"Cause-txt: Normal Clearing\n",
	"Event: Cdr\nPrivilege: cdr,all\nAccountCode: \nSource: $c\nDestination: $n\n"
	"DestinationContext: from-internal\nCallerID: \"Operator $c\" <$c>\n"
	"Channel: PJSIP/$c-$i\nDestinationChannel: PJSIP/$d-$i\nLastApplication: Dial\n"
	"LastData: PJSIP/$d,,HhTtr\nStartTime: 2026-01-01 10:10:10\n"
	"AnswerTime: 2026-01-01 10:10:15\nEndTime: 2026-01-01 10:12:10\nDuration: 120\n"
	"BillableSeconds: 115\nDisposition: ANSWERED\nAMAFlags: DOCUMENTATION\n"
	"UniqueID: $t.$i\nUserField: \n",
	"Event: PeerStatus\nPrivilege: system,all\nChannelType: PJSIP\nPeer: PJSIP/$c\n"
	"PeerStatus: Reachable\n",
	NULL,
};

static const char *const old_script[] = {
	"Event: Newchannel\nPrivilege: call,all\nChannel: SIP/$c-$i\nChannelState: 0\n"
	"ChannelStateDesc: Down\nCallerIDNum: $c\nCallerIDName: Operator $c\n"
	"AccountCode: \nExten: $n\nContext: from-internal\nUniqueid: $t.$i\n",
	"Event: Newstate\nPrivilege: call,all\nChannel: SIP/$c-$i\nChannelState: 4\n"
	"ChannelStateDesc: Ring\nCallerIDNum: $c\nCallerIDName: Operator $c\n"
	"ConnectedLineNum: \nConnectedLineName: \nUniqueid: $t.$i\n",
	"*Event: VarSet\nPrivilege: dialplan,all\nChannel: SIP/$c-$i\n"
	"Variable: SIPCALLID\nValue: f1d2d2f924e986ac86fdf7b36c94bcdf\nUniqueid: "
	"$t.$i\n",
	"Event: Dial\nPrivilege: call,all\nSubEvent: Begin\nChannel: SIP/$c-$i\n"
	"Destination: SIP/$d-$i\nCallerIDNum: $c\nCallerIDName: Operator $c\n"
	"ConnectedLineNum: $n\nConnectedLineName: <unknown>\nUniqueID: $t.$i\n"
	"DestUniqueID: $t.1$i\nDialstring: $d\n",
	"Event: Bridge\nPrivilege: call,all\nBridgestate: Link\nBridgetype: core\n"
	"Channel1: SIP/$c-$i\nChannel2: SIP/$d-$i\nUniqueid1: $t.$i\nUniqueid2: "
	"$t.1$i\n"
	"CallerID1: $c\nCallerID2: $d\n",
	"Event: Hangup\nPrivilege: call,all\nChannel: SIP/$c-$i\nUniqueid: $t.$i\n"
	"CallerIDNum: $c\nCallerIDName: <unknown>\nConnectedLineNum: $d\n"
	"ConnectedLineName: Operator $c\nAccountCode: \nCause: 16\n"
	"Cause-txt: Normal Clearing\n",
	NULL,
};

static const char channel_snapshot[] =
	"%1$sChannel: PJSIP/%2$d-%3$08x\r\n%1$sChannelState: 6\r\n"
	"%1$sChannelStateDesc: %4$s\r\n%1$sCallerIDNum: %2$d\r\n"
	"%1$sCallerIDName: Operator %2$d\r\n%1$sConnectedLineNum: %5$s\r\n"
	"%1$sConnectedLineName: <unknown>\r\n%1$sLanguage: en\r\n%1$sAccountCode: \r\n"
	"%1$sContext: from-internal\r\n%1$sExten: %5$s\r\n%1$sPriority: 1\r\n"
	"%1$sUniqueid: 1700000000.%3$u\r\n%1$sLinkedid: 1700000000.%3$u\r\n";

static const char bridge_snapshot[] =
	"BridgeUniqueid: 5d3e6f10-44a1-4b6c-a2f0-0000%08x\r\nBridgeType: basic\r\n"
	"BridgeTechnology: simple_bridge\r\nBridgeCreator: <unknown>\r\n"
	"BridgeName: <unknown>\r\nBridgeNumChannels: %.*s\r\n"
	"BridgeVideoSourceMode: none\r\n";

static uint64_t state;
static unsigned last_id;

static unsigned
draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 16);
}

static void
begin_call(struct call *call, const char *const *script)
{
	call->script = script;
	call->repeat = 0;
	call->caller = 2000 + (int)(draw() % 1000);
	call->callee = 2000 + (int)(draw() % 1000);
	call->id = ++last_id;
	if (draw() % 4 == 0)
		snprintf(call->number, sizeof call->number, "7495%07u",
			 draw() % 10000000);
	else
		snprintf(call->number, sizeof call->number, "%d", call->callee);
}

/* One `$x`. */
static int
put_value(char *out, const struct call *call, char name)
{
	switch (name) {
	case 'c':
		return sprintf(out, "%d", call->caller);
	case 'd':
		return sprintf(out, "%d", call->callee);
	case 'n':
		return sprintf(out, "%s", call->number);
	case 'i':
		return sprintf(out, "%08x", call->id);
	case 't':
		return sprintf(out, "1700000000");
	default: /* r */
		return sprintf(out, "%u", 1000 + draw() % 9000);
	}
}

/* One `~…`; *text gets behind it. */
static int
put_snapshot(char *out, const struct call *call, const char **text)
{
	static const char *const states[] = { "Down", "Ringing", "Ring", "Up" };
	const char *kind = *text + 1, *word = strchr(kind, ' ') + 1;
	int is_caller = strncmp(kind, "caller", 6) == 0;
	int line = is_caller ? call->caller : call->callee;
	const char *prefix = strncmp(kind, "dest", 4) == 0 ? "Dest" : "";

	if (kind[0] == 'b') {
		*text = word + 1;
		return sprintf(out, bridge_snapshot, call->id, 1, word);
	}
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		size_t n = strlen(states[i]);

		if (strncmp(word, states[i], n) == 0) {
			*text = word + n;
			return sprintf(out, channel_snapshot, prefix, line,
				       call->id * 2 + (unsigned)is_caller, states[i],
				       call->number);
		}
	}
	abort(); /* a template of ours is wrong */
}

static size_t
expand(char *out, const struct call *call, const char *text)
{
	char *p = out;

	while (*text) {
		if (*text == '$') {
			p += put_value(p, call, text[1]);
			text += 2;
		} else if (*text == '~') {
			p += put_snapshot(p, call, &text);
		} else if (*text == '\n') {
			p += sprintf(p, "\r\n");
			text++;
		} else {
			*p++ = *text++;
		}
	}
	p += sprintf(p, "\r\n");
	return (size_t)(p - out);
}

static void
next_event(struct call *call, const char *const *script)
{
	char event[EVENT_MAX];
	const char *text = *call->script;

	if (*text == '*') {
		text++;
		if (call->repeat == 0)
			call->repeat = 1 + (int)(draw() % 10);
		call->repeat--;
	}
	fwrite(event, 1, expand(event, call, text), stdout);
	if (call->repeat == 0 && *++call->script == NULL)
		begin_call(call, script);
}

int
main(int argc, char **argv)
{
	long events = argc > 1 ? atol(argv[1]) : 1000;
	const char *const *script =
		argc > 2 && argv[2][0] == 'o' ? old_script : new_script;
	unsigned n = argc > 3 ? (unsigned)atoi(argv[3]) : 200;
	struct call *calls = calloc(n, sizeof *calls);

	if (!calls)
		return 1;
	state = 0x9e3779b97f4a7c15u * (argc > 4 ? strtoull(argv[4], NULL, 10) : 1);
	setvbuf(stdout, NULL, _IOFBF, BUFFER_BYTES);
	for (unsigned i = 0; i < n; i++)
		begin_call(&calls[i], script);
	for (; events > 0; events--)
		next_event(&calls[draw() % n], script);
	free(calls);
	return fflush(stdout) == 0 ? 0 : 1;
}
