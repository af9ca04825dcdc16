#include "call/ladder_impl.h"

#include "base/map.h"
#include "base/mem.h"
#include "zvon/error.h"

#define KEYS_IN_ROW 12

struct zv_ladder {
	struct zv_map charts; /* by the call's id */
	const char *const *words;
	bool ascii;
};

static const char *const english[ZV_LADDER_WORDS] = {
	[ZV_LADDER_CALLS] = "calls",
	[ZV_LADDER_BEGINS] = "begins",
	[ZV_LADDER_QUEUE] = "queue",
	[ZV_LADDER_RING] = "ring",
	[ZV_LADDER_RINGS] = "rings",
	[ZV_LADDER_ANSWER] = "answer",
	[ZV_LADDER_ANSWERS] = "answers",
	[ZV_LADDER_PBX_ANSWERS] = "the PBX answers",
	[ZV_LADDER_TALK] = "talk",
	[ZV_LADDER_HOLD] = "hold",
	[ZV_LADDER_RESUME] = "resume",
	[ZV_LADDER_BLIND] = "transfer",
	[ZV_LADDER_ATTENDED] = "att. transfer",
	[ZV_LADDER_PARK] = "park",
	[ZV_LADDER_RETRIEVE] = "retrieve",
	[ZV_LADDER_CAME_BACK] = "back from",
	[ZV_LADDER_PICKUP] = "pickup",
	[ZV_LADDER_CONFERENCE] = "conference",
	[ZV_LADDER_RECORDING] = "rec",
	[ZV_LADDER_RECORDING_ENDS] = "rec ends",
	[ZV_LADDER_KEY] = "key",
	[ZV_LADDER_END] = "end",
	[ZV_LADDER_CALL] = "call",
	[ZV_LADDER_WITHHELD] = "withheld",
	[ZV_LADDER_DID] = "did",
	[ZV_LADDER_TALKED] = "talked",
	[ZV_LADDER_OPEN] = "goes on",
	[ZV_LADDER_MORE] = "more rows",
	[ZV_LADDER_INTERNAL] = "internal",
	[ZV_LADDER_IN] = "in",
	[ZV_LADDER_OUT] = "out",
	[ZV_LADDER_RESULT + ZV_RESULT_NONE] = "ended",
	[ZV_LADDER_RESULT + ZV_RESULT_ANSWERED] = "answered",
	[ZV_LADDER_RESULT + ZV_RESULT_BUSY] = "busy",
	[ZV_LADDER_RESULT + ZV_RESULT_NO_ANSWER] = "no answer",
	[ZV_LADDER_RESULT + ZV_RESULT_CANCELLED] = "cancelled",
	[ZV_LADDER_RESULT + ZV_RESULT_REJECTED] = "rejected",
	[ZV_LADDER_RESULT + ZV_RESULT_CONGESTION] = "congestion",
	[ZV_LADDER_RESULT + ZV_RESULT_FAILED] = "failed",
	[ZV_LADDER_RESULT + ZV_RESULT_ABANDONED] = "abandoned",
	[ZV_LADDER_RESULT + ZV_RESULT_ANSWERED_ELSEWHERE] = "answered elsewhere",
};

/* ---- life ------------------------------------------------------------------------ */

struct zv_ladder *
zv_ladder_new(const struct zv_ladder_options *options)
{
	struct zv_ladder *l = zv_calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->charts.seed = options->seed;
	l->words = options->words ? options->words : english;
	l->ascii = options->ascii;
	return l;
}

static void
free_step(struct zv_ladder_step *s)
{
	if (!s)
		return;
	zv_free(s->text);
	zv_free(s->toward);
	zv_free(s);
}

static void
free_chart(struct zv_ladder_chart *c)
{
	for (int i = 0; i < c->n_parties; i++) {
		zv_free(c->parties[i].line);
		zv_free(c->parties[i].number);
		zv_free(c->parties[i].name);
	}
	for (size_t i = 0; i < c->n_steps; i++)
		free_step(c->steps[i]);
	zv_free(c->steps);
	zv_free(c->id);
	zv_free(c);
}

