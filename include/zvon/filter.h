/* filter.h - which packets somebody wants: event names, text, regular expression,
 * conditions on fields; all that are given must hold.
 *
 * A filter is compiled once and then asked for each packet. It has counters of its own
 * and belongs to one thread at a time. No sockets, no clock of its own: time is an
 * argument. */
#ifndef ZVON_FILTER_H
#define ZVON_FILTER_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/packet.h"

ZVON_BEGIN_DECLS

#define ZV_FILTER_MAX_PATTERN	4096  /* bytes of one regular expression */
#define ZV_FILTER_MAX_TEXTS	64    /* texts, or fields, of one filter */
#define ZV_FILTER_MAX_EVENTS	1024  /* names of events of one filter */
#define ZV_FILTER_MATCH_LIMIT	10000 /* steps of one search, see below */
#define ZV_FILTER_DEPTH_LIMIT	5000  /* PCRE2 depth limit, where it is interpreted */
#define ZV_FILTER_HEAP_LIMIT_KB 1024  /* PCRE2 heap limit, and that of its stack */
#define ZV_FILTER_MAX_HITS	100   /* limit hits in one minute: the regex is off */

/* A step is an item of the expression that is tried, at any place of the text, all counted
 * together. In a text of more than 2,500 bytes there may be 4 for each byte. An expression
 * of literals with ".*", ".+" or ".{1,}?" between them takes none. */

/* What a regular expression sees of a packet. */
enum zv_filter_newlines {
	ZV_NEWLINES_KEPT,   /* the text as sent; '.' matches line ends */
	ZV_NEWLINES_DASHED, /* each CR and LF as '-': patterns of old 1C components */
};

struct zv_filter;

/* Zero it, set what is wanted. All is copied. */
struct zv_filter_options {
	const char *const *events; /* names, letter case ignored; each may be a list
	                            * "Hangup,Newstate" */
	size_t n_events;
	const char *const *texts; /* each must be in the packet's text, byte for byte */
	size_t n_texts;
	const char *regex; /* PCRE2, search over the packet's text */
	enum zv_filter_newlines newlines;
	const char *const *fields; /* each "Key=value" (equal), "Key!=value" (not),
	                            * "Key~regex" (search), "Key!~regex". Key without
	                            * case; a repeated key: its first occurrence; an
	                            * absent key is the empty value */
	size_t n_fields;
	bool no_jit; /* where code may not be made at run time */
};

/* NULL: a bad option (*err says which, where in it, and what to write; err->system is
 * PCRE2's number for a bad expression) or no memory. */
ZVON_API struct zv_filter *zvon_filter_new(const struct zv_filter_options *options,
					   struct zv_error *err);
ZVON_API void zvon_filter_free(struct zv_filter *f); /* NULL is fine */

enum zv_filter_verdict {
	ZV_FILTER_PASSES = 0,
	ZV_FILTER_EVENT, /* not one of the wanted events */
	ZV_FILTER_TEXT,	 /* lacks a text */
	ZV_FILTER_FIELD, /* a condition on a field does not hold */
	ZV_FILTER_REGEX, /* the regular expression does not match */
	ZV_FILTER_LIMIT, /* its match was given up at a limit: dropped, and counted */
	ZV_FILTER_OFF,	 /* it hit limits too often and is off: see below */
};

/* Judges one packet and counts it. now_ms: any steady clock; used for the limit hits of
 * a minute. A filter whose regular expression hit a limit ZV_FILTER_MAX_HITS times in a
 * minute is off from then on and lets nothing pass: the owner is to be told
 * (zvon_filter_is_off). Only ZV_FILTER_PASSES passes. */
ZVON_API enum zv_filter_verdict zvon_filter_judge(struct zv_filter *f,
						  const struct zv_packet *packet,
						  int64_t now_ms);

/* Which of the texts or fields it was that did not hold, by its number in the options;
 * of the last zvon_filter_judge. */
ZVON_API size_t zvon_filter_culprit(const struct zv_filter *f);

ZVON_API bool zvon_filter_is_off(const struct zv_filter *f);

struct zv_filter_counters {
	uint64_t received, passed, dropped; /* received = passed + dropped */
	uint64_t limit_hits;
};

ZVON_API void zvon_filter_count(const struct zv_filter *f,
				struct zv_filter_counters *out);

/* "passes", "event", "text"… */
ZVON_API const char *zvon_filter_verdict_name(enum zv_filter_verdict verdict);

ZVON_END_DECLS

#endif
