/* load_impl.h - the inside of a loader: load.c asks, load_rows.c reads rows into it, load_settle.c
 * makes calls of what was read. */
#ifndef ZV_STORE_LOAD_IMPL_H
#define ZV_STORE_LOAD_IMPL_H

#include "store/store_impl.h"

/* A text is first where it begins in `texts` (which moves as it grows), and becomes a view
 * when all is read. */
struct zv_loader {
	struct zv_conversation calls[ZV_STORE_LOAD];
	size_t n;
	struct zv_buf texts;
	struct zv_past_leg *legs;
	size_t n_legs, cap_legs;
	struct zv_past_transfer *transfers;
	size_t n_transfers, cap_transfers;
	struct zv_past_recording *recordings;
	size_t n_recordings, cap_recordings;
	struct zv_str *strings; /* of talked, of linked_ids */
	size_t n_strings, cap_strings;
};

/* ---- load_rows.c ---- */

/* A row of calls. A damaged one, and what is too many, is passed over. ZV_ENOMEM. */
int zv_loader_call(struct zv_loader *l, const struct zv_db_value *row);

/* A row of what belongs to the call c. ZV_ENOMEM. */
typedef int (*zv_loader_fn)(struct zv_loader *l, struct zv_conversation *c,
			    const struct zv_db_value *row);
int zv_loader_leg(struct zv_loader *l, struct zv_conversation *c,
		  const struct zv_db_value *row);
int zv_loader_transfer(struct zv_loader *l, struct zv_conversation *c,
		       const struct zv_db_value *row);
int zv_loader_recording(struct zv_loader *l, struct zv_conversation *c,
			const struct zv_db_value *row);

/* ---- load_settle.c ---- */

/* All is read: texts become views, each call gets its parts. */
void zv_loader_settle(struct zv_store *s, struct zv_error *err);

#endif
