#include "zvond/recording_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* ---- finding ------------------------------------------------------------------------------- */

struct search {
	const struct zv_recording_places *places;
	struct zv_recording_file *out;
	struct zv_buf root, path; /* as C strings */
	bool others;		  /* suffixes than the one that was told */
	int tries;
	int refused; /* errno of one that may not be read */
};

static int
take_if_recording(struct search *s, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size <= ZV_RECORDING_LEAST) {
		close(fd);
		return 0;
	}
	s->out->fd = fd;
	s->out->size = (uint64_t)st.st_size;
	s->out->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return 1;
}

/* What s->path names. 1: it is open. */
static int
try_file(struct search *s, size_t root)
{
	int fd;

	if (++s->tries > ZV_RECORDING_TRIES)
		return ZV_ETOOBIG;
	zv_buf_clear(&s->root);
	zv_buf_add(&s->root, s->places->roots[root]);
	fd = zv_open_beneath(zv_buf_cstr(&s->root), zv_buf_cstr(&s->path));
	if (fd >= 0)
		return take_if_recording(s, fd);
	if (errno == EACCES || errno == EIO || errno == ESTALE)
		s->refused = errno;
	return 0;
}

static int
try_with(struct search *s, size_t root, struct zv_str path, const char *suffix)
{
	int rc;

	zv_buf_clear(&s->path);
	zv_buf_add(&s->path, path);
	if (suffix)
		zv_buf_printf(&s->path, ".%s", suffix);
	if (zv_buf_failed(&s->path))
		return ZV_ENOMEM;
	rc = try_file(s, root);
	if (rc == 1)
		s->out->kind = zv_audio_kind_of(zv_buf_str(&s->path));
	return rc;
}

static int
try_candidate(void *context, size_t root, struct zv_str path)
{
	struct search *s = context;
	const struct zv_audio_kind *told = zv_audio_kind_of(path);
	struct zv_str stem = path;
	int rc = 0;

	if (!s->others)
		return told ? try_with(s, root, path, NULL) : 0;
	if (told)
		stem.n = zv_audio_suffix_at(path);
	for (size_t i = 0; i < zv_n_audio_kinds && rc == 0; i++)
		rc = try_with(s, root, stem, zv_audio_kinds[i].suffix);
	return rc;
}

/* Asterisk names files by the clock on its wall: taken for that of this machine. */
static int64_t
on_the_wall(int64_t unix_ms)
{
	time_t t = (time_t)(unix_ms / 1000);
	struct tm tm;

	return localtime_r(&t, &tm) ? (int64_t)timegm(&tm) : (int64_t)t;
}

static int
find(struct search *s, struct zv_str told, int64_t started_ms, struct zv_error *err)
{
	int64_t wall = on_the_wall(started_ms);
	int rc = zv_recording_candidates(s->places, told, wall, try_candidate, s);

	if (rc == 0) {
		s->others = true;
		rc = zv_recording_candidates(s->places, told, wall, try_candidate, s);
	}
	if (rc == 1)
		return 0;
	if (rc == ZV_ENOMEM)
		return zv_fail_nomem(err);
	if (s->refused) {
		if (err)
			err->system = s->refused;
		return zv_fail(err, ZV_EIO,
			       "the file of a recording cannot be read: %s; let the "
			       "account of zvond read it",
			       strerror(s->refused));
	}
	return zv_fail(err, ZV_ENOTFOUND,
		       "the file of this recording is not there (any more)");
}

/* ---- what it is -------------------------------------------------------------------------------- */

static int
read_whole(int fd, void *out, size_t n, uint64_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t rc = pread(fd, (char *)out + got, n - got, (off_t)(at + got));

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			break;
		got += (size_t)rc;
	}
	return (int)got;
}

static void
set_name(struct zv_recording_file *f, struct zv_str path)
{
	struct zv_str name = zv_recording_name(path);

	if (f->is_decoded)
		name.n = zv_audio_suffix_at(name);
	snprintf(f->name, sizeof f->name, "%.*s%s", ZV_ARG(name),
		 f->is_decoded ? ".wav" : "");
}

