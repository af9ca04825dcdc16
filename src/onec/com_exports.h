/* com_exports.h - what COM and regsvr32 call in this DLL; zvon-1c.def exports them without
 * the decoration of stdcall. */
#ifndef ZV_ONEC_COM_EXPORTS_H
#define ZV_ONEC_COM_EXPORTS_H

#include "onec/com_abi.h"

HRESULT STDMETHODCALLTYPE DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT STDMETHODCALLTYPE DllCanUnloadNow(void);

/* For all users of the machine: needs the administrator. */
HRESULT STDMETHODCALLTYPE DllRegisterServer(void);
HRESULT STDMETHODCALLTYPE DllUnregisterServer(void);
/* regsvr32 /n /i:user: for this user only; 1C tries it first. Without "user": the machine. */
HRESULT STDMETHODCALLTYPE DllInstall(BOOL is_install, LPCWSTR command_line);

#endif
