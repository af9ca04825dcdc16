/* Rows become calls again, many with one statement. */
#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"

/* A text is first where it begins in `texts` (which moves as it grows), and becomes a view
 * when all is read. */
struct zv_loader {
	struct zv_conversation calls[ZV_STORE_LOAD];
	size_t n;
	struct zv_buf texts;
	struct zv_past_leg *legs;
	size_t n_legs, cap_legs;
	struct zv_past_transfer *transfers;
	size_t n_transfers, cap_transfers;
	struct zv_past_recording *recordings;
	size_t n_recordings, cap_recordings;
	struct zv_str *strings; /* of talked, of linked_ids */
	size_t n_strings, cap_strings;
};

struct zv_loader *
zv_loader_new(void)
{
	return zv_calloc(1, sizeof(struct zv_loader));
}

void
zv_loader_free(struct zv_loader *l)
{
	if (!l)
		return;
	zv_buf_deinit(&l->texts);
	zv_free(l->legs);
	zv_free(l->transfers);
	zv_free(l->recordings);
	zv_free(l->strings);
	zv_free(l);
}

static void
clear(struct zv_loader *l)
{
	zv_buf_clear(&l->texts);
	l->n = l->n_legs = l->n_transfers = l->n_recordings = l->n_strings = 0;
}

static int
room(void *array, size_t n, size_t *cap, size_t size)
{
	void **list = array;
	size_t more = *cap ? 2 * *cap : 64;
	void *bigger;

	if (n < *cap)
		return 0;
	bigger = zv_realloc(*list, more * size);
	if (!bigger)
		return ZV_ENOMEM;
	*list = bigger;
	*cap = more;
	return 0;
}
#define ROOM(l, what)                                                                  \
 room(&(l)->what, (l)->n_##what, &(l)->cap_##what, sizeof(*(l)->what))

/* ---- texts: an offset in place of the pointer until all are in ------------------------------- */

static struct zv_str
keep(struct zv_loader *l, const struct zv_db_value *value)
{
	struct zv_str at = { (const char *)(uintptr_t)l->texts.n, 0 };

	if (value->type == ZV_DB_TEXT || value->type == ZV_DB_BLOB) {
		at.n = value->text.n;
		zv_buf_add(&l->texts, value->text);
	}
	return at;
}

static void
settle(const struct zv_loader *l, struct zv_str *text)
{
	text->p = text->n ? l->texts.p + (uintptr_t)text->p : "";
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void
read_call(struct zv_loader *l, const struct zv_db_value *row)
{
	struct zv_conversation *c = &l->calls[l->n++];

	memset(c, 0, sizeof(*c));
	c->number = zv_store_int(&row[0]);
	c->server.n =
		(size_t)zv_store_int(&row[1]); /* its id, until the names are put */
	c->id = keep(l, &row[2]);
	c->direction = (enum zv_call_direction)zv_store_int(&row[3]);
	c->result = (enum zv_call_result)zv_store_int(&row[4]);
	c->parked = zv_store_int(&row[6]) != 0;
	c->is_anonymous = zv_store_int(&row[7]) != 0;
	c->sources = (unsigned)zv_store_int(&row[8]);
	c->from_number = keep(l, &row[9]);
	c->from_name = keep(l, &row[10]);
	c->to_number = keep(l, &row[11]);
	c->did = keep(l, &row[12]);
	c->queue = keep(l, &row[13]);
	c->reason = keep(l, &row[14]);
	c->picked_up_by = keep(l, &row[15]);
	c->started_ms = zv_store_int(&row[18]);
	c->answered_ms = zv_store_int(&row[19]);
	c->ended_ms = zv_store_int(&row[20]);
	c->wait_ms = zv_store_int(&row[21]);
	c->talk_ms = zv_store_int(&row[22]);
	c->n_transfers = (size_t)zv_store_int(&row[23]);
	c->n_recordings = (size_t)zv_store_int(&row[24]);
}

/* The lines of a text, each kept as a text of its own: how many. */
static int
read_lines(struct zv_loader *l, const struct zv_db_value *value, size_t *n)
{
	struct zv_str all = keep(l, value);

	*n = 0;
	for (size_t at = 0, end; at < all.n; at = end + 1) {
		const char *base = l->texts.p + (uintptr_t)all.p;

		end = at;
		while (end < all.n && base[end] != '\n')
			end++;
		if (ROOM(l, strings) < 0)
			return ZV_ENOMEM;
		l->strings[l->n_strings++] =
			(struct zv_str){ (const char *)((uintptr_t)all.p + at),
					 end - at };
		++*n;
	}
	return 0;
}

static int
read_lists(struct zv_loader *l, const struct zv_db_value *row)
{
	struct zv_conversation *c = &l->calls[l->n - 1];
	int rc = read_lines(l, &row[16], &c->n_talked);

	if (rc < 0)
		return rc;
	if (!zvon_str_equal(row[17].text, ZV_STR("=")))
		return read_lines(l, &row[17], &c->n_linked_ids);
	if (ROOM(l, strings) < 0)
		return ZV_ENOMEM;
	l->strings[l->n_strings++] = c->id;
	c->n_linked_ids = 1;
	return 0;
}

/* A damaged row may tell numbers that no enum has. */
static bool
is_sound(const struct zv_conversation *c)
{
	return (unsigned)c->direction <= ZV_DIRECTION_OUT &&
	       (unsigned)c->result <= ZV_RESULT_ANSWERED_ELSEWHERE;
}

static struct zv_conversation *
find(const struct zv_loader *l, int64_t call)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->calls[i].number == call)
			return (struct zv_conversation *)(uintptr_t)&l->calls[i];
	return NULL;
}

