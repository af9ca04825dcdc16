/* ladder_impl.h - what a chart is made of, shared by ladder.c (the charts of all calls,
 * and how two become one), ladder_rules.c (what an event looks like), ladder_chart.c (the
 * columns and rows of one) and ladder_draw.c (which draws it). */
#ifndef ZV_CALL_LADDER_IMPL_H
#define ZV_CALL_LADDER_IMPL_H

#include "base/buf.h"
#include "call/ladder.h"

/* A column. */
struct zv_ladder_party {
	char *line, *number, *name; /* "" when not known */
	bool is_trunk;
};

/* How the line of life of a party looks. */
enum zv_ladder_life {
	ZV_LIFE_NONE,
	ZV_LIFE_RINGING,
	ZV_LIFE_UP,
};

enum zv_ladder_shape {
	ZV_SHAPE_NOTHING,
	ZV_SHAPE_START, /* a word at `from` */
	ZV_SHAPE_NOTE,
	ZV_SHAPE_END,
	ZV_SHAPE_ARROW, /* from `from` to `to` */
	ZV_SHAPE_TALK,	/* the same, in both directions */
};

/* A row. */
struct zv_ladder_step {
	uint64_t seq;
	int64_t at_ms;
	enum zv_ladder_shape shape;
	enum zv_ladder_word word;
	int from, to;
	char *text;   /* behind the word, or "" */
	char *toward; /* an arrow to this party, if it has a column in the end; or NULL */
	bool is_key; /* further keys are added to it */

	/* life of each party after the step, as far as its own call knows them */
	size_t n_lives;
	struct zv_ladder_state {
		int party;
		enum zv_ladder_life life;
	} lives[];
};

struct zv_ladder_chart {
	char *id;
	size_t n_id;
	int64_t start_ms;
	struct zv_ladder_party parties[ZV_LADDER_MAX_PARTIES];
	int n_parties;
	struct zv_ladder_step **steps; /* by seq */
	size_t n_steps, cap_steps;
	size_t left_out;
};

/* What a rule makes of an event. */
struct zv_ladder_draft {
	enum zv_ladder_shape shape;
	enum zv_ladder_word word;
	const struct zv_leg *from, *to; /* to: for arrows and talk */
	struct zv_str by;     /* instead of `from`: a line or an outside number */
	struct zv_str toward; /* instead of `to` */
	struct zv_str text;
	int number; /* behind the word in brackets; 0: none */
};

/* ---- ladder_rules.c ---- */

/* ZV_SHAPE_NOTHING: it is not drawn. */
struct zv_ladder_draft zv_ladder_draft(const struct zv_call_event *e);

/* ---- ladder_chart.c ---- */

void zv_ladder_free_step(struct zv_ladder_step *s);
void zv_ladder_free_chart(struct zv_ladder_chart *c);

/* The column of a line or an outside number, -1: it has none. */
int zv_ladder_find(const struct zv_ladder_chart *c, struct zv_str who);

/* The column of a party, made if it has none yet; < 0: out of memory. */
int zv_ladder_party(struct zv_ladder_chart *c, bool is_trunk, struct zv_str line,
		    struct zv_str number, struct zv_str name);
int zv_ladder_leg_party(struct zv_ladder_chart *c, const struct zv_leg *leg);

enum zv_ladder_life zv_ladder_life_of(const struct zv_leg *leg);

/* A row at the end; a row of another chart to where its time is, freed when it does not
 * fit. 0 or ZV_ENOMEM. */
int zv_ladder_add_step(struct zv_ladder_chart *c, const struct zv_ladder_draft *d,
		       const struct zv_call_event *e);
int zv_ladder_take_step(struct zv_ladder_chart *into, struct zv_ladder_step *s);

/* true: the key went into the last row, *rc tells whether there was memory. */
bool zv_ladder_add_key(struct zv_ladder_chart *c, const struct zv_call_event *e,
		       int *rc);

/* ---- ladder_draw.c ---- */

void zv_ladder_draw_chart(const struct zv_ladder_chart *c, const struct zv_call *call,
			  struct zv_str reason, const char *const *words, bool ascii,
			  struct zv_buf *out);

#endif
