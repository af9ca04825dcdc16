/* legacy_view.h - packets through the legacy view, as text; and the words of which the
 * packets in the tests are made. */
#ifndef UNIT_LEGACY_VIEW_H
#define UNIT_LEGACY_VIEW_H

#include "base/str.h"
#include "captures.h"
#include "zvon/error.h"
#include "zvon/legacy.h"

/* ---- through the view ----------------------------------------------------------------- */

#define LEGACY(...)                                                                    \
 &(struct zv_legacy_options)                                                           \
 {                                                                                     \
  __VA_ARGS__                                                                          \
 }

/* Lines in tests end with \n alone; a packet ends with an empty line. */
void legacy_to_wire(const char *lines, struct zv_buf *out);

/* Feeds one packet, or all of that text; adds what comes out, without CR. Fails the test
 * when a reader of the text would not find the fields. */
int legacy_feed(struct zv_legacy *l, const struct zv_packet *p, struct zv_buf *out);
void legacy_feed_text(struct zv_legacy *l, const char *lines, struct zv_buf *out);

void legacy_check_packet(const struct zv_packet *p);

/* All packets of that text give that text. */
void legacy_check_view(const struct zv_legacy_options *options, const char *row,
		       const char *lines, const char *wanted);

/* The same in short: "begin 201, end BUSY, Bridge 1-2, Unlink 1-2, Hangup 201". */
void legacy_check_story(const char *row, const char *lines, const char *wanted);

/* ---- words ----------------------------------------------------------------------------- */

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
#define DIALLED(id)                                                                    \
 SNAPSHOT("Dest", "PJSIP/" id, "5", "Ringing", id, id, "", "", "", id)
#define BEGIN(id) "Event: DialBegin\n" CALL CALLER DIALLED(id) "DialString: " id "\n\n"
#define END(id, status)                                                                \
 "Event: DialEnd\n" CALL CALLER DIALLED(id) "DialStatus: " status "\n\n"
#define HANGUP(channel, id, cause)                                                     \
 "Event: Hangup\n" CALL "Channel: " channel "\nUniqueid: " id "\nCause: " cause "\n\n"
#define GONE(id, cause) HANGUP("PJSIP/" id, id, cause)
#define CALLER_GONE	HANGUP("PJSIP/101-a", "1.1", "16")
#define NEXT_STEP	"Event: SoftHangupRequest\n" CALL CALLER "Cause: 16\n\n"
#define REFUSED(id)                                                                    \
 "Event: HangupRequest\n" CALL "Channel: PJSIP/" id "\nUniqueid: " id "\nCause: "      \
 "21\n\n"
#define IN(bridge, type, id)                                                           \
 "BridgeUniqueid: " bridge "\nBridgeType: " type                                       \
 "\n" SNAPSHOT("", "PJSIP/" id, "6", "Up", id, "", "", "", "", id)
#define ENTER(id)	  "Event: BridgeEnter\n" CALL IN("x", "basic", id) "\n"
#define LEAVE(id)	  "Event: BridgeLeave\n" CALL IN("x", "basic", id) "\n"
#define ENTER_TYPE(id, t) "Event: BridgeEnter\n" CALL IN("y", t, id) "\n"
#define TRY(id, dialled)                                                               \
 "Event: DialBegin\n" CALL DIALLED(id) "DialString: " dialled "\n\n"
#define TRIED(id, status)                                                              \
 "Event: DialEnd\n" CALL DIALLED(id) "DialStatus: " status "\n\n"
#define ANSWER(channel, reason)                                                        \
 "Event: OriginateResponse\n" CALL "ActionID: 1\nResponse: Failure\nChannel: " channel \
 "\nContext: c\nExten: 1\nReason: " reason "\nUniqueid: <unknown>\n"                   \
 "CallerIDNum: <unknown>\nCallerIDName: <unknown>\n\n"
#define ITEM(name, id, app, bridge)                                                    \
 "Event: " name "\nActionID: 7\n" SNAPSHOT(                                            \
	 "", "PJSIP/" id, "6", "Up", id, "", "", "", "1",                              \
	 id) "Application: " app                                                       \
	     "\nApplicationData: \nDuration: 0\nSeconds: 5\nBridgeID: " bridge "\n\n"
#define CORE_END "Event: CoreShowChannelsComplete\nActionID: 7\nEventList: Complete\n\n"

#endif
