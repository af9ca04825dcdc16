/* com_events_rig.c - com_events.c alone, with a host that does in ExternalEvent what scripts
 * do: comes back, forgets, ends, opens windows. A program for Windows; prints a line for each
 * part, "N failed" at the end. */
#include "onec/com_events.h"

#include <process.h>
#include <stdio.h>
#include <string.h>

#include "onec/com_module.h"

static int failed;

#define CHECK(what)                                                                    \
 do {                                                                                  \
  if (!(what)) {                                                                       \
   printf("FAILED line %d: %s\n", __LINE__, #what);                                    \
   failed++;                                                                           \
  }                                                                                    \
 } while (0)

/* ---- the host ------------------------------------------------------------------------------- */

struct host {
	struct zv_com_async_event face;
	LONG references;
	struct zv_com_events *events;
	void (*in_event)(struct host *h);
	int told, refuse;      /* so many are refused */
	int depth, depth_most; /* of ExternalEvent in itself */
	int last;	       /* the number that the last one had */
	bool is_mixed_up;
	DWORD thread;
};

static struct host *
of_face(struct zv_com_async_event *i)
{
	return (struct host *)i;
}

static HRESULT STDMETHODCALLTYPE
query(struct zv_com_async_event *i, REFIID iid, void **out)
{
	return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE
hold(struct zv_com_async_event *i)
{
	return (ULONG)InterlockedIncrement(&of_face(i)->references);
}

static ULONG STDMETHODCALLTYPE
release(struct zv_com_async_event *i)
{
	return (ULONG)InterlockedDecrement(&of_face(i)->references);
}

static HRESULT STDMETHODCALLTYPE
external_event(struct zv_com_async_event *i, BSTR source, BSTR name, BSTR data)
{
	struct host *h = of_face(i);
	int number = _wtoi(data);

	CHECK(GetCurrentThreadId() == h->thread);
	if (h->refuse) {
		h->refuse--;
		return E_FAIL;
	}
	h->is_mixed_up |= number != h->last + 1;
	h->last = number;
	h->told++;
	if (++h->depth > h->depth_most)
		h->depth_most = h->depth;
	if (h->in_event)
		h->in_event(h);
	h->depth--;
	return S_OK;
}

static const struct zv_com_async_event_table table = {
	.QueryInterface = query,
	.AddRef = hold,
	.Release = release,
	.ExternalEvent = external_event,
};

static void
start(struct host *h)
{
	*h = (struct host){ .face.v = &table, .references = 1, .last = -1 };
	h->thread = GetCurrentThreadId();
	h->events = zv_com_events_new(&h->face);
	CHECK(h->events);
}

static bool
put(struct host *h, int number)
{
	char data[16];

	snprintf(data, sizeof data, "%d", number);
	return zv_com_events_put(h->events, ZV_STR("rig"), ZV_STR("event"),
				 zvon_str(data));
}

static void
pump(int ms)
{
	ULONGLONG until = GetTickCount64() + (ULONGLONG)ms;
	MSG message;

	do {
		MsgWaitForMultipleObjects(0, NULL, FALSE, 5, QS_ALLINPUT);
		while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
			DispatchMessageW(&message);
	} while (GetTickCount64() < until);
}

static void
finish(struct host *h)
{
	zv_com_events_close(h->events);
	h->events = NULL;
	pump(60); /* what is still posted finds no window */
	CHECK(h->references == 1);
	CHECK(!zv_com_module_is_held());
}

/* ---- parts ---------------------------------------------------------------------------------- */

static void
refused_ones_stay_first(void)
{
	struct host h;

	start(&h);
	h.refuse = 3;
	for (int i = 0; i < 10; i++)
		CHECK(put(&h, i));
	pump(300);
	CHECK(h.told == 10 && !h.is_mixed_up && h.refuse == 0);
	finish(&h);
}

static void
list_is_bounded(void)
{
	struct host h;
	int n = 0;

	start(&h);
	while (n < 10 * ZV_COM_EVENTS && put(&h, n))
		n++;
	CHECK(n == ZV_COM_EVENTS);
	pump(200);
	CHECK(h.told == ZV_COM_EVENTS && !h.is_mixed_up);
	CHECK(put(&h, n));
	finish(&h);
}

static char large[2 * 1024 * 1024 + 1];

static void
list_is_bounded_in_bytes(void)
{
	struct host h;

	memset(large, 'x', sizeof large - 1);
	start(&h);
	/* 4 MB as UTF-16: with what stands around it more than the limit, but the first */
	CHECK(zv_com_events_put(h.events, ZV_STR("rig"), ZV_STR("e"), zvon_str(large)));
	CHECK(!zv_com_events_put(h.events, ZV_STR("rig"), ZV_STR("e"), zvon_str("1")));
	pump(50);
	for (int i = 0; i < 10; i++)
		CHECK(put(&h, i));
	finish(&h);
}

static void
pump_inside(struct host *h)
{
	if (h->told != 1)
		return;
	put(h, 5); /* and a message with it */
	pump(100);
	CHECK(h->told == 1);
}

/* A window that the script's handler opens runs a loop of messages of its own. */
static void
messages_within_an_event(void)
{
	struct host h;

	start(&h);
	h.in_event = pump_inside;
	for (int i = 0; i < 5; i++)
		put(&h, i);
	pump(200);
	CHECK(h.told == 6 && !h.is_mixed_up && h.depth_most == 1);
	finish(&h);
}

static void
forget_inside(struct host *h)
{
	if (h->told == 3)
		zv_com_events_forget(h->events);
}

static void
forgotten_within_an_event(void)
{
	struct host h;

	start(&h);
	h.in_event = forget_inside;
	for (int i = 0; i < 10; i++)
		put(&h, i);
	pump(100);
	CHECK(h.told == 3);
	put(&h, 3);
	pump(100);
	CHECK(h.told == 4);
	finish(&h);
}

static void
close_inside(struct host *h)
{
	if (h->told == 3)
		zv_com_events_close(h->events);
}

/* Done in the script's handler. */
static void
closed_within_an_event(void)
{
	struct host h;

	start(&h);
	h.in_event = close_inside;
	for (int i = 0; i < 10; i++)
		put(&h, i);
	pump(200);
	CHECK(h.told == 3 && h.references == 1);
	CHECK(!zv_com_module_is_held());
}

static void
closed_while_refused(void)
{
	struct host h;

	start(&h);
	h.refuse = 1000000;
	for (int i = 0; i < 10; i++)
		put(&h, i);
	pump(50);
	finish(&h);
	CHECK(h.told == 0);
}

struct sender {
	struct host *host;
	int n;
};

static unsigned __stdcall send_many(void *argument)
{
	struct sender *s = argument;

	for (int i = 0; i < s->n; i++)
		while (!put(s->host, i))
			Sleep(1);
	return 0;
}

static void
many_of_another_thread(void)
{
	struct host h;
	struct sender sender = { &h, 50000 };
	HANDLE thread;
	ULONGLONG begun = GetTickCount64();

	start(&h);
	thread = (HANDLE)_beginthreadex(NULL, 0, send_many, &sender, 0, NULL);
	while (h.told < sender.n && GetTickCount64() < begun + 60000)
		pump(1);
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	CHECK(h.told == sender.n && !h.is_mixed_up);
	printf("# %d events in %d ms\n", h.told, (int)(GetTickCount64() - begun));
	finish(&h);
}

static void
thousand_windows(void)
{
	struct host h;

	for (int i = 0; i < 1000; i++) {
		start(&h);
		put(&h, 0);
		zv_com_events_close(h.events);
		CHECK(h.references == 1);
	}
	CHECK(!zv_com_module_is_held());
}

/* Against COM's rules, but it must not crash; last, for the window stays. */
static unsigned __stdcall close_here(void *argument)
{
	zv_com_events_close(((struct host *)argument)->events);
	return 0;
}

static void
closed_by_another_thread(void)
{
	struct host h;
	HANDLE thread;

	start(&h);
	put(&h, 0);
	thread = (HANDLE)_beginthreadex(NULL, 0, close_here, &h, 0, NULL);
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	pump(100);
	CHECK(h.told == 0);
}

#define PART(name)                                                                     \
 {                                                                                     \
#  name, name                                                                          \
 }

int
main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		PART(refused_ones_stay_first),	 PART(list_is_bounded),
		PART(list_is_bounded_in_bytes),	 PART(messages_within_an_event),
		PART(forgotten_within_an_event), PART(closed_within_an_event),
		PART(closed_while_refused),	 PART(many_of_another_thread),
		PART(thousand_windows),		 PART(closed_by_another_thread),
	};

	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		printf("# %s\n", parts[i].name);
		parts[i].run();
	}
	printf("%d parts, %d failed\n", (int)(sizeof parts / sizeof *parts), failed);
	return failed != 0;
}
