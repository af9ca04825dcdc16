#include "io/net_error.h"

#include <stddef.h>
#include <winsock2.h>

bool
zv_net_is_refused(int code)
{
	return code == WSAECONNREFUSED;
}

/* glibc's words: Windows has its own, in the user's language and code page. */
static const struct {
	int code;
	const char *text;
} texts[] = {
	{ WSAECONNREFUSED, "Connection refused" },
	{ WSAETIMEDOUT, "Connection timed out" },
	{ WSAENETUNREACH, "Network is unreachable" },
	{ WSAEHOSTUNREACH, "No route to host" },
	{ WSAEHOSTDOWN, "Host is down" },
	{ WSAENETDOWN, "Network is down" },
	{ WSAENETRESET, "Network dropped connection on reset" },
	{ WSAECONNRESET, "Connection reset by peer" },
	{ WSAECONNABORTED, "Software caused connection abort" },
	{ WSAEADDRNOTAVAIL, "Cannot assign requested address" },
	{ WSAEAFNOSUPPORT, "Address family not supported by protocol" },
	{ WSAEINVAL, "Invalid argument" },
	{ WSAENOBUFS, "No buffer space available" },
	{ WSAEMFILE, "Too many open files" },
	/* what firewalls of Windows answer */
	{ WSAEACCES, "Permission denied" },
};

const char *
zv_net_error_text(int code)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "an error of Winsock that is not known here";
}
