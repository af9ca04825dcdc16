/* From a request to a WebSocket: which dialect, and who is it? */
#include "zvond/socket.h"

#include "base/str.h"
#include "ws/handshake.h"
#include "zvond/auth.h"
#include "zvond/login.h"
#include "zvond/talk.h"

#define EVENTS_PATH "/v1/events"
#define PROTOCOL    "zvon.v1"
#define BEARER	    "bearer." /* in the list of subprotocols, for browsers */

/* The word of a comma list that begins so, without that; p NULL: none. */
static struct zv_str
word_after(struct zv_str list, struct zv_str beginning)
{
	struct zv_str word;

	while (zv_str_split(&list, ',', &word)) {
		word = zv_str_trim(word);
		if (zv_str_starts(word, beginning))
			return zv_str_from(word, beginning.n);
	}
	return (struct zv_str){ 0 };
}

static bool
has_word(struct zv_str list, struct zv_str wanted)
{
	struct zv_str word;

	while (zv_str_split(&list, ',', &word))
		if (zvon_str_equal(zv_str_trim(word), wanted))
			return true;
	return false;
}

/* Our own dialect is asked for by path and subprotocol; everything else is a panel. */
static bool
is_ours(const struct zv_exchange *x, const struct zv_ws_wish *wish)
{
	return zvon_str_equal(x->request->path, ZV_STR(EVENTS_PATH)) &&
	       (!wish->protocols.n || has_word(wish->protocols, ZV_STR(PROTOCOL)));
}

/* Answers 101; from now on the connection is a WebSocket. */
static void
accept_upgrade(struct zv_exchange *x, const struct zv_ws_wish *wish,
	       struct zv_socket_options *options)
{
	struct zv_front *f = x->front;
	struct zv_daemon *d = zv_front_daemon(f);
	struct zv_str protocol = { 0 };

	if (has_word(wish->protocols, ZV_STR(PROTOCOL)))
		protocol = ZV_STR(PROTOCOL);
	options->deflate = wish->deflate && f->gate->config->deflate;
	x->answered = true;
	d->metrics.upgrades++;
	zv_buf_clear(&d->scratch);
	zv_ws_accept(&d->scratch, wish, protocol, options->deflate);
	if (zv_buf_failed(&d->scratch) || zv_front_send(f, zv_buf_str(&d->scratch)) < 0)
		zv_front_close(f, false);
	else if (zv_socket_begin(f, options) == 0)
		zv_front_soon(f); /* what came behind the request */
}

/* ---- zvon.v1 ------------------------------------------------------------------------------------- */

/* Of `?token=`; p NULL: none. */
static struct zv_str
url_token(struct zv_exchange *x, struct zv_buf *token)
{
	token->secret = true;
	if (zv_http_query_value(x->request->query, "token", token) <= 0)
		return (struct zv_str){ 0 };
	return zv_buf_str(token);
}

/* A browser's page cannot see a refused upgrade: it gets a close with the reason. */
static void
check_token(struct zv_exchange *x, struct zv_str token, struct zv_socket_options *o)
{
	struct zv_auth_outcome outcome;

	zv_auth_token(zv_exchange_daemon(x)->auth, token, &outcome);
	o->user = outcome.user;
	o->refuse_why = outcome.why;
	o->refuse_code = outcome.user ? 0 : 1008;
}

static void
begin_ours(struct zv_exchange *x)
{
	struct zv_socket_options o = { .dialect = ZV_DIALECT_ZVON, .user = x->user };
	struct zv_error err = { 0 };
	struct zv_buf in_url = { 0 };
	struct zv_ws_wish wish;
	struct zv_str token;

	zv_ws_wish(x->request, &wish, &err); /* was checked */
	token = word_after(wish.protocols, ZV_STR(BEARER));
	if (!x->user && !token.p && x->front->gate->config->token_in_url)
		token = url_token(x, &in_url);
	if (x->user || token.p || zv_guard_may_upgrade(x, false)) {
		if (!x->user && token.p)
			check_token(x, token, &o);
		accept_upgrade(x, &wish, &o);
	}
	zv_buf_deinit(&in_url);
}

