/* native_host.c - the platform's side of the Native API as the component wants it. */
#include "base/mem.h"
#include "onec/native_object.h"
#include "onec/text16.h"

/* ---- what the platform can ----------------------------------------------------------------- */

static int capabilities;

void
zv_native_set_capabilities(int level)
{
	__atomic_store_n(&capabilities, level, __ATOMIC_RELAXED);
}

int
zv_native_capabilities(void)
{
	return __atomic_load_n(&capabilities, __ATOMIC_RELAXED);
}

/* Without capabilities the table ends before get_interface. A 64-bit 8.3.14 was seen to give
 * no interface where a 32-bit one does. */
static enum zv_app
app(void *face)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;
	const struct zv_native_app_info *about;
	struct zv_native_info *info;

	if (zv_native_capabilities() < 1)
		return ZV_APP_UNKNOWN;
	info = zv_native_interface(p->table->get_interface(p, ZV_NATIVE_PLATFORM_INFO));
	about = info ? info->table->get(info) : NULL;
	return about ? (enum zv_app)about->app : ZV_APP_UNKNOWN;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* The script sees a text to its NUL: one within it would hide the rest. */
static size_t
put_text(zv_unit *out, struct zv_str text)
{
	size_t units = zv_utf16_from_8(out, text);

	if (text.n && memchr(text.p, 0, text.n))
		for (size_t i = 0; i < units; i++)
			if (!out[i])
				out[i] = 0xfffd;
	return units + 1;
}

/* Several texts as UTF-16 in one block; NULL: out of memory. */
static zv_unit *
make_texts(const struct zv_str *texts, size_t n, zv_unit **out)
{
	size_t units = 0;
	zv_unit *block;

	for (size_t i = 0; i < n; i++)
		units += texts[i].n + 1; /* never more units than bytes */
	block = zv_malloc(units * sizeof *block);
	for (size_t i = 0, at = 0; block && i < n; i++) {
		out[i] = block + at;
		at += put_text(out[i], texts[i]);
	}
	return block;
}

/* ---- calls of the platform --------------------------------------------------------------------- */

#define ERROR_KIND 1006 /* "fail"; 1007 to 1009 are dialogs, which stop a client */
#define ERROR_CODE 1	/* not 0: an exception that the script can catch */

static void
raise(void *face, struct zv_str source, struct zv_str text)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;
	const struct zv_str texts[] = { source, text };
	zv_unit *units[2], *block;

	if (!p || !(block = make_texts(texts, 2, units)))
		return;
	p->table->add_error(p, ERROR_KIND, units[0], units[1], ERROR_CODE);
	zv_free(block);
}

/* The object is not touched after the call: it may be gone. */
static bool
event(void *face, struct zv_str source, struct zv_str name, struct zv_str data)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;
	const struct zv_str texts[] = { source, name, data };
	zv_unit *units[3], *block;
	bool ok;

	if (!p || !(block = make_texts(texts, 3, units)))
		return false;
	ok = p->table->external_event(p, units[0], units[1], units[2]);
	zv_free(block);
	return ok;
}

static bool
set_event_depth(void *face, long depth)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;

	return p && p->table->set_event_depth(p, depth);
}

static long
event_depth(void *face)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;

	return p ? p->table->event_depth(p) : -1;
}

static void
forget_events(void *face)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;

	if (p)
		p->table->clean_events(p);
}

/* A platform without a window refuses. */
static bool
status(void *face, struct zv_str text)
{
	struct zv_native_platform *p = ((struct zv_native_object *)face)->platform;
	zv_unit *units, *block;
	bool ok;

	if (p && !text.n) {
		p->table->reset_status(p);
		return true;
	}
	if (!p || !(block = make_texts(&text, 1, &units)))
		return false;
	ok = p->table->set_status(p, units);
	zv_free(block);
	return ok;
}

const struct zv_host zv_native_host = {
	.event = event,
	.raise = raise,
	.set_event_depth = set_event_depth,
	.event_depth = event_depth,
	.app = app,
	.forget_events = forget_events,
	.status = status,
};
