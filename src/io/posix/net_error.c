#include "io/net_error.h"

#include <errno.h>
#include <string.h>

bool
zv_net_is_refused(int code)
{
	return code == ECONNREFUSED;
}

const char *
zv_net_error_text(int code)
{
	return strerror(code);
}
