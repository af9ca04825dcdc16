/* The picture of a recording in a player: all of it is decoded, some blocks at a time, so that
 * others get their turn on the threads. */
#include <stdio.h>

#include "audio/peaks.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/writer.h"
#include "zvond/recordings.h"

#define BLOCKS_AT_ONCE 64

struct plan {
	struct zv_peaks peaks;
	uint64_t pcm_at;
	struct zv_peak parts[];
};

static void
decode_some(struct zv_recording_job *job)
{
	struct plan *p = job->plan;
	struct zv_sound_block block;
	int16_t samples[ZV_SOUND_PCM_MAX / 2];

	for (int i = 0; i < BLOCKS_AT_ONCE; i++) {
		if (p->pcm_at >= job->file.sound.pcm_bytes ||
		    atomic_load(&job->given_up))
			return;
		job->rc = zv_recording_samples(&job->file, p->pcm_at, &block, samples,
					       &job->err);
		if (job->rc < 0)
			return;
		zv_peaks_feed(&p->peaks, samples, block.pcm_n / 2);
		p->pcm_at = block.pcm_at + block.pcm_n;
	}
}

static void
write_side(struct zv_json *j, const char *name, const struct zv_peaks *p, bool high)
{
	zv_json_key(j, name);
	zv_json_begin_array(j);
	for (size_t i = 0; i < p->n; i++)
		zv_json_int(j, high ? p->parts[i].high : p->parts[i].low);
	zv_json_end_array(j);
}

static void
write_peaks(struct zv_json *j, const struct zv_recording_job *job)
{
	const struct plan *p = job->plan;
	const struct {
		const char *name;
		long long value;
	} numbers[] = {
		{ "duration_ms", zv_sound_ms(&job->file.sound) },
		{ "rate", job->file.sound.rate },
		{ "channels", job->file.sound.channels },
		{ "buckets", (long long)p->peaks.n },
	};

	zv_json_begin_object(j);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		zv_json_key(j, numbers[i].name);
		zv_json_int(j, numbers[i].value);
	}
	write_side(j, "low", &p->peaks, false);
	write_side(j, "high", &p->peaks, true);
	zv_json_end_object(j);
}

static void
answer(struct zv_recording_job *job)
{
	struct zv_exchange *x = job->x;
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };

	write_peaks(&j, job);
	zv_recording_job_end(job);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}

static void
on_decoded(struct zv_recording_job *job)
{
	const struct plan *p = job->plan;

	if (job->rc < 0)
		zv_recording_job_break(job, job->err.text);
	else if (p->pcm_at < job->file.sound.pcm_bytes)
		zv_recording_job_step(job, decode_some, on_decoded);
	else
		answer(job);
}

void
zv_recording_send_peaks(struct zv_recording_job *job, int buckets)
{
	const struct zv_sound *s = &job->file.sound;
	struct zv_exchange *x = job->x;
	struct plan *p;

	if (s->coding == ZV_AUDIO_OTHER) {
		zv_recording_job_end(job);
		zv_exchange_refuse(x, 415, "no_waveform",
				   "recordings of this form are not decoded here");
		return;
	}
	p = zv_calloc(1, sizeof *p + (size_t)buckets * sizeof *p->parts);
	if (!p) {
		zv_recording_job_break(job, "out of memory");
		return;
	}
	job->plan = p;
	zv_peaks_begin(&p->peaks, p->parts, (size_t)buckets, s->pcm_bytes / 2);
	zv_recording_job_step(job, decode_some, on_decoded);
}
