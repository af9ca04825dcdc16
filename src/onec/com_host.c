#include "onec/com_host.h"

#include "onec/com_variant.h"

#define CODE_FAIL 1006 /* of those that 1C keeps for components; no dialog */

/* ---- errors ------------------------------------------------------------------------------ */

void
zv_com_host_raise(struct zv_com_host *h, struct zv_str source, struct zv_str text)
{
	EXCEPINFO info = {
		.wCode = CODE_FAIL,
		.bstrSource = zv_com_bstr_shown(source),
		.bstrDescription = zv_com_bstr_shown(text),
		.scode = E_FAIL,
	};

	if (h->errors)
		h->errors->v->AddError(h->errors, info.bstrSource, &info);
	SysFreeString(info.bstrSource);
	SysFreeString(info.bstrDescription);
}

static void
on_raise(void *face, struct zv_str source, struct zv_str text)
{
	zv_com_host_raise(face, source, text);
}

/* ---- events ------------------------------------------------------------------------------ */

static bool
on_event(void *face, struct zv_str source, struct zv_str name, struct zv_str data)
{
	struct zv_com_host *h = face;

	return h->events && zv_com_events_put(h->events, source, name, data);
}

static void
on_forget_events(void *face)
{
	struct zv_com_host *h = face;

	if (h->events)
		zv_com_events_forget(h->events);
	if (h->buffer)
		h->buffer->v->CleanBuffer(h->buffer);
}

static bool
on_set_event_depth(void *face, long depth)
{
	struct zv_com_host *h = face;

	return h->buffer &&
	       SUCCEEDED(h->buffer->v->SetEventBufferDepth(h->buffer, depth));
}

static long
on_event_depth(void *face)
{
	struct zv_com_host *h = face;
	long depth = -1;

	if (!h->buffer || FAILED(h->buffer->v->GetEventBufferDepth(h->buffer, &depth)))
		return -1;
	return depth;
}

/* ---- what it is ---------------------------------------------------------------------------- */

static enum zv_app
on_app(void *face)
{
	struct zv_com_host *h = face;
	struct zv_com_app *its = NULL;

	if (!h->platform ||
	    FAILED(h->platform->v->GetPlatformInfo(h->platform, &its)) || !its)
		return ZV_APP_UNKNOWN;
	return its->app >= ZV_APP_THIN && its->app <= ZV_APP_EXTERNAL
		       ? (enum zv_app)its->app
		       : ZV_APP_UNKNOWN;
}

/* ---- the status line ------------------------------------------------------------------------ */

static bool
on_status(void *face, struct zv_str text)
{
	struct zv_com_host *h = face;
	BSTR shown;
	bool ok;

	if (!h->status)
		return false;
	if (!text.n)
		return SUCCEEDED(h->status->v->ResetStatusLine(h->status));
	shown = zv_com_bstr_shown(text);
	ok = shown && SUCCEEDED(h->status->v->SetStatusLine(h->status, shown));
	SysFreeString(shown);
	return ok;
}

const struct zv_host zv_com_host = {
	.event = on_event,
	.raise = on_raise,
	.set_event_depth = on_set_event_depth,
	.event_depth = on_event_depth,
	.app = on_app,
	.forget_events = on_forget_events,
	.status = on_status,
};

/* ---- open, close --------------------------------------------------------------------------- */

static void *
ask_for(IDispatch *connection, const IID *iid)
{
	void *its = NULL;

	return SUCCEEDED(IDispatch_QueryInterface(connection, iid, &its)) ? its : NULL;
}

static void
release(void *its)
{
	if (its)
		IUnknown_Release((IUnknown *)its);
}

int
zv_com_host_open(struct zv_com_host *h, IDispatch *connection)
{
	h->errors = ask_for(connection, &zv_iid_error_log);
	h->buffer = ask_for(connection, &zv_iid_async_event);
	h->platform = ask_for(connection, &zv_iid_platform);
	h->status = ask_for(connection, &zv_iid_status_line);
	if (!h->buffer)
		return 0;
	h->events = zv_com_events_new(h->buffer);
	return h->events ? 0 : ZV_EIO;
}

void
zv_com_host_close(struct zv_com_host *h)
{
	struct zv_com_host was = *h;

	*h = (struct zv_com_host){ 0 };
	zv_com_events_close(was.events);
	release(was.status);
	release(was.platform);
	release(was.buffer);
	release(was.errors);
}
