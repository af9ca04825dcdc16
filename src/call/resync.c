#include "call/resync_impl.h"

#include <stdio.h>

#include "ami/class.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

#define COMPLETE     "Complete"
#define LIST_OF_USER "manager show user "

/* What is lost without a read class. */
static const struct {
	unsigned class;
	const char *name, *loss;
} needed_read[] = {
	{ ZV_CLASS_CALL, "call", "calls are not seen" },
	{ ZV_CLASS_AGENT, "agent", "queues are not seen" },
	{ ZV_CLASS_DIALPLAN, "dialplan", "files of recordings are not seen" },
	{ ZV_CLASS_DTMF, "dtmf", "keys are not seen" },
};

/* ---- life -------------------------------------------------------------------------- */

/* It goes into a command of the console. */
static bool
is_plain(struct zv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (strchr(" \t\"'\\;", name.p[i]) || (unsigned char)name.p[i] < 0x20)
			return false;
	return name.n > 0 && name.n < ZV_RESYNC_USER;
}

struct zv_resync *
zv_resync_new(const struct zv_resync_options *options)
{
	struct zv_resync *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	if (is_plain(options->user))
		memcpy(r->user, options->user.p, options->user.n);
	r->tells_booted = options->tells_booted;
	zv_list_init(&r->open);
	zv_list_init(&r->unsent);
	return r;
}

void
zv_resync_free(struct zv_resync *r)
{
	if (!r)
		return;
	zv_resync_forget_all(r);
	zv_free(r);
}

enum zv_resync_state
zv_resync_state(const struct zv_resync *r)
{
	return r->state;
}

/* ---- before the first round ------------------------------------------------------------- */

/* Accounts without the read class `system` never see FullyBooted. */
static int64_t
boot_at(const struct zv_resync *r)
{
	bool may_see = r->sees_booted || (r->knows_read && r->read & ZV_CLASS_SYSTEM);

	if (!r->tells_booted || r->is_booted || (r->knows_read && !may_see))
		return r->ready_ms;
	return r->ready_ms + (may_see ? ZV_RESYNC_BOOT_MOST_MS : ZV_RESYNC_BOOT_MS);
}

/* What is still to be waited for? */
static void
go_on(struct zv_resync *r)
{
	if (r->n_open > 0)
		return;
	if (r->state == ZV_RESYNC_CHECKING && r->is_ready && r->now_ms >= boot_at(r)) {
		zv_resync_start_round(r);
	} else if (r->state == ZV_RESYNC_LISTING && (r->is_partial || r->no_memory)) {
		zv_resync_give_up_round(r);
	} else if (r->state == ZV_RESYNC_LISTING) {
		r->state = ZV_RESYNC_SETTLING;
		r->settle_at = r->now_ms + ZV_RESYNC_SETTLE_MS;
	}
}

/* All that was there is gone, and its Uniqueids may come again. */
static void
tell_restart(struct zv_resync *r)
{
	zv_resync_do(r, ZV_RESYNC_BEGIN);
	zv_resync_end_snapshot(r, true, true);
	zv_resync_say(r, false, "the server was restarted");
}

static void
keep_text(char out[ZV_RESYNC_STAMP], struct zv_str a, struct zv_str b)
{
	snprintf(out, ZV_RESYNC_STAMP, "%.*s %.*s", (int)(a.n < 24 ? a.n : 24), a.p,
		 (int)(b.n < 24 ? b.n : 24), b.p);
}

/* When the server was started, in its own time: that does not move when its clock does. */
static void
read_core_status(struct zv_resync *r, const struct zv_packet *answer)
{
	struct zv_str day = zvon_packet_get(answer, ZV_STR("CoreStartupDate"));
	struct zv_str time = zvon_packet_get(answer, ZV_STR("CoreStartupTime"));
	char startup[ZV_RESYNC_STAMP];

	if (!day.n || !time.n)
		return;
	keep_text(startup, day, time);
	if (r->startup[0] && strcmp(startup, r->startup) != 0)
		tell_restart(r);
	memcpy(r->startup, startup, sizeof startup);
}

