#include "onec/pin.h"

#include <windows.h>

void
zv_pin_library(void)
{
	static const char anchor;
	HMODULE module;

	GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN |
				   GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
			   &anchor, &module);
}
