/* reader.h - JSON from outside, by jansson: strict, one value, bounded. */
#ifndef ZV_JSON_READER_H
#define ZV_JSON_READER_H

#include <jansson.h>

#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_JSON_MAX_DEPTH 32

/* NULL: *err says what and where ("byte 17, line 1: …"). Keys twice, NUL in texts, bytes
 * that are not UTF-8, more than one value, nesting beyond ZV_JSON_MAX_DEPTH (found before
 * anything is built) are errors. json_decref it. */
json_t *zv_json_read(struct zv_str text, struct zv_error *err);

/* The same of what json/writer.h wrote: texts may have U+0000, where a server sent it. */
json_t *zv_json_read_own(struct zv_str text, struct zv_error *err);

/* A text member of an object; p NULL: not there or no text. Borrowed from it. */
struct zv_str zv_json_text(const json_t *object, const char *key);

#endif
