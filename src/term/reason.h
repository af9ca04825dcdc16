/* reason.h - why something failed, in the language of the person.
 *
 * The libraries know no language: their reasons are English, one line with names and numbers
 * in it. One table gives each of them its Russian text; what is not in it, as the words of a
 * database or of Asterisk, stays as it came. */
#ifndef ZV_TERM_REASON_H
#define ZV_TERM_REASON_H

#include "term/say.h"
#include "zvon/error.h"

#define ZV_REASON_MAX 1200 /* Russian letters have two bytes */

/* Writes the reason in the chosen language into out, cut if it must be, and gives out. Any
 * thread. */
const char *zv_reason(const char *text, char out[ZV_REASON_MAX]);

/* The same for an errno of a file, with what to do: zv_file_error_text. */
const char *zv_file_reason(int error, char out[ZV_REASON_MAX]);

/* "zvon: REASON"; where: "zvon: WHERE: REASON". A reason without text: its code. */
void zv_say_reason(const struct zv_error *err);
void zv_say_reason_at(const char *where, const struct zv_error *err);

/* The table, in four parts. {1}…{5} stand for what the library filled in, and in the Russian
 * text <1>…<5> for the same when it may be a reason itself. The first row that fits the whole
 * text, or all behind one of its ": ", is taken. */
extern const struct zv_text zv_reasons_here[], zv_reasons_data[], zv_reasons_ami[],
	zv_reasons_net[];

#endif
