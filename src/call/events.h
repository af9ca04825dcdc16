/* events.h - from a packet to the rule that knows its event: the table of both AMI
 * generations, and the fields that a rule wants.
 *
 * An event that no rule knows costs one look by its name. */
#ifndef ZV_CALL_EVENTS_H
#define ZV_CALL_EVENTS_H

#include "call/model.h"

/* A key that some rule wants: its name in the rules, its name in the packet. Compared
 * without case: `UniqueID` is UNIQUEID. */
#define ZV_KEYS(X)                                                                     \
 X(ACTION_ID, "ActionID")                                                              \
 X(BRIDGE_NUM_CHANNELS, "BridgeNumChannels")                                           \
 X(BRIDGE_TECHNOLOGY, "BridgeTechnology")                                              \
 X(BRIDGE_UNIQUEID, "BridgeUniqueid")                                                  \
 X(CALLER_ID_NAME, "CallerIDName")                                                     \
 X(CALLER_ID_NUM, "CallerIDNum")                                                       \
 X(CAUSE, "Cause")                                                                     \
 X(CHANNEL, "Channel")                                                                 \
 X(CHANNEL_STATE, "ChannelState")                                                      \
 X(CONFERENCE, "Conference")                                                           \
 X(CONTACT_STATUS, "ContactStatus")                                                    \
 X(COUNT, "Count")                                                                     \
 X(AOR, "AOR")                                                                         \
 X(DEST_APP, "DestApp")                                                                \
 X(DEST_BRIDGE_UNIQUEID, "DestBridgeUniqueid")                                         \
 X(DEST_CALLER_ID_NAME, "DestCallerIDName")                                            \
 X(DEST_CALLER_ID_NUM, "DestCallerIDNum")                                              \
 X(DEST_CHANNEL, "DestChannel")                                                        \
 X(DEST_CHANNEL_STATE, "DestChannelState")                                             \
 X(DEST_EXTEN, "DestExten")                                                            \
 X(DEST_LINKEDID, "DestLinkedid")                                                      \
 X(DEST_TYPE, "DestType")                                                              \
 X(DEST_UNIQUEID, "DestUniqueid")                                                      \
 X(DEVICE, "Device")                                                                   \
 X(DIALSTRING, "DialString")                                                           \
 X(DIAL_STATUS, "DialStatus")                                                          \
 X(DIGIT, "Digit")                                                                     \
 X(DIRECTION, "Direction")                                                             \
 X(EXTEN, "Exten")                                                                     \
 X(EXTENSION, "Extension")                                                             \
 X(FORWARD, "Forward")                                                                 \
 X(INTERFACE, "Interface")                                                             \
 X(LINKEDID, "Linkedid")                                                               \
 X(LOCAL_ONE_UNIQUEID, "LocalOneUniqueid")                                             \
 X(LOCAL_TWO_UNIQUEID, "LocalTwoUniqueid")                                             \
 X(MEMBER_NAME, "MemberName")                                                          \
 X(ORIG_TRANSFERER_UNIQUEID, "OrigTransfererUniqueid")                                 \
 X(PARKEE_CALLER_ID_NAME, "ParkeeCallerIDName")                                        \
 X(PARKEE_CALLER_ID_NUM, "ParkeeCallerIDNum")                                          \
 X(PARKEE_CHANNEL, "ParkeeChannel")                                                    \
 X(PARKEE_CHANNEL_STATE, "ParkeeChannelState")                                         \
 X(PARKEE_LINKEDID, "ParkeeLinkedid")                                                  \
 X(PARKEE_UNIQUEID, "ParkeeUniqueid")                                                  \
 X(PARKER_DIAL_STRING, "ParkerDialString")                                             \
 X(PARKING_SPACE, "ParkingSpace")                                                      \
 X(PAUSED, "Paused")                                                                   \
 X(PAUSED_REASON, "PausedReason")                                                      \
 X(PEER, "Peer")                                                                       \
 X(PEER_STATUS, "PeerStatus")                                                          \
 X(PENALTY, "Penalty")                                                                 \
 X(QUEUE, "Queue")                                                                     \
 X(REASON, "Reason")                                                                   \
 X(RESPONSE, "Response")                                                               \
 X(RESULT, "Result")                                                                   \
 X(RETRIEVER_UNIQUEID, "RetrieverUniqueid")                                            \
 X(SECOND_TRANSFERER_UNIQUEID, "SecondTransfererUniqueid")                             \
 X(STATE, "State")                                                                     \
 X(STATUS, "Status")                                                                   \
 X(TARGET_UNIQUEID, "TargetUniqueid")                                                  \
 X(TO_BRIDGE_UNIQUEID, "ToBridgeUniqueid")                                             \
 X(TRANSFEREE_UNIQUEID, "TransfereeUniqueid")                                          \
 X(TRANSFERER_UNIQUEID, "TransfererUniqueid")                                          \
 X(TRANSFER_TARGET_UNIQUEID, "TransferTargetUniqueid")                                 \
 X(UNIQUEID, "Uniqueid")                                                               \
 X(VALUE, "Value")                                                                     \
 X(VARIABLE, "Variable")                                                               \
 /* AMI 1.x only */                                                                    \
 X(APP_DATA, "AppData")                                                                \
 X(APPLICATION, "Application")                                                         \
 X(BRIDGED_CHANNEL, "BridgedChannel")                                                  \
 X(BRIDGE_STATE, "Bridgestate")                                                        \
 X(CALLER_ID_1, "CallerID1")                                                           \
 X(CALLER_ID_2, "CallerID2")                                                           \
 X(CHANNEL_1, "Channel1")                                                              \
 X(CHANNEL_2, "Channel2")                                                              \
 X(CHANNEL_CALLING, "ChannelCalling")                                                  \
 X(CLONE, "Clone")                                                                     \
 X(DESTINATION, "Destination")                                                         \
 X(DESTINATION_CHANNEL, "DestinationChannel")                                          \
 X(END, "End")                                                                         \
 X(FROM, "From")                                                                       \
 X(HINT, "Hint")                                                                       \
 X(LOCATION, "Location")                                                               \
 X(MEETME, "Meetme")                                                                   \
 X(MEMBER, "Member")                                                                   \
 X(NEWNAME, "Newname")                                                                 \
 X(ORIGINAL, "Original")                                                               \
 X(SOURCE, "Source")                                                                   \
 X(SRC_UNIQUEID, "SrcUniqueID")                                                        \
 X(SUB_EVENT, "SubEvent")                                                              \
 X(TARGET_CHANNEL, "TargetChannel")                                                    \
 X(TRANSFER_2_PARKING, "Transfer2Parking")                                             \
 X(TRANSFER_EXTEN, "TransferExten")                                                    \
 X(TRANSFER_TYPE, "TransferType")                                                      \
 X(UNIQUEID_1, "Uniqueid1")                                                            \
 X(UNIQUEID_2, "Uniqueid2")