/* ---- what belongs to them ------------------------------------------------------------------- */

static int
read_leg(struct zv_loader *l, struct zv_conversation *c, const struct zv_db_value *row)
{
	struct zv_past_leg *leg;

	if (ROOM(l, legs) < 0)
		return ZV_ENOMEM;
	leg = &l->legs[l->n_legs++];
	memset(leg, 0, sizeof(*leg));
	leg->line = keep(l, &row[2]);
	leg->number = keep(l, &row[3]);
	leg->name = keep(l, &row[4]);
	leg->channel = keep(l, &row[5]);
	leg->unique_id = keep(l, &row[6]);
	leg->role = zv_store_int(&row[7]) ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER;
	leg->result = (enum zv_call_result)zv_store_int(&row[8]);
	if ((unsigned)leg->result > ZV_RESULT_ANSWERED_ELSEWHERE)
		leg->result = ZV_RESULT_NONE;
	leg->cause = (int)zv_store_int(&row[9]);
	leg->is_trunk = zv_store_int(&row[10]) != 0;
	leg->rang = zv_store_int(&row[11]) != 0;
	leg->answered = zv_store_int(&row[12]) != 0;
	leg->started_ms = zv_store_int(&row[13]);
	leg->rang_ms = zv_store_int(&row[14]);
	leg->answered_ms = zv_store_int(&row[15]);
	leg->ended_ms = zv_store_int(&row[16]);
	c->n_legs++;
	return 0;
}

static int
read_transfer(struct zv_loader *l, struct zv_conversation *c,
	      const struct zv_db_value *row)
{
	struct zv_past_transfer *t;

	if (ROOM(l, transfers) < 0)
		return ZV_ENOMEM;
	t = &l->transfers[l->n_transfers++];
	t->kind = zv_store_int(&row[2]) ? ZV_TRANSFER_ATTENDED : ZV_TRANSFER_BLIND;
	t->by = keep(l, &row[3]);
	t->to = keep(l, &row[4]);
	c->n_transfers++;
	return 0;
}

static int
read_recording(struct zv_loader *l, struct zv_conversation *c,
	       const struct zv_db_value *row)
{
	struct zv_past_recording *r;

	if (ROOM(l, recordings) < 0)
		return ZV_ENOMEM;
	r = &l->recordings[l->n_recordings++];
	r->id = keep(l, &row[2]);
	r->file = keep(l, &row[3]);
	c->n_recordings++;
	return 0;
}

typedef int (*read_fn)(struct zv_loader *l, struct zv_conversation *c,
		       const struct zv_db_value *row);

