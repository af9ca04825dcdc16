/* Writing calls: each once, whoever tells of it, and how often. */
#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"
#include "store/texts.h"

#define SAME_MAX 8 /* calls of the store that one telling may join */

int
zv_store_begin(struct zv_store *s, struct zv_error *err)
{
	int rc;

	if (s->read_only)
		return zv_fail(err, ZV_EINVAL, "%s: is open for reading only",
			       zv_db_name(s->db));
	rc = zv_db_begin(s->db, err);
	s->in_transaction = rc == 0;
	s->is_broken = false;
	s->next_call = 0; /* another program may have written meanwhile */
	s->has_open = -1;
	return rc;
}

int
zv_store_commit(struct zv_store *s, struct zv_error *err)
{
	int rc = s->is_broken ? zv_fail(err, ZV_EINVAL,
					"%s: something of this transaction failed: "
					"it can only be rolled back",
					zv_db_name(s->db))
			      : zv_store_flush_parties(s, err);

	if (rc == 0)
		rc = zv_counts_flush(s, err);
	if (rc == 0)
		rc = zv_db_commit(s->db, err);
	if (rc < 0)
		zv_store_rollback(s);
	s->in_transaction = false;
	return rc;
}

void
zv_store_rollback(struct zv_store *s)
{
	zv_db_rollback(s->db);
	zv_counts_clear(s->counts);
	zv_store_forget_servers(s);
	s->n_rows = 0;
	s->in_transaction = s->is_broken = false;
}

static int
next_call(struct zv_store *s, int64_t *out, struct zv_error *err)
{
	int rc = 0;

	if (s->next_call == 0) {
		rc = zv_store_number(s, ZV_SQL_CALL_MAX, NULL, 0, &s->next_call, err);
		s->next_call++;
	}
	*out = s->next_call;
	return rc < 0 ? rc : 0;
}

/* ---- by which ids it is known ---------------------------------------------------------------- */

typedef int (*id_fn)(struct zv_store *s, int server, struct zv_str id, void *context,
		     struct zv_error *err);

/* Each id of a call once, as far as neighbours are alike: the same one again does no harm. */
static int
each_id(struct zv_store *s, const struct zv_conversation *c, int server, id_fn fn,
	void *context, struct zv_error *err)
{
	struct zv_str last = c->id;
	int rc = c->id.n ? fn(s, server, c->id, context, err) : 0;

	for (size_t i = 0; i < c->n_legs && rc == 0; i++) {
		struct zv_str id = c->legs[i].unique_id;

		if (id.n && !zvon_str_equal(id, c->id) && !zvon_str_equal(id, last))
			rc = fn(s, server, id, context, err);
		last = id;
	}
	for (size_t i = 0; i < c->n_linked_ids && rc == 0; i++)
		if (c->linked_ids[i].n && !zvon_str_equal(c->linked_ids[i], c->id))
			rc = fn(s, server, c->linked_ids[i], context, err);
	return rc;
}

struct claim {
	int64_t call;
	int64_t others[SAME_MAX];
	size_t n;
};

static int
note_other(struct claim *claim, int64_t call)
{
	if (call == claim->call)
		return 0;
	for (size_t i = 0; i < claim->n; i++)
		if (claim->others[i] == call)
			return 0;
	if (claim->n < SAME_MAX)
		claim->others[claim->n++] = call;
	return 0;
}

/* The id is this call's, if it is nobody's yet; else whose it is. */
static int
claim_id(struct zv_store *s, int server, struct zv_str id, void *context,
	 struct zv_error *err)
{
	struct claim *claim = context;
	struct zv_db_value v[] = { zv_db_int(server), zv_store_cut(id, ZV_STORE_ID_MAX),
				   zv_db_int(claim->call) };
	long long changed = zv_store_run(s, ZV_SQL_CHANNEL_NEW, v, 3, err);
	int64_t call;
	int rc;

	if (changed != 0)
		return changed < 0 ? (int)changed : 0;
	rc = zv_store_number(s, ZV_SQL_CHANNEL_FIND, v, 2, &call, err);
	return rc < 0 ? rc : rc == 1 ? note_other(claim, call) : 0;
}

