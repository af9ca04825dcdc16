#include "hist/preset.h"

#include "base/str.h"

#define CDR(field, names, type, needed)                                                \
 {                                                                                     \
#  field, names, ZV_COLUMN_##type, needed, offsetof(struct zv_cdr_row, field)          \
 }
#define CDR_TIME(field, names, needed)                                                 \
 {                                                                                     \
#  field, names, ZV_COLUMN_TIME, needed, offsetof(struct zv_cdr_row, field##_ms)       \
 }
#define CDR_TEXT(field) CDR(field, #field, TEXT, false)

/* contrib/ast-db-manage/cdr, cdr.conf, cdr_pgsql.c (calldate is an alias of start); below
 * `sequence` what FreePBX and the scripts of CRM systems have added. */
static const struct zv_column cdr_fields[] = {
	CDR(src, "src", TEXT, true),
	CDR(dst, "dst", TEXT, true),
	CDR_TEXT(dcontext),
	CDR_TEXT(clid),
	CDR(channel, "channel", TEXT, true),
	CDR_TEXT(dstchannel),
	CDR_TEXT(lastapp),
	CDR_TEXT(lastdata),
	CDR_TIME(start, "start calldate start_time starttime", true),
	CDR_TIME(answer, "answer answer_time answertime", false),
	CDR_TIME(end, "end endtime end_time", false),
	{ "duration", "duration", ZV_COLUMN_NUMBER, false,
	  offsetof(struct zv_cdr_row, duration_s) },
	CDR(billsec, "billsec", NUMBER, false),
	CDR(disposition, "disposition", TEXT, true),
	CDR_TEXT(accountcode),
	CDR(uniqueid, "uniqueid", TEXT, true),
	CDR_TEXT(linkedid),
	CDR_TEXT(peeraccount),
	CDR_TEXT(userfield),
	CDR(sequence, "sequence", LONG, false),
	CDR_TEXT(did),
	CDR(recordingfile, "recordingfile recordpath monitorpath", TEXT, false),
	CDR_TEXT(cnum),
	CDR_TEXT(cnam),
	CDR_TEXT(dst_cnam),
	{ 0 },
};

#define CEL(field, names, needed)                                                      \
 {                                                                                     \
#  field, names, ZV_COLUMN_TEXT, needed, offsetof(struct zv_cel_row, field)            \
 }

/* contrib/ast-db-manage/cdr (cel), cel_odbc.conf, cel_sqlite3_custom.conf. */
static const struct zv_column cel_fields[] = {
	CEL(eventtype, "eventtype", true),
	{ "eventtime", "eventtime", ZV_COLUMN_TIME, true,
	  offsetof(struct zv_cel_row, time_ms) },
	CEL(cid_name, "cid_name", false),
	CEL(cid_num, "cid_num", false),
	CEL(exten, "exten", false),
	CEL(context, "context", false),
	CEL(channel, "channame channel", true),
	CEL(appname, "appname", false),
	CEL(appdata, "appdata", false),
	CEL(uniqueid, "uniqueid", true),
	CEL(linkedid, "linkedid", true),
	CEL(peer, "peer", false),
	CEL(extra, "extra eventextra", false),
	{ 0 },
};

const struct zv_column *const zv_columns[ZV_RECORD_KINDS] = { cdr_fields, cel_fields };

/* What tables have besides, and nothing here asks for. */
static const char *const others[ZV_RECORD_KINDS] = {
	"id acctid position next_position file amaflags outbound_cnum outbound_cnam "
	"from_account "
	"to_account "
	"dialstatus transfer a_transfer is_app work_completed src_call_id dst_call_id "
	"verbose_call_id rec_src_channel dtmf_digits",
	"id acctid position next_position file userdeftype cid_ani cid_rdnis cid_dnid "
	"accountcode "
	"peeraccount "
	"amaflags userfield",
};

/* FreePBX's cdr has no number of its own, cel has. Issabel and Elastix are FreePBX inside.
 * PT1C_cdr is MIKO's add-on for FreePBX. */
const struct zv_preset zv_presets[] = {
	{ "asterisk", { { "cdr", "acctid id", NULL }, { "cel", "id", NULL } } },
	{ "freepbx", { { "cdr", NULL, NULL }, { "cel", "id", NULL } } },
	{ "mikopbx",
	  { { "cdr_general", "id",
	      "src=src_num dst=dst_num channel=src_chan dstchannel=dst_chan "
	      "lastapp=appname" },
	    { NULL, NULL, NULL } } },
	{ "pt1c", { { "PT1C_cdr", "id", NULL }, { "PT1C_cel", "id", NULL } } },
	{ "issabel", { { "cdr", NULL, NULL }, { "cel", "id", NULL } } },
	{ "csv", { { "cdr", NULL, NULL }, { "cel", NULL, NULL } } },
	{ 0 },
};

const struct zv_preset *
zv_preset_find(struct zv_str name)
{
	for (const struct zv_preset *p = zv_presets; p->name; p++)
		if (zvon_str_equal_nocase(zvon_str(p->name), name))
			return p;
	return NULL;
}

const char *
zv_preset_names(void)
{
	return "asterisk, freepbx, mikopbx, pt1c, issabel, csv";
}

static bool
is_among(struct zv_str words, struct zv_str what)
{
	struct zv_str word;

	while (zv_str_split(&words, ' ', &word))
		if (zvon_str_equal_nocase(word, what))
			return true;
	return false;
}

int
zv_column_of(enum zv_record_kind kind, struct zv_str name)
{
	for (int i = 0; zv_columns[kind][i].name; i++)
		if (zvon_str_equal_nocase(zvon_str(zv_columns[kind][i].name), name))
			return i;
	return -1;
}

struct zv_str
zv_preset_columns(const struct zv_preset *p, enum zv_record_kind kind, int field)
{
	const struct zv_column *f = &zv_columns[kind][field];
	struct zv_str renamed = zvon_str(p->tables[kind].renamed), pair, name;

	while (zv_str_split(&renamed, ' ', &pair)) {
		zv_str_split(&pair, '=', &name);
		if (zvon_str_equal_nocase(name, zvon_str(f->name)))
			return pair;
	}
	return zvon_str(f->names);
}

bool
zv_preset_is_known(enum zv_record_kind kind, struct zv_str column)
{
	return is_among(zvon_str(others[kind]), column);
}
