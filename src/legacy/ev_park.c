/* Parking. The same names in both, as events and as items of the list that ParkedCalls
 * asks for; an item has no Privilege. From was a channel in 1.x; 12+ may know only the
 * device that parked (`PJSIP/102`). */
#include "legacy/impl.h"

#define PARTIES                                                                        \
 { "CallerIDNum", "ParkeeCallerIDNum", ZV_OLD_BRACKETS },                              \
	 { "CallerIDName", "ParkeeCallerIDName", ZV_OLD_BRACKETS },                    \
	 { "ConnectedLineNum", "ParkeeConnectedLineNum", ZV_OLD_BRACKETS },            \
 {                                                                                     \
  "ConnectedLineName", "ParkeeConnectedLineName", ZV_OLD_BRACKETS                      \
 }

static const struct zv_old_line parked[] = {
	{ "Exten", "ParkingSpace" },
	{ "Channel", "ParkeeChannel" },
	{ "Parkinglot" },
	{ "From", "ParkerDialString" },
	{ "Timeout", "ParkingTimeout" },
	PARTIES,
	{ "Uniqueid", "ParkeeUniqueid" },
	{ 0 },
};
static const struct zv_old_line parked_by_channel[] = {
	{ "Exten", "ParkingSpace" },
	{ "Channel", "ParkeeChannel" },
	{ "Parkinglot" },
	{ "From", "ParkerChannel" },
	{ "Timeout", "ParkingTimeout" },
	PARTIES,
	{ "Uniqueid", "ParkeeUniqueid" },
	{ 0 },
};
static const struct zv_old_line parked_item[] = {
	{ "Parkinglot" },
	{ "Exten", "ParkingSpace" },
	{ "Channel", "ParkeeChannel" },
	{ "From", "ParkerDialString" },
	{ "Timeout", "ParkingTimeout" },
	{ "Duration", "ParkingDuration" },
	PARTIES,
	{ "ActionID", NULL, ZV_OLD_OPTIONAL },
	{ 0 },
};
static const struct zv_old_line unparked[] = {
	{ "Exten", "ParkingSpace" },
	{ "Channel", "ParkeeChannel" },
	{ "From", "RetrieverChannel" },
	PARTIES,
	{ 0 },
};
static const struct zv_old_line given_up[] = {
	{ "Exten", "ParkingSpace" },
	{ "Channel", "ParkeeChannel" },
	{ "Parkinglot" },
	PARTIES,
	{ "UniqueID", "ParkeeUniqueid" },
	{ 0 },
};

static void
on_parked(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	  const struct zv_packet *p)
{
	const struct zv_old_line *lines = rule->lines;
	bool is_item = !zvon_packet_find(p, ZV_STR("Privilege"));

	if (is_item)
		lines = parked_item;
	else if (zv_old_get(p, "Parker", "Channel").n)
		lines = parked_by_channel;
	zv_old_begin(l, rule->name, NULL, p);
	zv_old_lines(l, lines, p);
	if (!is_item)
		zv_old_add_vars(l, p, "Parkee");
}

const struct zv_legacy_rule zv_legacy_park_rules[] = {
	{ "ParkedCall", NULL, parked, .fn = on_parked },
	{ "UnParkedCall", NULL, unparked },
	{ "ParkedCallTimeOut", NULL, given_up },
	{ "ParkedCallGiveUp", NULL, given_up },
	{ "ParkedCallSwap", .is_new = true },
	{ 0 },
};
