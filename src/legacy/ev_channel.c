/* Channels: how they come, change and go. */
#include "base/num.h"
#include "base/str.h"
#include "legacy/impl.h"

#define STATE_RING "4"
#define STATE_DOWN "0"

/* ---- Newchannel ------------------------------------------------------------------------ */

/* clang-format off */
#define NEWCHANNEL(state, state_text, form, exten, exten_form)                         \
	{ "Channel" },                                                                 \
	{ "ChannelState", state, form },                                               \
	{ "ChannelStateDesc", state_text, form },                                      \
	{ "CallerIDNum", NULL, ZV_OLD_EMPTY },                                         \
	{ "CallerIDName", NULL, ZV_OLD_EMPTY },                                        \
	{ "AccountCode" },                                                             \
	{ "Exten", exten, exten_form },                                                \
	{ "Context" },                                                                 \
	{ "Uniqueid" },                                                                \
	{ 0 }
/* clang-format on */

static const struct zv_old_line newchannel[] = {
	NEWCHANNEL(NULL, NULL, ZV_OLD_SAME, NULL, ZV_OLD_SAME),
};
static const struct zv_old_line newchannel_of_phone[] = {
	NEWCHANNEL(STATE_DOWN, "Down", ZV_OLD_TEXT, NULL, ZV_OLD_SAME),
};
static const struct zv_old_line newchannel_dialled[] = {
	NEWCHANNEL(NULL, NULL, ZV_OLD_SAME, "", ZV_OLD_TEXT),
};
static const struct zv_old_line newstate[] = {
	{ "Channel" },
	{ "ChannelState" },
	{ "ChannelStateDesc" },
	{ "CallerIDNum", NULL, ZV_OLD_EMPTY },
	{ "CallerIDName", NULL, ZV_OLD_EMPTY },
	{ "ConnectedLineNum", NULL, ZV_OLD_EMPTY },
	{ "ConnectedLineName", NULL, ZV_OLD_EMPTY },
	{ "Uniqueid" },
	{ 0 },
};

static void
add_packet(struct zv_legacy *l, const char *name, const struct zv_old_line *lines,
	   const struct zv_packet *p)
{
	zv_old_begin(l, name, NULL, p);
	zv_old_lines(l, lines, p);
	zv_old_add_vars(l, p, "");
}

/* chan_sip of 1.x made each channel Down, then Ring; chan_pjsip makes it in Ring. Local
 * channels and those of other drivers came in Ring in 1.x, too. A dialled channel had no
 * extension yet; 12+ says `s`. */
static void
on_newchannel(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	      const struct zv_packet *p)
{
	struct zv_str name = zv_old_get(p, "", "Channel");
	struct zv_str state = zv_old_get(p, "", "ChannelState");
	bool is_sip = zv_str_starts(name, ZV_STR("PJSIP/")) ||
		      zv_str_starts(name, ZV_STR("SIP/"));

	if (is_sip && zvon_str_equal(state, ZV_STR(STATE_RING))) {
		add_packet(l, "Newchannel", newchannel_of_phone, p);
		add_packet(l, "Newstate", newstate, p);
	} else if (zvon_str_equal(state, ZV_STR(STATE_DOWN)) &&
		   zvon_str_equal(zv_old_get(p, "", "Exten"), ZV_STR("s"))) {
		add_packet(l, "Newchannel", newchannel_dialled, p);
	} else {
		zv_old_row(l, rule, p);
	}
}

/* ---- the end --------------------------------------------------------------------------- */

static const struct zv_old_line hangup[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ "AccountCode" },
	{ "Cause" },
	{ "Cause-txt" },
	{ 0 },
};
static const struct zv_old_line hangup_request[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line soft_hangup_request[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Cause" },
	{ 0 },
};

static struct zv_old_channel *
channel_of(struct zv_legacy *l, const struct zv_packet *p)
{
	return zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));
}

static void
note_cause(struct zv_old_channel *c, const struct zv_packet *p)
{
	long long cause;

	if (zv_num_parse(zv_old_get(p, "", "Cause"), 1, 1000, &cause) == 0)
		c->cause = (int)cause;
}

static void
on_hangup(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	  const struct zv_packet *p)
{
	struct zv_old_channel *c = channel_of(l, p);

	if (c) {
		note_cause(c, p);
		zv_old_bridge_leave(l, c, p);
		zv_old_dial_is_over(l, c, p, true);
	}
	zv_old_row(l, rule, p);
	if (c) {
		zv_old_dial_dest_gone(l, c, p);
		zv_old_originate_gone(l, c);
		zv_old_channel_forget(l, c);
	}
}

static void
on_hangup_request(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		  const struct zv_packet *p)
{
	struct zv_old_channel *c = channel_of(l, p);

	if (c)
		note_cause(c, p);
	zv_old_row(l, rule, p);
}

/* Newexten, SoftHangupRequest: what comes when Dial() has returned. */
static void
on_next_step(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	     const struct zv_packet *p)
{
	struct zv_old_channel *c = channel_of(l, p);

	if (c)
		zv_old_dial_is_over(l, c, p, false);
	zv_old_row(l, rule, p);
}

/* ---- what it says of itself ------------------------------------------------------------ */

/* Exten and AppData are not escaped: what a caller's line end makes of them stands behind
 * and is never looked at, for the first field of a key counts. */
static const struct zv_old_line newexten[] = {
	{ "Channel" },	   { "Context" }, { "Extension" }, { "Priority" },
	{ "Application" }, { "AppData" }, { "Uniqueid" },  { 0 },
};
static const struct zv_old_line varset[] = {
	{ "Channel" }, { "Variable" }, { "Value" }, { "Uniqueid" }, { 0 },
};
static const struct zv_old_line new_callerid[] = {
	{ "Channel" },
	{ "CallerIDNum", NULL, ZV_OLD_EMPTY },
	{ "CallerIDName", NULL, ZV_OLD_EMPTY },
	{ "Uniqueid" },
	{ "CID-CallingPres" },
	{ 0 },
};
static const struct zv_old_line new_account_code[] = {
	{ "Channel" }, { "Uniqueid" }, { "AccountCode" }, { "OldAccountCode" }, { 0 },
};

const struct zv_legacy_rule zv_legacy_channel_rules[] = {
	{ "Newchannel", NULL, newchannel, NULL, { "" }, on_newchannel },
	{ "Newstate", NULL, newstate, NULL, { "" } },
	{ "Newexten", NULL, newexten, .fn = on_next_step },
	{ "NewCallerid", NULL, new_callerid, NULL, { "" } },
	{ "NewAccountCode", NULL, new_account_code, NULL, { "" } },
	{ "VarSet", NULL, varset },
	{ "HangupRequest", NULL, hangup_request, .fn = on_hangup_request },
	{ "SoftHangupRequest", NULL, soft_hangup_request, .fn = on_next_step },
	{ "Hangup", NULL, hangup, NULL, { "" }, on_hangup },
	{ 0 },
};
