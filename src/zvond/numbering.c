#include "zvond/numbering.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/statefile.h"

#define NAME	       "numbers"
#define STREAM_MAX     64
#define NUMBER_MAX     9007199254740991LL /* 2^53 - 1: what JSON readers can hold */
#define LINE_MAX_BYTES 160

struct zv_numbering {
	char *folder; /* NULL: nothing is kept */
	char stream[STREAM_MAX + 1];
	uint64_t first;
	bool clean;
	bool writing;	     /* between is_due and reserved; loop's thread */
	uint64_t wanted;     /* set before the worker, read by it */
	uint64_t reserved;   /* loop's thread */
	int64_t retry_at_ms; /* not before, after a failure */
	int64_t tell_at_ms;
	bool failing;
	int result; /* of the worker */
	struct zv_error why;
};

/* ---- the file: "STREAM NUMBER clean|used" -------------------------------------------- */

static int
write_file(const struct zv_numbering *n, uint64_t number, bool clean,
	   struct zv_error *err)
{
	char line[LINE_MAX_BYTES];

	if (!n->folder)
		return 0;
	snprintf(line, sizeof line, "%s %" PRIu64 " %s\n", n->stream, number,
		 clean ? "clean" : "used");
	return zv_state_write(n->folder, NAME, zvon_str(line), err);
}

static bool
parse(struct zv_numbering *n, struct zv_str text)
{
	struct zv_str rest = zv_str_trim(text), stream, number;
	long long value;

	if (!zv_str_split(&rest, ' ', &stream) || !zv_str_split(&rest, ' ', &number) ||
	    stream.n == 0 || stream.n > STREAM_MAX ||
	    zv_num_parse(number, 0, NUMBER_MAX, &value) < 0)
		return false;
	memcpy(n->stream, stream.p, stream.n);
	n->stream[stream.n] = '\0';
	n->first = (uint64_t)value + 1;
	n->clean = zvon_str_equal(rest, ZV_STR("clean"));
	return n->clean || zvon_str_equal(rest, ZV_STR("used"));
}

static void
new_stream(struct zv_numbering *n)
{
	snprintf(n->stream, sizeof n->stream, "%016" PRIx64, zv_random());
	n->first = 1;
	n->clean = false;
}

static int
read_file(struct zv_numbering *n, const struct zv_log *log, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	struct zv_error why = { 0 };
	int rc = zv_state_read(n->folder, NAME, &text, &why);

	if (rc == ZV_ENOTFOUND && why.code)
		zv_log(log, ZV_LOG_WARN, "state", "%s", why.text);
	if (rc == 0 && !parse(n, zv_buf_str(&text))) {
		zv_log(log, ZV_LOG_WARN, "state",
		       "%s/" NAME " is not understood; set aside as " NAME ".damaged",
		       n->folder);
		zv_state_set_aside(n->folder, NAME);
		new_stream(n);
	}
	zv_buf_deinit(&text);
	if (rc == 0 || rc == ZV_ENOTFOUND)
		return 0;
	return zv_fail(err, rc, "%s", why.text);
}

/* A full disk must not keep the service down after a crash: a new stream needs nothing that
 * was promised of the old one (clients get a resync), and is written when there is room. */
static bool
go_on_unwritten(struct zv_numbering *n, const struct zv_log *log,
		const struct zv_error *why)
{
	if (why->system != ENOSPC && why->system != EDQUOT)
		return false;
	new_stream(n);
	n->reserved = 0;
	n->failing = true;
	n->tell_at_ms = zv_clock_ms() + ZV_NUMBERING_TELL_MS;
	zv_log(log, ZV_LOG_WARN, "state",
	       "cannot be written, going on with a new stream: %s", why->text);
	return true;
}

struct zv_numbering *
zv_numbering_open(const char *folder, const struct zv_log *log, struct zv_error *err)
{
	struct zv_numbering *n = zv_calloc(1, sizeof *n);
	struct zv_error why = { 0 };

	if (!n) {
		zv_fail_nomem(err);
		return NULL;
	}
	new_stream(n);
	if (folder && *folder) {
		n->folder = zv_strdup(folder);
		if (!n->folder) {
			zv_fail_nomem(err);
			goto failed;
		}
		if (read_file(n, log, err) < 0)
			goto failed;
	}
	/* from here on all of these may have been used */
	n->reserved = n->first - 1 + ZV_NUMBERING_AHEAD;
	if (write_file(n, n->reserved, false, &why) < 0 &&
	    !go_on_unwritten(n, log, &why)) {
		zv_fail(err, why.code, "%s", why.text);
		goto failed;
	}
	return n;
failed:
	zv_numbering_free(n);
	return NULL;
}

void
zv_numbering_free(struct zv_numbering *n)
{
	if (n)
		zv_free(n->folder);
	zv_free(n);
}

struct zv_str
zv_numbering_stream(const struct zv_numbering *n)
{
	return zvon_str(n->stream);
}

uint64_t
zv_numbering_first(const struct zv_numbering *n)
{
	return n->first;
}

bool
zv_numbering_is_clean(const struct zv_numbering *n)
{
	return n->clean;
}

/* ---- ahead ----------------------------------------------------------------------------- */

bool
zv_numbering_is_due(struct zv_numbering *n, uint64_t last, int64_t now_ms)
{
	if (!n->folder || n->writing || last + ZV_NUMBERING_AHEAD / 2 <= n->reserved ||
	    now_ms < n->retry_at_ms)
		return false;
	n->wanted = last + ZV_NUMBERING_AHEAD;
	n->writing = true;
	return true;
}

void
zv_numbering_reserve(struct zv_numbering *n)
{
	memset(&n->why, 0, sizeof n->why);
	n->result = write_file(n, n->wanted, false, &n->why);
}

int
zv_numbering_reserved(struct zv_numbering *n, int64_t now_ms, const struct zv_log *log)
{
	n->writing = false;
	if (n->result == 0) {
		n->reserved = n->wanted;
		n->retry_at_ms = 0;
		if (n->failing)
			zv_log(log, ZV_LOG_INFO, "state", "can be written again");
		n->failing = false;
		return 0;
	}
	n->retry_at_ms = now_ms + ZV_NUMBERING_RETRY_MS;
	if (!n->failing || now_ms >= n->tell_at_ms) {
		n->tell_at_ms = now_ms + ZV_NUMBERING_TELL_MS;
		zv_log(log, ZV_LOG_WARN, "state", "cannot be written, going on: %s",
		       n->why.text);
	}
	n->failing = true;
	return n->result;
}

int
zv_numbering_stop(struct zv_numbering *n, uint64_t last, struct zv_error *err)
{
	return write_file(n, last, true, err);
}