static int
give_id(struct zv_store *s, int server, struct zv_str id, void *context,
	struct zv_error *err)
{
	struct zv_db_value v[] = { zv_db_int(server), zv_store_cut(id, ZV_STORE_ID_MAX),
				   zv_db_int(*(int64_t *)context) };
	long long rc = zv_store_run(s, ZV_SQL_CHANNEL_SET, v, 3, err);

	return rc < 0 ? (int)rc : 0;
}

static int
disclaim_id(struct zv_store *s, int server, struct zv_str id, void *context,
	    struct zv_error *err)
{
	struct zv_db_value v[] = { zv_db_int(server), zv_store_cut(id, ZV_STORE_ID_MAX),
				   zv_db_int(*(int64_t *)context) };
	long long rc = zv_store_run(s, ZV_SQL_CHANNEL_GONE, v, 3, err);

	return rc < 0 ? (int)rc : 0;
}

/* ---- joining it with what is there ----------------------------------------------------------- */

static bool
is_equal(const struct zv_conversation *a, const struct zv_conversation *b)
{
	struct zv_buf x = { 0 }, y = { 0 };
	struct zv_json jx = { .out = &x }, jy = { .out = &y };
	bool equal;

	zv_conversation_json(&jx, a);
	zv_conversation_json(&jy, b);
	equal = !zv_buf_failed(&x) && !zv_buf_failed(&y) &&
		zvon_str_equal(zv_buf_str(&x), zv_buf_str(&y));
	zv_buf_deinit(&x);
	zv_buf_deinit(&y);
	return equal;
}

/* Takes *whole, gives what it is with the other. */
static int
join(struct zv_conversation **whole, const struct zv_conversation *other,
     struct zv_error *err)
{
	struct zv_conversation *merged = zv_conversation_merge(*whole, other);

	if (!merged)
		return zv_fail_nomem(err);
	zv_conversation_free(*whole);
	*whole = merged;
	return 0;
}

/* Another call of the store turned out to be the same: it goes into the first. */
static int
take_in(struct zv_store *s, int server, int64_t call, struct zv_conversation **whole,
	struct zv_error *err)
{
	struct zv_conversation *other = NULL;
	int64_t first = (*whole)->number;
	int rc = zv_store_load_one(s, call, &other, err);

	if (rc == 1)
		rc = zv_store_remove_call(s, other, server, err);
	if (rc == 0 && other) /* whoever tells of it again means the first */
		rc = each_id(s, other, server, give_id, &first, err);
	if (rc == 0 && other)
		rc = join(whole, other, err);
	zv_conversation_free(other);
	return rc;
}

static int
rewrite(struct zv_store *s, int server, const struct zv_conversation *before,
	const struct zv_conversation *now, struct zv_error *err)
{
	int64_t call = before->number;
	int rc = zv_store_remove_call(s, before, server, err);

	if (rc == 0)
		rc = zv_store_insert_call(s, now, server, call, err);
	if (rc == 0)
		rc = each_id(s, now, server, give_id, &call, err);
	return rc < 0 ? rc : 2;
}

/* before is the store's, whole becomes what it is with all others. */
static int
merge_into(struct zv_store *s, const struct zv_conversation *c, int server,
	   const struct claim *claim, struct zv_conversation *before,
	   struct zv_conversation **whole, struct zv_error *err)
{
	int64_t claimed = claim->call;
	int rc = 0;

	for (size_t i = 1; i < claim->n && rc == 0; i++)
		rc = take_in(s, server, claim->others[i], whole, err);
	if (rc == 0) /* now it shows whether c tells of channels that nobody saw */
		rc = join(whole, c, err);
	if (rc < 0)
		return rc;
	if (claim->n == 1 && is_equal(before, *whole)) {
		rc = each_id(s, c, server, disclaim_id, &claimed, err);
		return rc;
	}
	(*whole)->is_open = false;
	rc = rewrite(s, server, before, *whole, err);
	if (rc == 2) {
		int64_t call = before->number;
		int given = each_id(s, c, server, give_id, &call, err);

		rc = given < 0 ? given : rc;
	}
	return rc;
}

/* Of several the one that began first is what the others go into. */
static int
load_first(struct zv_store *s, struct claim *claim, struct zv_conversation **first,
	   struct zv_error *err)
{
	size_t which = 0;
	int rc = 1;

