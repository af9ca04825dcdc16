/* Transfers, pickup, spying, the two halves of a Local channel. */
#include "legacy/impl.h"

/* 1.x told transfers that a SIP phone asked for (REFER), none by feature code; the
 * Call-ID is not known to 12+. */
static const struct zv_old_line blind[] = {
	{ "TransferMethod", "SIP", ZV_OLD_TEXT },
	{ "TransferType", "Blind", ZV_OLD_TEXT },
	{ "Channel", "TransfererChannel" },
	{ "Uniqueid", "TransfererUniqueid" },
	{ "SIP-Callid", "", ZV_OLD_TEXT },
	{ "TargetChannel", "TransfereeChannel" },
	{ "TargetUniqueid", "TransfereeUniqueid" },
	{ "TransferExten", "Extension" },
	{ "TransferContext", "Context" },
	{ 0 },
};
static const struct zv_old_line attended[] = {
	{ "TransferMethod", "SIP", ZV_OLD_TEXT },
	{ "TransferType", "Attended", ZV_OLD_TEXT },
	{ "Channel", "OrigTransfererChannel" },
	{ "Uniqueid", "OrigTransfererUniqueid" },
	{ "SIP-Callid", "", ZV_OLD_TEXT },
	{ "TargetChannel", "SecondTransfererChannel" },
	{ "TargetUniqueid", "SecondTransfererUniqueid" },
	{ 0 },
};

static bool
has_worked(const struct zv_packet *p)
{
	return zvon_str_equal(zv_old_get(p, "", "Result"), ZV_STR("Success"));
}

static void
on_blind(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	 const struct zv_packet *p)
{
	if (has_worked(p) &&
	    zvon_str_equal(zv_old_get(p, "", "IsExternal"), ZV_STR("Yes")))
		zv_old_row(l, rule, p);
}

/* By feature code or Atxfer both legs of the transferer are one channel. */
static void
on_attended(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	    const struct zv_packet *p)
{
	if (has_worked(p) &&
	    !zvon_str_equal(zv_old_get(p, "OrigTransferer", "Uniqueid"),
			    zv_old_get(p, "SecondTransferer", "Uniqueid")))
		zv_old_row(l, rule, p);
}

static const struct zv_old_line pickup[] = {
	{ "Channel" },
	{ "TargetChannel" },
	{ 0 },
};
static const struct zv_old_line spy_starts[] = {
	{ "SpyerChannel" },
	{ "SpyeeChannel" },
	{ 0 },
};
static const struct zv_old_line spy_stops[] = {
	{ "SpyeeChannel" },
	{ 0 },
};
static const struct zv_old_line local_bridge[] = {
	{ "Channel1", "LocalOneChannel" },
	{ "Channel2", "LocalTwoChannel" },
	{ "Uniqueid1", "LocalOneUniqueid" },
	{ "Uniqueid2", "LocalTwoUniqueid" },
	{ "Context" },
	{ "Exten" },
	{ "LocalOptimization" },
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_transfer_rules[] = {
	{ "BlindTransfer",
	  "Transfer",
	  blind,
	  NULL,
	  { "Transferer", "Transferee" },
	  on_blind },
	{ "AttendedTransfer",
	  "Transfer",
	  attended,
	  NULL,
	  { "OrigTransferer", "SecondTransferer" },
	  on_attended },
	{ "Pickup", NULL, pickup, NULL, { "", "Target" } },
	{ "ChanSpyStart", NULL, spy_starts, NULL, { "Spyer", "Spyee" } },
	{ "ChanSpyStop", NULL, spy_stops, NULL, { "Spyee" } },
	{ "LocalBridge", NULL, local_bridge },
	{ 0 },
};
