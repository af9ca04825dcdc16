#include "office/replay.h"

#include <stdio.h>

#include "base/mem.h"
#include "office/door.h"

#define LOOP_GAP_MS  1000 /* between two rounds */
#define EPOCH_DIGITS 10
#define BURST_BYTES                                                                    \
 65536 /* put out at a time, so that a big capture is no big buffer */

struct zv_replay {
	const struct zv_recording *recording;
	struct zv_replay_options options;
	struct zv_door door;
	bool *used; /* of recording->recorded */
	int64_t start_ms;
	int64_t from_ms;   /* of this round; INT64_MAX: not logged in yet */
	int64_t next_us;   /* rate: not before */
	size_t next;	   /* moment */
	long long later_s; /* renumber: this round is so much later */
	bool full;	   /* a burst is out; go on when it was taken */
};

/* ---- actions --------------------------------------------------------------- */

/* The place of the line `ActionID: …` with its line end, in the packet's head. */
static struct zv_str
find_id_line(struct zv_str packet)
{
	struct zv_str rest = packet, line;

	while (rest.n && zv_str_split(&rest, '\n', &line)) {
		if (zv_str_starts_nocase(line, ZV_STR("ActionID:")))
			return (struct zv_str){ line.p, line.n + 1 };
		if (line.n <= 1)
			break;
	}
	return (struct zv_str){ NULL, 0 };
}

static void
add_line(struct zv_buf *out, struct zv_str id)
{
	if (!id.n)
		return;
	zv_buf_add(out, ZV_STR("ActionID: "));
	zv_buf_add(out, id);
	zv_buf_add(out, ZV_STR("\r\n"));
}

/* The recorded packet with that ActionID instead of its own; if it had none, behind
 * its first line, where Asterisk puts it. */
static void
add_answer(struct zv_buf *out, struct zv_str packet, struct zv_str id)
{
	struct zv_str line = find_id_line(packet);
	size_t before = line.p ? (size_t)(line.p - packet.p)
			       : zv_str_find(packet, ZV_STR("\n")) + 1;

	if (before > packet.n)
		before = packet.n;
	zv_buf_add(out, (struct zv_str){ packet.p, before });
	add_line(out, id);
	zv_buf_add(out, zv_str_from(packet, before + line.n));
}

static void
on_action(void *owner, const struct zv_asked *asked, int64_t now_ms)
{
	struct zv_replay *r = owner;
	struct zv_str name = zv_asked_get(asked, "Action");
	const struct zv_recorded *a;

	if (zvon_str_equal_nocase(name, ZV_STR("Ping"))) {
		zv_door_ping(&r->door, asked,
			     r->options.epoch_ms + now_ms - r->start_ms);
		return;
	}
	if (zvon_str_equal_nocase(name, ZV_STR("Events"))) {
		zv_door_events(&r->door, asked);
		return;
	}
	a = zv_recording_find(r->recording, asked, r->used);
	if (!a) {
		zv_door_unknown(&r->door, asked);
		return;
	}
	for (size_t i = 0; i < a->n_packets; i++)
		add_answer(&r->door.out, a->packets[i],
			   zv_asked_get(asked, "ActionID"));
}

/* ---- events ---------------------------------------------------------------- */

static void
on_login(void *owner, int64_t now_ms)
{
	struct zv_replay *r = owner;

	r->from_ms = now_ms;
}

/* When the next moment is due; INT64_MAX: there is none. */
static int64_t
due_ms(const struct zv_replay *r)
{
	int64_t at;

	if (r->from_ms == INT64_MAX || r->next == r->recording->n_moments)
		return INT64_MAX;
	at = r->from_ms +
	     (int64_t)((double)r->recording->moments[r->next].at_ms / r->options.speed);
	return at * 1000 >= r->next_us ? at : (r->next_us + 999) / 1000;
}

