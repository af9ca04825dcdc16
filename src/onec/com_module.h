/* com_module.h - this DLL as COM sees it: where it is, and whether it may go. */
#ifndef ZV_ONEC_COM_MODULE_H
#define ZV_ONEC_COM_MODULE_H

#include "onec/com_abi.h"

HINSTANCE zv_com_module(void);

/* DllCanUnloadNow says no while something is held. Any thread. */
void zv_com_module_hold(void);
void zv_com_module_release(void);
bool zv_com_module_is_held(void);

#endif
