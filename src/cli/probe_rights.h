/* probe_rights.h - the classes of an account: what is granted, what is surely not, and
 * what cannot be told. Pure: packets in, bits out. */
#ifndef ZV_CLI_PROBE_RIGHTS_H
#define ZV_CLI_PROBE_RIGHTS_H

#include <stdint.h>

#include "base/buf.h"
#include "zvon/packet.h"

/* One bit each, named as in manager.conf. */
enum zv_class {
	ZV_CLASS_SYSTEM = 1 << 0,
	ZV_CLASS_CALL = 1 << 1,
	ZV_CLASS_LOG = 1 << 2,
	ZV_CLASS_VERBOSE = 1 << 3,
	ZV_CLASS_COMMAND = 1 << 4,
	ZV_CLASS_AGENT = 1 << 5,
	ZV_CLASS_USER = 1 << 6,
	ZV_CLASS_CONFIG = 1 << 7,
	ZV_CLASS_DTMF = 1 << 8,
	ZV_CLASS_REPORTING = 1 << 9,
	ZV_CLASS_CDR = 1 << 10,
	ZV_CLASS_DIALPLAN = 1 << 11,
	ZV_CLASS_ORIGINATE = 1 << 12,
	ZV_CLASS_AGI = 1 << 13,
	ZV_CLASS_CC = 1 << 14,
	ZV_CLASS_AOC = 1 << 15,
	ZV_CLASS_TEST = 1 << 16,
	ZV_CLASS_SECURITY = 1 << 17,
	ZV_CLASS_MESSAGE = 1 << 18,
	ZV_CLASS_EVERY = (1 << 19) - 1,
};

/* A class in neither set is not known. */
struct zv_rights {
	uint32_t granted, denied;
};

/* "call,agent" to bits; "all" and unknown words are passed over. */
uint32_t zv_classes_parse(struct zv_str list);

/* Bits to "call,agent". */
void zv_classes_format(uint32_t classes, struct zv_buf *out);

/* What the answer to ListCommands says of the write classes: it names only actions
 * that the account may use, each with its classes. */
void zv_rights_from_list(struct zv_rights *write, const struct zv_packet *list);

/* Does that answer name the action? */
bool zv_rights_may(const struct zv_packet *list, const char *action);

/* The lines of `manager show user NAME` (1.8 to 22) tell both. false: not in there. */
bool zv_rights_from_user(struct zv_rights *read, struct zv_rights *write,
			 const struct zv_packet *answer);

/* An event that came: of a single class, that one may be read. */
void zv_rights_from_event(struct zv_rights *read, const struct zv_packet *event);

/* "18" for AMI 7.0.3, "1.6 - 1.8" for 1.1; NULL: not known. */
const char *zv_asterisk_of_ami(struct zv_str ami_version);

#endif
