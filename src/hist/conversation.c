#include "hist/conversation.h"

#include "base/mem.h"

/* What nobody answered, and the caller waited for somebody. */
#define MISSED                                                                         \
 (1u << ZV_RESULT_BUSY | 1u << ZV_RESULT_NO_ANSWER | 1u << ZV_RESULT_CANCELLED |       \
  1u << ZV_RESULT_REJECTED | 1u << ZV_RESULT_ABANDONED)

void
zv_conversation_free(struct zv_conversation *c)
{
	zv_free(c);
}

bool
zv_conversation_is_missed(const struct zv_conversation *c)
{
	return !c->is_open && c->direction != ZV_DIRECTION_OUT &&
	       (1u << c->result & MISSED) != 0;
}

bool
zv_conversation_was_answered_elsewhere(const struct zv_conversation *c,
				       struct zv_str line)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (c->legs[i].result == ZV_RESULT_ANSWERED_ELSEWHERE &&
		    zvon_str_equal(c->legs[i].line, line))
			return true;
	return false;
}

/* ---- the same call --------------------------------------------------------------------- */

/* The i-th of all names that a call is known by: its id, Uniqueids, Linkedids. */
static struct zv_str
name_of(const struct zv_conversation *c, size_t i)
{
	if (i == 0)
		return c->id;
	if (i <= c->n_legs)
		return c->legs[i - 1].unique_id;
	return c->linked_ids[i - 1 - c->n_legs];
}

static bool
has_name(const struct zv_conversation *c, struct zv_str name)
{
	for (size_t i = 0; i < 1 + c->n_legs + c->n_linked_ids; i++)
		if (zvon_str_equal(name_of(c, i), name))
			return true;
	return false;
}

bool
zv_conversation_is_same(const struct zv_conversation *a,
			const struct zv_conversation *b)
{
	if (!zvon_str_equal(a->server, b->server))
		return false;
	for (size_t i = 0; i < 1 + a->n_legs + a->n_linked_ids; i++) {
		struct zv_str name = name_of(a, i);

		if (name.n && has_name(b, name))
			return true;
	}
	return false;
}
