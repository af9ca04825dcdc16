/* cause.h - what hang-up causes and dial states mean for the one who called. */
#ifndef ZV_CALL_CAUSE_H
#define ZV_CALL_CAUSE_H

#include "zvon/call.h"

/* The result that a hang-up cause (ITU-T Q.850, as in `Cause:`) stands for, or NONE
 * when it does not tell, as 0 and 16 (normal clearing). */
enum zv_call_result zv_cause_result(int cause);

/* "User busy"; "" for a number that Asterisk does not name. */
const char *zv_cause_text(int cause);

/* The result that `DialStatus: BUSY` and so on stand for; NONE for unknown words. */
enum zv_call_result zv_dial_status_result(struct zv_str status);

#endif
