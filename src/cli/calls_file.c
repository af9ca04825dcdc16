#include "cli/calls_file.h"

#include <string.h>

#include "base/buf.h"
#include "cli/calls_clock.h"
#include "cli/cli.h"
#include "cli/recording.h"
#include "cli/whole_file.h"
#include "office/times.h"
#include "term/reason.h"

#define FIRST_MS  1    /* of the tracker's clock: 0 means "not yet" there */
#define SETTLE_MS 1000 /* what waits at the end of the input would have had that time */

struct reading {
	struct zv_calls *calls;
	struct zv_calls_clock clock;
	struct zv_times index;
	struct zv_calls_view view;
	struct zv_out out;
	char head[32]; /* the first bytes */
	size_t n_head;
	bool begun;	  /* a packet was there */
	bool looks_right; /* one of a manager connection was */
};

static int64_t
now_of(const struct reading *r)
{
	return r->clock.now_ms + FIRST_MS;
}

static void
on_call_event(void *context, const struct zv_call_event *event)
{
	struct reading *r = context;

	zv_calls_view_event(&r->view, event, &r->out.buf);
}

static int
out_of_memory(void)
{
	zv_say_error("out of memory", "нет памяти");
	return -1;
}

/* ---- packets -------------------------------------------------------------------------- */

/* What the machine would have done by itself until then. */
static int
let_time_pass(struct reading *r, int64_t until_ms)
{
	int64_t at, last = -1;

	while ((at = zvon_calls_deadline(r->calls)) <= until_ms && at != last) {
		if (at > now_of(r))
			zv_calls_clock_set(&r->clock, at - FIRST_MS);
		if (zvon_calls_tick(r->calls, at, r->clock.unix_us) < 0)
			return -1;
		last = at;
	}
	return 0;
}

static int
on_packet(void *user, const struct zv_packet *packet)
{
	struct reading *r = user;

	zv_calls_clock_packet(&r->clock, packet);
	if (!r->begun)
		r->view.moment.start_ms = now_of(r);
	r->begun = true;
	r->looks_right |= packet->kind != ZV_PACKET_OTHER;
	if (let_time_pass(r, now_of(r)) < 0 ||
	    zvon_calls_feed(r->calls, packet, now_of(r), r->clock.unix_us) < 0)
		return out_of_memory();
	if (r->view.failed)
		return out_of_memory();
	return zv_out_more(&r->out);
}

static int
on_pause(void *user)
{
	struct reading *r = user;

	return zv_out_flush(&r->out);
}

static void
keep_head(struct reading *r, struct zv_str bytes)
{
	while (r->n_head < sizeof r->head && bytes.n) {
		r->head[r->n_head++] = bytes.p[0];
		bytes = zv_str_from(bytes, 1);
	}
}

/* Bytes that came at another time are handed out by themselves. */
static size_t
on_bytes(void *user, long long offset, struct zv_str bytes)
{
	struct reading *r = user;
	size_t until;

	keep_head(r, bytes);
	if (!r->index.n)
		return bytes.n;
	zv_calls_clock_set(&r->clock, zv_times_at(&r->index, (size_t)offset, &until));
	return until - (size_t)offset < bytes.n ? until - (size_t)offset : bytes.n;
}

/* ---- the whole ------------------------------------------------------------------------- */

/* Without it times come from the events. */
static void
read_index(struct reading *r, const char *path)
{
	struct zv_buf text = { 0 };
	struct zv_error err = { 0 };
	char why[ZV_REASON_MAX];

	if (strcmp(path, "-") == 0 || zv_file_read_beside(path, ".idx", &text) < 0)
		return;
	if (zv_times_read(&r->index, zv_buf_str(&text), &err) < 0) {
		zv_say_warning("%s: the times beside it are not used: %s",
			       "%s: времена рядом с ним не использованы: %s", path,
			       zv_reason(err.text, why));
		zv_times_deinit(&r->index);
	}
	zv_buf_deinit(&text);
}

