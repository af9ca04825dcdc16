/* end.h - how a probe ends, as the exit codes of `zvon` count it. */
#ifndef ZV_PROBE_END_H
#define ZV_PROBE_END_H

#include "zvon/client.h"

enum zv_probe_end {
	ZV_PROBE_END_DONE = 0,
	ZV_PROBE_END_NEGATIVE = 1, /* a right is missing; no memory */
	ZV_PROBE_END_USAGE = 2,
	ZV_PROBE_END_CONNECT = 3,
	ZV_PROBE_END_LOGIN = 4,
	ZV_PROBE_END_PROTOCOL = 5,
	ZV_PROBE_END_TIMEOUT = 6,
};

/* For a reason of the library (enum zv_err); `during` is the state that it ended: a time-out
 * means something else while connecting. */
int zv_probe_end_of(int reason, enum zv_client_state during);

#endif
