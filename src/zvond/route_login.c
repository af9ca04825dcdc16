/* POST /v1/login, /v1/logout: session tokens. */
#include "io/clock.h"
#include "json/reader.h"
#include "json/writer.h"
#include "zvond/login.h"
#include "zvond/routes.h"
#include "zvond/tokens.h"

static void
answer_token(struct zv_exchange *x, const char *token, int lives_s)
{
	struct zv_buf body = { .secret = true };
	struct zv_json j = { .out = &body };

	zv_json_begin_object(&j);
	zv_json_member(&j, "token", zvon_str(token));
	zv_json_key(&j, "expires_s");
	zv_json_int(&j, lives_s);
	zv_json_end_object(&j);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}

static void
give_token(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	int lives_s = zv_daemon_config(d)->session_token_s;
	char token[ZV_TOKEN_TEXT] = "";

	zv_conn_prove(x->front->conn);
	if (zv_auth_give_token(d->auth, x->user->name, lives_s, token) < 0) {
		zv_exchange_refuse(x, 503, "busy", "there are too many sessions");
		return;
	}
	zv_log(d->log, ZV_LOG_INFO, "auth", "session token given user=%.*s remote=%s",
	       ZV_ARG(x->user->name), zv_conn_remote(x->front->conn));
	answer_token(x, token, lives_s);
}

void
zv_route_login(struct zv_exchange *x)
{
	struct zv_error err = { 0 };
	json_t *body = zv_json_read(x->request->body, &err);
	struct zv_str user = body ? zv_json_text(body, "user") : (struct zv_str){ 0 };
	struct zv_str password =
		body ? zv_json_text(body, "password") : (struct zv_str){ 0 };

	if (!body)
		zv_exchange_refuse(x, 400, "bad_argument", "%s", err.text);
	else if (!user.p || !password.p)
		zv_exchange_refuse(x, 400, "bad_argument",
				   "a JSON object with user and password is needed");
	else
		zv_login_password(x, user, password, give_token);
	json_decref(body);
}

void
zv_route_logout(struct zv_exchange *x)
{
	struct zv_tokens *tokens = zv_auth_tokens(zv_exchange_daemon(x)->auth);
	const struct zv_reply reply = { .status = 200,
					.body = ZV_STR("{\"ok\":true}") };

	if (x->token.p && zv_tokens_end(tokens, x->token) == 0)
		zv_exchange_answer(x, &reply);
	else
		zv_exchange_refuse(x, 409, "not_possible",
				   "only a token of POST /v1/login can be ended");
}
