#include "com_connection.h"

#include "lines.h"

static const struct host_services *services;

/* ---- IUnknown, for all of them --------------------------------------------------------------- */

static HRESULT
query(struct com_connection *c, REFIID iid, void **out)
{
	const struct {
		const IID *iid;
		void *its;
	} rows[] = {
		{ &zv_iid_unknown, &c->dispatch },
		{ &IID_IDispatch, &c->dispatch },
		{ &zv_iid_error_log, &c->errors },
		{ &zv_iid_async_event, &c->events },
		{ &zv_iid_status_line, &c->status },
		{ &zv_iid_profile, &c->profile },
		{ &zv_iid_platform, &c->platform },
	};

	*out = NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (IsEqualGUID(iid, rows[i].iid))
			*out = rows[i].its;
	if (*out == &c->platform && c->is_7)
		*out = NULL;
	if (!*out)
		return E_NOINTERFACE;
	InterlockedIncrement(&c->references);
	return S_OK;
}

/* PREFIX_query, _hold, _release of an interface that is the member of that name. */
#define UNKNOWN(type, member)                                                          \
 static struct com_connection *of_##member(type *i)                                    \
 {                                                                                     \
  return (struct com_connection *)(void *)((char *)i -                                 \
					   offsetof(struct com_connection, member));   \
 }                                                                                     \
 static HRESULT STDMETHODCALLTYPE member##_query(type *i, REFIID iid, void **out)      \
 {                                                                                     \
  return query(of_##member(i), iid, out);                                              \
 }                                                                                     \
 static ULONG STDMETHODCALLTYPE member##_hold(type *i)                                 \
 {                                                                                     \
  return (ULONG)InterlockedIncrement(&of_##member(i)->references);                     \
 }                                                                                     \
 static ULONG STDMETHODCALLTYPE member##_release(type *i)                              \
 {                                                                                     \
  return (ULONG)InterlockedDecrement(&of_##member(i)->references);                     \
 }

UNKNOWN(IDispatch, dispatch)
UNKNOWN(struct zv_com_error_log, errors)
UNKNOWN(struct zv_com_async_event, events)
UNKNOWN(struct zv_com_status_line, status)
UNKNOWN(struct zv_com_profile, profile)
UNKNOWN(struct zv_com_platform, platform)

/* ---- IDispatch: AppDispatch, which is not there yet ------------------------------------------ */

static HRESULT STDMETHODCALLTYPE
dispatch_count(IDispatch *i, UINT *n)
{
	*n = 0;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE
dispatch_info(IDispatch *i, UINT which, LCID language, ITypeInfo **out)
{
	return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE
dispatch_ids(IDispatch *i, REFIID iid, LPOLESTR *names, UINT n, LCID language,
	     DISPID *out)
{
	return DISP_E_UNKNOWNNAME;
}

static HRESULT STDMETHODCALLTYPE
dispatch_invoke(IDispatch *i, DISPID id, REFIID iid, LCID language, WORD flags,
		DISPPARAMS *parameters, VARIANT *result, EXCEPINFO *info, UINT *bad)
{
	return DISP_E_MEMBERNOTFOUND;
}

static IDispatchVtbl dispatch_table = {
	dispatch_query, dispatch_hold, dispatch_release, dispatch_count,
	dispatch_info,	dispatch_ids,  dispatch_invoke,
};

/* ---- errors ------------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE
add_error(struct zv_com_error_log *i, LPCOLESTR name, EXCEPINFO *info)
{
	services->error(of_errors(i)->object, info->bstrSource, info->bstrDescription,
			info->scode);
	return S_OK;
}

static const struct zv_com_error_log_table errors_table = {
	errors_query,
	errors_hold,
	errors_release,
	add_error,
};

/* ---- events ------------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE
set_depth(struct zv_com_async_event *i, long depth)
{
	return services->set_depth(of_events(i)->object, depth) ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
get_depth(struct zv_com_async_event *i, long *out)
{
	*out = services->depth(of_events(i)->object);
	return S_OK;
}

/* 1C's things live on its own thread. */
static HRESULT STDMETHODCALLTYPE
external_event(struct zv_com_async_event *i, BSTR source, BSTR name, BSTR data)
{
	if (GetCurrentThreadId() != of_events(i)->thread)
		return RPC_E_WRONG_THREAD;
	return services->event(of_events(i)->object, source, name, data) ? S_OK
									 : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
clean_buffer(struct zv_com_async_event *i)
{
	services->clean(of_events(i)->object);
	return S_OK;
}

static const struct zv_com_async_event_table events_table = {
	events_query, events_hold,    events_release, set_depth,
	get_depth,    external_event, clean_buffer,
};

/* ---- status line --------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE
set_status(struct zv_com_status_line *i, BSTR text)
{
	return services->status(of_status(i)->object, text) ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
reset_status(struct zv_com_status_line *i)
{
	return services->status(of_status(i)->object, NULL) ? S_OK : E_FAIL;
}

static const struct zv_com_status_line_table status_table = {
	status_query, status_hold, status_release, set_status, reset_status,
};

/* ---- the settings that 1C keeps: none -------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE
profile_read(struct zv_com_profile *i, LPCOLESTR name, VARIANT *out,
	     struct zv_com_error_log *errors)
{
	return E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE
profile_write(struct zv_com_profile *i, LPCOLESTR name, VARIANT *in)
{
	return E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE
profile_register(struct zv_com_profile *i, BSTR name)
{
	return S_OK;
}

static const struct zv_com_profile_table profile_table = {
	profile_query, profile_hold,  profile_release,
	profile_read,  profile_write, profile_register,
};

/* ---- what program it is ------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE
platform_get(struct zv_com_platform *i, struct zv_com_app **out)
{
	*out = &of_platform(i)->app;
	return S_OK;
}

static const struct zv_com_platform_table platform_table = {
	platform_query,
	platform_hold,
	platform_release,
	platform_get,
};

/* ---- new ----------------------------------------------------------------------------------------------- */

struct com_connection *
com_connection_new(const struct host_services *given, struct host_object *o, int app,
		   bool is_7)
{
	static OLECHAR version[] = L"8.3.25.1394";
	struct com_connection *c = take(sizeof *c);

	services = given;
	c->dispatch.lpVtbl = &dispatch_table;
	c->errors.v = &errors_table;
	c->events.v = &events_table;
	c->status.v = &status_table;
	c->profile.v = &profile_table;
	c->platform.v = &platform_table;
	c->references = 1;
	c->thread = GetCurrentThreadId();
	c->object = o;
	c->is_7 = is_7;
	c->app.version = version;
	c->app.app = app;
	return c;
}
