#include "call/resync.h"

#include <stdarg.h>
#include <stdio.h>

#include "ami/class.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/printf.h"
#include "base/str.h"

/* ---- the questions ------------------------------------------------------------------- */

enum row_id {
	CORE,
	RIGHTS,
	FIRST_LIST,
	STATUS = FIRST_LIST,
	CHANNELS,
	BRIDGES,
	QUEUES,
	PARKED,
	DEVICES,
	ROOMS,
	ROOM,
	N_ROWS,
};

/* Classes: the write classes of manager.conf of which one is needed, from the
 * ListCommands of 1.8 to 22. BridgeInfo is not asked: the channels name their bridge
 * themselves (BridgeId, since 12), and a server has as many bridges as calls. */
static const struct row {
	const char *action;
	const char *key; /* of the one field that it has */
	const char *classes;
	int least_major;	/* of AMI; 2: Asterisk 12 and later */
	bool is_asked_for_each; /* that another list has named */
} rows[N_ROWS] = {
	[CORE] = { "CoreStatus", NULL, "system, reporting", 1, true },
	[RIGHTS] = { "Command", "Command", "command", 1, true },
	[STATUS] = { "Status", NULL, "system, call, reporting", 1, false },
	[CHANNELS] = { "CoreShowChannels", NULL, "system, reporting", 1, false },
	[BRIDGES] = { "BridgeList", NULL, "", 2, false },
	[QUEUES] = { "QueueStatus", NULL, "", 1, false },
	[PARKED] = { "ParkedCalls", NULL, "", 1, false },
	[DEVICES] = { "DeviceStateList", NULL, "call, reporting", 2, false },
	[ROOMS] = { "ConfbridgeListRooms", NULL, "reporting", 1, false },
	[ROOM] = { "ConfbridgeList", "Conference", "reporting", 1, true },
};

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

struct asked {
	struct zv_node node;   /* in zv_resync.open */
	struct zv_node unsent; /* in zv_resync.unsent until the driver has it */
	enum row_id row;
	unsigned id;
	int64_t deadline_ms;
	long long n_items;
	bool is_refused;
	size_t n;
	char value[]; /* of the row's key */
};

#define N_STEPS	     16
#define STEP_TEXT    400
#define STAMP_MAX    64
#define USER_MAX     80
#define COMPLETE     "Complete"
#define LIST_OF_USER "manager show user "

struct step {
	struct zv_resync_step step;
	char text[STEP_TEXT];
};

struct zv_resync {
	char user[USER_MAX];
	bool tells_booted;
	int64_t now_ms;
	enum zv_resync_state state;

	/* of the server, kept from login to login */
	char version[STAMP_MAX];
	char startup[STAMP_MAX]; /* when it was started; empty: not known */
	unsigned read;		 /* classes of the account; ZV_CLASS_NAMED… */
	bool knows_read;
	bool sees_booted; /* FullyBooted has come at least once */
	bool told[N_ROWS];
	bool told_read, told_silent;

	/* of this login */
	int major;
	bool is_ready, is_booted;
	bool is_unknown[N_ROWS];
	bool sees_calls; /* an event of class `call` has come */
	int64_t ready_ms, settle_at, repeat_at, watch_at;
	int64_t repeat_ms, watch_ms;
	uint64_t sum, last_sum; /* of the channels listed; 0: none */
	bool was_listed;	/* last_sum counts */

	/* of this round */
	bool is_partial;
	bool no_memory; /* something could not be asked, in this round or before it */
	bool is_refused[N_ROWS];

	struct zv_node open, unsent;
	size_t n_open;
	unsigned last_id;

	struct step steps[N_STEPS];
	size_t first_step, n_steps;
	struct step lost_step;
};

/* ---- life -------------------------------------------------------------------------- */

