/* conversation_words.h - names of what a conversation has, in JSON and in the store. */
#ifndef ZV_HIST_CONVERSATION_WORDS_H
#define ZV_HIST_CONVERSATION_WORDS_H

#include "hist/conversation.h"

const char *zv_past_source_name(unsigned bit); /* "live", "cdr", "cel" */

/* And back, with those of hist/call_members.h, zvon_call_result_name and
 * zvon_call_direction_name. false: it is none of them. */
bool zv_past_role_of(struct zv_str name, enum zv_leg_role *out);
bool zv_past_transfer_of(struct zv_str name, enum zv_transfer_kind *out);
bool zv_past_source_of(struct zv_str name, unsigned *bit);
bool zv_past_result_of(struct zv_str name, enum zv_call_result *out);
bool zv_past_direction_of(struct zv_str name, enum zv_call_direction *out);

#endif
