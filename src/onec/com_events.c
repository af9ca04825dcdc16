#include "onec/com_events.h"

#include <stdio.h>

#include "base/list.h"
#include "base/mem.h"
#include "onec/com_module.h"
#include "onec/com_variant.h"
#include "onec/pin.h"

#define WM_EVENTS (WM_APP + 1) /* there are some */
#define RETRY	  1	       /* the timer's number */

struct event {
	struct zv_node node;
	BSTR source, name, data;
	size_t bytes;
};

struct zv_com_events {
	CRITICAL_SECTION lock;
	struct zv_node waiting; /* lock */
	size_t n, bytes;	/* lock */
	bool is_posted;		/* lock: a message is on its way */

	/* The host's thread only. */
	struct zv_com_async_event *host;
	HWND window;
	ATOM class;
	bool is_telling; /* inside ExternalEvent */
	bool is_refused; /* the timer runs */
	bool is_closed;
	bool is_forgotten; /* all of before this moment, the one being told as well */
};

/* ---- one event --------------------------------------------------------------------------- */

static void
free_event(struct event *ev)
{
	if (!ev)
		return;
	SysFreeString(ev->source);
	SysFreeString(ev->name);
	SysFreeString(ev->data);
	zv_free(ev);
}

static struct event *
new_event(struct zv_str source, struct zv_str name, struct zv_str data)
{
	struct event *ev = zv_calloc(1, sizeof *ev);

	if (!ev)
		return NULL;
	ev->source = zv_com_bstr_shown(source);
	ev->name = zv_com_bstr_shown(name);
	ev->data = zv_com_bstr_shown(data);
	ev->bytes = sizeof *ev + 2 * (source.n + name.n + data.n);
	if (ev->source && ev->name && ev->data)
		return ev;
	free_event(ev);
	return NULL;
}

/* ---- the list ---------------------------------------------------------------------------- */

static bool
has_room(const struct zv_com_events *e, const struct event *ev)
{
	return e->n == 0 ||
	       (e->n < ZV_COM_EVENTS && e->bytes + ev->bytes <= ZV_COM_EVENTS_BYTES);
}

/* The window hears of it once, however many there are. Posting never waits; it fails when
 * the thread has 10,000 messages to read. */
static bool
wake(struct zv_com_events *e)
{
	if (!e->is_posted)
		e->is_posted = PostMessageW(e->window, WM_EVENTS, 0, 0);
	return e->is_posted;
}

static bool
append(struct zv_com_events *e, struct event *ev)
{
	if (!has_room(e, ev) || !wake(e))
		return false;
	zv_list_append(&e->waiting, &ev->node);
	e->n++;
	e->bytes += ev->bytes;
	return true;
}

bool
zv_com_events_put(struct zv_com_events *e, struct zv_str source, struct zv_str name,
		  struct zv_str data)
{
	struct event *ev = new_event(source, name, data);
	bool ok;

	if (!ev)
		return false;
	EnterCriticalSection(&e->lock);
	ok = append(e, ev);
	LeaveCriticalSection(&e->lock);
	if (!ok)
		free_event(ev);
	return ok;
}

static struct event *
take_first(struct zv_com_events *e)
{
	struct zv_node *node;
	struct event *ev = NULL;

	EnterCriticalSection(&e->lock);
	node = zv_list_first(&e->waiting);
	if (node) {
		ev = ZV_OWNER(node, struct event, node);
		zv_list_remove(node);
		e->n--;
		e->bytes -= ev->bytes;
	}
	LeaveCriticalSection(&e->lock);
	return ev;
}

static void
put_back(struct zv_com_events *e, struct event *ev)
{
	EnterCriticalSection(&e->lock);
	zv_list_append(e->waiting.next, &ev->node);
	e->n++;
	e->bytes += ev->bytes;
	LeaveCriticalSection(&e->lock);
}

void
zv_com_events_forget(struct zv_com_events *e)
{
	struct event *ev;

	e->is_forgotten = true;
	while ((ev = take_first(e)))
		free_event(ev);
}

/* ---- telling the host --------------------------------------------------------------------- */

static void
free_events(struct zv_com_events *e)
{
	zv_com_events_forget(e);
	DeleteCriticalSection(&e->lock);
	zv_free(e);
	zv_com_module_release();
}

