/* peaks.h - how loud a recording is along its time: the least and the greatest sample of each
 * of N equal parts, for the picture in a player. Fed piece by piece. */
#ifndef ZV_AUDIO_PEAKS_H
#define ZV_AUDIO_PEAKS_H

#include <stddef.h>
#include <stdint.h>

#define ZV_PEAKS_DEFAULT 800
#define ZV_PEAKS_MAX	 4000 /* parts */

struct zv_peak {
	int16_t low, high;
};

struct zv_peaks {
	struct zv_peak *parts; /* the caller's: n of them */
	size_t n;
	uint64_t samples; /* that will come */
	uint64_t seen;
};

/* All silent. More parts than samples: those at the end stay so. */
void zv_peaks_begin(struct zv_peaks *p, struct zv_peak *parts, size_t n,
		    uint64_t samples);
void zv_peaks_feed(struct zv_peaks *p, const int16_t *samples, size_t n);

#endif
