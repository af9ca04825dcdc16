/* zvon_past.h - calls that are over, for a script: from zvond's store, and from the memory of
 * the connection (zvon_history.c), with the same members. On the network thread. */
#ifndef ZV_ONEC_ZVON_PAST_H
#define ZV_ONEC_ZVON_PAST_H

#include "json/writer.h"
#include "onec/zvon_script.h"

/* What History was called with. */
struct zv_past_question {
	struct zv_str number; /* empty: all */
	int64_t from_s, to_s; /* INT64_MIN, INT64_MAX: open */
};

/* ---- memory (zvon_history.c) ------------------------------------------------------------ */

/* Those that `told`, an array of calls or NULL, has not; how many. */
size_t zv_script_write_past(struct zv_script *s, struct zv_json *j,
			    const struct zv_past_question *q, const json_t *told,
			    size_t most);
/* The array of its files; empty where it is not known. */
void zv_script_write_files(struct zv_script *s, struct zv_json *j, struct zv_str call);

/* ---- JSON (zvon_past_json.c) -------------------------------------------------------------- */

/* Members that every call has, wherever it is from, as they are in call.ended; then NULL.
 * Times, recordings and recording_ids come behind them. */
extern const char *const zv_past_members[];

void zv_past_write_member(struct zv_json *j, const char *key, const json_t *value);
/* As the store tells it; recordings become texts. */
void zv_past_write_call(struct zv_json *j, const json_t *call);
/* The array of the files of a call of the store's; how many. */
size_t zv_past_write_files(struct zv_json *j, const json_t *call);
bool zv_past_is_told(const json_t *calls, struct zv_str call, struct zv_str server);

/* "history?number=…&from=…": behind "/v1/". */
void zv_past_write_query(struct zv_buf *out, const struct zv_past_question *q,
			 size_t most);
/* A part of a path or a value of a query, %XX where it must be. */
void zv_past_write_escaped(struct zv_buf *out, struct zv_str text);

#endif
