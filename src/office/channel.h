/* channel.h - one leg of a call: its birth, states, variables and end. */
#ifndef ZV_OFFICE_CHANNEL_H
#define ZV_OFFICE_CHANNEL_H

#include "office/model.h"

/* Newchannel. linked: the channel of the call it belongs to, or NULL; id: the Uniqueid
 * wanted, or empty. NULL: out of memory. */
struct zv_channel *zv_channel_new(struct zv_office *o, struct zv_line *line,
				  enum zv_channel_state state,
				  const struct zv_party *caller, const char *exten,
				  const struct zv_channel *linked, struct zv_str id);

/* By name or Uniqueid; NULL: there is none. */
struct zv_channel *zv_channel_find(struct zv_office *o, struct zv_str name_or_id);

/* Newstate, and what it means for the device. */
void zv_channel_set_state(struct zv_channel *c, enum zv_channel_state state);

void zv_channel_set_app(struct zv_channel *c, const char *app, const char *data);

/* Variables. set: VarSet; get: "" when it is not set. A zeroed or empty list of
 * variables is fine; c NULL: the global ones. */
void zv_channel_set(struct zv_office *o, struct zv_channel *c, const char *name,
		    const char *value);
void zv_channel_set_int(struct zv_channel *c, const char *name, long long value);
const char *zv_channel_get(struct zv_office *o, struct zv_channel *c,
			   struct zv_str name);
void zv_variables_free(struct zv_node *variables);

/* Whole seconds it has lived. */
int64_t zv_channel_age_s(const struct zv_channel *c);

/* The text of a hang-up cause: "User busy". */
const char *zv_channel_cause_text(int cause);

/* HangupRequest or SoftHangupRequest; cause < 0: without one; sip 0: no TechCause. */
void zv_event_request(struct zv_channel *c, const char *name, int cause, int sip);

/* The last of it: Hangup, device state, Cdr; then it is dead. Whatever it was part of
 * must be over: call zv_hangup() (call.h) from elsewhere. */
void zv_channel_bury(struct zv_channel *c);

/* Frees the dead. */
void zv_channel_sweep(struct zv_office *o);
void zv_channel_free(struct zv_channel *c);

#endif
