/* conversation_merge.c - two tellings of one call made one. */
#include "hist/conversation.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "hist/channel.h"

/* The records tell whole seconds, and the first of a call is made when its channel is. */
#define ROUNDING_MS 2000

/* How sure the end is. */
enum end { END_LOST, END_OPEN, END_GUESSED, END_TOLD };

/* Ends that nobody saw (docs/calls.md). That following ended says nothing of the call; that the
 * server's lists do not have it any more is at least true. */
static enum end
end_of(const struct zv_conversation *c)
{
	static const struct {
		struct zv_str reason;
		enum end end;
	} guesses[] = {
		{ ZV_STR("vanished"), END_GUESSED },
		{ ZV_STR("pbx_restart"), END_GUESSED },
		{ ZV_STR("lost"), END_LOST },
		{ ZV_STR("end_of_input"), END_LOST },
	};

	if (c->is_open)
		return END_OPEN;
	for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
		if (zvon_str_equal(c->reason, guesses[i].reason))
			return guesses[i].end;
	return END_TOLD;
}

static bool
is_guessed(const struct zv_conversation *c)
{
	return end_of(c) != END_TOLD;
}

static bool
is_live(const struct zv_conversation *c)
{
	return (c->sources & ZV_PAST_LIVE) != 0;
}

/* What speaks for a telling, the weightiest first. */
static int
weight(const struct zv_conversation *c)
{
	return is_live(c) * 4 + (int)end_of(c);
}

/* Its first channel is the one that the other's Linkedid names. What was merged has the ids of
 * its parts there too, which began later. */
static bool
is_root(const struct zv_conversation *c, const struct zv_conversation *other)
{
	if (c->started_ms > other->started_ms)
		return false;
	for (size_t i = 0; i < other->n_linked_ids; i++)
		if (zvon_str_equal(other->linked_ids[i], c->id))
			return !zvon_str_equal(other->id, c->id);
	return false;
}

static bool
is_better(const struct zv_conversation *b, const struct zv_conversation *a)
{
	int wa = weight(a), wb = weight(b);

	if (wa != wb)
		return wb > wa;
	if (!a->is_open && !b->is_open && is_root(b, a) != is_root(a, b))
		return is_root(b, a);
	if (b->is_open)
		return true; /* the newer telling of what goes on */
	if (b->ended_ms > a->ended_ms + ROUNDING_MS)
		return true;
	return b->n_legs > a->n_legs && b->ended_ms + ROUNDING_MS >= a->ended_ms;
}

/* ---- lists --------------------------------------------------------------------------------- */

static bool
is_same_leg(const struct zv_past_leg *a, const struct zv_past_leg *b)
{
	if (a->unique_id.n && b->unique_id.n)
		return zvon_str_equal(a->unique_id, b->unique_id);
	return zvon_str_equal(a->channel, b->channel);
}

static struct zv_past_leg *
find_leg(const struct zv_conversation *c, const struct zv_past_leg *leg)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (is_same_leg(&c->legs[i], leg))
			return &c->legs[i];
	return NULL;
}

static bool
has_text(const struct zv_str *list, size_t n, struct zv_str text)
{
	for (size_t i = 0; i < n; i++)
		if (zvon_str_equal(list[i], text))
			return true;
	return false;
}

static void
add_text(struct zv_str *list, size_t *n, struct zv_str text)
{
	if (!has_text(list, *n, text))
		list[(*n)++] = text;
}

/* "…/2026/11/21/a.wav" and "a.wav" are one file. */
static struct zv_str
base_name(struct zv_str path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return zv_str_from(path, i);
	return path;
}

static void
add_recording(struct zv_conversation *c, const struct zv_past_recording *r)
{
	for (size_t i = 0; i < c->n_recordings; i++) {
		struct zv_past_recording *has = &c->recordings[i];

		if (!zvon_str_equal(base_name(has->file), base_name(r->file)))
			continue;
		if (has->file.n < r->file.n)
			has->file = r->file;
		if (has->id.n == 0)
			has->id = r->id;
		return;
	}
	c->recordings[c->n_recordings++] = *r;
}

/* ---- facts --------------------------------------------------------------------------------- */

static void
fill_text(struct zv_str *s, struct zv_str other)
{
	if (s->n == 0)
		*s = other;
}

static void
fill_time(int64_t *t, int64_t other)
{
	if (*t == 0)
		*t = other;
}

