/* Who sends that request? Authorization: Bearer TOKEN, or Basic where nobody can listen. */
#include "zvond/talk.h"

#include "base/mem.h"
#include "base/base64.h"
#include "base/str.h"
#include "zvond/auth.h"
#include "zvond/login.h"

void
zv_login_refuse(struct zv_exchange *x, const struct zv_auth_outcome *outcome)
{
	if (outcome->retry_ms)
		zv_exchange_refuse_for(x, outcome->status, outcome->retry_ms,
				       outcome->status == 429 ? "limit" : "busy",
				       outcome->why);
	else
		zv_exchange_refuse(x, outcome->status, "unauthorized", "%s",
				   outcome->why);
}

/* ---- passwords ------------------------------------------------------------------------------------- */

static void
forget(struct zv_exchange *x)
{
	zv_auth_forget(x->waiting);
}

static void
on_outcome(void *owner, const struct zv_auth_outcome *outcome)
{
	struct zv_exchange *x = owner;

	x->cancel = NULL;
	x->waiting = NULL;
	x->user = outcome->user;
	if (x->user)
		x->go(x);
	else
		zv_login_refuse(x, outcome);
}

void
zv_login_password(struct zv_exchange *x, struct zv_str user, struct zv_str password,
		  zv_login_fn go)
{
	struct zv_auth_outcome outcome = { 0 };
	unsigned char address[16];

	zv_conn_address(x->front->conn, address);
	x->go = go;
	x->cancel = forget;
	x->waiting = zv_auth_password(zv_exchange_daemon(x)->auth, user, password,
				      address, on_outcome, x, &outcome);
	if (!x->waiting) {
		x->cancel = NULL;
		zv_login_refuse(x, &outcome);
	}
}

static bool
is_loopback(const struct zv_conn *c)
{
	static const unsigned char ipv6[16] = { [15] = 1 };
	static const unsigned char ipv4[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	unsigned char address[16];

	zv_conn_address(c, address);
	return memcmp(address, ipv6, sizeof ipv6) == 0 ||
	       memcmp(address, ipv4, sizeof ipv4) == 0;
}

static void
ask_basic(struct zv_exchange *x, struct zv_str text, zv_login_fn go)
{
	struct zv_buf pair = { .secret = true };
	struct zv_str password, user;

	if (!zv_conn_is_tls(x->front->conn) && !is_loopback(x->front->conn)) {
		zv_exchange_refuse(
			x, 403, "not_encrypted",
			"a password in each request needs TLS: use https, or "
			"a token");
		return;
	}
	if (zv_base64_decode(&pair, text, false) < 0) {
		zv_exchange_refuse(x, 401, "unauthorized",
				   "Authorization: Basic is not base64");
	} else {
		password = zv_buf_str(&pair);
		if (!zv_str_split(&password, ':', &user))
			user = (struct zv_str){ 0 };
		zv_login_password(x, user, password, go);
	}
	zv_buf_deinit(&pair);
}

/* ---- requests ---------------------------------------------------------------------------------------- */

static bool
has_scheme(struct zv_str *value, struct zv_str scheme)
{
	if (value->n <= scheme.n || !zv_str_starts_nocase(*value, scheme) ||
	    value->p[scheme.n] != ' ')
		return false;
	*value = zv_str_trim(zv_str_from(*value, scheme.n));
	return true;
}

void
zv_login_token(struct zv_exchange *x, struct zv_str token, zv_login_fn go)
{
	struct zv_auth_outcome outcome;

	zv_auth_token(zv_exchange_daemon(x)->auth, token, &outcome);
	x->user = outcome.user;
	x->token = token;
	if (x->user)
		go(x);
	else
		zv_login_refuse(x, &outcome);
}

void
zv_login_request(struct zv_exchange *x, bool optional, zv_login_fn go)
{
	struct zv_str value = zv_http_field_of(x->request, "Authorization");

	if (!value.p && optional)
		go(x);
	else if (!value.p)
		zv_exchange_refuse(x, 401, "unauthorized",
				   "this needs Authorization: Bearer TOKEN; POST "
				   "/v1/login gives one");
	else if (has_scheme(&value, ZV_STR("Bearer")))
		zv_login_token(x, value, go);
	else if (has_scheme(&value, ZV_STR("Basic")))
		ask_basic(x, value, go);
	else
		zv_exchange_refuse(x, 401, "unauthorized",
				   "Authorization must be Bearer or Basic");
}