/* It goes into a command of the console. */
static bool
is_plain(struct zv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (strchr(" \t\"'\\;", name.p[i]) || (unsigned char)name.p[i] < 0x20)
			return false;
	return name.n > 0 && name.n < USER_MAX;
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

static void
forget(struct zv_resync *r, struct asked *a)
{
	if (zv_list_is_linked(&a->unsent))
		zv_list_remove(&a->unsent);
	zv_list_remove(&a->node);
	r->n_open--;
	zv_free(a);
}

static void
forget_all(struct zv_resync *r)
{
	struct zv_node *node, *next;

	ZV_EACH(&r->open, node, next)
	forget(r, ZV_OWNER(node, struct asked, node));
}

void
zv_resync_free(struct zv_resync *r)
{
	if (!r)
		return;
	forget_all(r);
	zv_free(r);
}

enum zv_resync_state
zv_resync_state(const struct zv_resync *r)
{
	return r->state;
}

/* ---- steps --------------------------------------------------------------------------- */

static struct step *
add_step(struct zv_resync *r, enum zv_resync_step_kind kind)
{
	struct step *s = &r->steps[(r->first_step + r->n_steps) % N_STEPS];

	if (r->n_steps == N_STEPS) /* a driver that does not take them */
		return &r->lost_step;
	r->n_steps++;
	s->step = (struct zv_resync_step){ .kind = kind };
	return s;
}

static void
end_snapshot(struct zv_resync *r, bool complete, bool restarted)
{
	struct step *s = add_step(r, ZV_RESYNC_END);

	s->step.complete = complete;
	s->step.restarted = restarted;
}

static void ZV_PRINTF(3, 4)
	say(struct zv_resync *r, bool is_warning, const char *format, ...)
{
	struct step *s = add_step(r, ZV_RESYNC_TELL);
	va_list args;

	va_start(args, format);
	vsnprintf(s->text, sizeof s->text, format, args);
	va_end(args);
	s->step.is_warning = is_warning;
	s->step.text = zvon_str(s->text);
}

static void
ask_about(struct zv_resync *r, enum row_id row, struct zv_str value)
{
	struct asked *a;

	if (r->n_open >= ZV_RESYNC_MAX_ASKED)
		return;
	a = zv_calloc(1, sizeof *a + value.n);
	if (!a) { /* another time */
		r->no_memory = true;
		return;
	}
	a->row = row;
	a->id = ++r->last_id;
	a->deadline_ms = r->now_ms + ZV_RESYNC_LIST_MS;
	a->n = value.n;
	if (value.n)
		memcpy(a->value, value.p, value.n);
	zv_list_append(&r->open, &a->node);
	zv_list_append(&r->unsent, &a->unsent);
	r->n_open++;
}

bool
zv_resync_next(struct zv_resync *r, struct zv_resync_step *out)
{
	struct zv_node *node = zv_list_first(&r->unsent);
	struct asked *a;

	if (r->n_steps) {
		*out = r->steps[r->first_step].step;
		r->first_step = (r->first_step + 1) % N_STEPS;
		r->n_steps--;
		return true;
	}
	if (!node)
		return false;
	zv_list_remove(node);
	a = ZV_OWNER(node, struct asked, unsent);
	*out = (struct zv_resync_step){
		.kind = ZV_RESYNC_ASK,
		.id = a->id,
		.action = rows[a->row].action,
		.key = rows[a->row].key,
		.value = { a->value, a->n },
	};
	return true;
}

/* ---- one round of lists ------------------------------------------------------------------ */

static void
start_round(struct zv_resync *r)
{
	forget_all(r);
	r->state = ZV_RESYNC_LISTING;
	r->is_partial = false;
	r->sum = 0;
	memset(r->is_refused, 0, sizeof r->is_refused);
	add_step(r, ZV_RESYNC_BEGIN);
	for (int row = FIRST_LIST; row < N_ROWS; row++)
		if (!rows[row].is_asked_for_each && !r->is_unknown[row] &&
		    r->major >= rows[row].least_major)
			ask_about(r, row, ZV_STR(""));
}

/* Nothing tells which channels there are. */
static bool
is_blind(const struct zv_resync *r)
{
	return (r->is_refused[STATUS] || r->is_unknown[STATUS]) &&
	       (r->is_refused[CHANNELS] || r->is_unknown[CHANNELS]);
}

static void
tell_refusals(struct zv_resync *r)
{
	bool blind = is_blind(r);

	if (blind && !r->told[STATUS])
		say(r, true,
		    "the account %s may not list the channels: calls that were there "
		    "before the login are not seen; give it one of the write classes "
		    "system, call, reporting (manager.conf)",
		    r->user);
	for (int row = FIRST_LIST; row < N_ROWS; row++)
		if (r->is_refused[row] && !r->told[row] && !blind)
			say(r, false,
			    "%s was refused: it needs one of the write classes %s",
			    rows[row].action, rows[row].classes);
	for (int row = FIRST_LIST; row < N_ROWS; row++)
		r->told[row] |= r->is_refused[row];
}

/* Calls come and go in the lists, and no event has told of them. */
static void
tell_silence(struct zv_resync *r)
{
	if (r->sees_calls || r->told_silent || !r->was_listed || r->sum == r->last_sum)
		return;
	r->told_silent = true;
	say(r, true,
	    "calls come and go, but no event tells of them: the account %s lacks the "
	    "read class call, or an eventfilter keeps them back (manager.conf)",
	    r->user);
}

/* Without a way to see the channels nothing can confirm a call that was there before the
 * connection was lost: it counts as gone, lest it stay for ever. */
static void
end_round(struct zv_resync *r)
{
	tell_refusals(r);
	tell_silence(r);
	end_snapshot(r, true, false);
	r->state = ZV_RESYNC_SYNCED;
	r->repeat_ms = ZV_RESYNC_REPEAT_MS;
	r->was_listed = !is_blind(r);
	r->last_sum = r->sum;
	r->watch_at = INT64_MAX;
	if (r->sees_calls || is_blind(r))
		return;
	r->watch_at = r->now_ms + r->watch_ms;
	if (r->watch_ms < ZV_RESYNC_WATCH_MOST_MS)
		r->watch_ms *= 2;
	if (r->watch_ms > ZV_RESYNC_WATCH_MOST_MS)
		r->watch_ms = ZV_RESYNC_WATCH_MOST_MS;
}

static void
give_up_round(struct zv_resync *r)
{
	r->no_memory = false;
	tell_refusals(r);
	end_snapshot(r, false, false);
	say(r, false, "the lists of what is going on came incomplete: again in %d s",
	    (int)(r->repeat_ms / 1000));
	r->state = ZV_RESYNC_PARTIAL;
	r->repeat_at = r->now_ms + r->repeat_ms;
	r->repeat_ms *= 2;
	if (r->repeat_ms > ZV_RESYNC_REPEAT_MOST_MS)
		r->repeat_ms = ZV_RESYNC_REPEAT_MOST_MS;
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
		start_round(r);
	} else if (r->state == ZV_RESYNC_LISTING && (r->is_partial || r->no_memory)) {
		give_up_round(r);
	} else if (r->state == ZV_RESYNC_LISTING) {
		r->state = ZV_RESYNC_SETTLING;
		r->settle_at = r->now_ms + ZV_RESYNC_SETTLE_MS;
	}
}

