/* One row into the loader. */
#include "base/mem.h"
#include "store/load_impl.h"

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

/* An offset in place of the pointer until all texts are in. */
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

int
zv_loader_call(struct zv_loader *l, const struct zv_db_value *row)
{
	if (l->n == ZV_STORE_LOAD)
		return 0;
	read_call(l, row);
	if (!is_sound(&l->calls[l->n - 1])) {
		l->n--;
		return 0;
	}
	return read_lists(l, row);
}

/* ---- what belongs to them ------------------------------------------------------------------- */

int
zv_loader_leg(struct zv_loader *l, struct zv_conversation *c,
	      const struct zv_db_value *row)
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

int
zv_loader_transfer(struct zv_loader *l, struct zv_conversation *c,
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

int
zv_loader_recording(struct zv_loader *l, struct zv_conversation *c,
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
