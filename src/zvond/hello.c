#include "zvond/hello.h"

#include "base/mem.h"
#include "json/reader.h"
#include "zvond/auth.h"

struct zv_hello {
	struct zv_front *front;
	zv_hello_fn fn;
	void *owner;
	struct zv_auth_try *asked;
};

struct zv_hello *
zv_hello_new(struct zv_front *f, zv_hello_fn fn, void *owner)
{
	struct zv_hello *h = zv_calloc(1, sizeof *h);

	if (h)
		*h = (struct zv_hello){ .front = f, .fn = fn, .owner = owner };
	return h;
}

void
zv_hello_free(struct zv_hello *h)
{
	if (!h)
		return;
	zv_auth_forget(h->asked);
	zv_free(h);
}

static void
on_outcome(void *owner, const struct zv_auth_outcome *outcome)
{
	struct zv_hello *h = owner;

	h->asked = NULL;
	h->fn(h->owner, outcome->user, outcome->why);
}

static void
ask_password(struct zv_hello *h, struct zv_str user, struct zv_str password)
{
	struct zv_auth_outcome outcome = { 0 };
	unsigned char address[16];

	zv_conn_address(h->front->conn, address);
	h->asked = zv_auth_password(zv_front_daemon(h->front)->auth, user, password,
				    address, on_outcome, h, &outcome);
	if (!h->asked)
		h->fn(h->owner, NULL, outcome.why);
}

static void
read_login(struct zv_hello *h, const json_t *login)
{
	struct zv_str token = zv_json_text(login, "token");
	struct zv_str user = zv_json_text(login, "user");
	struct zv_str password = zv_json_text(login, "password");
	struct zv_auth_outcome outcome = { 0 };

	if (!zvon_str_equal(zv_json_text(login, "type"), ZV_STR("login"))) {
		h->fn(h->owner, NULL, "the first message must be a login");
	} else if (token.p) {
		zv_auth_token(zv_front_daemon(h->front)->auth, token, &outcome);
		h->fn(h->owner, outcome.user, outcome.why);
	} else if (user.p && password.p) {
		ask_password(h, user, password);
	} else {
		h->fn(h->owner, NULL, "login needs user and password, or token");
	}
}

void
zv_hello_input(struct zv_hello *h, struct zv_str text)
{
	json_t *login;

	if (h->asked) /* one login at a time; what comes meanwhile is nobody's */
		return;
	login = zv_json_read(text, NULL);
	if (login)
		read_login(h, login);
	else
		h->fn(h->owner, NULL, "the first message must be a login");
	json_decref(login);
}
