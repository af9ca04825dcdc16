#include "hub/tms_words.h"

#include <stdio.h>

#include "base/md5.h"
#include "base/str.h"

const char *
zv_tms_direction_guid(enum zv_tms_direction direction)
{
	static const char *const guids[] = {
		[ZV_TMS_IN] = "1d96a65f-2131-4916-8825-2d142b1000b2",
		[ZV_TMS_OUT] = "53f71b5f-7e17-4cf5-bf14-6a59212db422",
		[ZV_TMS_DIRECTION_UNKNOWN] = "c072be2c-3d82-4468-9d4a-6db47d1f4cca",
	};

	return guids[direction];
}

/* ---- names of two families ---------------------------------------------------- */

static const char *const call_types[] = {
	[ZV_TMS_TERRASOFT] =
		"Terrasoft.Messaging.Common.Call, Terrasoft.Messaging.Common",
	[ZV_TMS_BPMSOFT] = "BPMSoft.Messaging.Common.Call, BPMSoft.Messaging.Common",
};

const char *
zv_tms_call_type(enum zv_tms_family family)
{
	return call_types[family];
}

static const struct {
	const char *library;
	enum zv_tms_family family;
} libraries[] = {
	{ "Terrasoft.Messaging.Asterisk", ZV_TMS_TERRASOFT },
	{ "Creatio.Messaging.Asterisk", ZV_TMS_TERRASOFT },
	{ "BPMSoft.Messaging.Asterisk", ZV_TMS_BPMSOFT },
};

bool
zv_tms_is_our_library(struct zv_str assembly, enum zv_tms_family *family)
{
	assembly = zv_str_trim(assembly);
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
		if (zv_str_starts_nocase(assembly, zvon_str(libraries[i].library))) {
			*family = libraries[i].family;
			return true;
		}
	return false;
}

/* ---- GUIDs ------------------------------------------------------------------------ */

void
zv_tms_guid_of(const struct zv_str *texts, size_t n, char out[ZV_TMS_GUID])
{
	char hex[ZV_MD5_HEX + 1];

	zv_md5_hex(texts, n, hex);
	hex[12] = '3';
	hex[16] = "89ab"[(hex[16] >= 'a' ? hex[16] - 'a' + 10 : hex[16] - '0') & 3];
	snprintf(out, ZV_TMS_GUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		 hex + 16, hex + 20);
}
