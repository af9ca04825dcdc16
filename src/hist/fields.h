/* fields.h - what can be told of a finished call, by name: columns of CSV, members of JSON that
 * are wanted. The names are a contract: docs/history/http.md. Pure. */
#ifndef ZV_HIST_FIELDS_H
#define ZV_HIST_FIELDS_H

#include "base/buf.h"
#include "hist/conversation.h"
#include "hist/zone.h"

#define ZV_HISTORY_FIELDS_MAX 32

struct zv_history_field {
	const char *name;
	const char *member; /* of zv_conversation_json; NULL: there is none */
	/* Its text, as in a table; times are those of the zone. */
	void (*write)(struct zv_buf *out, const struct zv_conversation *c,
		      const struct zv_zone *zone);
};

extern const struct zv_history_field zv_history_fields[];
extern const size_t zv_n_history_fields;

/* Which, in which order; n 0: all. */
struct zv_history_fields {
	unsigned char list[ZV_HISTORY_FIELDS_MAX];
	size_t n;
};

/* Adds "started,from". 0, or ZV_EINVAL with the names there are; ZV_ETOOBIG: one twice. */
int zv_history_fields_add(struct zv_history_fields *f, struct zv_str names,
			  struct zv_error *err);

/* Of one JSON object, as zv_conversation_json writes it, only the members wanted. */
void zv_history_fields_pick(const struct zv_history_fields *f, struct zv_str object,
			    struct zv_json *j);

/* "2026-11-21 13:33:08", "2026-11-21", "13:33:08"; nothing for 0. */
void zv_history_write_time(struct zv_buf *out, int64_t unix_ms,
			   const struct zv_zone *zone);
void zv_history_write_day(struct zv_buf *out, int64_t unix_ms,
			  const struct zv_zone *zone);
void zv_history_write_clock(struct zv_buf *out, int64_t unix_ms,
			    const struct zv_zone *zone);

/* Whom one of us talked with, or meant: outside, or the other line. */
struct zv_str zv_conversation_other(const struct zv_conversation *c);

#endif
