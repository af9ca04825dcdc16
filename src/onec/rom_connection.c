/* The network thread's side: from packets to events of the script. */
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "base/utf.h"
#include "io/clock.h"
#include "onec/link_raw.h"
#include "onec/rom.h"

/* ---- events --------------------------------------------------------------------------------- */

static void
tell(struct zv_rom *r, const char *name, struct zv_str data)
{
	zv_component_event(r->component, zvon_str(r->kind->source), zvon_str(name),
			   data);
}

/* The expression took too much too often: from now on nothing passes. */
static void
tell_off(struct zv_rom *r)
{
	bool russian = zv_component_is_russian(r->component);
	struct zv_error err = { 0 };

	r->filter.is_off = true;
	zv_fail(&err, ZV_ETOOBIG,
		russian ? "фильтр выключен, события не передаются: регулярное "
			  "выражение слишком сложно для этих событий (%d раз за "
			  "минуту); упростите его и установите снова"
			: "the filter is off and no events pass: the regular "
			  "expression "
			  "is too complex for these events (%d times in a minute); "
			  "simplify it and set it again",
		ZV_FILTER_MAX_HITS);
	zv_component_set_error(r->component, &err);
	zv_component_event(r->component, ZV_STR("zvon"), ZV_STR("filter.off"),
			   zvon_str(err.text));
}

static struct zv_str
first_line(struct zv_str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '\r' && text.p[n] != '\n')
		n++;
	return (struct zv_str){ text.p,
				zv_utf8_cut((struct zv_str){ text.p, n }, 100) };
}

static void
note_filtered(struct zv_rom *r, enum zv_filter_verdict verdict, struct zv_str text)
{
	struct zv_str line = first_line(text);

	zv_component_lock(r->component);
	r->n_filtered++;
	snprintf(r->reason, sizeof r->reason, "%s: %.*s",
		 zvon_filter_verdict_name(verdict), ZV_ARG(line));
	zv_component_unlock(r->component);
}

static bool
passes(struct zv_rom *r, struct zv_str text)
{
	enum zv_filter_verdict verdict =
		zv_rom_filter_judge(&r->filter, r->kind, text, zv_clock_ms());

	if (r->filter.filter && !r->filter.is_off &&
	    zvon_filter_is_off(r->filter.filter))
		tell_off(r);
	if (verdict != ZV_FILTER_PASSES)
		note_filtered(r, verdict, text);
	return verdict == ZV_FILTER_PASSES;
}

static void
tell_received(struct zv_rom *r, struct zv_str text)
{
	if (passes(r, text))
		tell(r, r->kind->received, text);
}

/* ---- held until somebody listens ---------------------------------------------------------------- */

/* The first ones stay: the answer of the login is among them. */
static void
hold(struct zv_rom *r, struct zv_str text)
{
	struct zv_str size = { (const char *)&text.n, sizeof text.n };

	if (r->held.n + size.n + text.n <= ZV_ROM_HELD_MAX &&
	    zv_buf_reserve(&r->held, size.n + text.n) == 0) {
		zv_buf_add(&r->held, size);
		zv_buf_add(&r->held, text);
		return;
	}
	r->held.failed = false;
	zv_component_lock(r->component);
	r->n_forgotten++;
	zv_component_unlock(r->component);
}

static void
tell_held(struct zv_rom *r)
{
	struct zv_str rest = zv_buf_str(&r->held);

	while (rest.n) {
		size_t n;

		memcpy(&n, rest.p, sizeof n);
		tell_received(r, (struct zv_str){ rest.p + sizeof n, n });
		rest = zv_str_from(rest, sizeof n + n);
	}
	zv_buf_deinit(&r->held);
}

/* is_listening is written by this thread alone. */
static void
show(struct zv_rom *r, struct zv_str text)
{
	if (r->is_listening)
		tell_received(r, text);
	else if (r->holds)
		hold(r, text);
}

/* ---- packets -------------------------------------------------------------------------------------- */

/* With the empty line that closed it, as C2 gave it; NUL is no character of a text of 1C. */
static void
show_packet(struct zv_rom *r, const struct zv_packet *p)
{
	struct zv_str text = p->text;

	while (text.n && (text.p[text.n - 1] == '\r' || text.p[text.n - 1] == '\n'))
		text.n--;
	zv_buf_clear(&r->shown);
	zv_buf_add(&r->shown, text);
	zv_buf_add(&r->shown, ZV_STR("\r\n\r\n"));
	if (zv_buf_failed(&r->shown))
		return;
	for (char *nul = r->shown.p;
	     (nul = memchr(nul, 0, r->shown.n - (size_t)(nul - r->shown.p)));)
		*nul = '?';
	show(r, zv_buf_str(&r->shown));
}

/* Beside new events: those that AMI 1.x alone has. Hangup, Newstate and others have one
 * name in both, and the new one has all the fields of the old one. */
static bool
is_old_only(const struct zv_packet *old, const struct zv_packet *sent)
{
	return old != sent && old->kind == ZV_PACKET_EVENT &&
	       !zvon_legacy_name_of(old->name);
}

static void
show_legacy(struct zv_rom *r, const struct zv_packet *sent)
{
	const struct zv_packet *old;

	if (r->keeps_native)
		show_packet(r, sent);
	if (zvon_legacy_feed(r->legacy, sent) < 0)
		return;
	while (zvon_legacy_next(r->legacy, &old))
		if (!r->keeps_native || is_old_only(old, sent))
			show_packet(r, old);
}

