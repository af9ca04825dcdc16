/* db_talk.c URL [read_only] [create] [timeout=MS] [connect=MS] - statements from standard input, one a line; what
 * came of each as one line. Driven by test_db_faults.py, which breaks the server meanwhile.
 *
 *	query SQL	ok			run SQL		ok CHANGED
 *	next N		ok GOT VALUES-OF-THE-LAST	all	ok GOT
 *	end, begin, commit, rollback, ping	ok
 *	big SQL		as run, with a text of 4 MiB for its ?
 *	open		ok: a handle of its own, closed again
 *
 * Anything that failed: its code, milliseconds, and the text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "db/db.h"

#define BIG_BYTES (4u << 20)

static struct zv_db_options options;
static struct zv_db *db;
static struct zv_db_rows *rows;

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
show(const struct zv_db_value *v)
{
	switch (v->type) {
	case ZV_DB_NULL:
		printf(" NULL");
		break;
	case ZV_DB_INT:
		printf(" %lld", (long long)v->number);
		break;
	case ZV_DB_REAL:
		printf(" %g", v->real);
		break;
	case ZV_DB_TEXT:
	case ZV_DB_BLOB:
		printf(" '%.*s'", (int)(v->text.n < 100 ? v->text.n : 100),
		       v->text.p ? v->text.p : "");
		break;
	}
}

/* Up to `most` rows: how many, and the last of them. */
static int
read_rows(long long most, struct zv_error *err)
{
	const struct zv_db_value *row = NULL;
	long long n = 0;
	int r = 1;

	if (!rows)
		return zv_fail(err, ZV_EINVAL, "there is no result");
	while (n < most && (r = zv_db_next(rows, &row, err)) == 1)
		n++;
	if (r < 0)
		return r;
	printf("ok %lld", n);
	for (size_t i = 0; r == 1 && row && i < zv_db_columns(rows); i++)
		show(&row[i]);
	printf("\n");
	return 1;
}

static long long
run_big(const char *sql, struct zv_error *err)
{
	struct zv_db_value v = zv_db_text(zvon_str(""));
	char *p = malloc(BIG_BYTES);
	long long r;

	memset(p, 'x', BIG_BYTES);
	v.text = (struct zv_str){ p, BIG_BYTES };
	r = zv_db_run(db, sql, &v, 1, err);
	free(p);
	return r;
}

static long long
open_another(struct zv_error *err)
{
	struct zv_db *other = zv_db_open(&options, err);

	zv_db_close(other);
	return other ? 0 : err->code;
}

static void
end_rows(void)
{
	zv_db_end(rows);
	rows = NULL;
}

/* 1: it has printed its answer itself. */
static long long
obey(const char *word, const char *rest, struct zv_error *err, bool *is_told)
{
	long long r = 0;

	if (strcmp(word, "query") == 0)
		return zv_db_query(db, rest, NULL, 0, &rows, err);
	if (strcmp(word, "run") == 0)
		return zv_db_run(db, rest, NULL, 0, err);
	if (strcmp(word, "big") == 0)
		return run_big(rest, err);
	if (strcmp(word, "begin") == 0)
		return zv_db_begin(db, err);
	if (strcmp(word, "commit") == 0)
		return zv_db_commit(db, err);
	if (strcmp(word, "ping") == 0)
		return zv_db_ping(db, err);
	if (strcmp(word, "open") == 0)
		return open_another(err);
	if (strcmp(word, "next") == 0 || strcmp(word, "all") == 0) {
		r = read_rows(*rest ? atoll(rest) : 1LL << 60, err);
		*is_told = r == 1;
		return r;
	}
	if (strcmp(word, "end") == 0)
		end_rows();
	else if (strcmp(word, "rollback") == 0)
		zv_db_rollback(db);
	else
		return zv_fail(err, ZV_EINVAL, "unknown word");
	return 0;
}

static void
answer(char *line)
{
	struct zv_error err = { 0 };
	long long began = now_ms(), r;
	bool is_told = false;
	char *rest = line + strcspn(line, " \n");

	rest[strcspn(rest, "\n")] = '\0';
	if (*rest)
		*rest++ = '\0';
	r = obey(line, rest, &err, &is_told);
	if (r < 0)
		printf("%s%s %lld %s\n", zvon_err_name((int)r),
		       err.system == ZV_DB_DUPLICATE ? "-DUPLICATE" : "",
		       now_ms() - began, err.text);
	else if (!is_told)
		printf("ok %lld\n", r);
}

int
main(int argc, char **argv)
{
	static char line[65536];
	struct zv_error err = { 0 };

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	options.url = zvon_str(argv[1]);
	options.secret = zvon_str(getenv("ZVON_DB_SECRET"));
	for (int i = 2; i < argc; i++) {
		options.read_only =
			options.read_only || strcmp(argv[i], "read_only") == 0;
		options.create = options.create || strcmp(argv[i], "create") == 0;
		if (strncmp(argv[i], "timeout=", 8) == 0)
			options.timeout_ms = atoi(argv[i] + 8);
		if (strncmp(argv[i], "connect=", 8) == 0)
			options.connect_timeout_ms = atoi(argv[i] + 8);
	}
	db = zv_db_open(&options, &err);
	if (db)
		printf("ok\n");
	else
		printf("%s 0 %s\n", zvon_err_name(err.code), err.text);
	while (db && fgets(line, sizeof line, stdin))
		answer(line);
	end_rows();
	zv_db_close(db);
	return 0;
}
