/* statefile.h - what is kept across restarts: small files in the folder `state`, written
 * whole (a file beside, fsync, rename), so that each is the old or the new one whatever
 * happens. Mode 0600. */
#ifndef ZV_ZVOND_STATEFILE_H
#define ZV_ZVOND_STATEFILE_H

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_STATE_MAX (256u * 1024 * 1024) /* of one file */

/* Makes the folder (0700) if it is missing, and locks it for this process until it ends.
 * The descriptor of the lock, or < 0: ZV_EBUSY: another zvond has it, *err names it. */
int zv_state_lock(const char *folder, struct zv_error *err);

/* name: "hub", "tokens"; of letters only. 0 with the text in *out; ZV_ENOTFOUND: there is
 * none, or it was damaged and has been set aside as NAME.damaged (*err says so, and
 * is otherwise empty); ZV_EIO, ZV_ENOMEM. */
int zv_state_read(const char *folder, const char *name, struct zv_buf *out,
		  struct zv_error *err);

/* 0, or < 0 and the file is as it was. Any thread, one at a time for each name. */
int zv_state_write(const char *folder, const char *name, struct zv_str text,
		   struct zv_error *err);

/* What is there is put aside as NAME.damaged: the owner of the text could not read it. */
void zv_state_set_aside(const char *folder, const char *name);
void zv_state_remove(const char *folder, const char *name);

#endif
