/* files.h - the page: the files of web/, built into the program by tools/embed.py. */
#ifndef ZV_ZVOND_FILES_H
#define ZV_ZVOND_FILES_H

#include <stddef.h>

struct zv_file {
	const char *path; /* "/zvon.js" */
	const char *type; /* of Content-Type */
	const unsigned char *bytes;
	size_t n;
	const char
		*security_policy; /* of Content-Security-Policy; NULL: the usual one */
	const char *etag;	  /* with its quotes; another one when a byte differs */
};

extern const struct zv_file zv_files[];
extern const size_t zv_n_files;

#endif