/* The script's handler may run inside, and in it anything: our methods, Done, messages. */
static bool
tell(struct zv_com_events *e, struct event *ev)
{
	struct zv_com_async_event *host = e->host;
	HRESULT hr;

	e->is_forgotten = false;
	host->v->AddRef(host);
	hr = host->v->ExternalEvent(host, ev->source, ev->name, ev->data);
	host->v->Release(host);
	return SUCCEEDED(hr) || e->is_forgotten;
}

/* Whether there may be more. */
static bool
tell_first(struct zv_com_events *e)
{
	struct event *ev = take_first(e);

	if (!ev)
		return false;
	if (tell(e, ev)) {
		free_event(ev);
		return true;
	}
	put_back(e, ev);
	e->is_refused = SetTimer(e->window, RETRY, ZV_COM_RETRY_MS, NULL) != 0;
	return false;
}

static void
wake_again(struct zv_com_events *e)
{
	EnterCriticalSection(&e->lock);
	if (e->n)
		wake(e);
	LeaveCriticalSection(&e->lock);
}

static void
tell_all(struct zv_com_events *e)
{
	bool more = true;

	if (e->is_telling || e->is_refused)
		return;
	e->is_telling = true;
	for (int i = 0; more && i < ZV_COM_EVENTS_TURN && !e->is_closed; i++)
		more = tell_first(e);
	e->is_telling = false;
	if (e->is_closed)
		free_events(e);
	else if (more)
		wake_again(e);
}

/* ---- the window ---------------------------------------------------------------------------- */

static LRESULT CALLBACK
procedure(HWND window, UINT message, WPARAM w, LPARAM l)
{
	struct zv_com_events *e =
		(struct zv_com_events *)GetWindowLongPtrW(window, GWLP_USERDATA);

	if (!e || (message != WM_EVENTS && message != WM_TIMER))
		return DefWindowProcW(window, message, w, l);
	if (message == WM_TIMER) {
		KillTimer(window, RETRY);
		e->is_refused = false;
	} else {
		EnterCriticalSection(&e->lock);
		e->is_posted = false;
		LeaveCriticalSection(&e->lock);
	}
	tell_all(e);
	return 0;
}

static LPCWSTR
class_of(const struct zv_com_events *e)
{
	return (LPCWSTR)(ULONG_PTR)e->class;
}

/* A class of its own for each: nothing is shared, and nothing stays behind when this
 * library is unloaded. */
static bool
open_window(struct zv_com_events *e)
{
	wchar_t name[40];
	WNDCLASSEXW class = {
		.cbSize = sizeof class,
		.lpfnWndProc = procedure,
		.hInstance = zv_com_module(),
		.lpszClassName = name,
	};

	_snwprintf(name, sizeof name / sizeof *name, L"zvon-1c-%p", (void *)e);
	e->class = RegisterClassExW(&class);
	if (!e->class)
		return false;
	e->window = CreateWindowExW(0, class_of(e), NULL, 0, 0, 0, 0, 0, HWND_MESSAGE,
				    NULL, class.hInstance, NULL);
	if (!e->window) {
		UnregisterClassW(class_of(e), class.hInstance);
		return false;
	}
	SetWindowLongPtrW(e->window, GWLP_USERDATA, (LONG_PTR)e);
	return true;
}

/* A window dies on its own thread only. false: the host came by another one, against COM's
 * rules. */
static bool
close_window(struct zv_com_events *e)
{
	SetWindowLongPtrW(e->window, GWLP_USERDATA, 0);
	if (!DestroyWindow(e->window))
		return false;
	UnregisterClassW(class_of(e), zv_com_module());
	e->window = NULL;
	return true;
}

/* ---- new, close ---------------------------------------------------------------------------- */

struct zv_com_events *
zv_com_events_new(struct zv_com_async_event *host)
{
	struct zv_com_events *e = zv_calloc(1, sizeof *e);

	if (!e)
		return NULL;
	if (!open_window(e)) {
		zv_free(e);
		return NULL;
	}
	InitializeCriticalSection(&e->lock);
	zv_list_init(&e->waiting);
	e->host = host;
	host->v->AddRef(host);
	zv_com_module_hold();
	return e;
}

void
zv_com_events_close(struct zv_com_events *e)
{
	struct zv_com_async_event *host;

	if (!e)
		return;
	host = e->host;
	e->is_closed = true;
	if (!close_window(e)) {
		zv_pin_library(); /* its procedure may run: it and its data stay */
		return;
	}
	zv_com_events_forget(e);
	if (!e->is_telling)
		free_events(e);
	host->v->Release(host);
}
