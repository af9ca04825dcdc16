/* texts.h - every text of a call as the tables can hold it. */
#ifndef ZV_STORE_TEXTS_H
#define ZV_STORE_TEXTS_H

#include "hist/conversation.h"

/* Is any text too long for its column, no UTF-8, or with control characters that a list of lines
 * cannot have? */
bool zv_store_is_rough(const struct zv_conversation *c);

/* A copy without such: cut, and '?' in place of what is wrong. NULL: out of memory. */
struct zv_conversation *zv_store_smooth(const struct zv_conversation *c);

#endif
