/* com_abi.h - what 1C:Enterprise and a component of the COM kind say to each other: the
 * interfaces of the vendor's addin.idl as tables of functions, for C. All are stdcall; each
 * begins with the three of IUnknown. BOOL is Windows' own (32 bits), not VARIANT_BOOL. */
#ifndef ZV_ONEC_COM_ABI_H
#define ZV_ONEC_COM_ABI_H

#define CINTERFACE
#define COBJMACROS
#include <windows.h>
#include <ole2.h>
#include <oaidl.h>
#include <ocidl.h>
#undef interface /* Windows means `struct` by it; zvon/call.h has a member of that name */

#include <stdbool.h>
#include <stddef.h>

#define ZV_COM_UNKNOWN(self)                                                           \
 HRESULT(STDMETHODCALLTYPE *QueryInterface)(self *, REFIID, void **);                  \
 ULONG(STDMETHODCALLTYPE *AddRef)(self *);                                             \
 ULONG(STDMETHODCALLTYPE *Release)(self *)

/* The first member of each: a pointer to its table, called `v`. */
#define ZV_COM_INTERFACE(name)                                                         \
 struct name {                                                                         \
  const struct name##_table *v;                                                        \
 }

/* A slot is where the IDL has it: a member more or less is found at once. */
#define ZV_COM_SLOT(name, member, slot)                                                \
 _Static_assert(offsetof(struct name##_table, member) == (slot) * sizeof(void *),      \
		#member)

/* ---- the component's ------------------------------------------------------------------- */

ZV_COM_INTERFACE(zv_com_init_done);
struct zv_com_init_done_table {
	ZV_COM_UNKNOWN(struct zv_com_init_done);
	HRESULT(STDMETHODCALLTYPE *Init)
	(struct zv_com_init_done *, IDispatch *connection);
	HRESULT(STDMETHODCALLTYPE *Done)(struct zv_com_init_done *);
	HRESULT(STDMETHODCALLTYPE *GetInfo)
	(struct zv_com_init_done *, SAFEARRAY **info);
};
ZV_COM_SLOT(zv_com_init_done, GetInfo, 5);

ZV_COM_INTERFACE(zv_com_language);
struct zv_com_language_table {
	ZV_COM_UNKNOWN(struct zv_com_language);
	HRESULT(STDMETHODCALLTYPE *RegisterExtensionAs)
	(struct zv_com_language *, BSTR *);
	HRESULT(STDMETHODCALLTYPE *GetNProps)(struct zv_com_language *, long *);
	HRESULT(STDMETHODCALLTYPE *FindProp)(struct zv_com_language *, BSTR, long *);
	HRESULT(STDMETHODCALLTYPE *GetPropName)
	(struct zv_com_language *, long, long alias, BSTR *);
	HRESULT(STDMETHODCALLTYPE *GetPropVal)
	(struct zv_com_language *, long, VARIANT *);
	HRESULT(STDMETHODCALLTYPE *SetPropVal)
	(struct zv_com_language *, long, VARIANT *);
	HRESULT(STDMETHODCALLTYPE *IsPropReadable)
	(struct zv_com_language *, long, BOOL *);
	HRESULT(STDMETHODCALLTYPE *IsPropWritable)
	(struct zv_com_language *, long, BOOL *);
	HRESULT(STDMETHODCALLTYPE *GetNMethods)(struct zv_com_language *, long *);
	HRESULT(STDMETHODCALLTYPE *FindMethod)(struct zv_com_language *, BSTR, long *);
	HRESULT(STDMETHODCALLTYPE *GetMethodName)
	(struct zv_com_language *, long, long alias, BSTR *);
	HRESULT(STDMETHODCALLTYPE *GetNParams)(struct zv_com_language *, long, long *);
	HRESULT(STDMETHODCALLTYPE *GetParamDefValue)
	(struct zv_com_language *, long, long parameter, VARIANT *);
	HRESULT(STDMETHODCALLTYPE *HasRetVal)(struct zv_com_language *, long, BOOL *);
	HRESULT(STDMETHODCALLTYPE *CallAsProc)
	(struct zv_com_language *, long, SAFEARRAY **);
	HRESULT(STDMETHODCALLTYPE *CallAsFunc)
	(struct zv_com_language *, long, VARIANT *result, SAFEARRAY **);
};
ZV_COM_SLOT(zv_com_language, SetPropVal, 8);
ZV_COM_SLOT(zv_com_language, CallAsFunc, 18);

/* 8.x asks for it; 7.7 knows none. */
ZV_COM_INTERFACE(zv_com_locale);
struct zv_com_locale_table {
	ZV_COM_UNKNOWN(struct zv_com_locale);
	HRESULT(STDMETHODCALLTYPE *SetLocale)(struct zv_com_locale *, BSTR);
};
ZV_COM_SLOT(zv_com_locale, SetLocale, 3);

/* ---- the host's: what the connection given to Init answers to -------------------------- */

ZV_COM_INTERFACE(zv_com_error_log);
struct zv_com_error_log_table {
	ZV_COM_UNKNOWN(struct zv_com_error_log);
	HRESULT(STDMETHODCALLTYPE *AddError)
	(struct zv_com_error_log *, LPCOLESTR name, EXCEPINFO *);
};
ZV_COM_SLOT(zv_com_error_log, AddError, 3);

ZV_COM_INTERFACE(zv_com_async_event);
struct zv_com_async_event_table {
	ZV_COM_UNKNOWN(struct zv_com_async_event);
	HRESULT(STDMETHODCALLTYPE *SetEventBufferDepth)
	(struct zv_com_async_event *, long);
	HRESULT(STDMETHODCALLTYPE *GetEventBufferDepth)
	(struct zv_com_async_event *, long *);
	HRESULT(STDMETHODCALLTYPE *ExternalEvent)
	(struct zv_com_async_event *, BSTR source, BSTR name, BSTR data);
	HRESULT(STDMETHODCALLTYPE *CleanBuffer)(struct zv_com_async_event *);
};
ZV_COM_SLOT(zv_com_async_event, CleanBuffer, 6);

ZV_COM_INTERFACE(zv_com_status_line);
struct zv_com_status_line_table {
	ZV_COM_UNKNOWN(struct zv_com_status_line);
	HRESULT(STDMETHODCALLTYPE *SetStatusLine)(struct zv_com_status_line *, BSTR);
	HRESULT(STDMETHODCALLTYPE *ResetStatusLine)(struct zv_com_status_line *);
};
ZV_COM_SLOT(zv_com_status_line, ResetStatusLine, 4);

/* IPropertyBag, and one more. */
ZV_COM_INTERFACE(zv_com_profile);
struct zv_com_profile_table {
	ZV_COM_UNKNOWN(struct zv_com_profile);
	HRESULT(STDMETHODCALLTYPE *Read)
	(struct zv_com_profile *, LPCOLESTR, VARIANT *, struct zv_com_error_log *);
	HRESULT(STDMETHODCALLTYPE *Write)
	(struct zv_com_profile *, LPCOLESTR, VARIANT *);
	HRESULT(STDMETHODCALLTYPE *RegisterProfileAs)(struct zv_com_profile *, BSTR);
};
ZV_COM_SLOT(zv_com_profile, RegisterProfileAs, 5);

struct zv_com_app {
	BSTR version, user_agent;
	int app; /* as enum zv_app */
};

/* 8.x only. */
ZV_COM_INTERFACE(zv_com_platform);
struct zv_com_platform_table {
	ZV_COM_UNKNOWN(struct zv_com_platform);
	/* Whose the texts are nobody says: they are not freed. */
	HRESULT(STDMETHODCALLTYPE *GetPlatformInfo)
	(struct zv_com_platform *, struct zv_com_app **);
};
ZV_COM_SLOT(zv_com_platform, GetPlatformInfo, 3);

/* ---- their names ------------------------------------------------------------------------ */

extern const IID zv_iid_unknown, zv_iid_class_factory;
extern const IID zv_iid_init_done, zv_iid_language, zv_iid_locale;
extern const IID zv_iid_error_log, zv_iid_async_event, zv_iid_status_line,
	zv_iid_profile, zv_iid_platform;

#define ZV_COM_TECHNOLOGY 2000 /* GetInfo: technology 2.0 */

#endif
