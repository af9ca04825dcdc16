#include "records/reconcile.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* Where a run may go on: at a row before which nothing waits any more. */
struct checkpoint {
	uint64_t row; /* the next row was the so-manieth that was given */
	char cdr[ZV_SOURCE_POSITION_MAX], cel[ZV_SOURCE_POSITION_MAX];
};

#define CHECKPOINTS 256
#define CHECKPOINT_ROWS                                                                \
 1000 /* at first; twice as far apart each time they are too many */

struct feed { /* a source, and the row of it that comes next */
	struct zv_source *source;
	struct zv_source_row row;
	char before[ZV_SOURCE_POSITION_MAX]; /* that row */
	bool has_row, is_over;
};

struct zv_reconcile {
	struct feed cdr, cel;
	struct zv_stitch *stitch;
	size_t calls;
	uint64_t rows; /* given to the stitcher */
	struct checkpoint marks[CHECKPOINTS];
	size_t n_marks;
	uint64_t step;
	bool is_over;
	struct zv_buf end_mark;
};

/* ---- life ------------------------------------------------------------------------------ */

/* "CDR'S POSITION\nCEL'S POSITION". */
static int
start(struct zv_reconcile *r, const struct zv_reconcile_options *o,
      struct zv_error *err)
{
	struct zv_str cel = o->position, cdr = { "", 0 };
	int rc = 0;

	zv_str_split(&cel, '\n', &cdr);
	if (r->cdr.source)
		rc = zv_source_start(r->cdr.source, cdr, o->from_ms, o->to_ms, err);
	if (rc == 0 && r->cel.source)
		rc = zv_source_start(r->cel.source, cel, o->from_ms, o->to_ms, err);
	return rc;
}

struct zv_reconcile *
zv_reconcile_new(const struct zv_reconcile_options *options, struct zv_error *err)
{
	struct zv_reconcile *r = zv_calloc(1, sizeof *r);

	if (!r) {
		zv_fail_nomem(err);
		return NULL;
	}
	r->cdr.source = options->cdr;
	r->cel.source = options->cel;
	r->cdr.is_over = !options->cdr;
	r->cel.is_over = !options->cel;
	r->calls = options->calls ? options->calls : ZV_RECONCILE_CALLS;
	r->step = CHECKPOINT_ROWS;
	r->stitch = zv_stitch_new(&options->stitch);
	if (!r->stitch)
		zv_fail_nomem(err);
	if (!r->stitch || start(r, options, err) < 0) {
		zv_reconcile_free(r);
		return NULL;
	}
	return r;
}

void
zv_reconcile_free(struct zv_reconcile *r)
{
	if (!r)
		return;
	zv_stitch_free(r->stitch);
	zv_buf_deinit(&r->end_mark);
	zv_free(r);
}

void
zv_reconcile_count(const struct zv_reconcile *r, struct zv_stitch_counters *out)
{
	zv_stitch_count(r->stitch, out);
}

void
zv_reconcile_batch_deinit(struct zv_reconcile_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		zv_conversation_free(batch->calls[i]);
	zv_free(batch->calls);
	zv_buf_deinit(&batch->mark);
	*batch = (struct zv_reconcile_batch){ 0 };
}

/* ---- rows of both, in the order of time --------------------------------------------------- */

static int
fill(struct feed *f, struct zv_error *err)
{
	int rc;

	if (f->has_row || f->is_over)
		return 0;
	zv_source_position(f->source, f->before);
	rc = zv_source_next(f->source, &f->row, err);
	f->has_row = rc == 1;
	f->is_over = rc == 0;
	return rc < 0 ? rc : 0;
}

/* *next is NULL: both are at their end. */
static int
choose(struct zv_reconcile *r, struct feed **next, struct zv_error *err)
{
	int rc = fill(&r->cdr, err);

	*next = NULL;
	if (rc == 0)
		rc = fill(&r->cel, err);
	if (rc < 0)
		return rc;
	if (r->cdr.has_row && r->cel.has_row)
		*next = r->cel.row.time_ms < r->cdr.row.time_ms ? &r->cel : &r->cdr;
	else if (r->cdr.has_row || r->cel.has_row)
		*next = r->cdr.has_row ? &r->cdr : &r->cel;
	return 0;
}

static int
feed(struct zv_reconcile *r, struct feed *from, struct zv_error *err)
{
	int rc = zv_source_kind(from->source) == ZV_RECORD_CDR
			 ? zv_stitch_cdr(r->stitch, &from->row.cdr)
			 : zv_stitch_cel(r->stitch, &from->row.cel);

	from->has_row = false;
	r->rows++;
	return rc < 0 ? zv_fail(err, rc, "stitching: %s", zvon_err_name(rc)) : 0;
}

/* ---- how far ------------------------------------------------------------------------------- */

static void
thin(struct zv_reconcile *r)
{
	for (size_t i = 0; i < CHECKPOINTS / 2; i++)
		r->marks[i] = r->marks[2 * i];
	r->n_marks = CHECKPOINTS / 2;
	r->step *= 2;
}

