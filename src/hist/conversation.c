#include "hist/conversation.h"

/* What nobody answered, and the caller waited for somebody. */
#define MISSED                                                                         \
 (1u << ZV_RESULT_BUSY | 1u << ZV_RESULT_NO_ANSWER | 1u << ZV_RESULT_CANCELLED |       \
  1u << ZV_RESULT_REJECTED | 1u << ZV_RESULT_ABANDONED)

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
