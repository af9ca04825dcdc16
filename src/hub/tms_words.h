/* tms_words.h - the words and numbers of the panel's protocol (docs/protocol/tms.md). */
#ifndef ZV_HUB_TMS_WORDS_H
#define ZV_HUB_TMS_WORDS_H

#include "zvon/str.h"

enum zv_tms_event {
	ZV_TMS_NONE,
	ZV_TMS_LIBRARY_INITIALIZED,
	ZV_TMS_CONNECTION_CREATED,
	ZV_TMS_ERROR,
	ZV_TMS_COMMAND_INFO,
	ZV_TMS_RING_STARTED,
	ZV_TMS_RING_FINISHED,
	ZV_TMS_COMMUTATION_STARTED,
	ZV_TMS_PUT_HOLD_ACTION,
	ZV_TMS_END_HOLD_ACTION,
	ZV_TMS_ACTIVE_CALL_SNAPSHOT,
	ZV_TMS_LINE_STATE_CHANGED,
	ZV_TMS_AGENT_STATE_CHANGED,
	ZV_TMS_ABONENT_BUSY,
	ZV_TMS_DISCONNECTED,
	ZV_TMS_CALL_SAVED_IN_DB,
	ZV_TMS_RAW_DATA,
	ZV_TMS_CALL_INFO_CHANGED,
	ZV_TMS_DTMF_ENTERED,
};

/* 2 and 5 make the browser connect anew, so they are kept for what that can mend. */
enum zv_tms_error {
	ZV_TMS_ERROR_GENERAL,
	ZV_TMS_ERROR_LIBRARY,
	ZV_TMS_ERROR_CONNECTION,
	ZV_TMS_ERROR_COMMAND,
	ZV_TMS_ERROR_NOT_IMPLEMENTED,
	ZV_TMS_ERROR_CALL_CENTRE,
	ZV_TMS_ERROR_AUTHENTICATION,
	ZV_TMS_ERROR_SAVING,
	ZV_TMS_ERROR_HANDLER,
	ZV_TMS_ERROR_CONFIG,
};

enum zv_tms_state {
	ZV_TMS_STATE_NONE,
	ZV_TMS_STATE_ALERTING,
	ZV_TMS_STATE_CONNECTED,
	ZV_TMS_STATE_HOLDED,
	ZV_TMS_STATE_CONFERENCED,
	ZV_TMS_STATE_UNKNOWN,
	ZV_TMS_STATE_BUSY,
};

enum zv_tms_direction {
	ZV_TMS_IN,
	ZV_TMS_OUT,
	ZV_TMS_DIRECTION_UNKNOWN,
};
const char *zv_tms_direction_guid(enum zv_tms_direction direction);

/* callFeaturesSet: what the panel may show as possible. */
#define ZV_TMS_CAN_RECALL	   0x1u
#define ZV_TMS_CAN_DIAL		   0x2u
#define ZV_TMS_CAN_ANSWER	   0x4u
#define ZV_TMS_CAN_DROP		   0x8u
#define ZV_TMS_CAN_HOLD		   0x10u
#define ZV_TMS_CAN_UNHOLD	   0x20u
#define ZV_TMS_CAN_SETUP_TRANSFER  0x40u
#define ZV_TMS_CAN_COMPLETE	   0x80u
#define ZV_TMS_CAN_BLIND_TRANSFER  0x100u
#define ZV_TMS_CAN_CONSULT	   0x200u
#define ZV_TMS_CAN_DTMF		   0x400u
#define ZV_TMS_CAN_VIDEO	   0x800u
#define ZV_TMS_CAN_MUTE		   0x1000u
#define ZV_TMS_CAN_CANCEL_COMPLETE 0x2000u

/* The two families of names: Terrasoft's (Creatio, bpm'online) and BPMSoft's. */
enum zv_tms_family {
	ZV_TMS_TERRASOFT,
	ZV_TMS_BPMSOFT,
};
const char *zv_tms_call_type(enum zv_tms_family family); /* contentType of a call */

/* "Terrasoft.Messaging.Asterisk[, …]", "BPMSoft.Messaging.Asterisk[, …]". false: the
 * library of another PBX, or none at all. */
bool zv_tms_is_our_library(struct zv_str assembly, enum zv_tms_family *family);

/* A GUID, as text with its NUL. */
#define ZV_TMS_GUID 37
/* Always the same one of the same texts (as RFC 4122, version 3: MD5). */
void zv_tms_guid_of(const struct zv_str *texts, size_t n, char out[ZV_TMS_GUID]);

#endif
