/* gsm.h - GSM 06.10 as samples, with libgsm. */
#ifndef ZV_AUDIO_GSM_H
#define ZV_AUDIO_GSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zvon/error.h"

#define ZV_GSM_FRAME	    33 /* bytes; 20 ms */
#define ZV_GSM_SAMPLES	    160
#define ZV_GSM_PAIR	    65 /* bytes of two frames in a .WAV of Asterisk (wav49) */
#define ZV_GSM_PAIR_SAMPLES 320

/* n frames (or pairs), the first `skip` of them not into out. A frame without the mark of
 * GSM is silence. 0, or ZV_ENOMEM. */
int zv_gsm_decode(const unsigned char *frames, size_t n, size_t skip, bool pairs,
		  int16_t *out);

#endif
