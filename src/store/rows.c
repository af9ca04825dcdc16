/* A call becomes rows, and goes away again. */
#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"

#define PARTY_ROWS_MAX                                                                 \
 30000 /* that wait for their turn: 2 MiB, the parties of 10000 calls */

#define TEXT(s) zv_store_cut((s), ZV_STORE_TEXT_MAX)
#define ID(s)	zv_store_cut((s), ZV_STORE_ID_MAX)

/* One a line: texts.c sees to it that none has a line feed. */
static void
add_lines(struct zv_buf *out, const struct zv_str *list, size_t n)
{
	for (size_t i = 0; i < n && out->n + list[i].n < ZV_STORE_LIST_MAX; i++) {
		if (i)
			zv_buf_add_char(out, '\n');
		zv_buf_add(out, list[i]);
	}
}

/* A call whose only Linkedid is its own id, as most are, has an empty list. */
static bool
has_plain_linked_id(const struct zv_conversation *c)
{
	return c->n_linked_ids == 1 && zvon_str_equal(c->linked_ids[0], c->id);
}

static int
insert_call_row(struct zv_store *s, const struct zv_conversation *c, int server,
		int64_t call, struct zv_error *err)
{
	struct zv_buf talked = { 0 }, linked = { 0 };
	long long rc = ZV_ENOMEM;

	add_lines(&talked, c->talked, c->n_talked);
	if (has_plain_linked_id(c))
		zv_buf_add(&linked, ZV_STR("="));
	else
		add_lines(&linked, c->linked_ids, c->n_linked_ids);
	if (!zv_buf_failed(&talked) && !zv_buf_failed(&linked)) {
		const struct zv_db_value v[] = {
			zv_db_int(call),
			zv_db_int(server),
			ID(c->id),
			zv_db_int(c->direction),
			zv_db_int(c->result),
			zv_db_int(zv_conversation_is_missed(c)),
			zv_db_int(c->parked),
			zv_db_int(c->is_anonymous),
			zv_db_int(c->sources),
			TEXT(c->from_number),
			TEXT(c->from_name),
			TEXT(c->to_number),
			TEXT(c->did),
			TEXT(c->queue),
			TEXT(c->reason),
			TEXT(c->picked_up_by),
			zv_db_text(zv_buf_str(&talked)),
			zv_db_text(zv_buf_str(&linked)),
			zv_db_int(c->started_ms),
			zv_db_int(c->answered_ms),
			zv_db_int(c->ended_ms),
			zv_db_int(c->wait_ms),
			zv_db_int(c->talk_ms),
			zv_db_int((int64_t)c->n_transfers),
			zv_db_int((int64_t)c->n_recordings),
			zv_db_int(zv_store_what(c, server, ZV_PARTY_ANY)),
		};

		rc = zv_store_run(s, ZV_SQL_CALL_NEW, v, sizeof(v) / sizeof(v[0]), err);
	} else {
		zv_fail_nomem(err);
	}
	zv_buf_deinit(&talked);
	zv_buf_deinit(&linked);
	return rc < 0 ? (int)rc : 0;
}

static int
insert_leg(struct zv_store *s, int64_t call, size_t n, const struct zv_past_leg *leg,
	   struct zv_error *err)
{
	const struct zv_db_value v[] = {
		zv_db_int(call),	  zv_db_int((int64_t)n),
		TEXT(leg->line),	  TEXT(leg->number),
		TEXT(leg->name),	  TEXT(leg->channel),
		ID(leg->unique_id),	  zv_db_int(leg->role),
		zv_db_int(leg->result),	  zv_db_int(leg->cause),
		zv_db_int(leg->is_trunk), zv_db_int(leg->rang),
		zv_db_int(leg->answered), zv_db_int(leg->started_ms),
		zv_db_int(leg->rang_ms),  zv_db_int(leg->answered_ms),
		zv_db_int(leg->ended_ms),
	};
	long long rc =
		zv_store_run(s, ZV_SQL_LEG_NEW, v, sizeof(v) / sizeof(v[0]), err);

	return rc < 0 ? (int)rc : 0;
}

static int
insert_transfer(struct zv_store *s, int64_t call, size_t n,
		const struct zv_past_transfer *t, struct zv_error *err)
{
	const struct zv_db_value v[] = { zv_db_int(call), zv_db_int((int64_t)n),
					 zv_db_int(t->kind), TEXT(t->by), TEXT(t->to) };
	long long rc = zv_store_run(s, ZV_SQL_TRANSFER_NEW, v, 5, err);

	return rc < 0 ? (int)rc : 0;
}

static int
insert_recording(struct zv_store *s, int64_t call, size_t n,
		 const struct zv_past_recording *r, int64_t started_ms,
		 struct zv_error *err)
{
	char id[ZV_STORE_RECORDING_ID + 1];
	struct zv_db_value v[] = { zv_db_int(call), zv_db_int((int64_t)n),
				   zv_db_text(r->id),
				   zv_store_cut(r->file, ZV_STORE_FILE_MAX) };
	long long rc = 0;

	if (r->id.n != ZV_STORE_RECORDING_ID) {
		rc = zv_store_recording_id(started_ms, id, err);
		v[2] = zv_db_text(zvon_str(id));
	}
	if (rc == 0)
		rc = zv_store_run(s, ZV_SQL_RECORDING_NEW, v, 4, err);
	return rc < 0 ? (int)rc : 0;
}

