/* config_files.c - files of the configuration: found beside each other, read whole, and
 * refused when others could change them or read a secret. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/whole_file.h"
#include "term/reason.h"
#include "zvond/config_impl.h"

#define SECRET_MAX 16384 /* bytes of a secret or key file */

/* What nobody but the owner (and for reading: the group) may do. */
#define OTHERS_CHANGE (S_IWGRP | S_IWOTH)
#define OTHERS_READ   (S_IRWXO)

/* ---- reading --------------------------------------------------------------------- */

static int
fail_system(struct zv_error *err, int code, const char *what)
{
	int system = errno;
	char why[ZV_REASON_MAX];

	zv_fail(err, code, "%s: %s", what, zv_file_reason(system, why));
	if (err)
		err->system = system;
	return code;
}

/* 0 with its mode; a pipe or folder is not waited for. */
static int
open_and_read(const char *path, size_t most, mode_t *mode, struct zv_buf *out,
	      struct zv_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0)
		return fail_system(err, errno == ENOENT ? ZV_ENOTFOUND : ZV_EIO, path);
	if (fstat(fd, &st) < 0) {
		rc = fail_system(err, ZV_EIO, path);
	} else if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		rc = fail_system(err, ZV_EINVAL, path);
	} else {
		*mode = st.st_mode & 07777;
		rc = zv_read_all(fd, most, out);
		if (rc == ZV_EIO)
			fail_system(err, rc, path);
		else if (rc == ZV_ETOOBIG)
			zv_fail(err, rc,
				zv_say_lang() == ZV_LANG_RU ? "%s: больше %zu байт"
							    : "%s: more than %zu bytes",
				path, most);
		else if (rc < 0)
			zv_fail_nomem(err);
	}
	close(fd);
	return rc;
}

/* ---- files of the configuration ---------------------------------------------------- */

static int
note_file(struct zv_config_reader *r, const char *path, mode_t mode)
{
	struct zv_config_file *f = zv_calloc(1, sizeof *f + strlen(path) + 1);
	char *name = f ? (char *)(f + 1) : NULL;

	if (!f)
		return ZV_ENOMEM;
	memcpy(name, path, strlen(path) + 1);
	*f = (struct zv_config_file){ r->files, zvon_str(name), mode };
	r->files = f;
	return 0;
}

int
zv_config_load(struct zv_config_reader *r, const char *path, struct zv_buf *out,
	       struct zv_error *err)
{
	mode_t mode = 0;
	int rc = open_and_read(path, ZV_CONF_MAX_BYTES, &mode, out, err);

	if (rc < 0)
		return rc;
	if (mode & OTHERS_CHANGE)
		return zv_fail(
			err, ZV_EINVAL,
			zv_say_lang() == ZV_LANG_RU
				? "%s: права %04o: его могут менять другие; chmod "
				  "go-w %s"
				: "%s: mode %04o: others can change it; chmod go-w %s",
			path, (unsigned)mode, path);
	return note_file(r, path, mode) < 0 ? zv_fail_nomem(err) : 0;
}

/* name, beside `from` unless it begins with '/'. NULL: no memory. */
static char *
beside(struct zv_str from, struct zv_str name)
{
	struct zv_buf path = { 0 };
	size_t n = from.n;
	char *out;

	while (n && from.p[n - 1] != '/')
		n--;
	if (!zv_str_starts(name, ZV_STR("/")))
		zv_buf_add(&path, (struct zv_str){ from.p, n });
	zv_buf_add(&path, name);
	out = zv_buf_failed(&path) ? NULL : zv_memdup(path.p, path.n);
	zv_buf_deinit(&path);
	return out;
}

static int
include_one(struct zv_config_reader *r, const char *path, zv_conf_add_fn add,
	    void *reader, struct zv_error *err)
{
	struct zv_buf text = { .secret = true };
	int rc = zv_config_load(r, path, &text, err);

	if (rc == 0)
		rc = add(reader, zvon_str(path), zv_buf_str(&text));
	zv_buf_deinit(&text);
	return rc;
}

int
zv_config_include(void *context, struct zv_str name, struct zv_str from_file,
		  zv_conf_add_fn add, void *reader, struct zv_error *err)
{
	char *pattern = beside(from_file, name);
	glob_t found = { 0 };
	int rc = pattern ? glob(pattern, GLOB_ERR, NULL, &found) : GLOB_NOSPACE;

	if (rc == GLOB_ABORTED && errno == ENOENT)
		rc = GLOB_NOMATCH; /* not even the folder */
	if (rc == GLOB_NOMATCH || rc == GLOB_NOSPACE)
		rc = rc == GLOB_NOMATCH ? ZV_ENOTFOUND : ZV_ENOMEM;
	else if (rc)
		rc = fail_system(err, ZV_EIO, pattern);
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
		rc = include_one(context, found.gl_pathv[i], add, reader, err);
	globfree(&found);
	zv_free(pattern);
	return rc;
}

bool
zv_config_is_open(const struct zv_config_reader *r, const struct zv_conf_setting *s,
		  mode_t *mode)
{
	for (const struct zv_config_file *f = r->files; f; f = f->next) {
		if (zvon_str_equal(f->name, s->file)) {
			*mode = f->mode;
			return f->mode & OTHERS_READ;
		}
	}
	return false;
}

/* ---- secrets ------------------------------------------------------------------------- */

const char *
zv_config_path(struct zv_config_reader *r, const struct zv_conf_setting *s)
{
	char *path = beside(s->file, s->value);
	const char *kept = path ? zv_config_text(r, "%s", path) : NULL;

	if (!path)
		zv_config_no_memory(r);
	zv_free(path);
	return kept ? kept : "";
}

static struct zv_str
first_line(struct zv_str text)
{
	struct zv_str line = { NULL, 0 };

	zv_str_split(&text, '\n', &line);
	return zv_str_trim(line);
}

static const char *
keep_secret(struct zv_config_reader *r, const struct zv_conf_setting *s,
	    const char *path, struct zv_str secret, size_t *n)
{
	struct zv_str kept;

	if (secret.n == 0 || memchr(secret.p, '\0', secret.n)) {
		zv_config_wrong(r, ZV_AT(s), "%s: its first line is empty, or no text",
				"%s: первая строка пуста или не текст", path);
		return NULL;
	}
	kept = zv_conf_keep(r->text, secret);
	if (!kept.p)
		zv_config_no_memory(r);
	*n = kept.n;
	return kept.p;
}

const char *
zv_config_secret(struct zv_config_reader *r, const struct zv_conf_setting *s,
		 bool whole, bool is_public, size_t *n)
{
	struct zv_buf text = { .secret = true };
	struct zv_error why = { 0 };
	const char *path = zv_config_path(r, s), *secret = NULL;
	mode_t mode = 0;

	*n = 0;
	if (open_and_read(path, SECRET_MAX, &mode, &text, &why) < 0)
		zv_config_wrong(r, ZV_AT(s), "%s: %s", "%s: %s", s->key.p, why.text);
	else if (mode & (is_public ? OTHERS_CHANGE : OTHERS_CHANGE | OTHERS_READ))
		zv_config_wrong(
			r, ZV_AT(s),
			"secret file %s has mode %04o: others can read or change it; "
			"chmod 600 %s",
			"файл секрета %s имеет права %04o: его могут читать или "
			"менять другие; chmod 600 %s",
			path, (unsigned)mode, path);
	else
		secret = keep_secret(
			r, s, path,
			whole ? zv_buf_str(&text) : first_line(zv_buf_str(&text)), n);
	zv_buf_deinit(&text);
	return secret;
}
