#include "session.h"

#include "base/str.h"
#include "base/utf.h"

#define OWN_ACTION_ID 0x80
#define SEND_AT_END   0x40

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct fuzz_asked *a = user;

	CHECK((part == ZV_REPLY_DONE) == (packet == NULL));
	CHECK(!a->ended);
	if (a->all->check_reply)
		a->all->check_reply(a->all->scene, a, part, status, packet);
	if (part == ZV_REPLY_RESPONSE) {
		CHECK(status == 0 && !a->answered);
		CHECK(packet->kind == ZV_PACKET_RESPONSE);
		a->answered = true;
	} else if (part == ZV_REPLY_ITEM) {
		CHECK(status == 0 && packet->kind == ZV_PACKET_EVENT);
	} else {
		CHECK(part == ZV_REPLY_DONE);
		CHECK(status < 0 || (status == 0 && a->answered));
		a->ended = true;
		if ((a->kind & SEND_AT_END) && !a->all->for_good)
			fuzz_send_action(a->all, 0, ZV_STR("Ping"));
	}
}

/* From the inside of a reply what it makes the session say is left for later. */
void
fuzz_send_action(struct fuzz_actions *all, unsigned kind, struct zv_str name)
{
	static const int timeouts[] = { 0, 1, 3000, 10000, 20000 };
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(name, &err);
	struct fuzz_asked *a;
	int rc;

	CHECK((r == NULL) == (err.code != 0));
	if (!r || all->n == FUZZ_MAX_ACTIONS) {
		zvon_request_free(r);
		return;
	}
	if (kind & OWN_ACTION_ID)
		zvon_request_set(r, "ActionID", "zvon-00000001-5", NULL);
	a = &all->asked[all->n++];
	*a = (struct fuzz_asked){ .all = all, .kind = kind };
	rc = all->send(all->scene, r, timeouts[(kind & 0x3f) % 5], on_reply, a, &err);
	CHECK(rc <= 0 && rc == err.code);
	a->taken = rc == 0;
	zvon_request_free(r);
}

void
fuzz_check_ends(const struct fuzz_actions *all)
{
	for (size_t i = 0; i < all->n; i++)
		CHECK(all->asked[i].ended == all->asked[i].taken);
}

void
fuzz_check_reason(int rc, const struct zv_error *err)
{
	CHECK(rc < 0 && err->code == rc && err->text[0]);
	CHECK(zv_utf8_valid(zvon_str(err->text)) == strlen(err->text));
}

struct zv_ami_session_options
fuzz_session_options(void)
{
	return (struct zv_ami_session_options){
		.user = ZV_STR("ops"),
		.secret = ZV_STR("s3cret"),
		.events = ZV_STR("on"),
		.login_timeout_ms = 4500,
		.action_timeout_ms = 10000,
		.booted_wait_ms = 2000,
		.ping_after_ms = 10000,
		.ping_timeout_ms = 5000,
		.max_pending = 20,
		.limits = { 1000, 4000, 32 },
		.seed = (uint64_t)1 << 32,
	};
}
