/* request.h - an action as the session sees it: text ready to be sent. */
#ifndef ZV_AMI_REQUEST_H
#define ZV_AMI_REQUEST_H

#include "base/buf.h"
#include "zvon/request.h"

/* The action's name, borrowed from r. */
struct zv_str zv_request_name(const struct zv_request *r);

/* The ActionID given with zvon_request_add, or the empty view. */
struct zv_str zv_request_action_id(const struct zv_request *r);

/* The fields in their order, without Action and ActionID: *cursor starts at 0 and moves
 * on; *key and *value are borrowed until the next change of r. false: no more. */
bool zv_request_next(const struct zv_request *r, size_t *cursor, struct zv_str *key,
		     struct zv_str *value);

/* Adds the whole packet to out, with this ActionID right behind the Action line:
 * 0 or ZV_ENOMEM. */
int zv_request_format(const struct zv_request *r, struct zv_str action_id,
		      struct zv_buf *out);

struct zv_request *zv_request_copy(const struct zv_request *r); /* NULL: no memory */

#endif