static void
count_received(struct zv_rom *r)
{
	zv_component_lock(r->component);
	r->n_received++;
	zv_component_unlock(r->component);
}

static void
on_packet(void *user, const struct zv_packet *packet)
{
	struct zv_rom *r = user;

	count_received(r);
	if (r->legacy)
		show_legacy(r, packet);
	else
		show_packet(r, packet);
}

static void
on_answer(void *user, struct zv_str text)
{
	struct zv_rom *r = user;

	count_received(r);
	show(r, text);
}

/* ---- the connection ----------------------------------------------------------------------------------- */

static void
set_connected(struct zv_rom *r, bool is_connected)
{
	zv_component_lock(r->component);
	r->is_connected = is_connected;
	zv_component_unlock(r->component);
}

static void
on_up(void *user)
{
	struct zv_rom *r = user;
	struct zv_str data = zvon_str(r->place);

	set_connected(r, true);
	if (!r->kind->judges_connect || passes(r, data))
		tell(r, r->kind->connected, data);
}

static void
say_lost(struct zv_rom *r, const struct zv_error *why)
{
	struct zv_error err = { 0 };

	zv_fail(&err, why->code,
		!zv_component_is_russian(r->component) ? "%s"
		: why->code == ZV_ECLOSED ? "соединение закрыто сервером (%s)"
					  : "соединение потеряно: %s",
		why->text);
	zv_component_set_error(r->component, &err);
}

static void
on_down(void *user, bool was_up, const struct zv_error *why)
{
	struct zv_rom *r = user;

	set_connected(r, false);
	if (was_up) {
		say_lost(r, why);
		tell(r, r->kind->disconnected, zvon_str(r->kind->disconnected_data));
	}
	r->link = NULL;
	zv_component_set_link(r->component, NULL);
}

/* ---- what is asked ------------------------------------------------------------------------------------------ */

static void
drop_link(struct zv_rom *r)
{
	r->link = NULL;
	zv_component_set_link(r->component, NULL);
	set_connected(r, false);
}

static int
begin(struct zv_rom *r, const struct zv_rom_target *t)
{
	drop_link(r);
	if (r->kind->tells_port)
		snprintf(r->place, sizeof r->place, "Server:%s Port:%d", t->host,
			 t->port);
	else
		snprintf(r->place, sizeof r->place, "%s", t->host);
	zv_buf_deinit(&r->held);
	r->holds = !r->is_listening;
	zvon_legacy_free(r->legacy);
	r->legacy = NULL;
	r->keeps_native = t->view == ZV_ROM_BOTH;
	if (t->view == ZV_ROM_NATIVE)
		return 0;
	r->legacy = zvon_legacy_new(NULL);
	return r->legacy ? 0 : ZV_ENOMEM;
}

void
zv_rom_do_connect(struct zv_component *c, struct zv_ask *ask)
{
	static const struct zv_link_raw_handlers handlers = {
		.on_up = on_up,
		.on_packet = on_packet,
		.on_answer = on_answer,
		.on_down = on_down,
	};
	struct zv_rom *r = zv_component_own(c);
	const struct zv_rom_target *t = ask->data;
	const struct zv_link_raw_options options = {
		.host = t->host,
		.port = t->port,
		.tls = t->tls,
		.connect_timeout_ms = t->timeout_ms,
	};
	struct zv_error err = { 0 };

	if (begin(r, t) < 0)
		zv_fail_nomem(&err);
	else
		r->link = zv_link_raw_new(&options, ask, &handlers, r, &err);
	if (r->link)
		zv_component_set_link(c, r->link);
	else
		zv_ask_fail(ask, &err);
}

/* The script was told that there is no connection: so there is none. */
void
zv_rom_on_late_connect(struct zv_component *c, struct zv_ask *ask)
{
	if (ask->status == 0)
		drop_link(zv_component_own(c));
}

void
zv_rom_do_disconnect(struct zv_component *c, struct zv_ask *ask)
{
	drop_link(zv_component_own(c));
	zv_ask_answer(ask, 0);
}

void
zv_rom_do_send(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_rom *r = zv_component_own(c);
	struct zv_error err = { 0 };
	int rc = r->link ? zv_link_raw_send(r->link, zv_buf_str(&ask->in), &err)
			 : zv_fail(&err, ZV_ECLOSED, "not connected");

	if (rc < 0)
		zv_ask_fail(ask, &err);
	else
		zv_ask_answer(ask, 0);
}

void
zv_rom_do_listen(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_rom *r = zv_component_own(c);

	zv_component_lock(c);
	r->is_listening = ask->number;
	zv_component_unlock(c);
	r->holds = false;
	if (r->is_listening)
		tell_held(r);
	else
		zv_buf_deinit(&r->held);
	zv_ask_answer(ask, 0);
}

static void
copy_text(struct zv_buf *to, struct zv_str text)
{
	zv_buf_clear(to);
	zv_buf_add(to, text);
}

void
zv_rom_do_filter(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_rom *r = zv_component_own(c);
	struct zv_error err = { 0 };

	if (zv_rom_filter_set(&r->filter, r->kind, ask->number, zv_buf_str(&ask->in),
			      &err) < 0) {
		zv_ask_fail(ask, &err);
		return;
	}
	zv_component_lock(c);
	copy_text(ask->number ? &r->regex : &r->text, zv_buf_str(&ask->in));
	r->reason[0] = '\0';
	zv_component_unlock(c);
	zv_ask_answer(ask, 0);
}
