/* Master.csv of Asterisk, read as a table: SELECT * FROM cdr WHERE position >= ?. The file grows
 * while it is read; a line that is still being written is left for the next time. The columns
 * are those of cdr_csv.c, 1.8 to 22, which writes no names: how many there are tells which. What
 * other tools export begins with a line of names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "db/driver.h"
#include "hist/csv.h"

#define BLOCK_BYTES (256u * 1024)

enum { N_BASE = 16, N_NAMES = 21 };

static const char *const asterisk_names[N_NAMES] = {
	"accountcode", "src",	   "dst",	  "dcontext", "clid",	  "channel",
	"dstchannel",  "lastapp",  "lastdata",	  "start",    "answer",	  "end",
	"duration",    "billsec",  "disposition", "amaflags", "uniqueid", "userfield",
	"peeraccount", "linkedid", "sequence",
};

/* How many fields -> where those behind the 16th go: loguniqueid, loguserfield and, since 1.8,
 * newcdrcolumns of cdr.conf. One alone is the uniqueid: the option that all set. */
static const struct {
	size_t n;
	unsigned char at[5];
} layouts[] = {
	{ 16, { 0 } },
	{ 17, { 16 } },
	{ 18, { 16, 17 } },
	{ 19, { 18, 19, 20 } },
	{ 20, { 16, 18, 19, 20 } },
	{ 21, { 16, 17, 18, 19, 20 } },
};

struct csv {
	int file;
	const char *names[ZV_CSV_FIELDS_MAX]; /* columns, before the three of ours */
	size_t n_names;
	char *columns; /* of the URL or of the head line, cut up; NULL: cdr_csv.c's */
	bool are_told; /* by the URL */
	size_t head;   /* bytes of a head line */
	char inode[24];
	char *bytes;
	size_t n, at, cap;
	int64_t position; /* of the file, at bytes[at] */
	bool is_at_end;
	uint64_t strange;
	struct zv_csv_record record;
};

/* ---- opening ----------------------------------------------------------------------------- */

static int
fail_file(struct zv_db *db, struct zv_error *err)
{
	int code = errno == ENOENT ? ZV_ENOTFOUND : errno == EACCES ? ZV_EAUTH : ZV_EIO;

	if (err && err->code == 0)
		err->system = errno;
	return zv_fail(err, code, "%s: %s", zv_db_name(db), zv_file_error_text(errno));
}

static int
name_columns(struct csv *c, const char *list, struct zv_error *err)
{
	char *p = zv_strdup(list);

	zv_free(c->columns);
	c->columns = p;
	c->n_names = 0;
	if (!p)
		return zv_fail_nomem(err);
	for (char *name; (name = strsep(&p, ","));) {
		if (c->n_names == ZV_CSV_FIELDS_MAX || !*name)
			return zv_fail(
				err, ZV_EINVAL,
				"columns= has 1 to %d names, with commas between",
				ZV_CSV_FIELDS_MAX);
		c->names[c->n_names++] = name;
	}
	return 0;
}

static int
csv_open(struct zv_db *db, struct zv_error *err)
{
	struct csv *c = db->own = zv_calloc(1, sizeof *c);
	const char *columns = zv_db_url_word(db->url, "columns");

	if (!c)
		return zv_fail_nomem(err);
	c->file = -1;
	if (access(db->url->path, R_OK) < 0)
		return fail_file(db, err);
	c->are_told = columns != NULL;
	return columns ? name_columns(c, columns, err) : 0;
}

static void
csv_end(struct zv_db *db)
{
	struct csv *c = db->own;

	if (c->file >= 0)
		close(c->file);
	c->file = -1;
	c->n = c->at = 0;
}

static void
csv_close(struct zv_db *db)
{
	struct csv *c = db->own;

	if (!c)
		return;
	csv_end(db);
	zv_free(c->bytes);
	zv_free(c->columns);
	zv_free(c);
	db->own = NULL;
}

/* ---- the one statement that there is ------------------------------------------------------- */

