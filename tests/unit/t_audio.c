/* audio/: samples of recordings, as WAV, in parts. */
#include <gsm/gsm.h>
#include <stdlib.h>

#include "audio/g711.h"
#include "audio/gsm.h"
#include "audio/peaks.h"
#include "audio/sound.h"
#include "audio/wav.h"
#include "base/str.h"
#include "helper.h"

#define SECONDS 12
#define SAMPLES (8000 * SECONDS)

/* ---- G.711 --------------------------------------------------------------------------- */

/* Tables 1a and 2a of G.711, in 16 bits: the ends of each segment. */
static void
test_g711(void **state)
{
	static const struct {
		int16_t (*decode)(unsigned char code);
		unsigned char code;
		int sample;
	} rows[] = {
		{ zv_g711_ulaw, 0x00, -32124 }, { zv_g711_ulaw, 0x80, 32124 },
		{ zv_g711_ulaw, 0x7f, 0 },	{ zv_g711_ulaw, 0xff, 0 },
		{ zv_g711_ulaw, 0xfe, 8 },	{ zv_g711_ulaw, 0x7e, -8 },
		{ zv_g711_ulaw, 0xf0, 120 },	{ zv_g711_ulaw, 0xef, 132 },
		{ zv_g711_ulaw, 0xe0, 372 },	{ zv_g711_ulaw, 0x8f, 16764 },
		{ zv_g711_ulaw, 0x90, 15996 },	{ zv_g711_ulaw, 0x0f, -16764 },
		{ zv_g711_alaw, 0xd5, 8 },	{ zv_g711_alaw, 0x55, -8 },
		{ zv_g711_alaw, 0xaa, 32256 },	{ zv_g711_alaw, 0x2a, -32256 },
		{ zv_g711_alaw, 0xda, 248 },	{ zv_g711_alaw, 0xc5, 264 },
		{ zv_g711_alaw, 0xca, 504 },	{ zv_g711_alaw, 0xf5, 528 },
		{ zv_g711_alaw, 0xa5, 16896 },	{ zv_g711_alaw, 0xba, 16128 },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		if (rows[i].decode(rows[i].code) != rows[i].sample)
			fail_msg("row %zu: code %02x is %d, not %d", i, rows[i].code,
				 rows[i].decode(rows[i].code), rows[i].sample);
}

/* Each code stands for another sample, mirrored in its sign bit. */
static void
test_g711_mirror(void **state)
{
	for (int code = 0; code < 128; code++) {
		unsigned char low = (unsigned char)code, high = low | 0x80;

		assert_int_equal(zv_g711_ulaw(low), -zv_g711_ulaw(high));
		assert_int_equal(zv_g711_alaw(low), -zv_g711_alaw(high));
	}
}

/* ---- GSM ------------------------------------------------------------------------------ */

/* xorshift32: the same noise each time. */
static int
noise(uint32_t *seed, int most)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return (int)(*seed % (2u * (unsigned)most + 1)) - most;
}

/* Voiced sounds that change each fifth of a second, breath and silence: what a telephone
 * hears, roughly. */
static int16_t *
speech(void)
{
	int16_t *out = malloc(SAMPLES * sizeof *out);
	uint32_t seed = 2463534242u;
	int phase = 0;

	for (int i = 0; i < SAMPLES; i++) {
		int syllable = i / 1600 % 7, pitch = 40 + syllable * 9;
		int loud = syllable == 3 ? 0 : 9000 - syllable * 1000;

		phase = phase + 1 < pitch ? phase + 1 : 0;
		out[i] = (int16_t)(loud * (pitch - 2 * phase) / pitch +
				   noise(&seed, syllable == 5 ? 2000 : 60));
	}
	return out;
}

