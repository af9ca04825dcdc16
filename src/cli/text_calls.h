/* text_calls.h - what `zvon calls` says to a person, in two languages. */
#ifndef ZV_CLI_TEXT_CALLS_H
#define ZV_CLI_TEXT_CALLS_H

#include "call/ladder.h"
#include "term/say.h"
#include "zvon/call.h"

/* What happened, with %letters for what is special to the event:
 * %l the leg  %b by  %t to  %s space  %f file  %q queue  %d digit  %c cause  %r reason
 * %i into  %R result  %D direction  %L line  %S its state  %w how many wait */
struct zv_text zv_text_call_event(const struct zv_call_event *event);

struct zv_text zv_text_direction(enum zv_call_direction direction);
struct zv_text zv_text_line_state(enum zv_line_state state);
struct zv_text zv_text_member_state(enum zv_member_state state);

/* "merged", "vanished"… of CALL_ENDED and "up", "down"… of SERVER_STATE; en is NULL for an
 * unknown word. */
struct zv_text zv_text_reason(struct zv_str reason);

/* The words of charts (call/ladder.h); NULL: English. */
const char *const *zv_text_ladder(void);

/* Other words. */
extern const struct zv_text zv_text_withheld, zv_text_talked, zv_text_queue,
	zv_text_paused, zv_text_still_open;

#endif
