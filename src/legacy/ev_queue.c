/* Queues: callers, agents, members. In 1.x the agent's channel stands in Channel of
 * AgentConnect and AgentComplete, the caller's in that of AgentRingNoAnswer. */
#include "legacy/impl.h"

static const struct zv_old_line join[] = {
	{ "Channel" },
	{ "CallerIDNum", NULL, ZV_OLD_UNKNOWN },
	{ "CallerIDName", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineNum", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineName", NULL, ZV_OLD_UNKNOWN },
	{ "Queue" },
	{ "Position" },
	{ "Count" },
	{ "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line leave[] = {
	{ "Channel" }, { "Queue" }, { "Count" }, { "Position" }, { "Uniqueid" }, { 0 },
};
static const struct zv_old_line abandon[] = {
	{ "Queue" },	{ "Uniqueid" }, { "Position" }, { "OriginalPosition" },
	{ "HoldTime" }, { 0 },
};

static const struct zv_old_line agent_called[] = {
	{ "Queue" },
	{ "AgentCalled", "Interface" },
	{ "AgentName", "MemberName" },
	{ "ChannelCalling", "Channel" },
	{ "DestinationChannel", "DestChannel" },
	{ "CallerIDNum", NULL, ZV_OLD_UNKNOWN },
	{ "CallerIDName", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineNum", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineName", NULL, ZV_OLD_UNKNOWN },
	{ "Context" },
	{ "Extension", "Exten" },
	{ "Priority" },
	{ "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line agent_connect[] = {
	{ "Queue" },
	{ "Uniqueid" },
	{ "Channel", "DestChannel" },
	{ "Member", "Interface" },
	{ "MemberName" },
	{ "HoldTime" },
	{ "BridgedChannel", "DestUniqueid" },
	{ "RingTime" },
	{ 0 },
};
static const struct zv_old_line agent_complete[] = {
	{ "Queue" },
	{ "Uniqueid" },
	{ "Channel", "DestChannel" },
	{ "Member", "Interface" },
	{ "MemberName" },
	{ "HoldTime" },
	{ "TalkTime" },
	{ "Reason" },
	{ 0 },
};
static const struct zv_old_line agent_ring_no_answer[] = {
	{ "Queue" },	  { "Uniqueid" }, { "Channel" }, { "Member", "Interface" },
	{ "MemberName" }, { "RingTime" }, { 0 },
};
static const struct zv_old_line agent_dump[] = {
	{ "Queue" },
	{ "Uniqueid" },
	{ "Channel", "DestChannel" },
	{ "Member", "Interface" },
	{ "MemberName" },
	{ 0 },
};
static const struct zv_old_line agent_login[] = {
	{ "Agent" },
	{ "Channel" },
	{ "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line agent_logoff[] = {
	{ "Agent" },
	{ "Logintime" },
	{ "Uniqueid" },
	{ 0 },
};

static const struct zv_old_line member_status[] = {
	{ "Queue" },	  { "Location", "Interface" },
	{ "MemberName" }, { "StateInterface" },
	{ "Membership" }, { "Penalty" },
	{ "CallsTaken" }, { "LastCall" },
	{ "InCall" },	  { "Status" },
	{ "Paused" },	  { 0 },
};
static const struct zv_old_line member_added[] = {
	{ "Queue" },
	{ "Location", "Interface" },
	{ "MemberName" },
	{ "StateInterface" },
	{ "Membership" },
	{ "Penalty" },
	{ "CallsTaken" },
	{ "LastCall" },
	{ "Status" },
	{ "Paused" },
	{ 0 },
};
static const struct zv_old_line member_paused[] = {
	{ "Queue" },
	{ "Location", "Interface" },
	{ "MemberName" },
	{ "Paused" },
	{ "Reason", "PausedReason", ZV_OLD_IF_ANY },
	{ 0 },
};
static const struct zv_old_line member_removed[] = {
	{ "Queue" },
	{ "Location", "Interface" },
	{ "MemberName" },
	{ 0 },
};
static const struct zv_old_line member_penalty[] = {
	{ "Queue" },
	{ "Location", "Interface" },
	{ "Penalty" },
	{ 0 },
};
static const struct zv_old_line member_ringinuse[] = {
	{ "Queue" },
	{ "Location", "Interface" },
	{ "Ringinuse" },
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_queue_rules[] = {
	{ "QueueCallerJoin", "Join", join, "call,all", { "" } },
	{ "QueueCallerLeave", "Leave", leave, "call,all", { "" } },
	{ "QueueCallerAbandon", NULL, abandon },
	{ "AgentCalled", NULL, agent_called },
	{ "AgentConnect", NULL, agent_connect },
	{ "AgentComplete", NULL, agent_complete },
	{ "AgentRingNoAnswer", NULL, agent_ring_no_answer },
	{ "AgentDump", NULL, agent_dump },
	{ "AgentLogin", "Agentlogin", agent_login },
	{ "AgentLogoff", "Agentlogoff", agent_logoff },
	{ "QueueMemberStatus", NULL, member_status },
	{ "QueueMemberAdded", NULL, member_added },
	{ "QueueMemberPause", "QueueMemberPaused", member_paused },
	{ "QueueMemberRemoved", NULL, member_removed },
	{ "QueueMemberPenalty", NULL, member_penalty },
	{ "QueueMemberRinginuse", NULL, member_ringinuse },
	{ 0 },
};
