/* row.h - one row of a PBX's own records, CDR or CEL, with the names that Asterisk gives the
 * columns; presets and the configuration map a table's columns to them (preset.h). Sources:
 * Asterisk's cdr and cel tables (1.8 to 22), FreePBX, MikoPBX; see docs/history/sources.md. */
#ifndef ZV_HIST_ROW_H
#define ZV_HIST_ROW_H

#include <stdint.h>

#include "zvon/str.h"

/* What a table does not have is empty, or 0. Times: Unix ms. */
struct zv_cdr_row {
	struct zv_str src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata;
	int64_t start_ms, answer_ms, end_ms;
	int duration_s, billsec;
	struct zv_str disposition, accountcode, uniqueid, linkedid, peeraccount,
		userfield;
	long long sequence; /* -1: none */
	struct zv_str did, recordingfile, cnum, cnam, dst_cnam;
};

struct zv_cel_row {
	struct zv_str eventtype; /* name, or number of include/asterisk/cel.h */
	int64_t time_ms;
	struct zv_str cid_name, cid_num, exten, context, channel, appname, appdata,
		uniqueid, linkedid, peer, extra;
};

#endif