/* Rows in the order of call and place: those of one call follow each other. */
static int
read_rows(struct zv_store *s, enum zv_sql which, const struct zv_db_value *keys,
	  size_t n, read_fn read, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	struct zv_conversation *c = NULL;
	int rc = zv_store_query(s, which, keys, n, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		int64_t call = zv_store_int(&row[0]);

		if (!c || c->number != call)
			c = find(s->loader, call);
		if (c && read(s->loader, c, row) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc;
}

static int
read_calls(struct zv_store *s, const struct zv_db_value *keys, size_t n,
	   struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, n == 1 ? ZV_SQL_LOAD_CALL : ZV_SQL_LOAD_CALLS, keys,
				n, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		if (l->n == ZV_STORE_LOAD)
			continue;
		read_call(l, row);
		if (!is_sound(&l->calls[l->n - 1]))
			l->n--;
		else if (read_lists(l, row) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc;
}

/* ---- views of the texts ---------------------------------------------------------------------- */

static void
settle_parts(struct zv_loader *l)
{
	for (size_t i = 0; i < l->n_legs; i++) {
		struct zv_past_leg *leg = &l->legs[i];

		settle(l, &leg->line);
		settle(l, &leg->number);
		settle(l, &leg->name);
		settle(l, &leg->channel);
		settle(l, &leg->unique_id);
	}
	for (size_t i = 0; i < l->n_transfers; i++) {
		settle(l, &l->transfers[i].by);
		settle(l, &l->transfers[i].to);
	}
	for (size_t i = 0; i < l->n_recordings; i++) {
		settle(l, &l->recordings[i].id);
		settle(l, &l->recordings[i].file);
	}
	for (size_t i = 0; i < l->n_strings; i++)
		settle(l, &l->strings[i]);
}

static void
settle_call(struct zv_store *s, struct zv_conversation *c, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct zv_str *texts[] = { &c->id,	  &c->from_number,  &c->from_name,
				   &c->to_number, &c->did,	    &c->queue,
				   &c->reason,	  &c->picked_up_by, NULL };

	for (struct zv_str **t = texts; *t; t++)
		settle(l, *t);
	c->server = zv_store_server_name(s, (int)c->server.n, err);
}

struct offsets {
	size_t legs, transfers, recordings;
};

/* Legs were read in the order of the calls' keys, the calls in any. */
static void
hand_out(struct zv_loader *l, struct zv_conversation *c, struct offsets *at)
{
	c->legs = c->n_legs ? l->legs + at->legs : NULL;
	c->transfers = c->n_transfers ? l->transfers + at->transfers : NULL;
	c->recordings = c->n_recordings ? l->recordings + at->recordings : NULL;
	at->legs += c->n_legs;
	at->transfers += c->n_transfers;
	at->recordings += c->n_recordings;
}

static int
by_number(const void *a, const void *b)
{
	const struct zv_conversation *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void
share_strings(struct zv_loader *l)
{
	size_t at = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct zv_conversation *c = &l->calls[i];

		c->talked = c->n_talked ? l->strings + at : NULL;
		at += c->n_talked;
		c->linked_ids = c->n_linked_ids ? l->strings + at : NULL;
		at += c->n_linked_ids;
	}
}

static void
settle_all(struct zv_store *s, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct offsets at = { 0, 0, 0 };

	settle_parts(l);
	for (size_t i = 0; i < l->n; i++)
		settle_call(s, &l->calls[i], err);
	share_strings(l);
	qsort(l->calls, l->n, sizeof(l->calls[0]), by_number);
	for (size_t i = 0; i < l->n; i++)
		hand_out(l, &l->calls[i], &at);
}

int
zv_store_load(struct zv_store *s, const int64_t *calls, size_t n, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct zv_db_value keys[ZV_STORE_LOAD];
	size_t transfers = 0, recordings = 0;
	bool one = n == 1;
	size_t marks = one ? 1 : ZV_STORE_LOAD;
	int rc;

	clear(l);
	for (size_t i = 0; i < marks; i++) /* no call has the key 0 */
		keys[i] = zv_db_int(i < n ? calls[i] : 0);
	rc = read_calls(s, keys, marks, err);
	for (size_t i = 0; i < l->n; i++) {
		transfers += l->calls[i].n_transfers;
		recordings += l->calls[i].n_recordings;
		l->calls[i].n_transfers = l->calls[i].n_recordings = 0;
	}
	if (rc == 0 && l->n)
		rc = read_rows(s, one ? ZV_SQL_LOAD_CALL_LEGS : ZV_SQL_LOAD_LEGS, keys,
			       marks, read_leg, err);
	if (rc == 0 && transfers)
		rc = read_rows(s,
			       one ? ZV_SQL_LOAD_CALL_TRANSFERS : ZV_SQL_LOAD_TRANSFERS,
			       keys, marks, read_transfer, err);
	if (rc == 0 && recordings)
		rc = read_rows(
			s, one ? ZV_SQL_LOAD_CALL_RECORDINGS : ZV_SQL_LOAD_RECORDINGS,
			keys, marks, read_recording, err);
	if (rc == 0 && zv_buf_failed(&l->texts))
		rc = zv_fail_nomem(err);
	if (rc == 0)
		settle_all(s, err);
	else
		l->n = 0;
	return rc;
}

const struct zv_conversation *
zv_store_loaded(const struct zv_store *s, int64_t call)
{
	return find(s->loader, call);
}

int
zv_store_load_one(struct zv_store *s, int64_t call, struct zv_conversation **out,
		  struct zv_error *err)
{
	const struct zv_conversation *c;
	int rc = zv_store_load(s, &call, 1, err);

	if (rc < 0)
		return rc;
	c = zv_store_loaded(s, call);
	if (!c)
		return 0;
	*out = zv_conversation_copy(c);
	return *out ? 1 : zv_fail_nomem(err);
}