/* The speech as a .gsm file, or as the data of a .WAV. */
static struct zv_str
encode(const int16_t *samples, int wav49)
{
	gsm coder = gsm_create();
	size_t frames = SAMPLES / ZV_GSM_SAMPLES, n = 0;
	unsigned char *out = malloc(frames * ZV_GSM_FRAME + 1);

	gsm_option(coder, GSM_OPT_WAV49, &wav49);
	for (size_t i = 0; i < frames; i++) {
		gsm_signal frame[ZV_GSM_SAMPLES];

		memcpy(frame, samples + i * ZV_GSM_SAMPLES, sizeof frame);
		gsm_encode(coder, frame, out + n);
		n += wav49 && i % 2 == 0 ? 32 : 33; /* so libgsm halves a pair */
	}
	gsm_destroy(coder);
	return (struct zv_str){ (char *)out, n };
}

/* All samples of a sound, block by block. */
static int16_t *
decode_all(const struct zv_sound *s, struct zv_str file)
{
	int16_t *out = malloc(s->pcm_bytes + 1);
	struct zv_sound_block block;

	for (uint64_t at = 0; at < s->pcm_bytes; at = block.pcm_at + block.pcm_n) {
		struct zv_str source;
		char *copy;

		zv_sound_block_of(s, at, &block);
		assert_true(block.pcm_at == at);
		assert_true(block.n <= ZV_SOUND_SOURCE_MAX);
		assert_true(block.pcm_n <= ZV_SOUND_PCM_MAX);
		assert_true(block.at + block.n <= file.n);
		source = (struct zv_str){ file.p + block.at, block.n };
		copy = exact_copy(source);
		assert_int_equal(
			zv_sound_decode(s, &block, (unsigned char *)copy, out + at / 2),
			0);
		free(copy);
	}
	return out;
}

