/* Conferences: ConfBridge and MeetMe. */
#include "legacy/impl.h"

static const struct zv_old_line room[] = {
	{ "Conference" },
	{ 0 },
};
static const struct zv_old_line member[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Conference" },
	{ "CallerIDnum", "CallerIDNum", ZV_OLD_BRACKETS },
	{ "CallerIDname", "CallerIDName", ZV_OLD_BRACKETS },
	{ 0 },
};
static const struct zv_old_line talking[] = {
	{ "Channel" }, { "Uniqueid" }, { "Conference" }, { "TalkingStatus" }, { 0 },
};

/* MeetMe is not in the recordings: from the sources of 1.8 and 11, and the documentation
 * of 12+. */
static const struct zv_old_line meetme_join[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Meetme" },
	{ "Usernum" },
	{ "CallerIDnum", "CallerIDNum", ZV_OLD_BRACKETS },
	{ "CallerIDname", "CallerIDName", ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ 0 },
};
static const struct zv_old_line meetme_leave[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Meetme" },
	{ "Usernum" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ "Duration" },
	{ 0 },
};
static const struct zv_old_line meetme_status[] = {
	{ "Channel" }, { "Uniqueid" }, { "Meetme" }, { "Usernum" }, { "Status" }, { 0 },
};
static const struct zv_old_line meetme_end[] = {
	{ "Meetme" },
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_conference_rules[] = {
	{ "ConfbridgeStart", NULL, room },
	{ "ConfbridgeEnd", NULL, room },
	{ "ConfbridgeJoin", NULL, member, NULL, { "" } },
	{ "ConfbridgeLeave", NULL, member, NULL, { "" } },
	{ "ConfbridgeTalking", NULL, talking, NULL, { "" } },
	{ "ConfbridgeMute", .is_new = true },
	{ "ConfbridgeUnmute", .is_new = true },
	{ "ConfbridgeRecord", .is_new = true },
	{ "ConfbridgeStopRecord", .is_new = true },
	{ "MeetmeJoin", NULL, meetme_join },
	{ "MeetmeLeave", NULL, meetme_leave },
	{ "MeetmeMute", NULL, meetme_status },
	{ "MeetmeTalking", NULL, meetme_status },
	{ "MeetmeTalkRequest", NULL, meetme_status },
	{ "MeetmeEnd", NULL, meetme_end },
	{ 0 },
};
