/* number.h - one number, however it is written: "+7 (916) 555-00-01", "8 916 555 00 01",
 * "007 916…", "810 7 916…", "79165550001" are the same. Pure rules, set by the installation. */
#ifndef ZV_HIST_NUMBER_H
#define ZV_HIST_NUMBER_H

#include "zvon/str.h"

#define ZV_NUMBER_KEY 40 /* bytes of a key with its NUL; longer texts are cut */

/* Zeroed = those of Russia. */
struct zv_number_rules {
	struct zv_str country;	     /* "7" */
	struct zv_str trunk;	     /* "8": before a national number */
	struct zv_str international; /* "810", and "00", "+" always */
	int national_digits;	     /* 10 */
	struct zv_str
		area; /* before a local number of 5…7 digits; empty: kept as it is */
};

/* The key under which a number is kept and looked for: digits only, international, without
 * '+'; short numbers (lines, up to 6 digits) and names of lines as they are, lower case.
 * Returns its length; 0: there is nothing to look for. */
size_t zv_number_key(const struct zv_number_rules *rules, struct zv_str number,
		     char out[ZV_NUMBER_KEY]);

#endif
