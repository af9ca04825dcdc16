#include "base/mem.h"
#include "call/ladder_impl.h"
#include "zvon/error.h"

#define KEYS_IN_ROW 12

void
zv_ladder_free_step(struct zv_ladder_step *s)
{
	if (!s)
		return;
	zv_free(s->text);
	zv_free(s->toward);
	zv_free(s);
}

void
zv_ladder_free_chart(struct zv_ladder_chart *c)
{
	for (int i = 0; i < c->n_parties; i++) {
		zv_free(c->parties[i].line);
		zv_free(c->parties[i].number);
		zv_free(c->parties[i].name);
	}
	for (size_t i = 0; i < c->n_steps; i++)
		zv_ladder_free_step(c->steps[i]);
	zv_free(c->steps);
	zv_free(c->id);
	zv_free(c);
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
int
zv_ladder_party(struct zv_ladder_chart *c, bool is_trunk, struct zv_str line,
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

int
zv_ladder_leg_party(struct zv_ladder_chart *c, const struct zv_leg *leg)
{
	return zv_ladder_party(c, leg->is_trunk, leg->line, leg->number, leg->name);
}

/* ---- steps ----------------------------------------------------------------------- */

enum zv_ladder_life
zv_ladder_life_of(const struct zv_leg *leg)
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
		int party = zv_ladder_leg_party(c, leg);

		if (party < 0)
			return ZV_ENOMEM;
		see_leg(s, party, zv_ladder_life_of(leg));
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

static int
text_of(const struct zv_ladder_draft *d, char **out)
{
	struct zv_buf b = { 0 };

	zv_buf_add(&b, d->text);
	if (d->number)
		zv_buf_printf(&b, "%s(%d)", d->text.n ? " " : "", d->number);
	*out = zv_buf_failed(&b) ? NULL : zv_memdup(b.p, b.n);
	zv_buf_deinit(&b);
	return *out ? 0 : ZV_ENOMEM;
}

static int
fill(struct zv_ladder_chart *c, struct zv_ladder_step *s,
     const struct zv_ladder_draft *d, const struct zv_call *call)
{
	int by = zv_ladder_find(c, d->by);

	s->shape = d->shape;
	s->word = d->word;
	s->from = by >= 0 ? by : d->from ? zv_ladder_leg_party(c, d->from) : 0;
	s->to = d->to ? zv_ladder_leg_party(c, d->to) : s->from;
	if (d->toward.n) {
		s->toward = zv_memdup(d->toward.p, d->toward.n);
		if (!s->toward)
			return ZV_ENOMEM;
	}
	if (s->from < 0 || s->to < 0 || text_of(d, &s->text) < 0)
		return ZV_ENOMEM;
	return see_legs(c, s, call);
}

int
zv_ladder_add_step(struct zv_ladder_chart *c, const struct zv_ladder_draft *d,
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
		zv_ladder_free_step(s);
		return ZV_ENOMEM;
	}
	return 0;
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

int
zv_ladder_take_step(struct zv_ladder_chart *into, struct zv_ladder_step *s)
{
	if (into->n_steps == ZV_LADDER_MAX_STEPS) {
		into->left_out++;
		zv_ladder_free_step(s);
		return 0;
	}
	if (keep(into, s) < 0) {
		zv_ladder_free_step(s);
		return ZV_ENOMEM;
	}
	sort_in(into);
	return 0;
}

/* Keys that are pressed one after the other share a row. */
bool
zv_ladder_add_key(struct zv_ladder_chart *c, const struct zv_call_event *e, int *rc)
{
	struct zv_ladder_step *s = c->n_steps ? c->steps[c->n_steps - 1] : NULL;
	struct zv_buf keys = { 0 };
	char *text;

	if (e->kind != ZV_LEG_DTMF || !s || !s->is_key || !e->leg ||
	    s->from != zv_ladder_leg_party(c, e->leg) || strlen(s->text) >= KEYS_IN_ROW)
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