static void
tell_missing_read(struct zv_resync *r)
{
	for (size_t i = 0; i < sizeof needed_read / sizeof *needed_read; i++)
		if (!(r->read & needed_read[i].class))
			zv_resync_say(r, needed_read[i].class == ZV_CLASS_CALL,
				      "the account %s has no read class %s: %s "
				      "(manager.conf)",
				      r->user, needed_read[i].name,
				      needed_read[i].loss);
}

/* `manager show user NAME`: "      read perm: system,call" */
static void
read_rights(struct zv_resync *r, const struct zv_packet *answer)
{
	static const char mark[] = "read perm:";
	struct zv_str line;
	size_t cursor = 0;

	while (zvon_packet_next_output(answer, &cursor, &line)) {
		line = zv_str_trim(line);
		if (!zv_str_starts(line, zvon_str(mark)))
			continue;
		r->read = zv_class_parse_granted(zv_str_from(line, strlen(mark)));
		r->knows_read = true;
	}
	if (r->knows_read && !r->told_read)
		tell_missing_read(r);
	r->told_read |= r->knows_read;
}

void
zv_resync_login(struct zv_resync *r, int ami_major, struct zv_str ami_version,
		int64_t now_ms)
{
	char version[ZV_RESYNC_STAMP];

	zv_resync_lost(r);
	r->now_ms = now_ms;
	r->state = ZV_RESYNC_CHECKING;
	r->major = ami_major;
	r->is_ready = r->is_booted = r->sees_calls = r->was_listed = false;
	r->repeat_ms = ZV_RESYNC_REPEAT_MS;
	r->watch_ms = ZV_RESYNC_WATCH_MS;
	memset(r->is_unknown, 0, sizeof r->is_unknown);
	keep_text(version, ami_version, ZV_STR(""));
	if (r->version[0] && strcmp(version, r->version) != 0) {
		tell_restart(r); /* even another Asterisk */
		r->startup[0] = '\0';
	}
	memcpy(r->version, version, sizeof version);
	zv_resync_ask(r, ZV_ASK_CORE, ZV_STR(""));
	if (r->user[0] && !r->knows_read) {
		char command[sizeof LIST_OF_USER + ZV_RESYNC_USER];

		snprintf(command, sizeof command, LIST_OF_USER "%s", r->user);
		zv_resync_ask(r, ZV_ASK_RIGHTS, zvon_str(command));
	}
}

void
zv_resync_ready(struct zv_resync *r, bool booted, int64_t now_ms)
{
	r->now_ms = now_ms;
	r->is_ready = true;
	r->is_booted |= booted;
	r->ready_ms = now_ms;
	go_on(r);
}

void
zv_resync_lost(struct zv_resync *r)
{
	zv_resync_forget_all(r);
	r->n_steps = 0;
	r->state = ZV_RESYNC_DOWN;
}

void
zv_resync_event(struct zv_resync *r, const struct zv_packet *event, int64_t now_ms)
{
	if (!r->sees_calls &&
	    zv_str_starts_nocase(zvon_packet_get(event, ZV_STR("Privilege")),
				 ZV_STR("call,")))
		r->sees_calls = true;
	if (r->state == ZV_RESYNC_DOWN || r->is_booted ||
	    !zvon_str_equal(event->name, ZV_STR("FullyBooted")))
		return;
	r->now_ms = now_ms;
	r->is_booted = r->sees_booted = true;
	/* lists of a server whose modules were not loaded yet */
	if (r->state != ZV_RESYNC_CHECKING)
		zv_resync_start_round(r);
	else
		go_on(r);
}

/* ---- answers ------------------------------------------------------------------------------- */

static struct zv_resync_asked *
find(struct zv_resync *r, unsigned id)
{
	struct zv_node *node, *next;

	ZV_EACH(&r->open, node, next)
	{
		struct zv_resync_asked *a =
			ZV_OWNER(node, struct zv_resync_asked, node);

		if (a->id == id)
			return a;
	}
	return NULL;
}

/* An Error is one of: unknown (an old server, a module that is not loaded), no right, or
 * an empty list (ConfbridgeListRooms: "No active conferences."). */
static void
on_error(struct zv_resync *r, struct zv_resync_asked *a, const struct zv_packet *answer)
{
	struct zv_str message = zvon_packet_get(answer, ZV_STR("Message"));

	if (zv_str_starts_nocase(message, ZV_STR("Invalid/unknown command")))
		r->is_unknown[a->row] = true;
	else if (zv_str_starts_nocase(message, ZV_STR("Permission denied")))
		r->is_refused[a->row] = true;
}

