/* net.c - a class whose methods begin a connection and do not wait for it, so that a test can
 * let go of the object in each state of one. */
#include "net.h"

#include "base/err.h"
#include "onec/component.h"
#include "onec/link_pbx.h"
#include "onec/link_raw.h"

static void
tell(void *user, const char *name, struct zv_str data)
{
	zv_component_event(user, ZV_STR("Net"), zvon_str(name), data);
}

/* ---- bytes ------------------------------------------------------------------------------ */

static void
on_raw_up(void *user)
{
	tell(user, "up", ZV_STR(""));
}

static void
on_packet(void *user, const struct zv_packet *packet)
{
	tell(user, "packet", packet->name);
}

static void
on_raw_answer(void *user, struct zv_str text)
{
	tell(user, "answer", text);
}

static void
on_raw_down(void *user, bool was_up, const struct zv_error *why)
{
	tell(user, "down", zvon_str(why->text));
}

static const struct zv_link_raw_handlers raw_handlers = {
	.on_up = on_raw_up,
	.on_packet = on_packet,
	.on_answer = on_raw_answer,
	.on_down = on_raw_down,
};

static void
open_raw(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_link_raw_options options = {
		.host = zv_buf_cstr(&ask->in),
		.port = (int)(ask->number & 0xffff),
		.tls = ask->number > 0xffff,
	};
	struct zv_link *link = zv_link_raw_new(&options, NULL, &raw_handlers, c, NULL);

	zv_component_set_link(c, link);
	zv_ask_answer(ask, link ? 0 : ZV_EINVAL);
}

/* ---- a client of libzvon ------------------------------------------------------------------ */

static void
on_state(void *user, const struct zv_client_status *status)
{
	tell(user, zvon_client_state_name(status->state), zvon_str(status->text));
}

static const struct zv_client_handlers client_handlers = {
	.on_event = on_packet,
	.on_state = on_state,
};

static void
open_client(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_client_options options = {
		.url = zv_buf_cstr(&ask->in),
		.insecure = true,
		.connect_timeout_ms = 30000,
		.login_timeout_ms = 30000,
	};
	struct zv_link *link =
		zv_link_pbx_new(&options, NULL, &client_handlers, c, &ask->err);

	zv_component_set_link(c, link);
	zv_ask_answer(ask, link ? 0 : ask->err.code);
}

/* ---- methods -------------------------------------------------------------------------------- */

static int
give(struct zv_component *c, zv_ask_fn fn, struct zv_str text, long number,
     struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(fn);
	int rc = ask ? zv_buf_add(&ask->in, text) : ZV_ENOMEM;

	if (rc >= 0) {
		ask->number = number;
		rc = zv_component_ask(c, ask, 0, err);
	}
	zv_ask_drop(ask);
	return rc < 0 ? rc : 0;
}

/* host, port, TLS */
static int
raw(struct zv_component *c, const struct zv_method *method, struct zv_value *arguments,
    struct zv_value *result, struct zv_error *err)
{
	long number = (long)(arguments[1].integer & 0xffff);

	return give(c, open_raw, zv_buf_str(&arguments[0].bytes),
		    number + (arguments[2].boolean ? 0x10000 : 0), err);
}

static int
client(struct zv_component *c, const struct zv_method *method,
       struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	return give(c, open_client, zv_buf_str(&arguments[0].bytes), 0, err);
}

static const struct zv_argument_row raw_arguments[] = {
	{ "Host", ZV_WANT_TEXT, NULL },
	{ "Port", ZV_WANT_INT, NULL },
	{ "Tls", ZV_WANT_BOOL, "false" },
};
static const struct zv_argument_row url[] = { { "Url", ZV_WANT_TEXT, NULL } };

static const struct zv_method methods[] = {
	{ "Raw", "Поток", NULL, raw_arguments, 3, true, raw, NULL },
	{ "Client", "КлиентАТС", NULL, url, 1, true, client, NULL },
};

const struct zv_class zv_test_net_class = {
	.name = "Echo-Net",
	.prog_id = "ZvonEchoNet",
	.methods = methods,
	.n_methods = sizeof methods / sizeof *methods,
};