enum zv_key {
	ZV_KEY_NONE, /* ends the list of a row */
#define ZV_KEY(name, text) ZV_KEY_##name,
	ZV_KEYS(ZV_KEY)
#undef ZV_KEY
		ZV_N_KEYS,
};

#define ZV_RULE_KEYS 16 /* at most, of one row */

struct zv_in;
typedef void (*zv_rule_fn)(struct zv_calls *t, const struct zv_in *in);

enum zv_generation {
	ZV_BOTH,
	ZV_OLD, /* AMI 1.x: Asterisk 1.4 to 11 */
	ZV_NEW, /* 2 and up: 12 and later */
};

struct zv_rule {
	const char *event;
	enum zv_generation generation;
	zv_rule_fn run;
	uint8_t keys[ZV_RULE_KEYS];
};

/* The fields that the row wants; of a repeated key the first. */
struct zv_in {
	const struct zv_packet *packet;
	uint64_t there[2]; /* one bit for each key */
	struct zv_str value[ZV_N_KEYS];
};

/* The value, or empty. */
static inline struct zv_str
zv_in_get(const struct zv_in *in, enum zv_key key)
{
	return in->there[key >> 6] >> (key & 63) & 1 ? in->value[key]
						     : (struct zv_str){ NULL, 0 };
}

static inline bool
zv_in_has(const struct zv_in *in, enum zv_key key)
{
	return in->there[key >> 6] >> (key & 63) & 1;
}

/* 0…999999, or `otherwise`. */
int zv_in_int(const struct zv_in *in, enum zv_key key, int otherwise);
bool zv_in_is(const struct zv_in *in, enum zv_key key, const char *word);

/* Without the escapes of 12 and later; lives as long as the packet. */
struct zv_str zv_in_plain(struct zv_calls *t, const struct zv_in *in, enum zv_key key);

/* The channel that the snapshot in the packet is about, made when it is new. */
struct zv_chan *zv_in_channel(struct zv_calls *t, const struct zv_in *in);
struct zv_chan *zv_in_dest(struct zv_calls *t, const struct zv_in *in);

#define ZV_SNAPSHOT_KEYS                                                               \
 ZV_KEY_CHANNEL, ZV_KEY_CHANNEL_STATE, ZV_KEY_CALLER_ID_NUM, ZV_KEY_CALLER_ID_NAME,    \
	 ZV_KEY_EXTEN, ZV_KEY_UNIQUEID, ZV_KEY_LINKEDID
#define ZV_DEST_KEYS                                                                   \
 ZV_KEY_DEST_CHANNEL, ZV_KEY_DEST_CHANNEL_STATE, ZV_KEY_DEST_CALLER_ID_NUM,            \
	 ZV_KEY_DEST_CALLER_ID_NAME, ZV_KEY_DEST_UNIQUEID, ZV_KEY_DEST_LINKEDID

/* The rules of each file; a row without an event ends them. */
extern const struct zv_rule zv_rules_channel[], zv_rules_dial[], zv_rules_bridge[],
	zv_rules_transfer[], zv_rules_hold[], zv_rules_queue[], zv_rules_park[],
	zv_rules_conference[], zv_rules_originate[], zv_rules_recording[],
	zv_rules_dtmf[], zv_rules_line[], zv_rules_server[], zv_rules_old_channel[],
	zv_rules_old_dial[], zv_rules_old_bridge[], zv_rules_old_masquerade[],
	zv_rules_old_transfer[], zv_rules_old_queue[], zv_rules_old_conference[],
	zv_rules_old_variable[], zv_rules_old_line[];

/* NULL: no memory. */
struct zv_rules *zv_rules_new(void);
void zv_rules_free(struct zv_rules *r); /* NULL is fine */
void zv_rules_banner(struct zv_calls *t, struct zv_str line);
void zv_rules_run(struct zv_calls *t, const struct zv_packet *event);

/* Fields of any packet; keys: as in a row, ended by ZV_KEY_NONE. */
void zv_rules_pick(const struct zv_calls *t, const struct zv_packet *packet,
		   const uint8_t *keys, struct zv_in *out);

#endif
