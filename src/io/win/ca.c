#include "io/ca.h"

#include <stddef.h>

/* Schannel looks into the certificate store of Windows by itself. */
const char *
zv_ca_file(void)
{
	return NULL;
}
