/* Items of lists, and their ends. */
#include "base/str.h"
#include "legacy/impl.h"

#define ACTION_ID                                                                      \
 {                                                                                     \
  "ActionID", NULL, ZV_OLD_OPTIONAL                                                    \
 }

/* ---- channels ---------------------------------------------------------------------------- */

/* 12+ names the bridge, 1.x named the other one in it. */
static void
add_peer(struct zv_legacy *l, const struct zv_packet *p, const char *id_key,
	 bool is_always)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));
	struct zv_old_channel *peer = c ? zv_old_peer(c) : NULL;

	if (!peer && !is_always)
		return;
	zv_old_add(l, ZV_STR("BridgedChannel"), peer ? peer->name : ZV_STR(""));
	zv_old_add(l, zvon_str(id_key), peer ? peer->id : ZV_STR(""));
}

static const struct zv_old_line core_channel[] = {
	ACTION_ID,
	{ "Channel" },
	{ "UniqueID", "Uniqueid" },
	{ "Context" },
	{ "Extension", "Exten" },
	{ "Priority" },
	{ "ChannelState" },
	{ "ChannelStateDesc" },
	{ "Application" },
	{ "ApplicationData" },
	{ "CallerIDnum", "CallerIDNum", ZV_OLD_EMPTY },
	{ "CallerIDname", "CallerIDName", ZV_OLD_EMPTY },
	{ "ConnectedLineNum", NULL, ZV_OLD_EMPTY },
	{ "ConnectedLineName", NULL, ZV_OLD_EMPTY },
	{ "Duration" },
	{ "AccountCode" },
	{ 0 },
};

static void
on_core_channel(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		const struct zv_packet *p)
{
	zv_old_row(l, rule, p);
	add_peer(l, p, "BridgedUniqueID", true);
}

static const struct zv_old_line status_parties[] = {
	{ "Channel" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ 0 },
};
static const struct zv_old_line status_in_dialplan[] = {
	{ "Accountcode", "AccountCode" },
	{ "ChannelState" },
	{ "ChannelStateDesc" },
	{ "Context" },
	{ "Extension", "Exten" },
	{ "Priority" },
	{ "Seconds" },
	{ 0 },
};
static const struct zv_old_line status_dialled[] = {
	{ "Account", "AccountCode" },
	{ "State", "ChannelStateDesc" },
	{ 0 },
};
static const struct zv_old_line action_id[] = {
	ACTION_ID,
	{ 0 },
};

/* A channel without a dialplan of its own, as Dial() and Queue() make them, had other
 * lines. */
static bool
is_dialled(const struct zv_packet *p)
{
	struct zv_str application = zv_old_get(p, "", "Application");

	return zvon_str_equal(application, ZV_STR("AppDial")) ||
	       zvon_str_equal(application, ZV_STR("AppQueue"));
}

static void
on_status(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	  const struct zv_packet *p)
{
	zv_old_row(l, rule, p);
	zv_old_lines(l, is_dialled(p) ? status_dialled : status_in_dialplan, p);
	add_peer(l, p, "BridgedUniqueid", false);
	zv_old_add(l, ZV_STR("Uniqueid"), zv_old_get(p, "", "Uniqueid"));
	for (size_t i = 0; i < p->n_fields; i++)
		if (zvon_str_equal_nocase(p->fields[i].key, ZV_STR("Variable")))
			zv_old_add_as_sent(l, p, i);
	zv_old_lines(l, action_id, p);
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
static const struct zv_old_line end_of_status[] = {
	ACTION_ID,
	{ "Items" },
	{ 0 },
};
static const struct zv_old_line end_of_parked[] = {
	{ "Total" },
	ACTION_ID,
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_list_rules[] = {
	{ "CoreShowChannel", NULL, core_channel, .fn = on_core_channel },
	{ "CoreShowChannelsComplete", NULL, end_counted },
	{ "Status", NULL, status_parties, .fn = on_status },
	{ "StatusComplete", NULL, end_of_status },
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