/* What cannot be decoded is given as it is. */
static void
decide_form(struct zv_recording_file *f, bool decode)
{
	char head[ZV_SOUND_HEAD_MAX];
	struct zv_str start = { head, (size_t)read_whole(f->fd, head, sizeof head, 0) };

	if (zv_sound_of(f->kind, start, f->size, &f->sound, NULL) < 0)
		f->sound = (struct zv_sound){ .coding = ZV_AUDIO_OTHER };
	f->is_decoded =
		decode && f->sound.coding != ZV_AUDIO_OTHER && !f->sound.is_wav_file;
	f->length = f->is_decoded ? zv_sound_wav_bytes(&f->sound) : f->size;
	snprintf(f->etag, sizeof f->etag, "\"%" PRIx64 "-%" PRIx64 "-%s\"", f->size,
		 (uint64_t)f->mtime_ns, f->is_decoded ? "wav" : "file");
}

int
zv_recording_open(const struct zv_recording_places *places, struct zv_str told,
		  int64_t started_ms, bool decode, struct zv_recording_file *out,
		  struct zv_error *err)
{
	struct search s = { .places = places, .out = out };
	int rc;

	*out = (struct zv_recording_file){ .fd = -1 };
	rc = find(&s, told, started_ms, err);
	if (rc == 0) {
		decide_form(out, decode);
		set_name(out, zv_buf_str(&s.path));
	}
	zv_buf_deinit(&s.root);
	zv_buf_deinit(&s.path);
	return rc;
}

void
zv_recording_close(struct zv_recording_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* ---- reading -------------------------------------------------------------------------------------- */

static int
fail_short(struct zv_error *err)
{
	return zv_fail(err, ZV_EIO,
		       "the file has become shorter, or cannot be read: %s",
		       errno ? strerror(errno) : "it ends too early");
}

int
zv_recording_samples(const struct zv_recording_file *f, uint64_t pcm_at,
		     struct zv_sound_block *block, int16_t *out, struct zv_error *err)
{
	unsigned char source[ZV_SOUND_SOURCE_MAX];

	zv_sound_block_of(&f->sound, pcm_at, block);
	errno = 0;
	if (read_whole(f->fd, source, block->n, block->at) != (int)block->n)
		return fail_short(err);
	if (zv_sound_decode(&f->sound, block, source, out) < 0)
		return zv_fail_nomem(err);
	return (int)block->pcm_n;
}

/* Samples stand in memory as in the file: little endian machines only, as Asterisk's sln. */
static int
read_decoded(const struct zv_recording_file *f, uint64_t at, unsigned char *out,
	     struct zv_error *err)
{
	struct zv_sound_block block;
	uint64_t pcm_at = at - ZV_SOUND_WAV_HEAD;
	int16_t samples[ZV_SOUND_PCM_MAX / 2];
	size_t skip;

	if (at < ZV_SOUND_WAV_HEAD) {
		unsigned char head[ZV_SOUND_WAV_HEAD];

		zv_sound_write_head(&f->sound, head);
		memcpy(out, head + at, sizeof head - at);
		return (int)(sizeof head - at);
	}
	if (zv_recording_samples(f, pcm_at, &block, samples, err) < 0)
		return err ? err->code : ZV_EIO;
	skip = (size_t)(pcm_at - block.pcm_at);
	memcpy(out, (char *)samples + skip, block.pcm_n - skip);
	return (int)(block.pcm_n - skip);
}

int
zv_recording_read(const struct zv_recording_file *f, uint64_t at, uint64_t most,
		  unsigned char out[ZV_RECORDING_PIECE], struct zv_error *err)
{
	int wanted = most < ZV_RECORDING_PIECE ? (int)most : ZV_RECORDING_PIECE;
	int n;

	if (f->is_decoded) {
		n = read_decoded(f, at, out, err);
		return n < wanted ? n : wanted;
	}
	errno = 0;
	n = read_whole(f->fd, out, (size_t)wanted, at);
	return n == wanted ? n : fail_short(err);
}
