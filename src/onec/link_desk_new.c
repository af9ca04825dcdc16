/* How a desk over one PBX begins: who the user is, what the hub may hold. */
#include "onec/link_desk_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "hub/session.h"
#include "io/clock.h"
#include "json/writer.h"
#include "onec/link_pbx.h"

/* Nobody else reads the session, and it is emptied after each read of the socket. */
#define SESSION_BYTES	 ((size_t)256 * 1024 * 1024)
#define SESSION_MESSAGES 1000000
#define JOBS		 1000

static const struct zv_dial_rule any_number = {
	.allow = true,
	.pattern = { "!", 1 },
};

static void
make_account(struct zv_link_desk *d)
{
	d->role = (struct zv_role){
		.name = ZV_STR("1c"),
		.rights = (1u << ZV_RIGHTS) - 1,
		.sees = ZV_SCOPE_ALL,
		.controls = ZV_SCOPE_ALL,
		.dial = &any_number,
		.n_dial = 1,
		.calls_a_minute = -1,
		.calls_at_once = -1,
	};
	d->account = (struct zv_user){
		.name = ZV_STR("1c"),
		.role = &d->role,
		.shared = true,
	};
}

static uint64_t
random_bytes(void *context)
{
	return zv_random();
}

/* The messages are taken after each read, anyway. */
static void
on_ready(void *context, struct zv_session *s)
{
}

static int
add_server(struct zv_link_desk *d, const struct zv_link_desk_options *o,
	   struct zv_error *err)
{
	struct zv_hub_server server = o->server;
	int rc;

	server.calls = d->calls;
	rc = zv_hub_add_server(d->hub, &server);
	if (rc < 0)
		return zv_fail_nomem(err);
	d->server = (size_t)rc;
	return 0;
}

static int
make_hub(struct zv_link_desk *d, const struct zv_link_desk_options *o,
	 struct zv_error *err)
{
	char stream[17];
	const struct zv_hub_options options = {
		.limits = {
			.session_bytes = SESSION_BYTES,
			.session_messages = SESSION_MESSAGES,
			.jobs_of_a_session = JOBS,
		},
		.hooks = { on_ready, zv_link_desk_send_action, random_bytes },
		.context = d,
		.log = &d->log,
		.stream = { stream, 16 },
		.first_seq = 1,
		.version = o->version,
		.letters_in_numbers = true,
	};

	snprintf(stream, sizeof stream, "%016" PRIx64, zv_random());
	d->hub = zv_hub_new(&options);
	if (!d->hub || zv_hub_set_users(d->hub, &d->account, 1, zv_clock_ms()) < 0)
		return zv_fail_nomem(err);
	return add_server(d, o, err);
}

static int
make_calls(struct zv_link_desk *d, const struct zv_link_desk_options *o,
	   struct zv_error *err)
{
	const struct zv_calls_options options = {
		.server = o->server.name,
		.trunks = o->trunks,
		.n_trunks = o->n_trunks,
		.lines = o->lines,
		.n_lines = o->n_lines,
		.on_event = zv_link_desk_on_call,
		.context = d,
	};

	d->calls = zvon_calls_new(&options);
	return d->calls ? 0 : zv_fail_nomem(err);
}

/* {"type":"start","lines":["101"]}: from now on events are told. */
static int
start(struct zv_link_desk *d, struct zv_str line, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	bool failed;

	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("start"));
	if (line.n)
		zv_json_strings(&j, "lines", &line, 1);
	zv_json_end_object(&j);
	failed = zv_buf_failed(&text);
	if (!failed)
		zv_session_input(d->session, zv_buf_str(&text), zv_clock_ms());
	zv_buf_deinit(&text);
	return failed ? zv_fail_nomem(err) : 0;
}

static int
make_session(struct zv_link_desk *d, const struct zv_link_desk_options *o,
	     struct zv_error *err)
{
	int rc;

	d->session = zv_session_new(d->hub, ZV_DIALECT_ZVON, &d->account, ZV_STR("1c"),
				    d, zv_clock_ms(), err);
	if (!d->session)
		return ZV_ENOMEM;
	rc = o->line.n ? zv_session_set_lines(d->session, &o->line, 1, err) : 0;
	return rc < 0 ? rc : start(d, o->line, err);
}

static int
make_pbx(struct zv_link_desk *d, const struct zv_link_desk_options *o,
	 struct zv_error *err)
{
	struct zv_client_handlers handlers = zv_link_desk_handlers;

	handlers.log_level = o->log.level;
	d->pbx = zv_link_pbx_new(&o->client, d->calls, &handlers, d, err);
	return d->pbx ? 0 : ZV_EINVAL;
}

struct zv_desk *
zv_link_desk_new(const struct zv_link_desk_options *options,
		 const struct zv_desk_handlers *handlers, void *user,
		 struct zv_error *err)
{
	struct zv_link_desk *d = zv_calloc(1, sizeof *d);

	if (!d) {
		zv_fail_nomem(err);
		return NULL;
	}
	d->desk = (struct zv_desk){
		.link = { &zv_link_desk_kind },
		.send = zv_link_desk_send,
		.client = zv_link_desk_client,
	};
	d->handlers = *handlers;
	d->user = user;
	d->state = d->told = ZV_DESK_CONNECTING;
	d->log = options->log;
	make_account(d);
	if (make_calls(d, options, err) == 0 && make_hub(d, options, err) == 0 &&
	    make_session(d, options, err) == 0 && make_pbx(d, options, err) == 0)
		return &d->desk;
	zv_link_desk_free(d);
	return NULL;
}