	for (size_t i = 0; i < claim->n && rc >= 0; i++) {
		struct zv_conversation *c = NULL;

		rc = zv_store_load_one(s, claim->others[i], &c, err);
		if (rc == 1 && (!*first || c->started_ms < (*first)->started_ms)) {
			struct zv_conversation *later = *first;

			*first = c;
			c = later;
			which = i;
		}
		zv_conversation_free(c);
	}
	if (rc < 0 || !*first)
		return rc < 0 ? rc : 0;
	claim->others[which] = claim->others[0];
	claim->others[0] = (*first)->number;
	return 1;
}

/* Its ids were left behind by a call that is gone. */
static int
put_anew(struct zv_store *s, const struct zv_conversation *c, int server, int64_t call,
	 struct zv_error *err)
{
	int rc = each_id(s, c, server, give_id, &call, err);

	if (rc == 0)
		rc = zv_store_insert_call(s, c, server, call, err);
	s->next_call += rc == 0;
	return rc < 0 ? rc : 1;
}

static int
merge(struct zv_store *s, const struct zv_conversation *c, int server,
      struct claim *claim, struct zv_error *err)
{
	struct zv_conversation *before = NULL, *whole = NULL;
	int64_t claimed = claim->call;
	int rc = load_first(s, claim, &before, err);

	if (rc == 0)
		return put_anew(s, c, server, claimed, err);
	if (rc == 1 && before->is_anonymous) /* and stays so */
		rc = each_id(s, c, server, disclaim_id, &claimed, err);
	else if (rc == 1) {
		whole = zv_conversation_copy(before);
		rc = whole ? merge_into(s, c, server, claim, before, &whole, err)
			   : zv_fail_nomem(err);
	}
	zv_conversation_free(whole);
	zv_conversation_free(before);
	return rc;
}

/* ---- one call -------------------------------------------------------------------------------- */

static int
put_closed(struct zv_store *s, const struct zv_conversation *c, int server,
	   struct zv_error *err)
{
	struct claim claim = { 0 };
	int rc = next_call(s, &claim.call, err);

	if (rc == 0)
		rc = each_id(s, c, server, claim_id, &claim, err);
	if (rc < 0)
		return rc;
	if (claim.n)
		return merge(s, c, server, &claim, err);
	rc = zv_store_insert_call(s, c, server, claim.call, err);
	s->next_call += rc == 0;
	return rc < 0 ? rc : 1;
}

/* Most stores have none that goes on when old records are read: then nothing is asked. */
static int
end_open(struct zv_store *s, const struct zv_conversation *c, int server,
	 struct zv_error *err)
{
	struct zv_db_value v[] = { zv_db_int(server),
				   zv_store_cut(c->id, ZV_STORE_ID_MAX) };
	int64_t n = 0;
	long long rc = 0;

	if (s->has_open < 0) {
		rc = zv_store_number(s, ZV_SQL_OPEN_ANY, NULL, 0, &n, err);
		if (rc < 0)
			return (int)rc;
		s->has_open = n > 0;
	}
	if (s->has_open)
		rc = zv_store_run(s, ZV_SQL_OPEN_GONE, v, 2, err);
	return rc < 0 ? (int)rc : 0;
}

static int
put(struct zv_store *s, const struct zv_conversation *c, struct zv_error *err)
{
	int server = zv_store_server(s, c->server, true, err);
	int rc;

	if (server < 0)
		return server;
	if (c->is_open)
		return zv_store_put_open(s, c, server, err);
	rc = put_closed(s, c, server, err);
	if (rc >= 0) {
		int ended = end_open(s, c, server, err);

		rc = ended < 0 ? ended : rc;
	}
	return rc;
}

int
zv_store_put(struct zv_store *s, const struct zv_conversation *c, struct zv_error *err)
{
	struct zv_conversation *smooth = NULL;
	int rc;

	if (!s->in_transaction)
		return zv_fail(err, ZV_EINVAL, "%s: zv_store_begin comes first",
			       zv_db_name(s->db));
	if (c->id.n == 0 || c->server.n == 0)
		return zv_fail(err, ZV_EINVAL, "a call without %s cannot be kept",
			       c->id.n ? "a server" : "an id");
	if (zv_store_is_rough(c)) {
		smooth = zv_store_smooth(c);
		if (!smooth)
			return zv_fail_nomem(err);
	}
	rc = put(s, smooth ? smooth : c, err);
	zv_conversation_free(smooth);
	s->is_broken |= rc < 0;
	return rc;
}