static struct zv_sound
sound_of(const char *name, struct zv_str file)
{
	struct zv_error err = { 0 };
	struct zv_sound s;
	struct zv_str head = file;

	head.n = head.n < ZV_SOUND_HEAD_MAX ? head.n : ZV_SOUND_HEAD_MAX;
	if (zv_sound_of(zv_audio_kind_of(zvon_str(name)), head, file.n, &s, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return s;
}

/* Decoded in one go by libgsm itself. */
static int16_t *
oracle(struct zv_str frames)
{
	gsm decoder = gsm_create();
	int16_t *out = malloc(SAMPLES * sizeof *out);

	for (size_t i = 0; i < SAMPLES / ZV_GSM_SAMPLES; i++)
		assert_int_equal(gsm_decode(decoder,
					    (gsm_byte *)frames.p + i * ZV_GSM_FRAME,
					    out + i * ZV_GSM_SAMPLES),
				 0);
	gsm_destroy(decoder);
	return out;
}

static int
farthest(const int16_t *a, const int16_t *b, size_t n)
{
	int far = 0;

	for (size_t i = 0; i < n; i++)
		far = abs(a[i] - b[i]) > far ? abs(a[i] - b[i]) : far;
	return far;
}

/* A block that begins with a run-up is as near to a decoding in one go as nobody hears. */
static void
test_gsm(void **state)
{
	int16_t *samples = speech();
	struct zv_str file = encode(samples, 0);
	struct zv_sound s = sound_of("x.gsm", file);
	int16_t *wanted = oracle(file), *got;

	assert_int_equal(s.rate, 8000);
	assert_true(s.pcm_bytes == SAMPLES * 2);
	assert_int_equal(zv_sound_ms(&s), SECONDS * 1000);
	got = decode_all(&s, file);
	print_message("# farthest from one go: %d of 32768\n",
		      farthest(got, wanted, SAMPLES));
	assert_true(farthest(got, wanted, SAMPLES) <= 64);
	assert_memory_equal(got, wanted, 250 * ZV_GSM_SAMPLES * 2);
	free(got);
	free(wanted);
	free((char *)file.p);
	free(samples);
}

static void
put(struct zv_buf *b, size_t n, unsigned long value)
{
	for (; n; n--, value >>= 8)
		zv_buf_add_char(b, (char)value);
}

/* The head of a WAV; data: its length as told. */
static void
add_head(struct zv_buf *b, unsigned format, unsigned channels, unsigned bits,
	 unsigned long data)
{
	zv_buf_add(b, ZV_STR("RIFF\0\0\0\0WAVEfmt "));
	put(b, 4, format == ZV_WAV_GSM ? 20 : 16);
	put(b, 2, format);
	put(b, 2, channels);
	put(b, 4, 8000);
	put(b, 4, format == ZV_WAV_GSM ? 1625 : 8000ul * channels * bits / 8);
	put(b, 2, format == ZV_WAV_GSM ? 65 : channels * bits / 8);
	put(b, 2, bits);
	if (format == ZV_WAV_GSM) {
		put(b, 2, 2);
		put(b, 2, 320);
		zv_buf_add(b, ZV_STR("fact"));
		put(b, 4, 4);
		put(b, 4, 0);
	}
	zv_buf_add(b, ZV_STR("data"));
	put(b, 4, data);
}

/* Asterisk's .WAV: the same voice in pairs of frames. */
static void
test_wav49(void **state)
{
	int16_t *samples = speech();
	struct zv_str frames = encode(samples, 0), pairs = encode(samples, 1);
	struct zv_buf file = { 0 };
	struct zv_sound s;
	int16_t *got, *wanted = oracle(frames);

	assert_int_equal(pairs.n, SAMPLES / 320 * 65);
	add_head(&file, ZV_WAV_GSM, 1, 0, pairs.n);
	assert_int_equal(file.n, 60);
	zv_buf_add(&file, pairs);
	s = sound_of("call.WAV", zv_buf_str(&file));
	assert_int_equal(s.coding, ZV_AUDIO_WAV49);
	assert_false(s.is_wav_file);
	assert_true(s.pcm_bytes == SAMPLES * 2);
	got = decode_all(&s, zv_buf_str(&file));
	assert_true(farthest(got, wanted, SAMPLES) <= 64);
	free(got);
	free(wanted);
	free((char *)frames.p);
	free((char *)pairs.p);
	free(samples);
	zv_buf_deinit(&file);
}

/* A frame without the mark (0xD) is silence, the next one is heard. */
static void
test_gsm_broken(void **state)
{
	int16_t *samples = speech(), *got;
	struct zv_str file = encode(samples, 0);
	struct zv_sound s = sound_of("x.gsm", file);

	((char *)file.p)[10 * ZV_GSM_FRAME] = 0;
	got = decode_all(&s, file);
	for (size_t i = 0; i < ZV_GSM_SAMPLES; i++)
		assert_int_equal(got[10 * ZV_GSM_SAMPLES + i], 0);
	assert_true(farthest(got + 11 * ZV_GSM_SAMPLES, got, 160) > 0);
	free(got);
	free((char *)file.p);
	free(samples);
}

/* ---- WAV -------------------------------------------------------------------------------- */

static void
test_wav(void **state)
{
	static const struct {
		unsigned format, channels, bits;
		unsigned long told;
		size_t there;
		enum zv_audio_coding coding;
		bool is_plain;
		unsigned long pcm;
	} rows[] = {
		{ 1, 1, 16, 100, 100, ZV_AUDIO_PCM16, true, 100 },
		{ 1, 1, 16, 100, 120, ZV_AUDIO_PCM16, true, 100 }, /* then chunks */
		{ 1, 2, 16, 100, 100, ZV_AUDIO_PCM16, true, 100 },
		/* still written: format_wav tells the length when it is closed */
		{ 1, 1, 16, 0, 100, ZV_AUDIO_PCM16, false, 100 },
		{ 1, 1, 16, 0xffffffff, 101, ZV_AUDIO_PCM16, false, 100 },
		{ 1, 2, 16, 0, 103, ZV_AUDIO_PCM16, false, 100 },
		{ 1, 1, 16, 200, 100, ZV_AUDIO_PCM16, false, 100 },
		{ 1, 1, 8, 100, 100, ZV_AUDIO_PCM8, false, 200 },
		{ 6, 1, 8, 100, 100, ZV_AUDIO_ALAW, false, 200 },
		{ 7, 2, 8, 100, 100, ZV_AUDIO_ULAW, false, 200 },
		{ 0x31, 1, 0, 130, 130, ZV_AUDIO_WAV49, false, 1280 },
		{ 0x31, 1, 0, 0, 194, ZV_AUDIO_WAV49, false, 1280 },
		{ 0x31, 2, 0, 130, 130, ZV_AUDIO_OTHER, false, 0 },
		{ 1, 1, 24, 100, 100, ZV_AUDIO_OTHER, false, 0 },
		{ 3, 1, 32, 100, 100, ZV_AUDIO_OTHER, false, 0 },
		{ 1, 3, 16, 100, 100, ZV_AUDIO_OTHER, false, 0 },
		{ 1, 0, 16, 100, 100, ZV_AUDIO_OTHER, false, 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf file = { 0 };
		struct zv_sound s;

		add_head(&file, rows[i].format, rows[i].channels, rows[i].bits,
			 rows[i].told);
		for (size_t k = 0; k < rows[i].there; k++)
			zv_buf_add_char(&file, (char)k);
		s = sound_of("a.wav", zv_buf_str(&file));
		if (s.coding != rows[i].coding || s.is_wav_file != rows[i].is_plain ||
		    s.pcm_bytes != rows[i].pcm)
			fail_msg("row %zu: coding %d plain %d pcm %llu", i, s.coding,
				 s.is_wav_file, (unsigned long long)s.pcm_bytes);
		free(s.pcm_bytes ? decode_all(&s, zv_buf_str(&file)) : NULL);
		zv_buf_deinit(&file);
	}
}

static void
test_wav_broken(void **state)
{
	struct zv_str good =
		ZV_STR("RIFF\0\0\0\0WAVEfmt "
		       "\x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
		       "data\4\0\0\0");
	const struct zv_str broken[] = {
		ZV_STR(""),
		ZV_STR("RIFF\0\0\0\0WAVX"),
		ZV_STR("RIFX\0\0\0\0WAVE"),
		ZV_STR("RIFF\0\0\0\0WAVEdata\4\0\0\0"),
		ZV_STR("RIFF\0\0\0\0WAVEfmt \4\0\0\0\1\0\1\0data\4\0\0\0"),
		ZV_STR("RIFF\0\0\0\0WAVELIST\xff\xff\xff\xff"),
		ZV_STR("RIFF\0\0\0\0WAVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	};
	struct zv_wav wav;
	struct zv_error err = { 0 };

	assert_int_equal(zv_wav_read(good, &wav, NULL), 0);
	assert_int_equal(wav.data_at, 44);
	assert_int_equal(wav.rate, 8000);
	for (size_t n = 0; n < good.n; n++) {
		char *copy = exact_copy((struct zv_str){ good.p, n });

		assert_int_equal(zv_wav_read((struct zv_str){ copy, n }, &wav, NULL),
				 ZV_EPROTO);
		free(copy);
	}
	for (size_t i = 0; i < N_OF(broken); i++)
		assert_int_equal(zv_wav_read(broken[i], &wav, &err), ZV_EPROTO);
	assert_int_equal(err.code, ZV_EPROTO);
}

/* What we write is read again, and is plain. */
static void
test_own_head(void **state)
{
	struct zv_sound s = { ZV_AUDIO_GSM, 8000, 1, 0, 66, 640, false }, again;
	char file[ZV_SOUND_WAV_HEAD + 640] = { 0 };

	assert_true(zv_sound_wav_bytes(&s) == sizeof file);
	zv_sound_write_head(&s, (unsigned char *)file);
	again = sound_of("x.wav", (struct zv_str){ file, sizeof file });
	assert_true(again.is_wav_file);
	assert_int_equal(again.rate, 8000);
	assert_true(again.pcm_bytes == 640 && again.at == 44);
}

static void
test_too_long(void **state)
{
	const struct zv_audio_kind *gsm = zv_audio_kind_of(ZV_STR("a.gsm"));
	uint64_t most = (ZV_SOUND_WAV_MAX - ZV_SOUND_WAV_HEAD) / 320 * 33;
	struct zv_sound s;

	assert_int_equal(zv_sound_of(gsm, ZV_STR(""), most, &s, NULL), 0);
	assert_int_equal(zv_sound_of(gsm, ZV_STR(""), most + 33, &s, NULL), ZV_ETOOBIG);
	assert_int_equal(zv_sound_of(gsm, ZV_STR(""), UINT64_MAX, &s, NULL),
			 ZV_ETOOBIG);
}

/* ---- names and peaks --------------------------------------------------------------------- */

static void
test_kinds(void **state)
{
	static const struct {
		const char *file, *type;
		enum zv_audio_coding coding;
		int rate;
	} rows[] = {
		{ "a.wav", "audio/wav", ZV_AUDIO_WAV, 0 },
		{ "/x.y/a.WAV", "audio/wav", ZV_AUDIO_WAV, 0 },
		{ "a.mp3", "audio/mpeg", ZV_AUDIO_OTHER, 0 },
		{ "a.b.sln16", "application/octet-stream", ZV_AUDIO_PCM16, 16000 },
		{ "a.sln", "application/octet-stream", ZV_AUDIO_PCM16, 8000 },
		{ "a.gsm", "audio/x-gsm", ZV_AUDIO_GSM, 8000 },
		{ "a.webm", "audio/webm", ZV_AUDIO_OTHER, 0 },
	};
	static const char *const none[] = { "a.conf",  "a",  "", "wav",
					    "a.wav/b", "a.", "." };

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_audio_kind *k =
			zv_audio_kind_of(zvon_str(rows[i].file));

		assert_non_null(k);
		assert_string_equal(k->type, rows[i].type);
		assert_int_equal(k->coding, rows[i].coding);
		assert_int_equal(k->rate, rows[i].rate);
	}
	for (size_t i = 0; i < N_OF(none); i++)
		assert_null(zv_audio_kind_of(zvon_str(none[i])));
}

/* The same whatever pieces it is fed in. */
static void
test_peaks(void **state)
{
	int16_t *samples = speech();
	struct zv_peak whole[7], pieces[7], few[5];
	struct zv_peaks p;

	zv_peaks_begin(&p, whole, 7, SAMPLES);
	zv_peaks_feed(&p, samples, SAMPLES);
	zv_peaks_begin(&p, pieces, 7, SAMPLES);
	for (size_t i = 0; i < SAMPLES; i += 1001)
		zv_peaks_feed(&p, samples + i, SAMPLES - i < 1001 ? SAMPLES - i : 1001);
	assert_memory_equal(whole, pieces, sizeof whole);
	for (size_t part = 0; part < 7; part++) {
		int16_t low = INT16_MAX, high = INT16_MIN;

		for (size_t i = 0; i < SAMPLES; i++) {
			if (i * 7 / SAMPLES != part)
				continue;
			low = samples[i] < low ? samples[i] : low;
			high = samples[i] > high ? samples[i] : high;
		}
		assert_int_equal(whole[part].low, low);
		assert_int_equal(whole[part].high, high);
	}
	zv_peaks_begin(&p, few, 5, 2);
	zv_peaks_feed(&p, (int16_t[]){ 5, -6, 7 }, 3); /* one more than was told */
	assert_int_equal(few[0].low, 5);
	assert_int_equal(few[1].high, -6);
	assert_int_equal(few[2].high, 0);
	free(samples);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_g711),	   cmocka_unit_test(test_g711_mirror),
		cmocka_unit_test(test_gsm),	   cmocka_unit_test(test_wav49),
		cmocka_unit_test(test_gsm_broken), cmocka_unit_test(test_wav),
		cmocka_unit_test(test_wav_broken), cmocka_unit_test(test_own_head),
		cmocka_unit_test(test_too_long),   cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_peaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
