#include "onec/pin.h"

#include <dlfcn.h>
#include <stddef.h>

/* One more reference, never given back. */
void
zv_pin_library(void)
{
	Dl_info here;
	static const char anchor;

	if (dladdr(&anchor, &here) && here.dli_fname)
		dlopen(here.dli_fname, RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD);
}
