#include "cli/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "io/clock.h"
#include "term/reason.h"
#include "zvon/parser.h"

#define PIECE	       (64 * 1024)
#define PROGRESS_BYTES (16LL * 1024 * 1024) /* smaller files are done at once */
#define PROGRESS_MS    200

struct reading {
	const char *path;
	const char *name; /* to show */
	int fd;
	long long size;	  /* 0: nobody knows */
	long long offset; /* bytes read */
	int64_t told_ms;  /* of the progress line; 0: none yet */
	bool shows_progress;
	struct zv_parser *parser;
	const struct zv_recording_handlers *handlers;
	void *user;
};

/* ---- progress -------------------------------------------------------------------- */

static void
show_progress(struct reading *r)
{
	int64_t now = r->shows_progress ? zv_clock_ms() : 0;

	if (!r->shows_progress || now - r->told_ms < PROGRESS_MS)
		return;
	r->told_ms = now;
	fprintf(stderr, "\r%3d %%  %lld / %lld MiB ", (int)(r->offset * 100 / r->size),
		r->offset >> 20, r->size >> 20);
}

static void
clear_progress(struct reading *r)
{
	if (r->told_ms)
		fputs("\r\x1b[K", stderr);
	r->told_ms = 0;
}

/* ---- reading ---------------------------------------------------------------------- */

static int
open_file(struct reading *r)
{
	struct stat st;
	char why[ZV_REASON_MAX];

	if (strcmp(r->path, "-") == 0) {
		r->name = zv_say_pick(
			(struct zv_text){ "standard input", "стандартный ввод" });
	} else {
		r->name = r->path;
		r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
	}
	if (r->fd < 0 || fstat(r->fd, &st) < 0) {
		zv_say_error("cannot open %s: %s", "не открыть %s: %s", r->path,
			     zv_file_reason(errno, why));
		return ZV_EXIT_USAGE;
	}
	if (S_ISREG(st.st_mode))
		r->size = st.st_size;
	r->shows_progress = r->size > PROGRESS_BYTES && isatty(STDERR_FILENO) &&
			    !isatty(STDOUT_FILENO);
	return 0;
}

static int
hand_out(struct reading *r)
{
	const struct zv_packet *packet;
	char why[ZV_REASON_MAX];
	int rc;

	while ((rc = zvon_parser_next(r->parser, &packet)) == 1)
		if (r->handlers->on_packet(r->user, packet) < 0)
			return ZV_EXIT_NEGATIVE;
	if (rc == 0)
		return 0;
	clear_progress(r);
	zv_say_error("%s: broken near byte %lld: %s", "%s: сбой около байта %lld: %s",
		     r->name, r->offset, zv_reason(zvon_parser_error(r->parser), why));
	return rc == ZV_ENOMEM ? ZV_EXIT_NEGATIVE : ZV_EXIT_PROTOCOL;
}

/* What was read, in pieces if the handler wants it so. */
static int
take_apart(struct reading *r, struct zv_str bytes)
{
	int code = 0;

	while (bytes.n && code == 0) {
		size_t n = bytes.n;

		if (r->handlers->on_bytes)
			n = r->handlers->on_bytes(r->user, r->offset, bytes);
		r->offset += (long long)n;
		zvon_parser_feed(r->parser, (struct zv_str){ bytes.p, n });
		code = hand_out(r);
		bytes = zv_str_from(bytes, n);
	}
	return code;
}

/* A recording of a server that was killed ends like that: no fault of the file. */
static void
tell_cut(struct reading *r)
{
	size_t pending = zvon_parser_pending(r->parser);

	if (pending)
		zv_say_warning("%s ends within a packet: the last %zu bytes, from byte "
			       "%lld on, were left out",
			       "%s обрывается внутри пакета: последние байты (%zu), с "
			       "позиции %lld, пропущены",
			       r->name, pending, r->offset - (long long)pending);
}

static int
read_failed(struct reading *r)
{
	char why[ZV_REASON_MAX];

	zv_file_reason(errno, why);
	clear_progress(r);
	zv_say_error("cannot read %s at byte %lld: %s",
		     "не прочитать %s с байта %lld: %s", r->name, r->offset, why);
	return ZV_EXIT_USAGE;
}

/* What has been read so far must not wait for more: `… | zvon parse -` is live too. */
static int
pause_if_pipe(struct reading *r)
{
	return r->size || !r->handlers->on_pause ? 0 : r->handlers->on_pause(r->user);
}

static int
read_all(struct reading *r, char *piece)
{
	int code = 0;

	while (code == 0) {
		ssize_t n = read(r->fd, piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return read_failed(r);
		if (n == 0)
			break;
		code = take_apart(r, (struct zv_str){ piece, (size_t)n });
		if (code == 0 && pause_if_pipe(r) < 0)
			code = ZV_EXIT_NEGATIVE;
		show_progress(r);
	}
	clear_progress(r);
	if (code == 0)
		tell_cut(r);
	return code;
}

int
zv_recording_read(const char *path, const struct zv_recording_handlers *handlers,
		  void *user)
{
	struct reading r = { .path = path, .handlers = handlers, .user = user };
	char *piece = zv_malloc(PIECE);
	int code = 0;

	r.parser = zvon_parser_new(NULL);
	if (!piece || !r.parser) {
		zv_say_error("out of memory", "нет памяти");
		code = ZV_EXIT_NEGATIVE;
	}
	if (code == 0)
		code = open_file(&r);
	if (code == 0)
		code = read_all(&r, piece);
	if (r.fd > STDIN_FILENO)
		close(r.fd);
	zvon_parser_free(r.parser);
	zv_free(piece);
	return code;
}
