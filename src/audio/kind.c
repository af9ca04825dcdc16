#include "audio/kind.h"

#include "base/str.h"

/* Suffixes of Asterisk's format modules (formats/format_*.c) and of what people convert
 * recordings to. Players know .gsm as audio/x-gsm; the headerless ones have no type. */
const struct zv_audio_kind zv_audio_kinds[] = {
	{ "wav", "audio/wav", ZV_AUDIO_WAV, 0 },
	{ "WAV", "audio/wav", ZV_AUDIO_WAV, 0 }, /* wav49 */
	{ "mp3", "audio/mpeg", ZV_AUDIO_OTHER, 0 },
	{ "ogg", "audio/ogg", ZV_AUDIO_OTHER, 0 },
	{ "opus", "audio/ogg", ZV_AUDIO_OTHER, 0 },
	{ "webm", "audio/webm", ZV_AUDIO_OTHER, 0 },
	{ "m4a", "audio/mp4", ZV_AUDIO_OTHER, 0 },
	{ "gsm", "audio/x-gsm", ZV_AUDIO_GSM, 8000 },
	{ "ulaw", "audio/basic", ZV_AUDIO_ULAW, 8000 },
	{ "alaw", "application/octet-stream", ZV_AUDIO_ALAW, 8000 },
	{ "sln", "application/octet-stream", ZV_AUDIO_PCM16, 8000 },
	{ "sln16", "application/octet-stream", ZV_AUDIO_PCM16, 16000 },
	{ "wav49", "audio/wav", ZV_AUDIO_WAV, 0 },
	{ "flac", "audio/flac", ZV_AUDIO_OTHER, 0 },
	{ "pcm", "audio/basic", ZV_AUDIO_ULAW, 8000 },
	{ "ul", "audio/basic", ZV_AUDIO_ULAW, 8000 },
	{ "mu", "audio/basic", ZV_AUDIO_ULAW, 8000 },
	{ "al", "application/octet-stream", ZV_AUDIO_ALAW, 8000 },
	{ "raw", "application/octet-stream", ZV_AUDIO_PCM16, 8000 },
	{ "slin", "application/octet-stream", ZV_AUDIO_PCM16, 8000 },
	{ "sln12", "application/octet-stream", ZV_AUDIO_PCM16, 12000 },
	{ "sln24", "application/octet-stream", ZV_AUDIO_PCM16, 24000 },
	{ "sln32", "application/octet-stream", ZV_AUDIO_PCM16, 32000 },
	{ "sln44", "application/octet-stream", ZV_AUDIO_PCM16, 44100 },
	{ "sln48", "application/octet-stream", ZV_AUDIO_PCM16, 48000 },
	{ "sln96", "application/octet-stream", ZV_AUDIO_PCM16, 96000 },
	{ "sln192", "application/octet-stream", ZV_AUDIO_PCM16, 192000 },
	{ "g729", "application/octet-stream", ZV_AUDIO_OTHER, 0 },
	{ "g722", "application/octet-stream", ZV_AUDIO_OTHER, 0 },
};
const size_t zv_n_audio_kinds = sizeof zv_audio_kinds / sizeof *zv_audio_kinds;

size_t
zv_audio_suffix_at(struct zv_str file)
{
	for (size_t i = file.n; i-- > 0 && file.p[i] != '/';)
		if (file.p[i] == '.')
			return i;
	return file.n;
}

const struct zv_audio_kind *
zv_audio_kind_of(struct zv_str file)
{
	struct zv_str suffix = zv_str_from(file, zv_audio_suffix_at(file) + 1);

	for (size_t i = 0; i < zv_n_audio_kinds; i++)
		if (zvon_str_equal_nocase(suffix, zvon_str(zv_audio_kinds[i].suffix)))
			return &zv_audio_kinds[i];
	return NULL;
}
