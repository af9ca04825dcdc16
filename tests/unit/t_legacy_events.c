/* The legacy view: for each event of 12+ the text that Asterisk 11 would have sent. What
 * 11 really sent in whole scenes: tests/legacy. */
#include "legacy_view.h"

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
	  "UserEvent: Mine\nA: b\n:\nNoColon\nEmpty:\nUniqueid: 9\n\n",
	  "Event: UserEvent\nPrivilege: user,all\nUserEvent: Mine\nUniqueid: 1.1\nA: "
	  "b\n: \n"
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
	{ "a hyphen, which mxml makes an underscore",
	  "event: Hangup\nchannel: PJSIP/101-a\nuniqueid: 1.1\ncause: 16\ncause_txt: "
	  "Normal "
	  "Clearing\n\n",
	  "Event: Hangup\nChannel: PJSIP/101-a\nUniqueid: 1.1\nCallerIDNum: "
	  "<unknown>\nCallerIDName: <unknown>\nConnectedLineNum: "
	  "<unknown>\nConnectedLineName: <unknown>\nAccountCode: \nCause: "
	  "16\nCause-txt: "
	  "Normal Clearing\n\n" },
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
		legacy_check_view(NULL, events[i].name, events[i].new, events[i].old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
