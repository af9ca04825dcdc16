/* stitch.c - which rows belong together. */
#include "hist/stitch_impl.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "hist/cel_move.h"
#include "hist/channel.h"

/* Names of channels begin again when Asterisk is started again: the same name so much later is
 * another channel. */
#define SAME_NAME_MS 5000

/* ---- life ----------------------------------------------------------------------------------- */

/* Trunks and lines in one block with their texts. */
static int
take_names(struct zv_stitch *s, const struct zv_stitch_options *o)
{
	size_t n = o->n_trunks + o->n_lines, bytes = n * sizeof *s->names + 1;
	char *end;

	for (size_t i = 0; i < n; i++)
		bytes += (i < o->n_trunks ? o->trunks[i] : o->lines[i - o->n_trunks]).n;
	bytes += o->server.n;
	s->names = zv_malloc(bytes);
	if (!s->names)
		return ZV_ENOMEM;
	end = (char *)(s->names + n);
	for (size_t i = 0; i <= n; i++) {
		struct zv_str from = i == n	       ? o->server
				     : i < o->n_trunks ? o->trunks[i]
						       : o->lines[i - o->n_trunks];

		if (from.n)
			memcpy(end, from.p, from.n);
		if (i < n)
			s->names[i] = (struct zv_str){ end, from.n };
		else
			s->options.server = (struct zv_str){ end, from.n };
		end += from.n;
	}
	s->options.trunks = s->names;
	s->options.lines = s->names + o->n_trunks;
	return 0;
}

struct zv_stitch *
zv_stitch_new(const struct zv_stitch_options *options)
{
	struct zv_stitch *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->options = *options;
	if (s->options.settle_ms <= 0)
		s->options.settle_ms = ZV_STITCH_SETTLE_MS;
	s->ids.seed = s->channels.seed = options->seed;
	s->counters.oldest_row = 1;
	zv_list_init(&s->waiting);
	if (take_names(s, options) < 0) {
		zv_free(s);
		return NULL;
	}
	return s;
}

void
zv_stitch_free(struct zv_stitch *s)
{
	struct zv_node *node;

	if (!s)
		return;
	while ((node = zv_list_first(&s->waiting))) {
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct zv_stitch_row, waiting));
	}
	for (size_t i = 0; i < s->n_heap; i++)
		zv_free(s->heap[i].group);
	zv_free(s->heap);
	zv_map_deinit(&s->ids);
	zv_map_deinit(&s->channels);
	zv_free(s->names);
	zv_free(s);
}

void
zv_stitch_count(const struct zv_stitch *s, struct zv_stitch_counters *out)
{
	const struct zv_node *node = zv_list_first(&s->waiting);

	*out = s->counters;
	out->oldest_row = node ? ZV_OWNER(node, struct zv_stitch_row, waiting)->ordinal
			       : s->counters.rows + 1;
}

/* ---- heap of groups, by their end ------------------------------------------------------------ */

static void
swap(struct zv_stitch_due *a, struct zv_stitch_due *b)
{
	struct zv_stitch_due t = *a;

	*a = *b;
	*b = t;
}

static void
sink(struct zv_stitch *s, size_t i)
{
	for (;;) {
		size_t least = i, left = 2 * i + 1;

		for (size_t k = left; k < left + 2 && k < s->n_heap; k++)
			if (s->heap[k].end_ms < s->heap[least].end_ms)
				least = k;
		if (least == i)
			return;
		swap(&s->heap[i], &s->heap[least]);
		i = least;
	}
}

static int
heap_add(struct zv_stitch *s, struct zv_stitch_group *g)
{
	size_t i = s->n_heap;

	if (s->n_heap == s->cap_heap) {
		size_t cap = s->cap_heap ? s->cap_heap * 2 : 64;
		struct zv_stitch_due *bigger =
			zv_realloc(s->heap, cap * sizeof *bigger);

		if (!bigger)
			return ZV_ENOMEM;
		s->heap = bigger;
		s->cap_heap = cap;
	}
	s->heap[s->n_heap++] = (struct zv_stitch_due){ g->end_ms, g };
	for (; i && s->heap[i].end_ms < s->heap[(i - 1) / 2].end_ms; i = (i - 1) / 2)
		swap(&s->heap[i], &s->heap[(i - 1) / 2]);
	return 0;
}