static void
fill_leg(struct zv_past_leg *leg, const struct zv_past_leg *other)
{
	fill_text(&leg->line, other->line);
	fill_text(&leg->number, other->number);
	fill_text(&leg->name, other->name);
	fill_text(&leg->unique_id, other->unique_id);
	fill_time(&leg->started_ms, other->started_ms);
	fill_time(&leg->rang_ms, other->rang_ms);
	fill_time(&leg->answered_ms, other->answered_ms);
	fill_time(&leg->ended_ms, other->ended_ms);
	if (leg->result == ZV_RESULT_NONE)
		leg->result = other->result;
	if (leg->cause == 0)
		leg->cause = other->cause;
}

/* Of a call from outside the line that was reached, or the did as long as none is known. */
static void
fill_to(struct zv_conversation *c, const struct zv_conversation *other)
{
	bool is_did =
		c->direction == ZV_DIRECTION_IN && zvon_str_equal(c->to_number, c->did);

	if (c->to_number.n == 0 || (is_did && other->to_number.n))
		c->to_number = other->to_number;
}

static void
fill_call(struct zv_conversation *c, const struct zv_conversation *other)
{
	if (c->is_anonymous || other->is_anonymous) {
		c->is_anonymous = true;
	} else {
		fill_text(&c->from_number, other->from_number);
		fill_text(&c->from_name, other->from_name);
		fill_to(c, other);
	}
	fill_text(&c->did, other->did);
	fill_text(&c->queue, other->queue);
	fill_text(&c->picked_up_by, other->picked_up_by);
	c->parked |= other->parked;
	c->sources |= other->sources;
}

/* A Uniqueid is the second in which its channel began: "1795224785.0", "pbx-1795224785.0". */
static int64_t
second_of(struct zv_str unique_id)
{
	struct zv_str rest = unique_id, part, whole;
	long long seconds;

	while (zv_str_split(&rest, '-', &part))
		unique_id = part;
	if (!zv_str_split(&unique_id, '.', &whole) ||
	    zv_num_parse(whole, 0, INT64_MAX / 1000, &seconds) < 0)
		return 0;
	return seconds;
}

/* Had it begun before the better telling saw it? Only if its Uniqueid says so too: a wrong time
 * zone of the records moves no call. */
static bool
began_before(const struct zv_conversation *c, const struct zv_conversation *other)
{
	int64_t off = other->started_ms - second_of(other->id) * 1000;

	return other->started_ms && other->started_ms + ROUNDING_MS < c->started_ms &&
	       off > -ROUNDING_MS && off < ROUNDING_MS;
}

static int64_t
since(int64_t to, int64_t from)
{
	return to > from && from ? to - from : 0;
}

static void
count_durations(struct zv_conversation *c)
{
	int64_t until = c->answered_ms ? c->answered_ms : c->ended_ms;

	c->wait_ms = since(until, c->started_ms);
	c->talk_ms = since(c->ended_ms, c->answered_ms);
}

static void
take_beginning(struct zv_conversation *c, const struct zv_conversation *other)
{
	c->started_ms = other->started_ms;
	c->id = other->id;
	if (other->from_number.n)
		c->from_number = other->from_number;
	count_durations(c);
}

/* It goes on as far as c knows, or that it ended was guessed: other saw the end. Only a
 * conversation is sure: that the dialplan answered a caller, and then he was gone, says nothing
 * of a queue that he came into unseen. */
static void
take_end(struct zv_conversation *c, const struct zv_conversation *other)
{
	bool is_sure = c->result == ZV_RESULT_ANSWERED && c->answered_ms;

	if (other->ended_ms)
		c->ended_ms = other->ended_ms;
	fill_time(&c->answered_ms, other->answered_ms);
	if (!is_sure && other->result != ZV_RESULT_NONE)
		c->result = other->result;
	c->reason = other->reason;
	c->is_open = false;
	count_durations(c);
}

/* What both tell, and what only other does. all_legs: it was there when c was not. */
static void
merge_legs(struct zv_conversation *c, const struct zv_conversation *other,
	   bool all_legs)
{
	for (size_t i = 0; i < other->n_legs; i++) {
		struct zv_past_leg *leg = find_leg(c, &other->legs[i]);

		if (leg)
			fill_leg(leg, &other->legs[i]);
		else if (all_legs)
			c->legs[c->n_legs++] = other->legs[i];
	}
}

static bool
has_transfer(const struct zv_conversation *c, const struct zv_past_transfer *t)
{
	for (size_t i = 0; i < c->n_transfers; i++)
		if (c->transfers[i].kind == t->kind &&
		    zvon_str_equal(c->transfers[i].by, t->by) &&
		    zvon_str_equal(c->transfers[i].to, t->to))
			return true;
	return false;
}