void
zv_ladder_free(struct zv_ladder *l)
{
	struct zv_ladder_chart *c;
	size_t cursor = 0;

	if (!l)
		return;
	while ((c = zv_map_next(&l->charts, &cursor)))
		free_chart(c);
	zv_map_deinit(&l->charts);
	zv_free(l);
}

static struct zv_ladder_chart *
chart_of(struct zv_ladder *l, struct zv_str id, int64_t now_ms)
{
	struct zv_ladder_chart *c = zv_map_find(&l->charts, id);

	if (c)
		return c;
	c = zv_calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->id = zv_memdup(id.p, id.n);
	c->n_id = id.n;
	c->start_ms = now_ms;
	if (c->id && zv_map_add(&l->charts, (struct zv_str){ c->id, id.n }, c) == 0)
		return c;
	free_chart(c);
	return NULL;
}

/* ---- parties --------------------------------------------------------------------- */

static bool
is(const char *text, struct zv_str s)
{
	return s.n && zvon_str_equal(zvon_str(text), s);
}

int
zv_ladder_find(const struct zv_ladder_chart *c, struct zv_str who)
{
	for (int i = 0; i < c->n_parties; i++)
		if (is(c->parties[i].line, who) && !c->parties[i].is_trunk)
			return i;
	for (int i = 0; i < c->n_parties; i++)
		if (is(c->parties[i].number, who))
			return i;
	return -1;
}

/* A trunk has a column for each number behind it. */
static bool
is_same(const struct zv_ladder_party *p, bool is_trunk, struct zv_str line,
	struct zv_str number)
{
	if (p->is_trunk != is_trunk || !zvon_str_equal(zvon_str(p->line), line))
		return false;
	return !is_trunk || !p->number[0] || !number.n || is(p->number, number);
}

/* Takes over what was not known before. */
static int
learn(char **known, struct zv_str now)
{
	char *copy;

	if ((*known && (*known)[0]) || (*known && !now.n))
		return 0;
	copy = zv_memdup(now.p, now.n);
	if (!copy)
		return ZV_ENOMEM;
	zv_free(*known);
	*known = copy;
	return 0;
}

static struct zv_ladder_party *
new_party(struct zv_ladder_chart *c, bool is_trunk, struct zv_str line)
{
	struct zv_ladder_party *p = &c->parties[c->n_parties];

	if (c->n_parties == ZV_LADDER_MAX_PARTIES)
		return &c->parties[c->n_parties - 1];
	*p = (struct zv_ladder_party){ .is_trunk = is_trunk };
	if (learn(&p->line, line) < 0 || learn(&p->number, ZV_STR("")) < 0 ||
	    learn(&p->name, ZV_STR("")) < 0) {
		zv_free(p->line);
		zv_free(p->number);
		return NULL;
	}
	c->n_parties++;
	return p;
}

/* Its column, made if it has none yet; < 0: out of memory. */
static int
party_of(struct zv_ladder_chart *c, bool is_trunk, struct zv_str line,
	 struct zv_str number, struct zv_str name)
{
	struct zv_ladder_party *p = NULL;

	for (int i = 0; i < c->n_parties && !p; i++)
		if (is_same(&c->parties[i], is_trunk, line, number))
			p = &c->parties[i];
	if (!p)
		p = new_party(c, is_trunk, line);
	if (!p || learn(&p->number, number) < 0 || learn(&p->name, name) < 0)
		return ZV_ENOMEM;
	return (int)(p - c->parties);
}

static int
party_of_leg(struct zv_ladder_chart *c, const struct zv_leg *leg)
{
	return party_of(c, leg->is_trunk, leg->line, leg->number, leg->name);
}

/* ---- steps ----------------------------------------------------------------------- */

