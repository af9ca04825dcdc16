#include "zvon/zvon.h"

const char *
zvon_version(void)
{
	return ZVON_PROJECT_VERSION;
}
