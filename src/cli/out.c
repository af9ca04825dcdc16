#include "cli/out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/stop.h"
#include "term/reason.h"

#define WRITE_AT    (64 * 1024) /* gathered bytes that are worth a write */
#define PATIENCE_MS 500		/* for a reader that does not read, once we must end */
#define PIPE_ATOM   4096	/* what a pipe takes at once when poll says writable */

enum {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

static int color_wish = COLOR_AUTO;

void
zv_out_setup(int color)
{
	color_wish = color;
}

/* https://no-color.org */
static bool
wants_color(bool terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color_wish != COLOR_AUTO)
		return color_wish == COLOR_ALWAYS;
	return terminal && !(no_color && no_color[0]) &&
	       !(term && strcmp(term, "dumb") == 0);
}

void
zv_out_init(struct zv_out *o, int format)
{
	static const zv_out_format_fn formats[] = { zv_out_json, zv_out_ami,
						    zv_out_xml };
	bool terminal = isatty(STDOUT_FILENO);

	*o = (struct zv_out){
		.format = formats[format],
		.style = { .color = wants_color(terminal), .terminal = terminal },
	};
}

/* ---- writing ------------------------------------------------------------------- */

/* true: standard output can take bytes. */
static bool
wait_writable(int timeout_ms)
{
	struct pollfd fd = { STDOUT_FILENO, POLLOUT, 0 };

	return poll(&fd, 1, timeout_ms) > 0;
}

/* Bytes that may be written now. Where Ctrl-C must end us in order, no write may
 * block: its signal could come right before. 0: asked to end, and nobody reads. */
static size_t
may_write(const struct zv_out *o)
{
	size_t left = o->buf.n - o->sent;

	if (!zv_stop_is_watched())
		return left;
	while (!wait_writable(PATIENCE_MS))
		if (zv_stop_asked())
			return 0;
	return left < PIPE_ATOM ? left : PIPE_ATOM;
}

/* One write. 0: go on, 1: leave it for now, < 0: broken. */
static int
write_once(struct zv_out *o)
{
	size_t n = may_write(o);
	ssize_t written = n ? write(STDOUT_FILENO, o->buf.p + o->sent, n) : 0;

	if (n == 0)
		return 1;
	if (written >= 0) {
		o->sent += (size_t)written;
		return 0;
	}
	if (errno == EINTR)
		return 0;
	if (errno == EAGAIN ||
	    errno == EWOULDBLOCK) { /* a terminal that others share */
		wait_writable(PATIENCE_MS);
		return 0;
	}
	o->error = errno;
	return -1;
}

int
zv_out_flush(struct zv_out *o)
{
	int rc = 0;

	if (zv_buf_failed(&o->buf))
		o->error = ENOMEM;
	while (!o->error && o->sent < o->buf.n && rc == 0)
		rc = write_once(o);
	if (o->sent == o->buf.n) {
		zv_buf_clear(&o->buf);
		o->sent = 0;
	}
	return o->error ? -1 : 0;
}

int
zv_out_more(struct zv_out *o)
{
	if (o->buf.n < WRITE_AT && !zv_buf_failed(&o->buf))
		return o->error ? -1 : 0;
	return zv_out_flush(o);
}

int
zv_out_packet(struct zv_out *o, const struct zv_packet *packet)
{
	o->format(&o->buf, packet, &o->style);
	return zv_out_more(o);
}

int
zv_out_line(struct zv_out *o, struct zv_str line)
{
	if (o->style.terminal)
		zv_out_add_safe(&o->buf, line);
	else
		zv_buf_add(&o->buf, line);
	zv_buf_add_char(&o->buf, '\n');
	return zv_out_more(o);
}

int
zv_out_finish(struct zv_out *o, int code)
{
	char why[ZV_REASON_MAX];

	zv_out_flush(o);
	if (o->error == EPIPE) {
		code = ZV_EXIT_DONE;
	} else if (o->error) {
		zv_say_error("cannot write the output: %s", "не записать вывод: %s",
			     zv_file_reason(o->error, why));
		code = ZV_EXIT_NEGATIVE;
	} else if (o->buf.n) {
		zv_say_warning("stopped; %zu bytes of output were not read",
			       "остановлено; не прочитано байт вывода: %zu",
			       o->buf.n - o->sent);
	}
	zv_buf_deinit(&o->buf);
	return code;
}

/* ---- text for a terminal --------------------------------------------------------- */

/* U+0080…U+009F: terminals obey them like ESC sequences. */
static bool
is_c1(struct zv_str s)
{
	return s.n >= 2 && (unsigned char)s.p[0] == 0xc2 &&
	       (unsigned char)s.p[1] < 0xa0;
}

void
zv_out_add_safe(struct zv_buf *out, struct zv_str s)
{
	while (s.n) {
		unsigned char c = (unsigned char)s.p[0];
		size_t bad = 1, n = zv_utf8_char(s, &bad);

		if (c != '\t' && (c < 0x20 || c == 0x7f)) {
			zv_buf_add_char(out, '^');
			zv_buf_add_char(out, (char)(c ^ 0x40));
		} else if (n == 0 || is_c1(s)) {
			zv_buf_add(out, ZV_STR("\xef\xbf\xbd"));
		} else {
			zv_buf_add(out, (struct zv_str){ s.p, n });
		}
		s = zv_str_from(s, n ? n : bad);
	}
}
