/* source_older.c - a CSV file that logrotate has put aside, or copied and truncated: what was added
 * to it after the last run, and the files between it and the one that is there now. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/url.h"
#include "records/source_impl.h"

#define FOLDER_ENTRIES_MAX 10000 /* of its folder are looked at */

/* ---- which file it is --------------------------------------------------------------------- */

/* The first row tells files apart, and the inode (the last column) a copy from the file itself. */
void
zv_source_name_file(struct zv_source_file *file, const struct zv_db_value *first,
		    size_t n)
{
	*file = (struct zv_source_file){ 0 };
	for (size_t i = 0; first && i < n; i++) {
		if (first[i].type != ZV_DB_TEXT)
			continue;
		file->head = file->print;
		file->print = zv_hash(first[i].text, file->print);
		snprintf(file->inode, sizeof file->inode, "%.*s",
			 ZV_ARG(first[i].text));
	}
}

bool
zv_source_is_file(const struct zv_source_file *known, const struct zv_source_file *file)
{
	return known->print == file->print ||
	       (known->head && known->head == file->head);
}

/* ---- the others of the folder --------------------------------------------------------------- */

struct found {
	char *name;
	int64_t changed_ns;
	bool is_same_inode;
};

struct folder {
	struct found files[ZV_SOURCE_OLDER_MAX];
	size_t n;
	const char *base; /* "Master.csv" */
	const char *inode;
	char packed[256]; /* the newest that is compressed */
	int64_t packed_ns;
};

static bool
is_compressed(struct zv_str name)
{
	static const struct zv_str ends[] = { ZV_STR(".gz"), ZV_STR(".bz2"),
					      ZV_STR(".xz"), ZV_STR(".zst"),
					      ZV_STR(".lz4") };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (zv_str_ends(name, ends[i]))
			return true;
	return false;
}

/* "Master.csv.1", "Master.csv-20261122": as logrotate names them. */
static bool
is_rotated_name(const char *base, const char *name)
{
	size_t n = strlen(base);

	return strncmp(name, base, n) == 0 && (name[n] == '.' || name[n] == '-') &&
	       name[n + 1] >= '0' && name[n + 1] <= '9';
}

static int64_t
changed_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void
note_packed(struct folder *f, const char *name, int64_t at_ns)
{
	if (at_ns < f->packed_ns)
		return;
	f->packed_ns = at_ns;
	snprintf(f->packed, sizeof f->packed, "%s", name);
}

static int
take_file(struct folder *f, const char *name, const struct stat *st)
{
	char inode[sizeof((struct zv_source_file *)0)->inode];
	bool is_same, is_rotated = is_rotated_name(f->base, name);

	snprintf(inode, sizeof inode, "%llu", (unsigned long long)st->st_ino);
	is_same = strcmp(inode, f->inode) == 0;
	if (!S_ISREG(st->st_mode) || strcmp(name, f->base) == 0 ||
	    (!is_same && !is_rotated))
		return 0;
	if (is_compressed(zvon_str(name))) {
		note_packed(f, name, changed_ns(st));
		return 0;
	}
	if (f->n == ZV_SOURCE_OLDER_MAX)
		return 0;
	f->files[f->n] = (struct found){ zv_strdup(name), changed_ns(st), is_same };
	return f->files[f->n].name ? (f->n++, 0) : ZV_ENOMEM;
}

static int
by_age(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->changed_ns != y->changed_ns)
		return x->changed_ns < y->changed_ns ? -1 : 1;
	return -strcmp(x->name, y->name); /* .2 is older than .1 */
}

static int
read_folder(struct folder *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct zv_buf folder = { 0 };
	const struct dirent *entry;
	DIR *dir;
	int rc = 0;

	f->base = slash ? slash + 1 : path;
	zv_buf_printf(&folder, "./%.*s", (int)(f->base - path), path);
	if (zv_buf_failed(&folder))
		return ZV_ENOMEM;
	dir = opendir(zv_buf_cstr(&folder) + (path[0] == '/' ? 2 : 0));
	for (int i = 0;
	     rc == 0 && dir && i < FOLDER_ENTRIES_MAX && (entry = readdir(dir)); i++) {
		struct stat st;

		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
			rc = take_file(f, entry->d_name, &st);
	}
	if (dir)
		closedir(dir);
	zv_buf_deinit(&folder);
	qsort(f->files, f->n, sizeof *f->files, by_age);
	return rc;
}

static void
free_folder(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		zv_free(f->files[i].name);
}

/* ---- one of them as a source ------------------------------------------------------------------- */

/* The URL with another name behind its last '/'. */
static void
write_url(struct zv_buf *out, struct zv_str url, const char *name)
{
	size_t mark = zv_str_find(url, ZV_STR("?")), end = mark;

	while (end && url.p[end - 1] != '/' && url.p[end - 1] != ':')
		end--;
	zv_buf_add(out, (struct zv_str){ url.p, end });
	for (const char *p = name; *p; p++)
		zv_buf_printf(out, "%%%02X", (unsigned char)*p);
	zv_buf_add(out, zv_str_from(url, mark));
}

