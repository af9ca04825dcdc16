/* pin.h - keeps this library in the process for ever, when a thread of it could not be
 * joined: unloading would take the code from under it. posix/pin.c, win/pin.c. */
#ifndef ZV_ONEC_PIN_H
#define ZV_ONEC_PIN_H

void zv_pin_library(void);

#endif