/* ---- panels -------------------------------------------------------------------------------------- */

static bool
is_panel_address(const struct zv_exchange *x)
{
	const struct zv_config_listen *c = x->front->gate->config;
	unsigned char address[16];

	zv_conn_address(x->front->conn, address);
	return zv_config_network_has(c->addresses, c->n_addresses, address);
}

/* A token in the URL is the listener's, which makes it a panel like others, or a user's. */
static const struct zv_user *
panel_of_token(struct zv_exchange *x, struct zv_str token)
{
	const struct zv_config_listen *c = x->front->gate->config;
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_auth_outcome outcome;

	if (c->panel_token && zv_auth_is_secret(token, c->panel_token))
		return zv_daemon_panel_user(d, c);
	zv_auth_token(d->auth, token, &outcome);
	return outcome.user;
}

/* Who may be a panel: from a configured address, with the listener's role; or by token, and
 * then from these addresses if there are any. */
static const struct zv_user *
panel_user(struct zv_exchange *x, bool *has_token)
{
	const struct zv_config_listen *c = x->front->gate->config;
	struct zv_buf text = { 0 };
	struct zv_str token = url_token(x, &text);
	const struct zv_user *user = NULL;
	bool here = is_panel_address(x);

	*has_token = token.p != NULL;
	if (token.p && (here || !c->n_addresses))
		user = panel_of_token(x, token);
	else if (!token.p && here && !c->panel_token)
		user = zv_daemon_panel_user(zv_exchange_daemon(x), c);
	zv_buf_deinit(&text);
	return user;
}

static void
begin_panel(struct zv_exchange *x, const struct zv_ws_wish *wish)
{
	struct zv_socket_options o = { .dialect = ZV_DIALECT_TMS };
	bool has_token;

	o.user = panel_user(x, &has_token);
	if (!o.user) {
		zv_log(zv_exchange_daemon(x)->log, ZV_LOG_WARN, "front",
		       "panel refused: its address is not in addresses, and it has no "
		       "token remote=%s",
		       zv_conn_remote(x->front->conn));
		zv_exchange_refuse(
			x, 403, "denied",
			"panels are allowed from the addresses of the listen "
			"section, or with ?token=");
	} else if (zv_guard_may_upgrade(x, has_token)) {
		accept_upgrade(x, wish, &o);
	}
}

/* ---- both ---------------------------------------------------------------------------------------- */

static void
refuse_wish(struct zv_exchange *x, int status, const struct zv_error *err)
{
	static const struct zv_http_answer_field version = { "Sec-WebSocket-Version",
							     { "13", 2 } };
	struct zv_reply reply = { .status = status, .more = &version, .n_more = 1 };

	if (status == 426) {
		reply.body = ZV_STR("{\"error\":{\"code\":\"version\",\"message\":"
				    "\"WebSocket version 13 is spoken here\"}}");
		zv_exchange_answer(x, &reply);
	} else {
		zv_exchange_refuse(x, status, "bad_upgrade", "%s", err->text);
	}
}

void
zv_upgrade_request(struct zv_exchange *x)
{
	unsigned faces = x->front->gate->config->faces;
	struct zv_error err = { 0 };
	struct zv_ws_wish wish;
	int status = zv_ws_wish(x->request, &wish, &err);

	if (status)
		refuse_wish(x, status, &err);
	else if (is_ours(x, &wish) && (faces & ZV_FACE_ZVON))
		zv_login_request(x, true, begin_ours);
	else if (!is_ours(x, &wish) && (faces & ZV_FACE_TMS))
		begin_panel(x, &wish);
	else
		zv_exchange_refuse(x, 404, "not_found",
				   "no WebSocket is served here: see /v1/events with "
				   "the subprotocol zvon.v1");
}