/* All that was there is gone, and its Uniqueids may come again. */
static void
tell_restart(struct zv_resync *r)
{
	add_step(r, ZV_RESYNC_BEGIN);
	end_snapshot(r, true, true);
	say(r, false, "the server was restarted");
}

static void
keep_text(char out[STAMP_MAX], struct zv_str a, struct zv_str b)
{
	snprintf(out, STAMP_MAX, "%.*s %.*s", (int)(a.n < 24 ? a.n : 24), a.p,
		 (int)(b.n < 24 ? b.n : 24), b.p);
}

/* When the server was started, in its own time: that does not move when its clock does. */
static void
read_core_status(struct zv_resync *r, const struct zv_packet *answer)
{
	struct zv_str day = zvon_packet_get(answer, ZV_STR("CoreStartupDate"));
	struct zv_str time = zvon_packet_get(answer, ZV_STR("CoreStartupTime"));
	char startup[STAMP_MAX];

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
			say(r, needed_read[i].class == ZV_CLASS_CALL,
			    "the account %s has no read class %s: %s (manager.conf)",
			    r->user, needed_read[i].name, needed_read[i].loss);
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
	char version[STAMP_MAX];

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
	ask_about(r, CORE, ZV_STR(""));
	if (r->user[0] && !r->knows_read) {
		char command[sizeof LIST_OF_USER + USER_MAX];

		snprintf(command, sizeof command, LIST_OF_USER "%s", r->user);
		ask_about(r, RIGHTS, zvon_str(command));
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
	forget_all(r);
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
		start_round(r);
	else
		go_on(r);
}

/* ---- answers ------------------------------------------------------------------------------- */

static struct asked *
find(struct zv_resync *r, unsigned id)
{
	struct zv_node *node, *next;

	ZV_EACH(&r->open, node, next)
	{
		struct asked *a = ZV_OWNER(node, struct asked, node);

		if (a->id == id)
			return a;
	}
	return NULL;
}

/* An Error is one of: unknown (an old server, a module that is not loaded), no right, or
 * an empty list (ConfbridgeListRooms: "No active conferences."). */
static void
on_error(struct zv_resync *r, struct asked *a, const struct zv_packet *answer)
{
	struct zv_str message = zvon_packet_get(answer, ZV_STR("Message"));

	if (zv_str_starts_nocase(message, ZV_STR("Invalid/unknown command")))
		r->is_unknown[a->row] = true;
	else if (zv_str_starts_nocase(message, ZV_STR("Permission denied")))
		r->is_refused[a->row] = true;
}

static void
on_response(struct zv_resync *r, struct asked *a, const struct zv_packet *answer)
{
	if (zvon_str_equal_nocase(answer->name, ZV_STR("Error")))
		on_error(r, a, answer);
	else if (a->row == CORE)
		read_core_status(r, answer);
	else if (a->row == RIGHTS)
		read_rights(r, answer);
}

/* Items that were lost on the way (a cut answer over HTTP). */
static void
check_count(struct zv_resync *r, struct asked *a, const struct zv_packet *complete)
{
	long long n = zvon_packet_get_int(complete, ZV_STR("ListItems"), -1);

	if ((a->row == STATUS || a->row == CHANNELS) && n >= 0 && n != a->n_items)
		r->is_partial = true;
}

static void
look_at_item(struct zv_resync *r, struct asked *a, const struct zv_packet *item)
{
	struct zv_str id = zvon_packet_get(item, ZV_STR("Uniqueid"));

	a->n_items++;
	if (a->row == CHANNELS || a->row == STATUS)
		r->sum ^= zv_hash(id, a->row);
	if (a->row == ROOMS)
		ask_about(r, ROOM, zvon_packet_get(item, ZV_STR("Conference")));
}

static bool
on_item(struct zv_resync *r, struct asked *a, const struct zv_packet *item)
{
	if (zv_str_ends(item->name, ZV_STR(COMPLETE)))
		check_count(r, a, item);
	else
		look_at_item(r, a, item);
	return a->row >= FIRST_LIST;
}

bool
zv_resync_reply(struct zv_resync *r, unsigned id, enum zv_reply_part part, int status,
		const struct zv_packet *packet, int64_t now_ms)
{
	struct asked *a = find(r, id);

	if (!a)
		return false;
	r->now_ms = now_ms;
	if (part == ZV_REPLY_RESPONSE)
		on_response(r, a, packet);
	if (part == ZV_REPLY_ITEM)
		return on_item(r, a, packet);
	if (part == ZV_REPLY_DONE) {
		r->is_partial |= status < 0;
		forget(r, a);
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

	return first ? ZV_OWNER(first, struct asked, node)->deadline_ms : INT64_MAX;
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
		forget(r, ZV_OWNER(first, struct asked, node));
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
		end_round(r);
		break;
	case ZV_RESYNC_PARTIAL:
	case ZV_RESYNC_SYNCED:
		start_round(r);
		break;
	default:
		expire_asked(r);
	}
}
