/* miko_request.h - a method's arguments as an action of AMI, and what comes back as the
 * element that a script gets. Pure. */
#ifndef ZV_ONEC_MIKO_REQUEST_H
#define ZV_ONEC_MIKO_REQUEST_H

#include "onec/miko_table.h"
#include "zvon/packet.h"
#include "zvon/request.h"

#define ZV_MIKO_VARIABLES_MAX 32 /* of one Originate: MIKO's documentation */

struct zv_miko_request_options {
	bool keep_percent; /* %XX in ZV_MIKO_PERCENT is the caller's own: as it is */
	bool in_russian;
	struct zv_str action_id; /* when the script gives none */
};

/* arguments: as the method's table has them. Empty ones are left out. NULL: *err says which
 * argument and why. Free with zvon_request_free. */
struct zv_request *zv_miko_request(const struct zv_method *method,
				   const struct zv_value *arguments,
				   const struct zv_miko_request_options *options,
				   struct zv_error *err);

/* How long Asterisk may take for it, beyond what every action may: an Originate that is not
 * Async is answered when the phone is. 0: nothing. */
int zv_miko_extra_ms(const struct zv_method *method, const struct zv_value *arguments);

/* Adds `<generic … />`, well-formed whatever the packet holds, without an ActionID that
 * begins with `own_id`. 0 or ZV_ENOMEM. */
int zv_miko_element(const struct zv_packet *p, struct zv_str own_id,
		    struct zv_buf *out);

/* The same of an event or a response of our own: pairs of key and value, to NULL. */
int zv_miko_own_element(struct zv_buf *out, const char *key, ...);

#endif
