#include "audio/sound.h"

#include "audio/g711.h"
#include "audio/gsm.h"
#include "audio/wav.h"
#include "base/err.h"

/* How each coding is cut into blocks. A GSM frame leans on those before it; that fades, so a
 * block is begun some frames early, the same ones each time, and its samples never depend on
 * where somebody began to listen. (Seen over speech and noise: the tests tell how near it
 * comes to a decoding in one go.) */
static const struct coding {
	size_t bytes, samples; /* of a unit */
	size_t units;	       /* in a block */
	size_t run_up;	       /* units before it */
} codings[ZV_AUDIO_CODINGS] = {
	[ZV_AUDIO_PCM8] = { 1, 1, 16384, 0 },
	[ZV_AUDIO_PCM16] = { 2, 1, 8192, 0 },
	[ZV_AUDIO_ULAW] = { 1, 1, 16384, 0 },
	[ZV_AUDIO_ALAW] = { 1, 1, 16384, 0 },
	[ZV_AUDIO_GSM] = { ZV_GSM_FRAME, ZV_GSM_SAMPLES, 250, 50 },
	[ZV_AUDIO_WAV49] = { ZV_GSM_PAIR, ZV_GSM_PAIR_SAMPLES, 125, 25 },
};

/* ---- what is in the file ----------------------------------------------------------------- */

static enum zv_audio_coding
coding_of_wav(const struct zv_wav *w)
{
	static const struct {
		unsigned format, bits;
		enum zv_audio_coding coding;
	} rows[] = {
		{ ZV_WAV_PCM, 16, ZV_AUDIO_PCM16 }, { ZV_WAV_PCM, 8, ZV_AUDIO_PCM8 },
		{ ZV_WAV_ALAW, 8, ZV_AUDIO_ALAW },  { ZV_WAV_ULAW, 8, ZV_AUDIO_ULAW },
		{ ZV_WAV_GSM, 0, ZV_AUDIO_WAV49 },
	};

	if (w->channels < 1 || w->channels > ZV_SOUND_CHANNELS || w->rate < 1 ||
	    w->rate > ZV_SOUND_RATE_MAX)
		return ZV_AUDIO_OTHER;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].format == w->format && rows[i].bits == w->bits)
			return rows[i].coding;
	return ZV_AUDIO_OTHER;
}

static int
read_wav(struct zv_str head, uint64_t file_bytes, struct zv_sound *s,
	 struct zv_error *err)
{
	struct zv_wav wav;
	int rc = zv_wav_read(head, &wav, err);
	uint64_t there;

	if (rc < 0)
		return rc;
	s->coding = coding_of_wav(&wav);
	if (s->coding == ZV_AUDIO_OTHER)
		return 0;
	if (s->coding == ZV_AUDIO_WAV49 && wav.channels != 1) {
		s->coding = ZV_AUDIO_OTHER;
		return 0;
	}
	s->rate = (int)wav.rate;
	s->channels = (int)wav.channels;
	s->at = wav.data_at;
	there = file_bytes > s->at ? file_bytes - s->at : 0;
	s->is_wav_file = s->coding == ZV_AUDIO_PCM16 && wav.data_bytes <= there &&
			 (wav.data_bytes > 0 || there == 0);
	s->bytes = wav.data_bytes && wav.data_bytes < there ? wav.data_bytes : there;
	return 0;
}

int
zv_sound_of(const struct zv_audio_kind *kind, struct zv_str head, uint64_t file_bytes,
	    struct zv_sound *out, struct zv_error *err)
{
	const struct coding *coding;
	uint64_t units;