static enum zv_ladder_life
life_of(const struct zv_leg *leg)
{
	if (leg->state == ZV_LEG_STATE_ENDED)
		return ZV_LIFE_NONE;
	if (leg->state == ZV_LEG_STATE_RINGING ||
	    (leg->state == ZV_LEG_STATE_DIALING && leg->role == ZV_ROLE_CALLEE))
		return ZV_LIFE_RINGING;
	return ZV_LIFE_UP;
}

/* A phone with two legs shows the one that is more alive. */
static void
see_leg(struct zv_ladder_step *s, int party, enum zv_ladder_life life)
{
	for (size_t i = 0; i < s->n_lives; i++) {
		if (s->lives[i].party != party)
			continue;
		if (life > s->lives[i].life)
			s->lives[i].life = life;
		return;
	}
	s->lives[s->n_lives++] = (struct zv_ladder_state){ party, life };
}

static int
see_legs(struct zv_ladder_chart *c, struct zv_ladder_step *s,
	 const struct zv_call *call)
{
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next) {
		int party = party_of_leg(c, leg);

		if (party < 0)
			return ZV_ENOMEM;
		see_leg(s, party, life_of(leg));
	}
	return 0;
}

static int
keep(struct zv_ladder_chart *c, struct zv_ladder_step *s)
{
	if (c->n_steps == c->cap_steps) {
		size_t more = c->cap_steps ? c->cap_steps * 2 : 16;
		struct zv_ladder_step **steps =
			zv_realloc(c->steps, more * sizeof(struct zv_ladder_step *));

		if (!steps)
			return ZV_ENOMEM;
		c->steps = steps;
		c->cap_steps = more;
	}
	c->steps[c->n_steps++] = s;
	return 0;
}

/* What a rule makes of an event. */
struct draft {
	enum zv_ladder_shape shape;
	enum zv_ladder_word word;
	const struct zv_leg *from, *to; /* to: for arrows and talk */
	struct zv_str by;     /* instead of `from`: a line or an outside number */
	struct zv_str toward; /* instead of `to` */
	struct zv_str text;
	int number; /* behind the word in brackets; 0: none */
};

static int
text_of(const struct draft *d, char **out)
{
	struct zv_buf b = { 0 };

	zv_buf_add(&b, d->text);
	if (d->number)
		zv_buf_printf(&b, "(%d)", d->number);
	*out = zv_buf_failed(&b) ? NULL : zv_memdup(b.p, b.n);
	zv_buf_deinit(&b);
	return *out ? 0 : ZV_ENOMEM;
}

static int
fill(struct zv_ladder_chart *c, struct zv_ladder_step *s, const struct draft *d,
     const struct zv_call *call)
{
	int by = zv_ladder_find(c, d->by);

	s->shape = d->shape;
	s->word = d->word;
	s->from = by >= 0 ? by : d->from ? party_of_leg(c, d->from) : 0;
	s->to = d->to ? party_of_leg(c, d->to) : s->from;
	if (d->toward.n) {
		s->toward = zv_memdup(d->toward.p, d->toward.n);
		if (!s->toward)
			return ZV_ENOMEM;
	}
	if (s->from < 0 || s->to < 0 || text_of(d, &s->text) < 0)
		return ZV_ENOMEM;
	return see_legs(c, s, call);
}

static int
add_step(struct zv_ladder_chart *c, const struct draft *d,
	 const struct zv_call_event *e)
{
	struct zv_ladder_step *s;

	if (c->n_steps == ZV_LADDER_MAX_STEPS) {
		c->left_out++;
		return 0;
	}
	s = zv_calloc(1, sizeof *s + ZV_LADDER_MAX_PARTIES * sizeof s->lives[0]);
	if (!s)
		return ZV_ENOMEM;
	s->seq = e->seq;
	s->at_ms = e->now_ms;
	s->is_key = e->kind == ZV_LEG_DTMF;
	if (fill(c, s, d, e->call) < 0 || keep(c, s) < 0) {
		free_step(s);
		return ZV_ENOMEM;
	}
	return 0;
}