static void
position_before(const struct feed *f, char out[ZV_SOURCE_POSITION_MAX])
{
	out[0] = '\0';
	if (f->has_row)
		memcpy(out, f->before, ZV_SOURCE_POSITION_MAX);
	else if (f->source)
		zv_source_position(f->source, out);
}

/* Before a row is given: that is where one could go on if nothing waited. */
static void
note_checkpoint(struct zv_reconcile *r)
{
	struct checkpoint *c;

	if (r->n_marks && r->rows < r->marks[r->n_marks - 1].row - 1 + r->step)
		return;
	if (r->n_marks == CHECKPOINTS)
		thin(r);
	c = &r->marks[r->n_marks++];
	c->row = r->rows + 1;
	position_before(&r->cdr, c->cdr);
	position_before(&r->cel, c->cel);
}

/* The newest checkpoint behind which all rows are that still wait; older ones are of no use
 * any more. */
static const struct checkpoint *
find_checkpoint(struct zv_reconcile *r)
{
	struct zv_stitch_counters c;
	size_t i = r->n_marks;

	zv_stitch_count(r->stitch, &c);
	while (i > 1 && r->marks[i - 1].row > c.oldest_row)
		i--;
	if (i == 0)
		return NULL;
	memmove(r->marks, r->marks + i - 1, (r->n_marks - i + 1) * sizeof *r->marks);
	r->n_marks -= i - 1;
	return &r->marks[0];
}

static int
write_mark(struct zv_reconcile *r, struct zv_buf *out)
{
	const struct checkpoint *c = find_checkpoint(r);

	if (c)
		zv_buf_printf(out, "%s\n%s", c->cdr, c->cel);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* Both are read. Rows that waited are read again next time, when perhaps more of their call
 * has come: with a table ordered by start that is in the overlap anyway. */
static int
write_end_mark(struct zv_reconcile *r, struct zv_buf *out)
{
	const struct checkpoint *c = find_checkpoint(r);
	struct feed *feeds[] = { &r->cdr, &r->cel };

	for (size_t i = 0; i < 2; i++) {
		char end[ZV_SOURCE_POSITION_MAX] = "";

		if (feeds[i]->source)
			zv_source_end_position(feeds[i]->source, end);
		if (c && end[0] != 't')
			memcpy(end, i ? c->cel : c->cdr, sizeof end);
		zv_buf_printf(out, "%s%s", i ? "\n" : "", end);
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* ---- a batch ---------------------------------------------------------------------------------- */

static int
keep(struct zv_reconcile_batch *b, struct zv_conversation *c)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? 2 * b->cap : 256;
		void *bigger = zv_realloc(b->calls, cap * sizeof *b->calls);

		if (!bigger) {
			zv_conversation_free(c);
			return ZV_ENOMEM;
		}
		b->calls = bigger;
		b->cap = cap;
	}
	b->calls[b->n++] = c;
	return 0;
}

/* Those that are whole. all: the rest too; but a batch has its limit. */
static int
collect(struct zv_reconcile *r, bool all, struct zv_reconcile_batch *b)
{
	struct zv_conversation *c;
	int rc = 1;

	while (b->n < r->calls && (rc = zv_stitch_next(r->stitch, all, &c)) == 1)
		if (keep(b, c) < 0)
			return ZV_ENOMEM;
	return rc;
}

/* 1: the batch is full, or enough was read; 0: there are no more rows. */
static int
read_rows(struct zv_reconcile *r, struct zv_reconcile_batch *b, struct zv_error *err)
{
	struct feed *next;
	int rc = collect(r, false, b); /* what the batch before had no room for */

	while (rc >= 0 && b->n < r->calls && b->rows < ZV_RECONCILE_ROWS) {
		rc = choose(r, &next, err);
		if (rc < 0 || !next)
			return rc;
		note_checkpoint(r);
		rc = feed(r, next, err);
		b->rows++;
		if (rc >= 0 && r->rows % ZV_RECONCILE_GATHER == 0)
			rc = collect(r, false, b);
	}
	return rc < 0 ? rc : 1;
}

/* The mark of the end counts only when all is written. */
static int
read_batch(struct zv_reconcile *r, struct zv_reconcile_batch *b, struct zv_error *err)
{
	int rc = r->is_over ? 0 : read_rows(r, b, err);

	if (rc < 0)
		return rc;
	if (rc == 1)
		return write_mark(r, &b->mark);
	if (!r->is_over && write_end_mark(r, &r->end_mark) < 0)
		return ZV_ENOMEM;
	r->is_over = true;
	rc = collect(r, true, b);
	b->is_last = rc == 0;
	if (b->is_last)
		zv_buf_add(&b->mark, zv_buf_str(&r->end_mark));
	return rc < 0 || zv_buf_failed(&b->mark) ? ZV_ENOMEM : 0;
}

int
zv_reconcile_read(struct zv_reconcile *r, struct zv_reconcile_batch *batch,
		  struct zv_error *err)
{
	int rc = read_batch(r, batch, err);

	if (rc < 0) {
		zv_reconcile_batch_deinit(batch);
		return zv_fail(err, rc, "out of memory");
	}
	return 0;
}
