/* text_originate.h - what `zvon originate` says to a person, in two languages. */
#ifndef ZV_CLI_TEXT_ORIGINATE_H
#define ZV_CLI_TEXT_ORIGINATE_H

#include "call/originate.h"
#include "term/say.h"

/* What happened; whom or what it happened to stands behind it: "calling". */
struct zv_text zv_text_originate_step(enum zv_originate_state state,
				      enum zv_originate_side side);

/* "busy", "занято". */
struct zv_text zv_text_call_result(enum zv_call_result result);

#endif
