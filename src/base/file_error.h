/* file_error.h - why the system refuses a file, and what to do about it. */
#ifndef ZV_BASE_FILE_ERROR_H
#define ZV_BASE_FILE_ERROR_H

/* By errno: "there is no such file or folder: check its path", to stand behind the
 * name of the file. What is not in the table is told in the system's own words. Any
 * thread. */
const char *zv_file_error_text(int error);

#endif
