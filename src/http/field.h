/* field.h - what fields are made of, of requests and answers alike (RFC 9110, 5). */
#ifndef ZV_HTTP_FIELD_H
#define ZV_HTTP_FIELD_H

#include "zvon/str.h"

struct zv_http_field {
	struct zv_str name;  /* compared without case */
	struct zv_str value; /* without spaces at its ends */
};

bool zv_http_is_token_char(unsigned char c);
bool zv_http_is_token(struct zv_str s);
/* Bytes that no line of a head may hold: CR, NUL and the like, but a tab. */
bool zv_http_has_control(struct zv_str s);

/* The value of the first field of that name from *cursor (start at 0) on, which moves
 * behind it; false: no (more) such field. */
bool zv_http_next_field(const struct zv_http_field *fields, size_t n,
			struct zv_str name, size_t *cursor, struct zv_str *value);

/* Cuts the next element, trimmed and not empty, off a list (start with rest = the
 * value); a separator in quotes is none. false: no more. */
bool zv_http_list_next(struct zv_str *rest, char separator, struct zv_str *element);

/* Is that word in a comma list of any field of that name? Without case. */
bool zv_http_lists_word(const struct zv_http_field *fields, size_t n,
			struct zv_str name, struct zv_str word);

#endif