/* ---- rules: what an event looks like ------------------------------------------------ */

/* The one on the other end: the first that lives and rings not. */
static const struct zv_leg *
other(const struct zv_call_event *e, const struct zv_leg *leg)
{
	for (const struct zv_leg *l = e->call->legs; l; l = l->next)
		if (l != leg && life_of(l) == ZV_LIFE_UP &&
		    !(leg && zvon_str_equal(l->unique_id, leg->unique_id)))
			return l;
	return NULL;
}

static struct draft
note(const struct zv_leg *leg, enum zv_ladder_word word, struct zv_str text)
{
	return (struct draft){
		.shape = ZV_SHAPE_NOTE, .word = word, .from = leg, .text = text
	};
}

static struct draft
arrow(const struct zv_leg *from, const struct zv_leg *to, enum zv_ladder_word word)
{
	return (struct draft){
		.shape = ZV_SHAPE_ARROW, .word = word, .from = from, .to = to
	};
}

static struct draft
on_started(const struct zv_call_event *e)
{
	struct draft d = note(e->call->legs, ZV_LADDER_CALLS, e->call->to_number);

	d.shape = ZV_SHAPE_START;
	if (!d.text.n)
		d.word = ZV_LADDER_BEGINS;
	return d;
}

static struct draft
on_queued(const struct zv_call_event *e)
{
	return note(e->call->legs, ZV_LADDER_QUEUE,
		    e->queue.n ? e->queue : e->call->queue);
}

static struct draft
on_ringing(const struct zv_call_event *e)
{
	const struct zv_leg *from = other(e, e->leg);

	if (!from || e->leg->role == ZV_ROLE_CALLER)
		return note(e->leg, ZV_LADDER_RINGS, ZV_STR(""));
	return arrow(from, e->leg, ZV_LADDER_RING);
}

static struct draft
on_leg_answered(const struct zv_call_event *e)
{
	const struct zv_leg *to = other(e, e->leg);

	if (e->leg->role == ZV_ROLE_CALLER && !e->leg->rang)
		return note(e->leg, ZV_LADDER_PBX_ANSWERS, ZV_STR(""));
	if (!to || e->leg->role == ZV_ROLE_CALLER)
		return note(e->leg, ZV_LADDER_ANSWERS, ZV_STR(""));
	return arrow(e->leg, to, ZV_LADDER_ANSWER);
}

static struct draft
on_call_answered(const struct zv_call_event *e)
{
	struct draft d = note(e->leg, ZV_LADDER_TALK, ZV_STR(""));

	d.to = other(e, e->leg);
	if (d.to && e->leg)
		d.shape = ZV_SHAPE_TALK;
	return d;
}

static struct draft
on_hold(const struct zv_call_event *e)
{
	enum zv_ladder_word word =
		e->kind == ZV_LEG_HELD ? ZV_LADDER_HOLD : ZV_LADDER_RESUME;
	const struct zv_leg *to = other(e, e->leg);

	return to ? arrow(e->leg, to, word) : note(e->leg, word, ZV_STR(""));
}

static struct draft
on_transferred(const struct zv_call_event *e)
{
	struct draft d = arrow(NULL, NULL,
			       e->transfer == ZV_TRANSFER_BLIND ? ZV_LADDER_BLIND
								: ZV_LADDER_ATTENDED);

	d.by = e->by;
	d.toward = e->to;
	return d;
}

static struct draft
on_parked(const struct zv_call_event *e)
{
	struct draft d = note(e->leg, ZV_LADDER_PARK, e->space);

	if (e->by.n && e->leg && !zvon_str_equal(e->by, e->leg->line)) {
		d.shape = ZV_SHAPE_ARROW;
		d.to = e->leg;
		d.by = e->by;
	}
	return d;
}