/* It has the columns of s: one cdr.conf wrote both. */
static struct zv_source *
open_file(const struct zv_source *s, const char *name, struct zv_error *err)
{
	struct zv_source *o = zv_calloc(1, sizeof *o);
	struct zv_db_options db = { .read_only = true,
				    .timeout_ms = ZV_SOURCE_TIMEOUT_MS };
	struct zv_buf url = { 0 };

	if (!o) {
		zv_fail_nomem(err);
		return NULL;
	}
	write_url(&url, zv_buf_str(&s->url), name);
	o->kind = s->kind;
	o->zone = s->zone;
	o->preset = s->preset;
	memcpy(o->at, s->at, sizeof o->at);
	o->key_at = s->key_at;
	o->order = s->order;
	o->clock = s->clock;
	db.url = zv_buf_str(&url);
	if (zv_buf_failed(&url))
		zv_fail_nomem(err);
	else
		o->db = zv_db_open(&db, err);
	zv_buf_deinit(&url);
	if (o->db && zv_source_read_name(o, err) == 0 &&
	    zv_source_start(o, zvon_str(""), s->from_ms, s->to_ms, err) == 0)
		return o;
	zv_source_close(o);
	return NULL;
}

/* Opened at that place, or NULL: it is another one, or cannot be read. */
static struct zv_source *
open_at(const struct zv_source *s, const char *name, const struct zv_source_file *file,
	int64_t offset)
{
	struct zv_source *o = open_file(s, name, NULL);

	if (!o || !zv_source_is_file(file, &o->file) ||
	    zv_source_seek(o, offset, NULL) < 0) {
		zv_source_close(o);
		return NULL;
	}
	return o;
}

/* ---- from the old one to the one that is there ------------------------------------------------ */

static void
warn_lost(struct zv_source *s, const struct folder *f, int64_t offset)
{
	zv_buf_clear(&s->warning);
	zv_buf_printf(
		&s->warning,
		"%s is another file than the last time, and the old one is not beside "
		"it: rows that were added to it behind byte %" PRId64 " are not read; ",
		zv_db_name(s->db), offset);
	if (f->packed[0])
		zv_buf_printf(&s->warning,
			      "if that is %s: unpack it, then `zvon import --from "
			      "csv:FILE`",
			      f->packed);
	else
		zv_buf_printf(&s->warning,
			      "find it, then `zvon import --from csv:%s.1`", f->base);
}

/* The rest of the old one is read next, then those that came after it. */
static void
queue_from(struct zv_source *s, struct folder *f, size_t i)
{
	for (size_t k = i + 1; k < f->n; k++) {
		if (!is_rotated_name(f->base, f->files[k].name))
			continue;
		s->newer[s->n_newer++] = f->files[k].name;
		f->files[k].name = NULL;
	}
}

int
zv_source_find_older(struct zv_source *s, const struct zv_source_file *file,
		     int64_t offset)
{
	struct zv_db_url *url = zv_db_url_parse(zv_buf_str(&s->url), NULL);
	struct folder *f = zv_calloc(1, sizeof *f);
	int rc = url && f ? 0 : ZV_ENOMEM;

	zv_source_forget_older(s);
	if (rc == 0) {
		f->inode = file->inode;
		rc = read_folder(f, url->path);
	}
	for (size_t i = 0; rc == 0 && i < f->n && !s->older; i++) {
		s->older = open_at(s, f->files[i].name, file, offset);
		if (s->older)
			queue_from(s, f, i);
	}
	if (rc == 0 && !s->older)
		warn_lost(s, f, offset);
	if (f)
		free_folder(f);
	zv_free(f);
	zv_db_url_free(url);
	return rc;
}

void
zv_source_forget_older(struct zv_source *s)
{
	zv_source_close(s->older);
	s->older = NULL;
	s->behind[0] = '\0';
	for (size_t i = s->i_newer; i < s->n_newer; i++)
		zv_free(s->newer[i]);
	s->i_newer = s->n_newer = 0;
}

/* The next of them, from its beginning. One that is gone meanwhile, or may not be read, is left
 * out. */
static void
open_next(struct zv_source *s)
{
	zv_source_position(s->older, s->behind);
	zv_source_close(s->older);
	s->older = NULL;
	while (!s->older && s->i_newer < s->n_newer) {
		char *name = s->newer[s->i_newer++];

		s->older = open_file(s, name, NULL);
		zv_free(name);
	}
}

int
zv_source_next_older(struct zv_source *s, struct zv_source_row *row,
		     struct zv_error *err)
{
	while (s->older) {
		int rc = zv_source_next(s->older, row, err);

		if (rc != 0)
			return rc;
		if (atomic_load(&s->is_interrupted))
			return zv_fail(err, ZV_ETIMEOUT, "%s: interrupted",
				       zv_db_name(s->db));
		open_next(s);
	}
	return 0;
}
