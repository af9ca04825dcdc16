/* reader.h - requests as Asterisk 22 reads them from a manager connection: lines end
 * with CRLF or LF, an empty line ends a packet, each oddity has its own answer. */
#ifndef ZV_OFFICE_READER_H
#define ZV_OFFICE_READER_H

#include "base/buf.h"
#include "zvon/packet.h"

#define ZV_READER_MAX_LINE  1024 /* bytes with the line end, as in Asterisk */
#define ZV_READER_MAX_LINES 128	 /* of one packet, as in Asterisk */

enum zv_asked_fault {
	ZV_ASKED_WELL,
	ZV_ASKED_LONG_LINE,
	ZV_ASKED_MANY_LINES,
};

/* A request. Views into the reader. A line without colon is a key without value. */
struct zv_asked {
	enum zv_asked_fault fault;
	struct zv_field fields[ZV_READER_MAX_LINES];
	struct zv_str lines[ZV_READER_MAX_LINES]; /* the same, whole */
	size_t n;
};

/* The value of the first field of that key, letter case ignored; "" when absent. */
struct zv_str zv_asked_get(const struct zv_asked *a, const char *key);

/* A request that has only this ActionID: for answers that come later. */
void zv_asked_of_id(struct zv_asked *a, struct zv_str action_id);

/* Zeroed = ready. */
struct zv_reader {
	struct zv_buf in; /* not used yet */
	size_t at;	  /* … from here on */
	bool cut;	  /* what comes now is the rest of a line that was too long */

	/* the packet being read: its lines one after another, and where each ends */
	struct zv_buf text;
	size_t ends[ZV_READER_MAX_LINES];
	size_t n_lines;
	enum zv_asked_fault fault;
	bool failed; /* out of memory, for good */
	bool taken;  /* it was given out: the next line begins a new one */
	struct zv_asked asked;
};

void zv_reader_deinit(struct zv_reader *r);
int zv_reader_feed(struct zv_reader *r, struct zv_str bytes); /* 0 or ZV_ENOMEM */

/* The next request, borrowed until the next call; NULL: give more bytes. */
const struct zv_asked *zv_reader_next(struct zv_reader *r);

#endif
