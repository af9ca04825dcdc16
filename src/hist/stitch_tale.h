/* stitch_tale.h - one conversation while its rows are read. */
#ifndef ZV_HIST_STITCH_TALE_H
#define ZV_HIST_STITCH_TALE_H

#include "hist/channel.h"
#include "hist/stitch_impl.h"

#define ZV_TALE_PARTS_MAX 1000 /* legs, recordings, Linkedids: as ZV_CALLS_MAX_LEGS */

#define ZV_TALE_ID 80

/* What a row of the CDR says of its two sides. */
struct zv_tale_row {
	const struct zv_cdr_row *cdr;
	int64_t start_ms, answer_ms, end_ms;
	int caller, callee;	    /* legs, -1: none (nobody, a Local channel) */
	enum zv_call_result result; /* of the disposition */
	bool is_attempt;	    /* somebody was called */
	bool to_local;
};

struct zv_tale {
	const struct zv_stitch_options *options;
	struct zv_tale_row *rows;
	size_t n;
	size_t cap; /* of each list of c */
	struct zv_conversation c;
	const struct zv_stitch_row *const *all; /* CEL among them */
	size_t n_all;
	struct zv_str dialled;	  /* by CEL: the extension in which it began */
	struct zv_str queue;	  /* by CEL: the data of the application Queue */
	char made_id[ZV_TALE_ID]; /* where the rows have none */
};

/* The leg of that channel, begun if it is new; -1: it has none. */
int zv_tale_leg(struct zv_tale *t, struct zv_str channel, enum zv_leg_role role);
/* The leg of that channel; -1: it has none. */
int zv_tale_find_leg(const struct zv_tale *t, struct zv_str channel);
bool zv_tale_is_trunk(const struct zv_tale *t, struct zv_str channel,
		      struct zv_str number);
bool zv_tale_is_app(const struct zv_tale_row *r, struct zv_str app);
/* Of a conference: who else is in the room stands as the other side. */
bool zv_tale_is_room(const struct zv_tale_row *r);
bool zv_tale_is_same_dial(const struct zv_tale_row *a, const struct zv_tale_row *b);
/* The caller gave up while that row called somebody: nothing of his stands behind it. */
bool zv_tale_gave_up(const struct zv_tale *t, const struct zv_tale_row *r);
void zv_tale_talks(struct zv_tale *t, int leg);

void zv_tale_read_legs(struct zv_tale *t); /* stitch_legs.c */
void zv_tale_read_cel(struct zv_tale *t);  /* stitch_cel.c: what CDRs do not know */
void zv_tale_tell_cel(struct zv_tale *t);  /* CEL alone */
bool zv_is_exten(struct zv_str exten);
void zv_tale_read_parties(struct zv_tale *t);	/* stitch_parties.c */
void zv_tale_read_pickup(struct zv_tale *t);	/* stitch_pickup.c */
void zv_tale_read_result(struct zv_tale *t);	/* stitch_result.c */
void zv_tale_read_transfers(struct zv_tale *t); /* stitch_transfer.c */
/* stitch_move.c, of CEL. true: these are the transfers; CDRs need not be asked. */
bool zv_tale_read_moves(struct zv_tale *t);
int zv_tale_picked_up_by(const struct zv_tale *t); /* the leg; -1: CEL knows of none */

#endif
