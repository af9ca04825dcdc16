/* cdr.h - call detail records: one per pair of parties of a channel that runs the
 * dialplan, sent when it has hung up. */
#ifndef ZV_OFFICE_CDR_H
#define ZV_OFFICE_CDR_H

#include "office/model.h"

/* A record begins, unless one is open that has no other party yet. */
void zv_cdr_begin(struct zv_channel *c);

/* The open record (one begins if there is none) is about that party from now on. */
void zv_cdr_party(struct zv_channel *c, const struct zv_channel *callee);

/* The party picked up. */
void zv_cdr_answered(struct zv_channel *c);

/* The open record ends, if there is one: "BUSY", "NO ANSWER"… */
void zv_cdr_close(struct zv_channel *c, const char *disposition);

/* All Cdr events of a channel that has hung up. */
void zv_cdr_send(struct zv_channel *c);
void zv_cdr_free(struct zv_channel *c);

#endif