static void
on_response(struct zv_resync *r, struct zv_resync_asked *a,
	    const struct zv_packet *answer)
{
	if (zvon_str_equal_nocase(answer->name, ZV_STR("Error")))
		on_error(r, a, answer);
	else if (a->row == ZV_ASK_CORE)
		read_core_status(r, answer);
	else if (a->row == ZV_ASK_RIGHTS)
		read_rights(r, answer);
}

/* Items that were lost on the way (a cut answer over HTTP). */
static void
check_count(struct zv_resync *r, struct zv_resync_asked *a,
	    const struct zv_packet *complete)
{
	long long n = zvon_packet_get_int(complete, ZV_STR("ListItems"), -1);

	if ((a->row == ZV_ASK_STATUS || a->row == ZV_ASK_CHANNELS) && n >= 0 &&
	    n != a->n_items)
		r->is_partial = true;
}

static void
look_at_item(struct zv_resync *r, struct zv_resync_asked *a,
	     const struct zv_packet *item)
{
	struct zv_str id = zvon_packet_get(item, ZV_STR("Uniqueid"));

	a->n_items++;
	if (a->row == ZV_ASK_CHANNELS || a->row == ZV_ASK_STATUS)
		r->sum ^= zv_hash(id, a->row);
	if (a->row == ZV_ASK_ROOMS)
		zv_resync_ask(r, ZV_ASK_ROOM,
			      zvon_packet_get(item, ZV_STR("Conference")));
}

static bool
on_item(struct zv_resync *r, struct zv_resync_asked *a, const struct zv_packet *item)
{
	if (zv_str_ends(item->name, ZV_STR(COMPLETE)))
		check_count(r, a, item);
	else
		look_at_item(r, a, item);
	return a->row >= ZV_ASK_FIRST_LIST;
}

bool
zv_resync_reply(struct zv_resync *r, unsigned id, enum zv_reply_part part, int status,
		const struct zv_packet *packet, int64_t now_ms)
{
	struct zv_resync_asked *a = find(r, id);

	if (!a)
		return false;
	r->now_ms = now_ms;
	if (part == ZV_REPLY_RESPONSE)
		on_response(r, a, packet);
	if (part == ZV_REPLY_ITEM)
		return on_item(r, a, packet);
	if (part == ZV_REPLY_DONE) {
		r->is_partial |= status < 0;
		zv_resync_forget(r, a);
		go_on(r);
	}
	return false;
}

/* ---- time ------------------------------------------------------------------------------------ */

/* All have the same time: the first of the list is the first to end. */
static int64_t
asked_deadline(const struct zv_resync *r)
{
	struct zv_node *first = zv_list_first(&r->open);

	return first ? ZV_OWNER(first, struct zv_resync_asked, node)->deadline_ms
		     : INT64_MAX;
}

int64_t
zv_resync_deadline(const struct zv_resync *r)
{
	int64_t at = asked_deadline(r);

	switch (r->state) {
	case ZV_RESYNC_CHECKING:
		return r->n_open == 0 && r->is_ready ? boot_at(r) : at;
	case ZV_RESYNC_SETTLING:
		return r->settle_at;
	case ZV_RESYNC_PARTIAL:
		return r->repeat_at;
	case ZV_RESYNC_SYNCED:
		return r->watch_at;
	default:
		return at;
	}
}

static void
expire_asked(struct zv_resync *r)
{
	struct zv_node *first;

	while ((first = zv_list_first(&r->open)) && asked_deadline(r) <= r->now_ms) {
		r->is_partial = true;
		zv_resync_forget(r, ZV_OWNER(first, struct zv_resync_asked, node));
	}
	go_on(r);
}

void
zv_resync_tick(struct zv_resync *r, int64_t now_ms)
{
	r->now_ms = now_ms;
	if (now_ms < zv_resync_deadline(r))
		return;
	switch (r->state) {
	case ZV_RESYNC_SETTLING:
		zv_resync_end_round(r);
		break;
	case ZV_RESYNC_PARTIAL:
	case ZV_RESYNC_SYNCED:
		zv_resync_start_round(r);
		break;
	default:
		expire_asked(r);
	}
}
