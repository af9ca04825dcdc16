/* write.h - lines of packets: fields, and the snapshots of channels and bridges as
 * Asterisk 12 and later print them. Events go to all sessions, once per event. */
#ifndef ZV_OFFICE_WRITE_H
#define ZV_OFFICE_WRITE_H

#include "office/model.h"

void zv_put(struct zv_buf *out, const char *key, struct zv_str value);
void zv_put_text(struct zv_buf *out, const char *key, const char *value);
void zv_put_int(struct zv_buf *out, const char *key, long long value);

/* The 14 keys of a channel, each with the prefix: "", "Dest", "Transferer"… */
void zv_put_channel(struct zv_buf *out, const char *prefix, const struct zv_channel *c);
void zv_put_bridge(struct zv_buf *out, const struct zv_bridge *b);
const char *zv_channel_state_name(enum zv_channel_state state);

/* Begins an event of one class; the fields are added to what is returned, then
 * zv_event_send gives it to all sessions that want it. */
struct zv_buf *zv_event(struct zv_office *o, const char *name, unsigned class);
void zv_event_send(struct zv_office *o);

/* Begins the event and writes the channel's snapshot. */
struct zv_buf *zv_event_of(struct zv_channel *c, const char *name, unsigned class);

/* The same, and sends it: events that have nothing but the snapshot. */
void zv_event_plain(struct zv_channel *c, const char *name);

/* VarSet. c NULL: a global variable. */
void zv_event_varset(struct zv_office *o, struct zv_channel *c, const char *name,
		     const char *value);

/* Newexten. */
void zv_event_newexten(struct zv_channel *c);

/* DialBegin, DialState, DialEnd: both channels; caller NULL: only the one dialled.
 * last is the key behind them: DialString or DialStatus. */
void zv_event_dial(struct zv_channel *caller, struct zv_channel *callee,
		   const char *name, const char *last, const char *value);

#endif
