#include "call/ladder_impl.h"

#include "base/map.h"
#include "base/mem.h"
#include "zvon/error.h"

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
	[ZV_LADDER_FORWARDS] = "forwards to",
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

void
zv_ladder_free(struct zv_ladder *l)
{
	struct zv_ladder_chart *c;
	size_t cursor = 0;

	if (!l)
		return;
	while ((c = zv_map_next(&l->charts, &cursor)))
		zv_ladder_free_chart(c);
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
	zv_ladder_free_chart(c);
	return NULL;
}

/* "calls 102", once it is known. */
static int
name_start(struct zv_ladder_chart *c, const struct zv_call *call)
{
	struct zv_str to = call->did.n ? call->did : call->to_number;
	struct zv_ladder_step *first = c->n_steps ? c->steps[0] : NULL;
	char *text;

	if (!to.n || !first || first->shape != ZV_SHAPE_START ||
	    first->word != ZV_LADDER_BEGINS)
		return 0;
	text = zv_memdup(to.p, to.n);
	if (!text)
		return ZV_ENOMEM;
	zv_free(first->text);
	first->text = text;
	first->word = ZV_LADDER_CALLS;
	return 0;
}

/* ---- two charts that become one ------------------------------------------------------ */

/* Its parties get columns in `into`; to[] tells which. */
static int
move_parties(const struct zv_ladder_chart *c, struct zv_ladder_chart *into,
	     int to[ZV_LADDER_MAX_PARTIES])
{
	for (int i = 0; i < c->n_parties; i++) {
		const struct zv_ladder_party *p = &c->parties[i];

		to[i] = zv_ladder_party(into, p->is_trunk, zvon_str(p->line),
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

static int
move_chart(struct zv_ladder_chart *c, struct zv_ladder_chart *into)
{
	int to[ZV_LADDER_MAX_PARTIES];
	int rc = move_parties(c, into, to);

	for (size_t i = 0; i < c->n_steps && rc == 0; i++) {
		struct zv_ladder_step *s = c->steps[i];

		c->steps[i] = NULL;
		move_step(s, to);
		rc = zv_ladder_take_step(into, s);
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
	if (into && name_start(c, e->call) == 0)
		rc = move_chart(c, into);
	zv_ladder_free_chart(c);
	return rc;
}

/* ---- the face ---------------------------------------------------------------------- */

int
zv_ladder_event(struct zv_ladder *l, const struct zv_call_event *e)
{
	struct zv_ladder_chart *c;
	struct zv_ladder_draft d;
	int rc = 0;

	if (!e->call)
		return 0;
	if (e->kind == ZV_CALL_ENDED)
		return e->into.n ? merge(l, e) : 0;
	d = zv_ladder_draft(e);
	if (d.shape == ZV_SHAPE_NOTHING)
		return 0;
	c = chart_of(l, e->call->id, e->now_ms);
	if (!c)
		return ZV_ENOMEM;
	if (zv_ladder_add_key(c, e, &rc))
		return rc;
	return zv_ladder_add_step(c, &d, e);
}

void
zv_ladder_draw(struct zv_ladder *l, const struct zv_call *call, struct zv_str reason,
	       struct zv_buf *out)
{
	struct zv_ladder_chart *c = zv_map_find(&l->charts, call->id);

	if (c) {
		if (name_start(c, call) < 0)
			out->failed = true;
		zv_ladder_draw_chart(c, call, reason, l->words, l->ascii, out);
	}
	zv_ladder_forget(l, call->id);
}

void
zv_ladder_forget(struct zv_ladder *l, struct zv_str id)
{
	struct zv_ladder_chart *c = zv_map_remove(&l->charts, id);

	if (c)
		zv_ladder_free_chart(c);
}
