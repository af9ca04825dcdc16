/* callbook.h - a call tracker that is told events in short lines, and what it told. */
#ifndef UNIT_CALLBOOK_H
#define UNIT_CALLBOOK_H

#include "base/buf.h"
#include "zvon/call.h"
#include "zvon/parser.h"

struct book {
	struct zv_calls *calls;
	struct zv_parser *parser;
	struct zv_buf log;   /* "call.started a; leg.ringing 102; ..." */
	struct zv_buf bytes; /* of the packet being told */
	bool lines;	     /* line, queue and server events too */
	int64_t now_ms;
	int rc; /* of the last feed or tick */
	unsigned long started, ended;
	size_t max_open;	 /* calls */
	unsigned long no_result; /* calls and legs that ended without one */
};

/* options may be NULL; on_event and context are the book's own. */
void book_open(struct book *b, const struct zv_calls_options *options);
void book_close(struct book *b);

/* Lines of "Event Key=value Key=value", a value without spaces; keys may be short: C
 * Channel, S ChannelState, N CallerIDNum, X Exten, U Uniqueid, L Linkedid, B
 * BridgeUniqueid, the same after D for Dest…. "at 500" moves the clock and wakes the
 * tracker as it asked for. */
void book_tell(struct book *b, const char *lines);

/* Bytes as they came from a server. */
void book_feed(struct book *b, struct zv_str bytes);

/* What was told since the last look; borrowed until the next tell. */
const char *book_log(struct book *b);

struct zv_calls_counters book_counters(const struct book *b);

#endif
