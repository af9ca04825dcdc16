/* Who took part in a call, as keys of an index. */
#include "base/mem.h"
#include "store/store_impl.h"

static int
grow(struct zv_parties *out)
{
	size_t cap = out->cap ? 2 * out->cap : 32;
	struct zv_party *list = zv_realloc(out->list, cap * sizeof(*list));

	if (!list)
		return ZV_ENOMEM;
	out->list = list;
	out->cap = cap;
	return 0;
}

int
zv_store_add_party(const struct zv_number_rules *rules, struct zv_parties *out,
		   struct zv_str name, unsigned kinds)
{
	struct zv_party *p;

	if (name.n == 0)
		return 0;
	if (out->n == out->cap && grow(out) < 0)
		return ZV_ENOMEM;
	p = &out->list[out->n];
	p->n = zv_number_key(rules, name, p->name);
	p->kinds = kinds;
	if (p->n)
		out->n++;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct zv_party *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int c = memcmp(x->name, y->name, n);

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

int
zv_store_unique_parties(struct zv_parties *out)
{
	size_t n = 0;

	if (out->n > 1)
		qsort(out->list, out->n, sizeof(*out->list), compare);
	for (size_t i = 0; i < out->n; i++)
		if (n && compare(&out->list[n - 1], &out->list[i]) == 0)
			out->list[n - 1].kinds |= out->list[i].kinds;
		else
			out->list[n++] = out->list[i];
	out->n = n;
	return 0;
}

static int
add_leg(const struct zv_number_rules *rules, struct zv_parties *out,
	const struct zv_past_leg *leg)
{
	int rc = 0;

	if (!leg->is_trunk)
		rc = zv_store_add_party(rules, out, leg->line,
					ZV_PARTY_LINE | ZV_PARTY_NUMBER);
	if (rc == 0 && (leg->is_trunk || !zvon_str_equal(leg->number, leg->line)))
		rc = zv_store_add_party(rules, out, leg->number, ZV_PARTY_NUMBER);
	return rc;
}

static int
add_rest(const struct zv_number_rules *rules, struct zv_parties *out,
	 const struct zv_conversation *c)
{
	int rc = 0;

	for (size_t i = 0; i < c->n_transfers && rc == 0; i++) {
		rc = zv_store_add_party(rules, out, c->transfers[i].by,
					ZV_PARTY_NUMBER);
		if (rc == 0)
			rc = zv_store_add_party(rules, out, c->transfers[i].to,
						ZV_PARTY_NUMBER);
	}
	for (size_t i = 0; i < c->n_talked && rc == 0; i++)
		rc = zv_store_add_party(rules, out, c->talked[i], ZV_PARTY_NUMBER);
	return rc;
}

int
zv_store_parties(const struct zv_number_rules *rules, const struct zv_conversation *c,
		 struct zv_parties *out)
{
	const struct {
		struct zv_str name;
		unsigned kinds;
	} own[] = {
		{ c->from_number, ZV_PARTY_NUMBER },
		{ c->to_number, ZV_PARTY_NUMBER },
		{ c->did, ZV_PARTY_DID },
		{ c->queue, ZV_PARTY_QUEUE },
		{ c->picked_up_by, ZV_PARTY_LINE | ZV_PARTY_NUMBER },
	};
	int rc = 0;

	out->n = 0;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && rc == 0; i++)
		rc = zv_store_add_party(rules, out, own[i].name, own[i].kinds);
	for (size_t i = 0; i < c->n_legs && rc == 0; i++)
		rc = add_leg(rules, out, &c->legs[i]);
	if (rc == 0)
		rc = add_rest(rules, out, c);
	return rc < 0 ? rc : zv_store_unique_parties(out);
}

int64_t
zv_store_what(const struct zv_conversation *c, int server, unsigned kinds)
{
	int64_t what = (int64_t)1 << (ZV_WHAT_DIRECTION + (int)c->direction) |
		       (int64_t)1 << (ZV_WHAT_RESULT + (int)c->result);

	if (zv_conversation_is_missed(c))
		what |= 1 << ZV_WHAT_MISSED;
	if (c->n_recordings)
		what |= 1 << ZV_WHAT_RECORDED;
	return what | (int64_t)kinds << ZV_WHAT_KIND |
	       (int64_t)server << ZV_WHAT_SERVER;
}