static void
heap_drop_first(struct zv_stitch *s)
{
	s->heap[0] = s->heap[--s->n_heap];
	sink(s, 0);
}

/* The group that ended first, or NULL. Groups that got longer sink, those that went on in
 * another are given up. */
static struct zv_stitch_group *
heap_first(struct zv_stitch *s)
{
	while (s->n_heap) {
		struct zv_stitch_group *g = s->heap[0].group;

		if (g->n == 0) {
			zv_free(g);
			heap_drop_first(s);
		} else if (s->heap[0].end_ms != g->end_ms) {
			s->heap[0].end_ms = g->end_ms;
			sink(s, 0);
		} else {
			return g;
		}
	}
	return NULL;
}

/* ---- groups ----------------------------------------------------------------------------------- */

/* The first row of the group, with the way there made shorter. */
static struct zv_stitch_row *
root_of(struct zv_stitch_row *r)
{
	while (r->of != r) {
		r->of = r->of->of;
		r = r->of;
	}
	return r;
}

static int
begin_group(struct zv_stitch *s, struct zv_stitch_row *r)
{
	struct zv_stitch_group *g = zv_calloc(1, sizeof *g);

	if (!g)
		return ZV_ENOMEM;
	*g = (struct zv_stitch_group){ r, r, 1, r->end_ms };
	r->of = r;
	r->group = g;
	if (heap_add(s, g) < 0) {
		zv_free(g);
		return ZV_ENOMEM;
	}
	return 0;
}

/* The smaller one goes on in the bigger one. false: they would be too big. */
static bool
join(struct zv_stitch_row *a, struct zv_stitch_row *b)
{
	struct zv_stitch_row *big = root_of(a), *small = root_of(b);
	struct zv_stitch_group *to, *from;

	if (big == small)
		return true;
	if (big->group->n + small->group->n > ZV_STITCH_ROWS_MAX)
		return false;
	if (big->group->n < small->group->n) {
		struct zv_stitch_row *t = big;

		big = small;
		small = t;
	}
	to = big->group;
	from = small->group;
	small->of = big;
	small->group = NULL;
	to->last->next = from->first;
	to->last = from->last;
	to->n += from->n;
	if (to->end_ms < from->end_ms)
		to->end_ms = from->end_ms;
	from->n = 0;
	return true;
}

/* ---- what rows have in common ------------------------------------------------------------------- */

static int
replace(struct zv_map *m, struct zv_str key, struct zv_stitch_row *r)
{
	zv_map_remove(m, key);
	return zv_map_add(m, key, r);
}

static int
join_by_id(struct zv_stitch *s, struct zv_str id, struct zv_stitch_row *r)
{
	struct zv_stitch_row *other;

	if (id.n == 0)
		return 0;
	other = zv_map_find(&s->ids, id);
	if (!other)
		return zv_map_add(&s->ids, id, r);
	return join(other, r) ? 0 : replace(&s->ids, id, r);
}

static bool
is_near(const struct zv_stitch_row *a, const struct zv_stitch_row *b)
{
	return a->start_ms <= b->end_ms + SAME_NAME_MS &&
	       b->start_ms <= a->end_ms + SAME_NAME_MS;
}

static bool
is_later(const struct zv_stitch_row *a, const struct zv_stitch_row *b)
{
	return a->end_ms > b->end_ms;
}

/* Of several rows with that channel the one that ended last stands in the table. */
static int
join_by_channel(struct zv_stitch *s, struct zv_str channel, struct zv_stitch_row *r)
{
	struct zv_str name = zv_channel_pair(zv_channel_plain(channel));
	struct zv_stitch_row *other;

	if (zv_channel_kind(name) == ZV_CHANNEL_NONE)
		return 0;
	other = zv_map_find(&s->channels, name);
	if (!other)
		return zv_map_add(&s->channels, name, r);
	if (is_near(other, r) && join(other, r) && !is_later(r, other))
		return 0;
	return replace(&s->channels, name, r);
}

