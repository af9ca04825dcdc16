#include "cli/serve_files.h"

#include "term/say.h"
#include "cli/whole_file.h"
#include "term/reason.h"

struct zv_recording *
zv_serve_load(const char *path)
{
	struct zv_buf ami = { 0 }, sent = { 0 }, idx = { 0 };
	struct zv_recording *recording = NULL;
	struct zv_error err = { 0 };

	if (zv_file_read(path, &ami) == 0 &&
	    zv_file_read_beside(path, ".sent", &sent) == 0 &&
	    zv_file_read_beside(path, ".idx", &idx) == 0)
		recording = zv_recording_new(zv_buf_str(&ami), zv_buf_str(&sent),
					     zv_buf_str(&idx), &err);
	if (err.code)
		zv_say_reason_at(path, &err);
	zv_buf_deinit(&ami);
	zv_buf_deinit(&sent);
	zv_buf_deinit(&idx);
	return recording;
}
