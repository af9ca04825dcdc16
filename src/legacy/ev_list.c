/* Items of other lists, and the ends of lists. */
#include "legacy/impl.h"

#define ACTION_ID                                                                      \
 {                                                                                     \
  "ActionID", NULL, ZV_OLD_OPTIONAL                                                    \
 }

/* ---- queues ------------------------------------------------------------------------------ */

static const struct zv_old_line queue_params[] = {
	{ "Queue" },
	{ "Max" },
	{ "Strategy" },
	{ "Calls" },
	{ "Holdtime" },
	{ "TalkTime" },
	{ "Completed" },
	{ "Abandoned" },
	{ "ServiceLevel" },
	{ "ServicelevelPerf" },
	{ "Weight" },
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line queue_member[] = {
	{ "Queue" },
	{ "Name" },
	{ "Location" },
	{ "StateInterface" },
	{ "Membership" },
	{ "Penalty" },
	{ "CallsTaken" },
	{ "LastCall" },
	{ "IsInCall", "InCall" },
	{ "Status" },
	{ "Paused" },
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line queue_entry[] = {
	{ "Queue" },
	{ "Position" },
	{ "Channel" },
	{ "Uniqueid" },
	{ "CallerIDNum", NULL, ZV_OLD_UNKNOWN },
	{ "CallerIDName", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineNum", NULL, ZV_OLD_UNKNOWN },
	{ "ConnectedLineName", NULL, ZV_OLD_UNKNOWN },
	{ "Wait" },
	ACTION_ID,
	{ 0 },
};

/* ---- conferences, parking lots ------------------------------------------------------------ */

static const struct zv_old_line conference_member[] = {
	ACTION_ID,
	{ "Conference" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "Channel" },
	{ "Admin" },
	{ "MarkedUser" },
	{ "Muted" },
	{ 0 },
};
static const struct zv_old_line conference_room[] = {
	ACTION_ID, { "Conference" }, { "Parties" }, { "Marked" }, { "Locked" }, { 0 },
};
static const struct zv_old_line parking_lot[] = {
	{ "Name" },
	{ "StartExten", "StartSpace" },
	{ "StopExten", "StopSpace" },
	{ "Timeout" },
	ACTION_ID,
	{ 0 },
};

/* ---- ends ----------------------------------------------------------------------------------- */

static const struct zv_old_line action_id[] = {
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line end_counted[] = {
	{ "EventList" },
	{ "ListItems" },
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line end_of_plan[] = {
	{ "EventList" },
	{ "ListItems" },
	{ "ListExtensions" },
	{ "ListPriorities" },
	{ "ListContexts" },
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line end_of_parked[] = {
	{ "Total" },
	ACTION_ID,
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_list_rules[] = {
	{ "QueueParams", NULL, queue_params },
	{ "QueueMember", NULL, queue_member },
	{ "QueueEntry", NULL, queue_entry },
	{ "QueueStatusComplete", NULL, action_id },
	{ "QueueSummaryComplete", NULL, action_id },
	{ "ConfbridgeList", NULL, conference_member },
	{ "ConfbridgeListComplete", NULL, end_counted },
	{ "ConfbridgeListRooms", NULL, conference_room },
	{ "ConfbridgeListRoomsComplete", NULL, end_counted },
	{ "ParkedCallsComplete", NULL, end_of_parked },
	{ "Parkinglot", NULL, parking_lot },
	{ "ParkinglotsComplete", NULL, action_id },
	{ "PeerlistComplete", NULL, end_counted },
	{ "ChannelsHungupListComplete", NULL, end_counted },
	{ "ShowDialPlanComplete", NULL, end_of_plan },
	{ "DBGetComplete", NULL, action_id },
	{ "VoicemailUserEntryComplete", NULL, action_id },
	{ 0 },
};