/* "1795225285.167" so much later, if there is room for it: its length stays. */
static void
renumber(char *digits, long long later_s)
{
	long long epoch = 0;
	char text[24];

	for (int i = 0; i < EPOCH_DIGITS; i++)
		epoch = epoch * 10 + (digits[i] - '0');
	if (snprintf(text, sizeof text, "%lld", epoch + later_s) == EPOCH_DIGITS)
		memcpy(digits, text, EPOCH_DIGITS);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Uniqueids are the second in which Asterisk made them, a dot, and a number. */
static void
renumber_all(struct zv_buf *out, size_t from, long long later_s)
{
	size_t digits = 0;

	for (size_t i = from; i + 1 < out->n; i++) {
		if (digits == EPOCH_DIGITS && out->p[i] == '.' &&
		    is_digit(out->p[i + 1]))
			renumber(out->p + i - EPOCH_DIGITS, later_s);
		digits = is_digit(out->p[i]) ? digits + 1 : 0;
	}
}

/* Bytes without a class (the beginning of a packet) go to everyone but those who want
 * no events at all. */
static void
say(struct zv_replay *r, const struct zv_moment *m)
{
	int64_t due = due_ms(r);
	size_t from = r->door.out.n;

	r->next++;
	if (r->options.rate)
		r->next_us = (due * 1000 > r->next_us ? due * 1000 : r->next_us) +
			     1000000 / r->options.rate;
	if (r->door.mask)
		zv_door_event(&r->door, m->class, m->bytes);
	if (r->later_s && r->door.out.n > from)
		renumber_all(&r->door.out, from, r->later_s);
}

/* More seconds than it lasted. */
static long long
length_s(const struct zv_recording *recording)
{
	return recording->moments[recording->n_moments - 1].at_ms / 1000 + 2;
}

static void
end_round(struct zv_replay *r, int64_t now_ms)
{
	if (r->options.loop && r->recording->n_moments) {
		r->next = 0;
		r->from_ms = now_ms + LOOP_GAP_MS;
		if (r->options.renumber)
			r->later_s += length_s(r->recording);
	} else if (r->recording->closed) {
		r->door.closing = true;
	}
}

static void
play(struct zv_replay *r, int64_t now_ms)
{
	const struct zv_recording *recording = r->recording;

	r->full = false;
	while (due_ms(r) <= now_ms && !r->full) {
		say(r, &recording->moments[r->next]);
		r->full = r->door.out.n >= BURST_BYTES;
	}
	if (r->from_ms != INT64_MAX && r->next == recording->n_moments)
		end_round(r, now_ms);
}

/* ---- life ------------------------------------------------------------------ */

struct zv_replay *
zv_replay_new(const struct zv_recording *recording,
	      const struct zv_replay_options *options, int64_t now_ms)
{
	static const struct zv_door_user anybody = { NULL, NULL, ZV_CLASS_ALL,
						     ZV_CLASS_ALL };
	static const struct zv_door_handlers handlers = { on_login, on_action };
	struct zv_replay *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->recording = recording;
	r->options = *options;
	r->start_ms = now_ms;
	r->from_ms = INT64_MAX;
	r->used = zv_calloc(recording->n_recorded, sizeof *r->used);
	if (!r->used) {
		zv_free(r);
		return NULL;
	}
	zv_door_open(&r->door, recording->banner, &anybody, &handlers, r, options->seed,
		     now_ms);
	return r;
}

void
zv_replay_free(struct zv_replay *r)
{
	if (!r)
		return;
	zv_door_deinit(&r->door);
	zv_free(r->used);
	zv_free(r);
}

int
zv_replay_input(struct zv_replay *r, struct zv_str bytes, int64_t now_ms)
{
	int rc = zv_door_input(&r->door, bytes, now_ms);

	return rc < 0 ? rc : zv_replay_tick(r, now_ms);
}

int64_t
zv_replay_deadline(const struct zv_replay *r)
{
	int64_t door = zv_door_deadline(&r->door), due = due_ms(r);

	if (r->door.closing)
		return INT64_MAX;
	if (r->full)
		due = r->door.out.n < BURST_BYTES ? INT64_MIN : INT64_MAX;
	return door < due ? door : due;
}

int
zv_replay_tick(struct zv_replay *r, int64_t now_ms)
{
	int rc = zv_door_tick(&r->door, now_ms);

	if (rc == 0 && !r->door.closing && r->door.out.n < BURST_BYTES) {
		play(r, now_ms);
		rc = zv_buf_failed(&r->door.out) ? ZV_ENOMEM : 0;
	}
	return rc;
}

struct zv_buf *
zv_replay_output(struct zv_replay *r)
{
	return &r->door.out;
}

bool
zv_replay_is_over(const struct zv_replay *r)
{
	return r->door.closing;
}

bool
zv_replay_is_logged_in(const struct zv_replay *r)
{
	return r->door.user != NULL;
}

bool
zv_replay_is_done(const struct zv_replay *r)
{
	return r->from_ms != INT64_MAX && r->next == r->recording->n_moments &&
	       !r->options.loop;
}