/* How a path is called in messages. */
static const char *
shown(const char *path)
{
	if (strcmp(path, "-") != 0)
		return path;
	return zv_say_pick((struct zv_text){ "standard input", "стандартный ввод" });
}

/* A connection that never came about leaves such a file. */
static int
is_empty(const char *path)
{
	zv_say_warning("%s: nothing in there", "%s: пусто", shown(path));
	return 0;
}

/* Cut before the end of its first packet. */
static bool
is_beginning(const struct reading *r)
{
	static const struct zv_str beginnings[] = {
		ZV_STR("Asterisk Call Manager/"),
		ZV_STR("Event: "),
		ZV_STR("Response: "),
	};

	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
		struct zv_str start = beginnings[i];

		if (start.n > r->n_head)
			start.n = r->n_head;
		if (!r->begun && memcmp(r->head, start.p, start.n) == 0)
			return true;
	}
	return false;
}

static int
not_ami(const char *path)
{
	zv_say_error(
		"%s: not what an Asterisk manager sends: no packet of it is in there "
		"(`zvon capture` records such files)",
		"%s: это не данные Asterisk manager: в нём нет ни одного пакета "
		"(такие файлы пишет `zvon capture`)",
		path);
	return ZV_EXIT_PROTOCOL;
}

static int
not_there(const char *path, const char *id)
{
	zv_say_error("%s: no call %s in there, or it went on in another",
		     "%s: в нём нет звонка %s, или он продолжился в другом",
		     shown(path), id);
	return ZV_EXIT_NEGATIVE;
}

static void
end(struct reading *r)
{
	if (let_time_pass(r, now_of(r) + SETTLE_MS) < 0)
		r->view.failed = true;
	zv_calls_view_input_ends(&r->view, r->calls);
	if (r->view.wish.form != ZV_CALLS_LADDER)
		zvon_calls_end_all(r->calls, ZV_STR("end_of_input"), now_of(r),
				   r->clock.unix_us);
	zv_calls_view_end(&r->view, r->calls, &r->out.buf);
}

static int
read_all(struct reading *r, const char *path)
{
	static const struct zv_recording_handlers handlers = {
		.on_packet = on_packet,
		.on_pause = on_pause,
		.on_bytes = on_bytes,
	};
	int code = zv_recording_read(path, &handlers, r);

	if (code == 0 && r->n_head == 0)
		code = is_empty(path);
	else if (code == 0 && !r->looks_right && !is_beginning(r))
		code = not_ami(path);
	if (code == 0 || code == ZV_EXIT_PROTOCOL)
		end(r);
	if (code == 0 && r->view.failed)
		code = out_of_memory() < 0 ? ZV_EXIT_NEGATIVE : 0;
	if (code == 0 && r->view.wish.only && !r->view.shown)
		code = not_there(path, r->view.wish.only);
	return code;
}

/* "office" of "captures/office.ami". */
static struct zv_str
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct zv_str name = zvon_str(slash ? slash + 1 : path);

	if (strcmp(path, "-") == 0)
		return ZV_STR("stdin");
	if (zv_str_ends(name, ZV_STR(".ami")))
		name.n -= strlen(".ami");
	return name;
}

int
zv_calls_file(const char *path, const struct zv_calls_wish *wish,
	      const struct zv_calls_options *options)
{
	struct reading r = { 0 };
	struct zv_calls_options o = *options;
	struct zv_calls_wish w = *wish;
	int code = ZV_EXIT_NEGATIVE;

	w.server = o.server = name_of(path);
	w.at_end = true;
	o.on_event = on_call_event;
	o.context = &r;
	zv_out_init(&r.out, 0);
	zv_calls_view_init(&r.view, &w, &r.out.style);
	r.calls = zvon_calls_new(&o);
	if (r.calls) {
		read_index(&r, path);
		code = read_all(&r, path);
	} else {
		out_of_memory();
	}
	code = zv_out_finish(&r.out, code);
	zvon_calls_free(r.calls);
	zv_calls_view_deinit(&r.view);
	zv_times_deinit(&r.index);
	return code;
}
