/* ladder_impl.h - what a chart is made of, shared by ladder.c (which notes what happens)
 * and ladder_draw.c (which draws it). */
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

/* The column of a line or an outside number, -1: it has none. */
int zv_ladder_find(const struct zv_ladder_chart *c, struct zv_str who);

void zv_ladder_draw_chart(const struct zv_ladder_chart *c, const struct zv_call *call,
			  struct zv_str reason, const char *const *words, bool ascii,
			  struct zv_buf *out);

#endif
