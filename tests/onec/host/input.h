/* input.h - lines of standard input; while it waits for one, a face may have its messages
 * handled (COM: the window of the component's thread). */
#ifndef ZV_TEST_INPUT_H
#define ZV_TEST_INPUT_H

#include "lines.h"

#define INPUT_SLICE_MS 5

void input_start(bool is_pumped);
bool input_is_pumped(void);
bool input_next(struct text *line); /* false: there is none any more */

#endif