/* ---- parties: many at once, in the order of their index ------------------------------------- */

static int
compare_rows(const void *a, const void *b)
{
	const struct zv_party_row *x = a, *y = b;
	int64_t p = zv_store_period(x->started_ms), q = zv_store_period(y->started_ms);
	int c;

	if (p != q)
		return p < q ? -1 : 1;
	c = memcmp(x->name, y->name, x->n < y->n ? x->n : y->n);
	if (c == 0 && x->n != y->n)
		c = x->n < y->n ? -1 : 1;
	if (c == 0 && x->started_ms != y->started_ms)
		c = x->started_ms < y->started_ms ? -1 : 1;
	return c ? c : (x->call > y->call) - (x->call < y->call);
}

int
zv_store_flush_parties(struct zv_store *s, struct zv_error *err)
{
	long long rc = 0;

	if (s->n_rows > 1)
		qsort(s->rows, s->n_rows, sizeof(*s->rows), compare_rows);
	for (size_t i = 0; i < s->n_rows && rc >= 0; i++) {
		const struct zv_party_row *r = &s->rows[i];
		const struct zv_db_value v[] = {
			zv_db_int(zv_store_period(r->started_ms)),
			zv_db_text((struct zv_str){ r->name, r->n }),
			zv_db_int(r->started_ms),
			zv_db_int(r->call),
			zv_db_int(r->what),
		};

		rc = zv_store_run(s, ZV_SQL_PARTY_NEW, v, 5, err);
	}
	s->n_rows = 0;
	return rc < 0 ? (int)rc : 0;
}

static int
note_parties(struct zv_store *s, const struct zv_conversation *c, int server,
	     int64_t call, struct zv_error *err)
{
	if (zv_store_parties(&s->numbers, c, &s->parties) < 0)
		return zv_fail_nomem(err);
	if (!s->rows)
		s->rows = zv_malloc(PARTY_ROWS_MAX * sizeof(*s->rows));
	if (!s->rows)
		return zv_fail_nomem(err);
	for (size_t i = 0; i < s->parties.n; i++) {
		const struct zv_party *p = &s->parties.list[i];
		struct zv_party_row *row;

		if (s->n_rows == PARTY_ROWS_MAX) {
			int rc = zv_store_flush_parties(s, err);

			if (rc < 0)
				return rc;
		}
		row = &s->rows[s->n_rows++];
		memcpy(row->name, p->name, p->n);
		row->n = p->n;
		row->started_ms = c->started_ms;
		row->call = call;
		row->what = zv_store_what(c, server, p->kinds);
	}
	return 0;
}

/* ---- whole calls ----------------------------------------------------------------------------- */

int
zv_store_insert_call(struct zv_store *s, const struct zv_conversation *c, int server,
		     int64_t call, struct zv_error *err)
{
	int rc = insert_call_row(s, c, server, call, err);

	for (size_t i = 0; i < c->n_legs && rc == 0; i++)
		rc = insert_leg(s, call, i, &c->legs[i], err);
	for (size_t i = 0; i < c->n_transfers && rc == 0; i++)
		rc = insert_transfer(s, call, i, &c->transfers[i], err);
	for (size_t i = 0; i < c->n_recordings && rc == 0; i++)
		rc = insert_recording(s, call, i, &c->recordings[i], c->started_ms,
				      err);
	if (rc == 0)
		rc = note_parties(s, c, server, call, err);
	return rc == 0 ? zv_counts_add(s, c, server, 1, err) : rc;
}

static int
remove_parties(struct zv_store *s, const struct zv_conversation *c,
	       struct zv_error *err)
{
	long long rc = zv_store_flush_parties(s, err); /* it may be among those */

	if (rc == 0 && zv_store_parties(&s->numbers, c, &s->parties) < 0)
		return zv_fail_nomem(err);
	for (size_t i = 0; i < s->parties.n && rc >= 0; i++) {
		const struct zv_party *p = &s->parties.list[i];
		const struct zv_db_value v[] = {
			zv_db_int(zv_store_period(c->started_ms)),
			zv_db_text((struct zv_str){ p->name, p->n }),
			zv_db_int(c->started_ms),
			zv_db_int(c->number),
		};

		rc = zv_store_run(s, ZV_SQL_PARTY_GONE, v, 4, err);
	}
	return rc < 0 ? (int)rc : 0;
}

int
zv_store_remove_call(struct zv_store *s, const struct zv_conversation *c, int server,
		     struct zv_error *err)
{
	const struct {
		enum zv_sql which;
		size_t n;
	} steps[] = {
		{ ZV_SQL_CALL_GONE, 1 },
		{ ZV_SQL_LEGS_GONE, c->n_legs },
		{ ZV_SQL_TRANSFERS_GONE, c->n_transfers },
		{ ZV_SQL_RECORDINGS_GONE, c->n_recordings },
	};
	struct zv_db_value call = zv_db_int(c->number);
	long long rc = remove_parties(s, c, err);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc >= 0; i++)
		if (steps[i].n)
			rc = zv_store_run(s, steps[i].which, &call, 1, err);
	return rc < 0 ? (int)rc : zv_counts_add(s, c, server, -1, err);
}
