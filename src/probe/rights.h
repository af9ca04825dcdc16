/* rights.h - the classes of an account: what is granted, what is surely not, and
 * what cannot be told. Pure: packets in, bits out. */
#ifndef ZV_PROBE_RIGHTS_H
#define ZV_PROBE_RIGHTS_H

#include "ami/class.h"
#include "zvon/packet.h"

/* Classes of ami/class.h; one in neither set is not known. */
struct zv_rights {
	unsigned granted, denied;
};

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