static struct draft
on_retrieved(const struct zv_call_event *e)
{
	struct draft d = note(other(e, NULL), ZV_LADDER_RETRIEVE, e->space);

	d.by = e->by;
	if (!e->by.n)
		d.word = ZV_LADDER_CAME_BACK;
	return d;
}

static struct draft
on_picked_up(const struct zv_call_event *e)
{
	struct draft d = note(e->leg, ZV_LADDER_PICKUP, ZV_STR(""));

	d.by = e->by;
	if (e->leg) {
		d.shape = ZV_SHAPE_ARROW;
		d.to = e->leg;
	}
	return d;
}

static struct draft
on_conferenced(const struct zv_call_event *e)
{
	return note(e->leg, ZV_LADDER_CONFERENCE, e->space);
}

/* "a.wav" of "/var/spool/asterisk/monitor/a.wav" */
static struct draft
on_recording(const struct zv_call_event *e)
{
	struct zv_str file = e->file;

	for (size_t i = 0; i < e->file.n; i++)
		if (e->file.p[i] == '/')
			file = zv_str_from(e->file, i + 1);
	return note(e->leg,
		    e->kind == ZV_RECORDING_STARTED ? ZV_LADDER_RECORDING
						    : ZV_LADDER_RECORDING_ENDS,
		    file);
}

static struct draft
on_dtmf(const struct zv_call_event *e)
{
	return note(e->leg, ZV_LADDER_KEY, e->digit);
}

static struct draft
on_leg_ended(const struct zv_call_event *e)
{
	struct draft d = note(e->leg, ZV_LADDER_END, ZV_STR(""));

	d.shape = ZV_SHAPE_END;
	d.number = e->cause;
	if (e->leg && e->leg->role == ZV_ROLE_CALLEE &&
	    e->leg->result > ZV_RESULT_ANSWERED)
		d.word = (enum zv_ladder_word)(ZV_LADDER_RESULT + (int)e->leg->result);
	return d;
}

static struct draft (*const rules[])(const struct zv_call_event *e) = {
	[ZV_CALL_STARTED] = on_started,
	[ZV_CALL_QUEUED] = on_queued,
	[ZV_LEG_RINGING] = on_ringing,
	[ZV_LEG_ANSWERED] = on_leg_answered,
	[ZV_CALL_ANSWERED] = on_call_answered,
	[ZV_LEG_HELD] = on_hold,
	[ZV_LEG_RESUMED] = on_hold,
	[ZV_CALL_TRANSFERRED] = on_transferred,
	[ZV_CALL_PARKED] = on_parked,
	[ZV_CALL_RETRIEVED] = on_retrieved,
	[ZV_CALL_PICKED_UP] = on_picked_up,
	[ZV_CALL_CONFERENCED] = on_conferenced,
	[ZV_RECORDING_STARTED] = on_recording,
	[ZV_RECORDING_STOPPED] = on_recording,
	[ZV_LEG_DTMF] = on_dtmf,
	[ZV_LEG_ENDED] = on_leg_ended,
	[ZV_SERVER_STATE] = NULL, /* so long is the table */
};

/* ---- two charts that become one ------------------------------------------------------ */

/* Its parties get columns in `into`; to[] tells which. */
static int
move_parties(const struct zv_ladder_chart *c, struct zv_ladder_chart *into,
	     int to[ZV_LADDER_MAX_PARTIES])
{
	for (int i = 0; i < c->n_parties; i++) {
		const struct zv_ladder_party *p = &c->parties[i];

		to[i] = party_of(into, p->is_trunk, zvon_str(p->line),
				 zvon_str(p->number), zvon_str(p->name));
		if (to[i] < 0)
			return ZV_ENOMEM;
	}
	return 0;
}

static void
move_step(struct zv_ladder_step *s, const int to[ZV_LADDER_MAX_PARTIES])
{
	s->from = to[s->from];
	s->to = to[s->to];
	for (size_t i = 0; i < s->n_lives; i++)
		s->lives[i].party = to[s->lives[i].party];
}