/* The next word, without the blanks before it. */
static struct zv_str
take_word(struct zv_str *rest)
{
	struct zv_str word;

	*rest = zv_str_trim(*rest);
	word = *rest;
	for (word.n = 0; word.n < rest->n && !strchr(" \t\r\n", rest->p[word.n]);)
		word.n++;
	*rest = zv_str_from(*rest, word.n);
	return word;
}

static bool
is_understood(const char *sql)
{
	static const char *const words[] = { "select", "*",	   "from", NULL,
					     "where",  "position", ">=",   "?" };
	struct zv_str rest = zvon_str(sql);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct zv_str word = take_word(&rest);

		if (words[i] ? !zvon_str_equal_nocase(word, zvon_str(words[i]))
			     : !word.n)
			return false;
	}
	return zv_str_trim(rest).n == 0;
}

static int
fail_rotated(struct zv_db *db, struct zv_error *err)
{
	if (err && err->code == 0)
		err->system = ZV_DB_ROTATED;
	return zv_fail(
		err, ZV_ENOTFOUND,
		"%s: another file has come in its place: read it from position 0",
		zv_db_name(db));
}

/* Tools that export a table write a first line with the names of its columns. */
static bool
is_head(const struct zv_csv_record *record)
{
	static const char *const always[] = { "channel", "disposition", "billsec" };
	size_t found = 0;

	for (size_t i = 0; i < record->n; i++)
		for (size_t k = 0; k < sizeof always / sizeof *always; k++)
			found += zvon_str_equal(record->fields[i], zvon_str(always[k]));
	return found >= 2;
}

/* The names of its fields as those of the columns. */
static int
take_head(struct csv *c, const struct zv_csv_record *record, struct zv_error *err)
{
	struct zv_buf names = { 0 };
	int r;

	for (size_t i = 0; i < record->n; i++) {
		if (i)
			zv_buf_add_char(&names, ',');
		zv_buf_add(&names, record->fields[i]);
	}
	r = zv_buf_failed(&names) ? zv_fail_nomem(err)
				  : name_columns(c, zv_buf_cstr(&names), err);
	zv_buf_deinit(&names);
	return r;
}

/* The file's first line tells what its columns are, if the URL does not. */
static int
find_columns(struct zv_db *db, struct zv_error *err)
{
	struct csv *c = db->own;
	ssize_t n = pread(c->file, c->bytes, ZV_CSV_RECORD_MAX, 0);
	size_t used;

	if (n < 0)
		return fail_file(db, err);
	c->head = 0;
	if (zv_csv_next(c->bytes, (size_t)n, &c->record, &used) == 1 &&
	    is_head(&c->record)) {
		c->head = used;
		return c->are_told ? 0 : take_head(c, &c->record, err);
	}
	if (c->are_told)
		return 0;
	zv_free(c->columns);
	c->columns = NULL;
	memcpy(c->names, asterisk_names, sizeof asterisk_names);
	c->n_names = N_NAMES;
	return 0;
}

/* A position is one where a record begins; in a file that came in the place of the old one it
 * nearly never is. */
static int
seek(struct zv_db *db, int64_t position, struct zv_error *err)
{
	struct csv *c = db->own;
	struct stat status;
	char before;

	if (fstat(c->file, &status) < 0)
		return fail_file(db, err);
	if (!S_ISREG(status.st_mode))
		return zv_fail(
			err, ZV_EINVAL, "%s: %s", zv_db_name(db),
			zv_file_error_text(S_ISDIR(status.st_mode) ? EISDIR : EINVAL));
	snprintf(c->inode, sizeof c->inode, "%llu", (unsigned long long)status.st_ino);
	if (position > status.st_size)
		return fail_rotated(db, err);
	if (position > 0 &&
	    (pread(c->file, &before, 1, position - 1) != 1 || before != '\n'))
		return fail_rotated(db, err);
	position = position > (int64_t)c->head ? position : (int64_t)c->head;
	c->position = position;
	return lseek(c->file, position, SEEK_SET) < 0 ? fail_file(db, err) : 0;
}

static int
name_all(struct zv_db *db)
{
	static const char *const ours[] = { "position", "next_position", "file" };
	struct csv *c = db->own;
	int r = zv_db_rows_begin(db, c->n_names + 3);

	for (size_t i = 0; r == 0 && i < c->n_names + 3; i++)
		r = zv_db_rows_name(
			db, i, i < c->n_names ? c->names[i] : ours[i - c->n_names]);
	return r;
}

