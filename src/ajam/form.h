/* form.h - an action as application/x-www-form-urlencoded text: the query of a GET or
 * the body of a POST. */
#ifndef ZV_AJAM_FORM_H
#define ZV_AJAM_FORM_H

#include "ami/request.h"

/* Adds `Action=Ping&ActionID=…&Key=value`: the ActionID right behind the Action, because
 * Asterisk drops what comes after 128 parameters; then the fields in their order, repeats
 * kept. Every byte but A-Z a-z 0-9 - . _ ~ is written %XX, a space too. 0 or ZV_ENOMEM. */
int zv_form_format(const struct zv_request *r, struct zv_str action_id,
		   struct zv_buf *out);

#endif