static void
merge_transfers(struct zv_conversation *c, const struct zv_conversation *other,
		bool is_partial)
{
	bool none = c->n_transfers == 0;

	for (size_t i = 0; i < other->n_transfers; i++)
		if (none || (is_partial && !has_transfer(c, &other->transfers[i])))
			c->transfers[c->n_transfers++] = other->transfers[i];
}

static void
merge_lists(struct zv_conversation *c, const struct zv_conversation *other,
	    bool is_partial)
{
	if (is_partial)
		for (size_t i = 0; i < other->n_talked; i++)
			add_text(c->talked, &c->n_talked, other->talked[i]);
	for (size_t i = 0; i < other->n_linked_ids; i++)
		add_text(c->linked_ids, &c->n_linked_ids, other->linked_ids[i]);
	for (size_t i = 0; i < other->n_recordings; i++)
		add_recording(c, &other->recordings[i]);
	merge_transfers(c, other, is_partial);
}

/* ---- one who looked away ------------------------------------------------------------------- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b && b < a) ? b : a;
}

/* A daemon was killed and started again while the call went on: c has what the server's lists
 * told then, `first` what had been seen before. */
static void
take_first_part(struct zv_conversation *c, const struct zv_conversation *first)
{
	c->direction = first->direction;
	if (first->from_number.n)
		c->from_number = first->from_number;
	if (first->from_name.n)
		c->from_name = first->from_name;
	if (first->to_number.n && (first->answered_ms || c->to_number.n == 0))
		c->to_number = first->to_number;
	if (first->result == ZV_RESULT_ANSWERED || first->answered_ms)
		c->result = ZV_RESULT_ANSWERED;
	for (size_t i = 0; i < first->n_legs; i++) {
		const struct zv_past_leg *seen = &first->legs[i];
		struct zv_past_leg *leg = find_leg(c, seen);

		if (!leg)
			continue;
		leg->role = seen->role;
		leg->rang |= seen->rang;
		leg->answered |= seen->answered;
		leg->started_ms = earlier(leg->started_ms, seen->started_ms);
		leg->answered_ms = earlier(leg->answered_ms, seen->answered_ms);
	}
}

/* Durations that the tracker counted stay, if nothing moved. */
static void
take_first_times(struct zv_conversation *c, const struct zv_conversation *first)
{
	int64_t started = earlier(c->started_ms, first->started_ms),
		answered = earlier(c->answered_ms, first->answered_ms);

	if (started == c->started_ms && answered == c->answered_ms)
		return;
	c->started_ms = started;
	c->answered_ms = answered;
	count_durations(c);
}

static size_t
place_in(const struct zv_conversation *c, const struct zv_past_leg *leg)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (is_same_leg(&c->legs[i], leg))
			return i;
	return c->n_legs;
}

#define SORTED_LEGS 64 /* sorting them is cubic, and of more nobody reads the order */

/* Legs that `first` knew stand first, in its order. */
static void
sort_legs(struct zv_conversation *c, const struct zv_conversation *first)
{
	if (c->n_legs > SORTED_LEGS)
		return;
	for (size_t i = 1; i < c->n_legs; i++) {
		struct zv_past_leg leg = c->legs[i];
		size_t place = place_in(first, &leg), k = i;

		while (k > 0 && place_in(first, &c->legs[k - 1]) > place) {
			c->legs[k] = c->legs[k - 1];
			k--;
		}
		c->legs[k] = leg;
	}
}

static bool
is_of_one(const struct zv_conversation *c, const struct zv_conversation *other)
{
	bool any = zvon_str_equal(c->id, other->id);

	for (size_t i = 0; i < other->n_legs && !any; i++)
		any = find_leg(c, &other->legs[i]) != NULL;
	return any;
}

/* Without a channel in common it was a call of its own then: the consultation of a transfer that
 * nobody saw. */
static bool
is_first_part(const struct zv_conversation *c, const struct zv_conversation *other)
{
	return is_live(c) && is_live(other) && end_of(other) <= END_OPEN &&
	       is_of_one(c, other);
}

/* ---- one who came late ----------------------------------------------------------------------- */

/* A channel, not a phone that only Dial's data name ("SIP/102"). */
static bool
is_channel(const struct zv_past_leg *leg)
{
	size_t slash = zv_str_find(leg->channel, ZV_STR("/"));

	return zv_channel_peer(leg->channel).n + slash + 1 < leg->channel.n;
}