static int
csv_query(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	  struct zv_error *err)
{
	struct csv *c = db->own;
	int r;

	if (!is_understood(sql) || n != 1 || values[0].type != ZV_DB_INT ||
	    values[0].number < 0)
		return zv_fail(
			err, ZV_EINVAL,
			"%s: a CSV file knows only SELECT * FROM cdr WHERE position >= "
			"?, with a number",
			zv_db_name(db));
	c->n = c->at = 0;
	c->is_at_end = false;
	if (!c->bytes && !(c->bytes = zv_malloc(c->cap = BLOCK_BYTES)))
		return zv_fail_nomem(err);
	c->file = open(db->url->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (c->file < 0)
		return fail_file(db, err);
	r = find_columns(db, err);
	if (r == 0)
		r = seek(db, values[0].number, err);
	if (r == 0 && name_all(db) < 0)
		r = zv_fail_nomem(err);
	if (r < 0)
		csv_end(db);
	return r;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* More bytes behind those that are left; 0: there are none now. */
static long long
read_more(struct zv_db *db, struct zv_error *err)
{
	struct csv *c = db->own;
	ssize_t got;

	if (zv_db_left_ms(db) == 0)
		return zv_db_fail_time(db, err);
	memmove(c->bytes, c->bytes + c->at, c->n - c->at);
	c->n -= c->at;
	c->at = 0;
	got = read(c->file, c->bytes + c->n, c->cap - c->n);
	if (got < 0)
		return fail_file(db, err);
	c->n += (size_t)got;
	return got;
}

/* 1: the next record that has fields is in c->record, at *position; 0: no more. */
static int
next_record(struct zv_db *db, int64_t *position, struct zv_error *err)
{
	struct csv *c = db->own;

	for (;;) {
		size_t used;
		int r = zv_csv_next(c->bytes + c->at, c->n - c->at, &c->record, &used);
		long long more;

		*position = c->position;
		c->at += used;
		c->position += (int64_t)used;
		c->strange += r < 0;
		if (r == 1 && c->record.n)
			return 1;
		if (r != 0)
			continue;
		more = c->is_at_end ? 0 : read_more(db, err);
		if (more <= 0)
			return (int)more;
	}
}

/* Where field i of a record of n goes. */
static size_t
place_of(const struct csv *c, size_t i, size_t n)
{
	if (c->columns || i < N_BASE)
		return i;
	for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++)
		if (layouts[k].n == n)
			return layouts[k].at[i - N_BASE];
	return i;
}

static int
csv_next(struct zv_db *db, struct zv_error *err)
{
	struct csv *c = db->own;
	struct zv_db_value *values = db->rows.values;
	int64_t position;
	int r;

	if (c->file < 0)
		return 0;
	r = next_record(db, &position, err);
	if (r <= 0)
		return r;
	for (size_t i = 0; i < c->n_names; i++)
		values[i] = zv_db_null();
	for (size_t i = 0; i < c->record.n; i++) {
		size_t at = place_of(c, i, c->record.n);

		if (at < c->n_names)
			values[at] = zv_db_text(c->record.fields[i]);
	}
	values[c->n_names] = zv_db_int(position);
	values[c->n_names + 1] = zv_db_int(c->position);
	values[c->n_names + 2] = zv_db_text(zvon_str(c->inode));
	return 1;
}

static long long
csv_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s: a CSV file can only be read",
		       zv_db_name(db));
}

static int
csv_ping(struct zv_db *db, struct zv_error *err)
{
	return access(db->url->path, R_OK) < 0 ? fail_file(db, err) : 0;
}

static const char *const words[] = { "columns", NULL };

const struct zv_db_driver zv_db_csv = {
	.version = ZV_DB_DRIVER_VERSION,
	.dialect = ZV_DB_SCAN,
	.words = words,
	.open = csv_open,
	.close = csv_close,
	.run = csv_run,
	.query = csv_query,
	.next = csv_next,
	.end = csv_end,
	.ping = csv_ping,
};