/* Keeps the steps in the order in which they happened. */
static void
sort_in(struct zv_ladder_chart *c)
{
	for (size_t i = c->n_steps - 1; i > 0; i--) {
		struct zv_ladder_step *s = c->steps[i];

		if (c->steps[i - 1]->seq <= s->seq)
			return;
		c->steps[i] = c->steps[i - 1];
		c->steps[i - 1] = s;
	}
}

static int
take_step(struct zv_ladder_chart *into, struct zv_ladder_step *s)
{
	if (into->n_steps == ZV_LADDER_MAX_STEPS) {
		into->left_out++;
		free_step(s);
		return 0;
	}
	if (keep(into, s) < 0) {
		free_step(s);
		return ZV_ENOMEM;
	}
	sort_in(into);
	return 0;
}

static int
move_chart(struct zv_ladder_chart *c, struct zv_ladder_chart *into)
{
	int to[ZV_LADDER_MAX_PARTIES];
	int rc = move_parties(c, into, to);

	for (size_t i = 0; i < c->n_steps && rc == 0; i++) {
		struct zv_ladder_step *s = c->steps[i];

		c->steps[i] = NULL;
		move_step(s, to);
		rc = take_step(into, s);
	}
	into->left_out += c->left_out;
	if (c->start_ms < into->start_ms)
		into->start_ms = c->start_ms;
	return rc;
}

static int
merge(struct zv_ladder *l, const struct zv_call_event *e)
{
	struct zv_ladder_chart *c = zv_map_remove(&l->charts, e->call->id), *into;
	int rc = ZV_ENOMEM;

	if (!c)
		return 0;
	into = chart_of(l, e->into, e->now_ms);
	if (into)
		rc = move_chart(c, into);
	free_chart(c);
	return rc;
}

/* ---- the face ---------------------------------------------------------------------- */

/* Keys that are pressed one after the other share a row. */
static bool
add_key(struct zv_ladder_chart *c, const struct zv_call_event *e, int *rc)
{
	struct zv_ladder_step *s = c->n_steps ? c->steps[c->n_steps - 1] : NULL;
	struct zv_buf keys = { 0 };
	char *text;

	if (e->kind != ZV_LEG_DTMF || !s || !s->is_key || !e->leg ||
	    s->from != party_of_leg(c, e->leg) || strlen(s->text) >= KEYS_IN_ROW)
		return false;
	zv_buf_add(&keys, zvon_str(s->text));
	zv_buf_add(&keys, e->digit);
	text = zv_buf_failed(&keys) ? NULL : zv_memdup(keys.p, keys.n);
	zv_buf_deinit(&keys);
	*rc = text ? 0 : ZV_ENOMEM;
	if (text) {
		zv_free(s->text);
		s->text = text;
	}
	return true;
}

int
zv_ladder_event(struct zv_ladder *l, const struct zv_call_event *e)
{
	struct zv_ladder_chart *c;
	struct draft d;
	int rc = 0;

	if (!e->call)
		return 0;
	if (e->kind == ZV_CALL_ENDED)
		return e->into.n ? merge(l, e) : 0;
	if (!rules[e->kind])
		return 0;
	c = chart_of(l, e->call->id, e->now_ms);
	if (!c)
		return ZV_ENOMEM;
	if (add_key(c, e, &rc))
		return rc;
	d = rules[e->kind](e);
	return add_step(c, &d, e);
}

void
zv_ladder_draw(struct zv_ladder *l, const struct zv_call *call, struct zv_str reason,
	       struct zv_buf *out)
{
	const struct zv_ladder_chart *c = zv_map_find(&l->charts, call->id);

	if (c)
		zv_ladder_draw_chart(c, call, reason, l->words, l->ascii, out);
	zv_ladder_forget(l, call->id);
}

void
zv_ladder_forget(struct zv_ladder *l, struct zv_str id)
{
	struct zv_ladder_chart *c = zv_map_remove(&l->charts, id);

	if (c)
		free_chart(c);
}