/* A transfer or pickup names channels of the other call, whose Linkedid may be another one. */
static int
join_moved(struct zv_stitch *s, struct zv_stitch_row *r)
{
	struct zv_cel_move move;
	int rc = 0;

	if (!r->is_cel || !zv_cel_move_read(&r->cel, &move))
		return 0;
	for (size_t i = 0; i < ZV_CEL_TIES_MAX && rc == 0; i++) {
		rc = join_by_id(s, move.ids[i], r);
		if (rc == 0)
			rc = join_by_channel(s, move.channels[i], r);
	}
	return rc;
}

static int
join_row(struct zv_stitch *s, struct zv_stitch_row *r)
{
	bool is_cel = r->is_cel;
	struct zv_str none = { NULL, 0 };
	int rc = join_by_id(s, is_cel ? r->cel.uniqueid : r->cdr.uniqueid, r);

	if (rc == 0)
		rc = join_by_id(s, is_cel ? r->cel.linkedid : r->cdr.linkedid, r);
	if (rc == 0)
		rc = join_by_channel(s, is_cel ? r->cel.channel : r->cdr.channel, r);
	if (rc == 0)
		rc = join_by_channel(s, is_cel ? none : r->cdr.dstchannel, r);
	return rc == 0 ? join_moved(s, r) : rc;
}

/* The table may show the way to rows that are about to go. */
static void
forget_key(struct zv_map *m, struct zv_str key, const struct zv_stitch_row *root)
{
	struct zv_stitch_row *r = key.n ? zv_map_find(m, key) : NULL;

	if (r && root_of(r) == root)
		zv_map_remove(m, key);
}

static void
forget_channel(struct zv_stitch *s, struct zv_str channel,
	       const struct zv_stitch_row *root)
{
	forget_key(&s->channels, zv_channel_pair(zv_channel_plain(channel)), root);
}

static void
forget_moved(struct zv_stitch *s, const struct zv_stitch_row *r,
	     const struct zv_stitch_row *root)
{
	struct zv_cel_move move;

	if (!zv_cel_move_read(&r->cel, &move))
		return;
	for (size_t i = 0; i < ZV_CEL_TIES_MAX; i++) {
		forget_key(&s->ids, move.ids[i], root);
		forget_channel(s, move.channels[i], root);
	}
}

static void
forget_row(struct zv_stitch *s, const struct zv_stitch_row *r,
	   const struct zv_stitch_row *root)
{
	if (r->is_cel) {
		forget_key(&s->ids, r->cel.uniqueid, root);
		forget_key(&s->ids, r->cel.linkedid, root);
		forget_channel(s, r->cel.channel, root);
		forget_moved(s, r, root);
		return;
	}
	forget_key(&s->ids, r->cdr.uniqueid, root);
	forget_key(&s->ids, r->cdr.linkedid, root);
	forget_channel(s, r->cdr.channel, root);
	forget_channel(s, r->cdr.dstchannel, root);
}

/* ---- rows in ------------------------------------------------------------------------------------- */

static void
wait_for_more(struct zv_stitch *s, struct zv_stitch_row *r)
{
	struct zv_stitch_row *root = root_of(r);

	if (root->group->end_ms < r->end_ms)
		root->group->end_ms = r->end_ms;
	if (s->newest_ms < r->start_ms)
		s->newest_ms = r->start_ms;
	zv_list_append(&s->waiting, &r->waiting);
	s->counters.open++;
}

/* Where memory lacks in the middle the row stays, with fewer ties. */
static int
add(struct zv_stitch *s, struct zv_stitch_row *r)
{
	int rc;

	if (!r)
		return ZV_ENOMEM;
	r->ordinal = s->counters.rows;
	if (begin_group(s, r) < 0) {
		zv_free(r);
		return ZV_ENOMEM;
	}
	rc = join_row(s, r);
	wait_for_more(s, r);
	return rc;
}

int
zv_stitch_cdr(struct zv_stitch *s, const struct zv_cdr_row *row)
{
	s->counters.rows++;
	if (row->channel.n == 0 && row->src.n == 0 && row->dst.n == 0) {
		s->counters.strange++;
		return 0;
	}
	return add(s, zv_stitch_row_cdr(row));
}

int
zv_stitch_cel(struct zv_stitch *s, const struct zv_cel_row *row)
{
	s->counters.rows++;
	if (row->uniqueid.n == 0 && row->linkedid.n == 0) {
		s->counters.strange++;
		return 0;
	}
	return add(s, zv_stitch_row_cel(row));
}

