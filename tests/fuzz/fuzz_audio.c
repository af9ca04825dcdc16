/* Files of recordings: their heads, and all that they become. Whatever the bytes are, a block
 * reads within the file, becomes as many samples as was told before, and the same ones when it
 * is decoded again.
 *
 * Input: which suffix (1 byte), how much longer the file is than what is seen of it (1 byte: for
 * heads that lie), the file. */
#include "audio/peaks.h"
#include "audio/sound.h"
#include "audio/wav.h"
#include "fuzz.h"

static void
check_sound(const struct zv_sound *s, uint64_t size)
{
	CHECK(s->at + s->bytes <= size);
	CHECK(s->rate > 0 && s->rate <= ZV_SOUND_RATE_MAX);
	CHECK(s->channels > 0 && s->channels <= ZV_SOUND_CHANNELS);
	CHECK(s->pcm_bytes % (2u * (unsigned)s->channels) == 0);
	CHECK(zv_sound_wav_bytes(s) <= ZV_SOUND_WAV_MAX);
	CHECK(zv_sound_ms(s) >= 0);
}

static void
decode(const struct zv_sound *s, const struct zv_sound_block *b, struct zv_str file,
       int16_t *out)
{
	char *copy = fuzz_copy((struct zv_str){ file.p + b->at, b->n });

	CHECK(zv_sound_decode(s, b, (unsigned char *)copy, out) == 0);
	free(copy);
}

static void
check_blocks(const struct zv_sound *s, struct zv_str file)
{
	static int16_t first[ZV_SOUND_PCM_MAX / 2], again[ZV_SOUND_PCM_MAX / 2];
	struct zv_sound_block b, same;
	struct zv_peak parts[3];
	struct zv_peaks peaks;

	zv_peaks_begin(&peaks, parts, 3, s->pcm_bytes / 2);
	for (uint64_t at = 0; at < s->pcm_bytes; at = b.pcm_at + b.pcm_n) {
		zv_sound_block_of(s, at, &b);
		CHECK(b.pcm_at == at && b.pcm_n > 0 && b.pcm_n <= ZV_SOUND_PCM_MAX);
		CHECK(b.n <= ZV_SOUND_SOURCE_MAX && b.at + b.n <= file.n);
		zv_sound_block_of(s, at + b.pcm_n - 1, &same);
		CHECK(same.pcm_at == at && same.at == b.at);
		decode(s, &b, file, first);
		decode(s, &same, file, again);
		CHECK(memcmp(first, again, b.pcm_n) == 0);
		zv_peaks_feed(&peaks, first, b.pcm_n / 2);
	}
	CHECK(peaks.seen == s->pcm_bytes / 2);
	for (size_t i = 0; i < 3; i++)
		CHECK(parts[i].low <= parts[i].high);
}

/* What we tell of it is read again as the same. */
static void
check_head(const struct zv_sound *s)
{
	unsigned char head[ZV_SOUND_WAV_HEAD];
	struct zv_wav wav;

	zv_sound_write_head(s, head);
	CHECK(zv_wav_read((struct zv_str){ (char *)head, sizeof head }, &wav, NULL) ==
	      0);
	CHECK(wav.format == ZV_WAV_PCM && wav.bits == 16);
	CHECK(wav.data_at == ZV_SOUND_WAV_HEAD && wav.data_bytes == s->pcm_bytes);
	CHECK((int)wav.rate == s->rate && (int)wav.channels == s->channels);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	const struct zv_audio_kind *kind =
		&zv_audio_kinds[fuzz_byte(&in) % zv_n_audio_kinds];
	unsigned more = fuzz_byte(&in);
	struct zv_str file = fuzz_rest(&in);
	char *copy = fuzz_copy(file);
	struct zv_str head = { copy, file.n < ZV_SOUND_HEAD_MAX ? file.n
								: ZV_SOUND_HEAD_MAX };
	uint64_t size = file.n + (more ? UINT64_MAX >> (63 - more % 64) : 0);
	struct zv_error err = { 0 };
	struct zv_sound s;
	int rc = zv_sound_of(kind, head, size < file.n ? file.n : size, &s, &err);

	free(copy);
	CHECK((rc < 0) == (err.code != 0));
	if (rc < 0 || s.coding == ZV_AUDIO_OTHER)
		return 0;
	check_sound(&s, size < file.n ? file.n : size);
	check_head(&s);
	if (!more)
		check_blocks(&s, file);
	return 0;
}
