/* The other dialect, where it is not linked. */
#include "hub/session.h"

static int
open_nothing(struct zv_session *s, int64_t now_ms)
{
	return 0;
}

__attribute__((weak)) const struct zv_dialect zv_dialect_tms = {
	.name = "none",
	.open = open_nothing,
};
