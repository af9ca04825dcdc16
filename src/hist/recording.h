/* recording.h - where a recording's file may lie, by what the PBX told of it: a path
 * (MIXMONITOR_FILENAME, MikoPBX), or a name only (FreePBX). Texts in, relative paths out; never
 * one that leaves its root. Whether there is such a file is for others. */
#ifndef ZV_HIST_RECORDING_H
#define ZV_HIST_RECORDING_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_RECORDING_FILE_MAX  1024 /* bytes of what the PBX told */
#define ZV_RECORDING_PATH_MAX  1024 /* bytes of a path beneath a root */
#define ZV_RECORDING_ROOTS     8
#define ZV_RECORDING_TEMPLATES 8

struct zv_recording_places {
	const struct zv_str *roots; /* folders here */
	size_t n_roots;
	/* How the PBX calls them: the first is the first root there, and so on. What it tells
	 * beneath a root's own path is beneath that root, too. */
	const struct zv_str *from;
	size_t n_from;
	/* Where a name is beneath a root: "%Y/%m/%d/{file}". */
	const struct zv_str *templates;
	size_t n_templates;
};

/* root: which. path: relative; borrowed for the call. Not 0: no more. */
typedef int (*zv_recording_fn)(void *context, size_t root, struct zv_str path);

/* The likeliest first, none twice in a row. started_s: the call's beginning by the PBX's clock
 * on the wall (local time as if it were UTC). A date in the name counts before it (FreePBX:
 * "-YYYYMMDD-HHMMSS-"). Returns what fn said last; 0: no (more) candidates. */
int zv_recording_candidates(const struct zv_recording_places *places,
			    struct zv_str file, int64_t started_s, zv_recording_fn fn,
			    void *context);

/* Is that a path beneath a folder, by its text: no part "..", ".", "" or with a control
 * character, not absolute, not too long? */
bool zv_recording_is_beneath(struct zv_str path);

/* What may stand in a template: {file} once, in its last part; %Y %y %m %d %H %M %S %%. 0, or
 * ZV_EINVAL with what is wrong. */
int zv_recording_template_check(struct zv_str text, struct zv_error *err);

/* The name without folders. */
struct zv_str zv_recording_name(struct zv_str file);

#endif
