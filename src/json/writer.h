/* writer.h - JSON text, compact, always valid UTF-8 (RFC 8259).
 *
 * Commas are put by the writer. Bytes that are not UTF-8 become U+FFFD; control
 * characters become \b \f \n \r \t or \u00XX; everything else stands as it is. */
#ifndef ZV_JSON_WRITER_H
#define ZV_JSON_WRITER_H

#include "base/buf.h"

/* Zero it and set out. Check zv_buf_failed(out) at the end. */
struct zv_json {
	struct zv_buf *out;
	bool comma; /* the next value needs one in front */
};

void zv_json_begin_object(struct zv_json *j);
void zv_json_end_object(struct zv_json *j);
void zv_json_begin_array(struct zv_json *j);
void zv_json_end_array(struct zv_json *j);

/* In an object, before each value. */
void zv_json_key(struct zv_json *j, const char *key);

void zv_json_string(struct zv_json *j, struct zv_str s);
void zv_json_int(struct zv_json *j, long long value);
void zv_json_decimal(struct zv_json *j, double value, int places); /* no NaN */
void zv_json_bool(struct zv_json *j, bool value);
void zv_json_null(struct zv_json *j);

/* key and value in one. */
void zv_json_member(struct zv_json *j, const char *key, struct zv_str s);
/* The same; what is not known, an empty text, is null. */
void zv_json_member_text(struct zv_json *j, const char *key, struct zv_str s);
void zv_json_member_bool(struct zv_json *j, const char *key, bool value);
void zv_json_member_int(struct zv_json *j, const char *key, long long value);
/* key and an array of strings. */
void zv_json_strings(struct zv_json *j, const char *key, const struct zv_str *list,
		     size_t n);

#endif
