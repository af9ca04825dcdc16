#include "onec/com_module.h"

static LONG held;

/* By an address in it: DllMain does nothing, so nobody told us. */
HINSTANCE
zv_com_module(void)
{
	HMODULE module = NULL;

	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
				   GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
			   (LPCWSTR)(void *)&held, &module);
	return module;
}

void
zv_com_module_hold(void)
{
	InterlockedIncrement(&held);
}

void
zv_com_module_release(void)
{
	InterlockedDecrement(&held);
}

bool
zv_com_module_is_held(void)
{
	return InterlockedCompareExchange(&held, 0, 0) != 0;
}
