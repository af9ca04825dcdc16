#include "probe/end.h"

#include <stddef.h>

int
zv_probe_end_of(int reason, enum zv_client_state during)
{
	static const struct {
		int reason, code;
	} table[] = {
		{ 0, ZV_PROBE_END_DONE },
		{ ZV_EINVAL, ZV_PROBE_END_USAGE },
		{ ZV_ETOOBIG, ZV_PROBE_END_PROTOCOL },
		{ ZV_EPROTO, ZV_PROBE_END_PROTOCOL },
		{ ZV_EAUTH, ZV_PROBE_END_LOGIN },
		{ ZV_EIO, ZV_PROBE_END_CONNECT },
		{ ZV_ETLS, ZV_PROBE_END_CONNECT },
		{ ZV_ENOTFOUND, ZV_PROBE_END_CONNECT },
		{ ZV_ECLOSED, ZV_PROBE_END_CONNECT },
	};

	if (reason == ZV_ETIMEOUT)
		return during == ZV_STATE_CONNECTING ? ZV_PROBE_END_CONNECT
						     : ZV_PROBE_END_TIMEOUT;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].reason == reason)
			return table[i].code;
	return ZV_PROBE_END_NEGATIVE;
}