/* The records have a channel that was not seen live: who looked came in the middle. */
static bool
has_come_late(const struct zv_conversation *c, const struct zv_conversation *records)
{
	if (!is_live(c) || is_live(records))
		return false;
	for (size_t i = 0; i < records->n_legs; i++)
		if (is_channel(&records->legs[i]) && !find_leg(c, &records->legs[i]))
			return true;
	return false;
}

static void
prefer_text(struct zv_str *s, struct zv_str better)
{
	if (better.n)
		*s = better;
}

static void
prefer_earlier(int64_t *t, int64_t other)
{
	if (other && (*t == 0 || other + ROUNDING_MS < *t))
		*t = other;
}

/* The records saw the beginning: who called whom is theirs. */
static void
take_records_view(struct zv_conversation *c, const struct zv_conversation *records)
{
	c->direction = records->direction;
	prefer_text(&c->id, records->id);
	prefer_text(&c->from_number, records->from_number);
	prefer_text(&c->from_name, records->from_name);
	prefer_text(&c->to_number, records->to_number);
	if (!c->is_open && c->result != ZV_RESULT_ANSWERED)
		c->result = records->result;
	for (size_t i = 0; i < records->n_legs; i++) {
		struct zv_past_leg *leg = find_leg(c, &records->legs[i]);

		if (leg)
			leg->role = records->legs[i].role;
	}
	prefer_earlier(&c->started_ms, records->started_ms);
	prefer_earlier(&c->answered_ms, records->answered_ms);
	count_durations(c);
	sort_legs(c, records);
}

/* Records of one leg are written while a call goes on (a transfer): they end none that is seen
 * live. */
static bool
is_going_on(const struct zv_conversation *c, const struct zv_conversation *other)
{
	return c->is_open && is_live(c) && !is_live(other);
}

static void
merge_into(struct zv_conversation *c, const struct zv_conversation *other)
{
	bool both_records = !is_live(c) && !is_live(other);
	bool later = began_before(c, other);
	bool open = is_guessed(c) && !is_guessed(other) && !is_going_on(c, other);

	bool first = is_first_part(c, other), late = has_come_late(c, other);
	bool halves =
		is_live(c) && is_live(other); /* each saw what the other did not */
	bool all = later || open || both_records || halves || late;

	merge_legs(c, other, all);
	merge_lists(c, other, all);
	fill_call(c, other);
	if (late)
		take_records_view(c, other);
	if (first) {
		take_first_part(c, other);
		take_first_times(c, other);
		sort_legs(c, other);
	}
	if (later)
		take_beginning(c, other);
	if (open || (both_records && other->ended_ms > c->ended_ms))
		take_end(c, other);
}

/* ---- room ---------------------------------------------------------------------------------- */

/* Lists of both fit behind each other; c then has copies of its own. */
static void *
make_room(struct zv_conversation *c, const struct zv_conversation *other)
{
	size_t legs = (c->n_legs + other->n_legs) * sizeof *c->legs,
	       files = (c->n_recordings + other->n_recordings) * sizeof *c->recordings,
	       talked = (c->n_talked + other->n_talked) * sizeof *c->talked,
	       moves = (c->n_transfers + other->n_transfers) * sizeof *c->transfers,
	       ids = (c->n_linked_ids + other->n_linked_ids) * sizeof *c->linked_ids;
	char *block = zv_malloc(legs + files + talked + moves + ids + 1), *end = block;

	if (!block)
		return NULL;
#define MOVE(list, count, bytes)                                                       \
 if (c->count)                                                                         \
  memcpy(end, c->list, c->count * sizeof *c->list);                                    \
 c->list = (void *)end;                                                                \
 end += (bytes)
	MOVE(legs, n_legs, legs);
	MOVE(recordings, n_recordings, files);
	MOVE(talked, n_talked, talked);
	MOVE(transfers, n_transfers, moves);
	MOVE(linked_ids, n_linked_ids, ids);
#undef MOVE
	return block;
}

struct zv_conversation *
zv_conversation_merge(const struct zv_conversation *a, const struct zv_conversation *b)
{
	const struct zv_conversation *other = is_better(b, a) ? a : b;
	struct zv_conversation c = other == a ? *b : *a, *merged;
	void *room = make_room(&c, other);

	if (!room)
		return NULL;
	merge_into(&c, other);
	c.number = a->number;
	merged = zv_conversation_copy(&c);
	zv_free(room);
	return merged;
}