/* ---- conversations out ----------------------------------------------------------------------------- */

static int
by_start(const void *a, const void *b)
{
	const struct zv_stitch_row *x = *(const struct zv_stitch_row *const *)a,
				   *y = *(const struct zv_stitch_row *const *)b;

	if (x->start_ms != y->start_ms)
		return x->start_ms < y->start_ms ? -1 : 1;
	if (x->is_first != y->is_first)
		return x->is_first ? -1 : 1;
	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	if (!x->is_cel && !y->is_cel && x->cdr.sequence != y->cdr.sequence &&
	    x->cdr.sequence >= 0 && y->cdr.sequence >= 0)
		return x->cdr.sequence < y->cdr.sequence ? -1 : 1;
	return x->ordinal < y->ordinal ? -1 : 1;
}

/* Several backends write the same row, and a table may be read twice. */
static bool
is_duplicate(const struct zv_stitch_row *a, const struct zv_stitch_row *b)
{
	const struct zv_cdr_row *x = &a->cdr, *y = &b->cdr;

	if (a->is_cel || b->is_cel)
		return a->is_cel && b->is_cel && a->start_ms == b->start_ms &&
		       zvon_str_equal(a->cel.eventtype, b->cel.eventtype) &&
		       zvon_str_equal(a->cel.uniqueid, b->cel.uniqueid) &&
		       zvon_str_equal(a->cel.appdata, b->cel.appdata) &&
		       zvon_str_equal(a->cel.extra, b->cel.extra);
	return a->start_ms == b->start_ms && x->duration_s == y->duration_s &&
	       x->billsec == y->billsec && x->sequence == y->sequence &&
	       zvon_str_equal(x->uniqueid, y->uniqueid) &&
	       zvon_str_equal(x->channel, y->channel) &&
	       zvon_str_equal(x->dstchannel, y->dstchannel) &&
	       zvon_str_equal(x->disposition, y->disposition) &&
	       zvon_str_equal(x->lastapp, y->lastapp) &&
	       zvon_str_equal(x->lastdata, y->lastdata) &&
	       zvon_str_equal(x->dst, y->dst);
}

#define LOOK_BACK                                                                      \
 16 /* rows with which one is compared: duplicates stand near each other */

static size_t
drop_duplicates(struct zv_stitch *s, const struct zv_stitch_row **rows, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool known = false;

		for (size_t k = kept; k > 0 && kept - k < LOOK_BACK && !known; k--)
			known = is_duplicate(rows[k - 1], rows[i]);
		if (known)
			s->counters.duplicates++;
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

static struct zv_conversation *
tell(struct zv_stitch *s, const struct zv_stitch_group *g)
{
	const struct zv_stitch_row **rows = zv_malloc(g->n * sizeof *rows);
	struct zv_conversation *c;
	size_t n = 0;

	if (!rows)
		return NULL;
	for (const struct zv_stitch_row *r = g->first; r; r = r->next)
		rows[n++] = r;
	qsort(rows, n, sizeof *rows, by_start);
	n = drop_duplicates(s, rows, n);
	c = zv_stitch_tell(&s->options, rows, n);
	zv_free(rows);
	return c;
}

static void
forget_group(struct zv_stitch *s, struct zv_stitch_group *g)
{
	struct zv_stitch_row *root = root_of(g->first), *r, *next;

	for (r = g->first; r; r = r->next)
		forget_row(s, r, root);
	for (r = g->first; r; r = next) {
		next = r->next;
		zv_list_remove(&r->waiting);
		zv_free(r);
		s->counters.open--;
	}
	zv_free(g);
}

int
zv_stitch_next(struct zv_stitch *s, bool all, struct zv_conversation **out)
{
	struct zv_stitch_group *g = heap_first(s);

	*out = NULL;
	if (!g)
		return 0;
	if (!all && s->counters.open <= ZV_STITCH_OPEN_MAX &&
	    s->newest_ms - g->end_ms < s->options.settle_ms)
		return 0;
	*out = tell(s, g);
	if (!*out)
		return ZV_ENOMEM;
	heap_drop_first(s);
	forget_group(s, g);
	s->counters.conversations++;
	return 1;
}
