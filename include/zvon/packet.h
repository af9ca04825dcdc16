/* packet.h - one AMI block: an ordered list of key/value pairs.
 *
 * Keys repeat and are compared without case; the first occurrence wins (Asterisk
 * sends `Uniqueid` and `UniqueID`, and a caller's text may add lines at the end
 * of a packet, so a later one is never to be trusted). */
#ifndef ZVON_PACKET_H
#define ZVON_PACKET_H

#include "zvon/str.h"

ZVON_BEGIN_DECLS

enum zv_packet_kind {
	ZV_PACKET_BANNER,   /* "Asterisk Call Manager/5.0.4", no fields */
	ZV_PACKET_EVENT,    /* first key is Event */
	ZV_PACKET_RESPONSE, /* first key is Response */
	ZV_PACKET_OTHER,    /* an action, or anything else */
};

struct zv_field {
	struct zv_str key; /* "Channel"; the whole line when it has no colon */
	struct zv_str
		value; /* as sent: escapes, LF and bytes that are not UTF-8 stay */
};

struct zv_packet {
	enum zv_packet_kind kind;
	struct zv_str name;	       /* "Hangup", "Success"; the banner's line */
	const struct zv_field *fields; /* in the order sent, the first line included */
	size_t n_fields;
	struct zv_str body; /* text of an old command answer (Response: Follows,
	                     * Asterisk up to 13), without its end mark */
	bool has_body;	    /* true also when that text is empty */
	struct zv_str text; /* all bytes as sent, without the closing empty line */
};

/* The first field of that key, or NULL. */
ZVON_API const struct zv_field *zvon_packet_find(const struct zv_packet *p,
						 struct zv_str key);

/* The value of the first field of that key, or the empty view. */
ZVON_API struct zv_str zvon_packet_get(const struct zv_packet *p, struct zv_str key);

/* The value as a whole number; `otherwise` when absent, no number or too big. */
ZVON_API long long zvon_packet_get_int(const struct zv_packet *p, struct zv_str key,
				       long long otherwise);

/* The lines a CLI command printed, from the old form (body) or the new one
 * (`Output:` lines, Asterisk 14 and later). *cursor starts at 0.
 * true: *line is the next one; false: no more. */
ZVON_API bool zvon_packet_next_output(const struct zv_packet *p, size_t *cursor,
				      struct zv_str *line);

/* true when the packet answers a CLI command, in either form. */
ZVON_API bool zvon_packet_has_output(const struct zv_packet *p);

/* "event", "response", "banner", "other". */
ZVON_API const char *zvon_packet_kind_name(enum zv_packet_kind kind);

/* A copy of its own in one block, to keep: packets from a parser live only until
 * its next call. NULL when out of memory. Free with zvon_packet_free. */
ZVON_API struct zv_packet *zvon_packet_copy(const struct zv_packet *p);
ZVON_API void zvon_packet_free(struct zv_packet *p); /* NULL is fine */

/* Asterisk 12 and later C-escapes some values: CallerIDName, ConnectedLineName
 * (with any prefix), Value of VarSet and ChanVariable (\\ \' \" \n \r \t \a …).
 * Writes the plain text to out, which may be value.p itself; at most value.n bytes
 * are written, no NUL. Returns the length. Unknown escapes are kept as they are. */
ZVON_API size_t zvon_unescape(struct zv_str value, char *out);

/* true when a server of this AMI major version (2 and up: Asterisk 12+) escapes
 * the value of that key in its events; responses are never escaped. Upper and lower
 * case count here: CallerIDName is escaped, the CallerIDname of CEL is not. */
ZVON_API bool zvon_key_is_escaped(struct zv_str key, int ami_major);

ZVON_END_DECLS

#endif
