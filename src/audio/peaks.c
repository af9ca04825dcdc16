#include "audio/peaks.h"

#include <stdbool.h>
#include <string.h>

void
zv_peaks_begin(struct zv_peaks *p, struct zv_peak *parts, size_t n, uint64_t samples)
{
	*p = (struct zv_peaks){ .parts = parts, .n = n, .samples = samples };
	memset(parts, 0, n * sizeof *parts);
}

/* Samples are fewer than 2^32, parts than 2^12. */
static size_t
part_of(const struct zv_peaks *p, uint64_t sample)
{
	uint64_t part = p->samples < p->n ? sample : sample * p->n / p->samples;

	return part < p->n ? (size_t)part : p->n - 1;
}

static void
widen(struct zv_peak *peak, bool is_first, int16_t sample)
{
	if (is_first || sample < peak->low)
		peak->low = sample;
	if (is_first || sample > peak->high)
		peak->high = sample;
}

void
zv_peaks_feed(struct zv_peaks *p, const int16_t *samples, size_t n)
{
	for (size_t i = 0; i < n && p->seen < p->samples; i++, p->seen++) {
		size_t part = part_of(p, p->seen);
		bool is_first = p->seen == 0 || part_of(p, p->seen - 1) != part;

		widen(&p->parts[part], is_first, samples[i]);
	}
}
