/* g711.h - the codes of telephony as samples (ITU-T G.711). */
#ifndef ZV_AUDIO_G711_H
#define ZV_AUDIO_G711_H

#include <stdint.h>

int16_t zv_g711_ulaw(unsigned char code);
int16_t zv_g711_alaw(unsigned char code);

#endif