	*out = (struct zv_sound){ .coding = kind->coding };
	if (kind->coding == ZV_AUDIO_WAV) {
		int rc = read_wav(head, file_bytes, out, err);

		if (rc < 0)
			return rc;
	} else if (kind->coding != ZV_AUDIO_OTHER) {
		out->rate = kind->rate;
		out->channels = 1;
		out->bytes = file_bytes;
	}
	if (out->coding == ZV_AUDIO_OTHER)
		return 0;
	coding = &codings[out->coding];
	units = out->bytes / coding->bytes;
	units -= units % (unsigned)out->channels;
	out->bytes = units * coding->bytes;
	out->pcm_bytes = units * coding->samples * 2;
	if (units > ZV_SOUND_WAV_MAX ||
	    out->pcm_bytes > ZV_SOUND_WAV_MAX - ZV_SOUND_WAV_HEAD)
		return zv_fail(err, ZV_ETOOBIG, "it is longer than a WAV can be");
	return 0;
}

/* ---- the WAV that it becomes --------------------------------------------------------------- */

uint64_t
zv_sound_wav_bytes(const struct zv_sound *s)
{
	return ZV_SOUND_WAV_HEAD + s->pcm_bytes;
}

int64_t
zv_sound_ms(const struct zv_sound *s)
{
	uint64_t a_second = (uint64_t)s->rate * (unsigned)s->channels * 2;

	return a_second ? (int64_t)(s->pcm_bytes * 1000 / a_second) : 0;
}

static unsigned char *
put(unsigned char *p, size_t n, uint32_t value)
{
	for (; n; n--, value >>= 8)
		*p++ = (unsigned char)value;
	return p;
}

static unsigned char *
put_word(unsigned char *p, const char word[4])
{
	memcpy(p, word, 4);
	return p + 4;
}

void
zv_sound_write_head(const struct zv_sound *s, unsigned char out[ZV_SOUND_WAV_HEAD])
{
	uint32_t align = (uint32_t)s->channels * 2, rate = (uint32_t)s->rate;
	unsigned char *p = put_word(out, "RIFF");

	p = put(p, 4, (uint32_t)(ZV_SOUND_WAV_HEAD - 8 + s->pcm_bytes));
	p = put_word(p, "WAVE");
	p = put_word(p, "fmt ");
	p = put(p, 4, 16);
	p = put(p, 2, ZV_WAV_PCM);
	p = put(p, 2, (uint32_t)s->channels);
	p = put(p, 4, rate);
	p = put(p, 4, rate * align);
	p = put(p, 2, align);
	p = put(p, 2, 16);
	p = put_word(p, "data");
	put(p, 4, (uint32_t)s->pcm_bytes);
}

/* ---- blocks -------------------------------------------------------------------------------- */

void
zv_sound_block_of(const struct zv_sound *s, uint64_t pcm_at, struct zv_sound_block *out)
{
	const struct coding *c = &codings[s->coding];
	uint64_t all = s->bytes / c->bytes;
	uint64_t first = pcm_at / (c->units * c->samples * 2) * c->units;
	uint64_t n = all - first < c->units ? all - first : c->units;

	out->run_up = first < c->run_up ? (size_t)first : c->run_up;
	out->at = s->at + (first - out->run_up) * c->bytes;
	out->n = (size_t)(n + out->run_up) * c->bytes;
	out->pcm_at = first * c->samples * 2;
	out->pcm_n = (size_t)n * c->samples * 2;
}

int
zv_sound_decode(const struct zv_sound *s, const struct zv_sound_block *block,
		const unsigned char *source, int16_t *out)
{
	const struct coding *c = &codings[s->coding];
	size_t n = block->n / c->bytes;

	if (s->coding == ZV_AUDIO_GSM || s->coding == ZV_AUDIO_WAV49)
		return zv_gsm_decode(source, n, block->run_up,
				     s->coding == ZV_AUDIO_WAV49, out);
	for (size_t i = 0; i < n; i++) {
		if (s->coding == ZV_AUDIO_ULAW)
			out[i] = zv_g711_ulaw(source[i]);
		else if (s->coding == ZV_AUDIO_ALAW)
			out[i] = zv_g711_alaw(source[i]);
		else if (s->coding == ZV_AUDIO_PCM8)
			out[i] = (int16_t)((source[i] - 128) * 256);
		else
			out[i] = (int16_t)(uint16_t)(source[2 * i] | source[2 * i + 1]
									     << 8);
	}
	return 0;
}
