/* login.h - who sends a request. */
#ifndef ZV_ZVOND_LOGIN_H
#define ZV_ZVOND_LOGIN_H

#include "zvond/auth.h"
#include "zvond/exchange.h"

/* By its Authorization. Then `go` is called with x->user, at once or later, or it has been
 * refused. optional: without Authorization too, with x->user NULL. */
void zv_login_request(struct zv_exchange *x, bool optional, zv_login_fn go);

/* The same by what was said elsewhere. */
void zv_login_password(struct zv_exchange *x, struct zv_str user,
		       struct zv_str password, zv_login_fn go);
void zv_login_token(struct zv_exchange *x, struct zv_str token, zv_login_fn go);

void zv_login_refuse(struct zv_exchange *x, const struct zv_auth_outcome *outcome);

#endif
