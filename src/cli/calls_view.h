/* calls_view.h - call events in, what `zvon calls` shows out: each event, or one line for
 * each call, or its ladder. */
#ifndef ZV_CLI_CALLS_VIEW_H
#define ZV_CLI_CALLS_VIEW_H

#include "call/ladder.h"
#include "cli/calls_pile.h"
#include "cli/calls_text.h"
#include "cli/out.h"
#include "zvon/call.h"

enum zv_calls_form {
	ZV_CALLS_EVENTS,
	ZV_CALLS_SUMMARY,
	ZV_CALLS_LADDER,
};

struct zv_calls_wish {
	enum zv_calls_form form;
	bool json;	  /* else text; a ladder is text always */
	bool at_end;	  /* calls in order of their start, when all is read; else each
	                     * one when it ends */
	bool ascii;	  /* ladders without other characters */
	const char *only; /* the id of the call that is wanted; NULL: all */
	struct zv_str server;
};

struct zv_calls_view {
	struct zv_calls_wish wish;
	struct zv_out_style style;
	struct zv_calls_moment moment; /* start_ms is set from outside */
	struct zv_pile pile;
	struct zv_ladder *ladder; /* NULL unless charts are drawn */
	struct zv_buf scratch;
	long long shown; /* events, or calls */
	bool failed;	 /* out of memory, for good */
};

void zv_calls_view_init(struct zv_calls_view *v, const struct zv_calls_wish *wish,
			const struct zv_out_style *style);
void zv_calls_view_deinit(struct zv_calls_view *v);

/* Adds to *out what is to be shown now; may be nothing. */
void zv_calls_view_event(struct zv_calls_view *v, const struct zv_call_event *event,
			 struct zv_buf *out);

/* The input ends, while calls go on, and zvon_calls_end_all follows: in a summary those that
 * have no answer stay with what is known of them, whatever that makes of them. */
void zv_calls_view_input_ends(struct zv_calls_view *v, const struct zv_calls *calls);

/* No more events: adds what is still to be shown, also of the calls that go on. */
void zv_calls_view_end(struct zv_calls_view *v, const struct zv_calls *calls,
		       struct zv_buf *out);

#endif
