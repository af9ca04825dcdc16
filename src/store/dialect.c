#include "store/dialect.h"

#include "base/num.h"
#include "zvon/error.h"

enum {
	SQLITE,
	MYSQL,
	PGSQL,
	DIALECTS,
};

/* $ stands for what follows the colon. */
static const struct word {
	const char *name;
	const char *text[DIALECTS];
} words[] = {
	{ "key",
	  { "INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY", "BIGINT PRIMARY KEY" } },
	{ "int",
	  { "INTEGER NOT NULL DEFAULT 0", "BIGINT NOT NULL DEFAULT 0",
	    "BIGINT NOT NULL DEFAULT 0" } },
	{ "small",
	  { "INTEGER NOT NULL DEFAULT 0", "SMALLINT NOT NULL DEFAULT 0",
	    "SMALLINT NOT NULL DEFAULT 0" } },
	{ "id",
	  { "TEXT NOT NULL DEFAULT ''", "VARCHAR(150) NOT NULL DEFAULT ''",
	    "VARCHAR(150) COLLATE \"C\" NOT NULL DEFAULT ''" } },
	{ "text",
	  { "TEXT NOT NULL DEFAULT ''", "VARCHAR(255) NOT NULL DEFAULT ''",
	    "VARCHAR(255) COLLATE \"C\" NOT NULL DEFAULT ''" } },
	{ "long",
	  { "TEXT NOT NULL DEFAULT ''", "MEDIUMTEXT NOT NULL DEFAULT ''",
	    "TEXT NOT NULL DEFAULT ''" } },
	{ "table",
	  { "WITHOUT ROWID",
	    "ENGINE InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "" } },
	{ "rows",
	  { "", "ENGINE InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "" } },
	{ "new", { "INSERT", "INSERT IGNORE", "INSERT" } },
	{ "skip", { "ON CONFLICT DO NOTHING", "", "ON CONFLICT DO NOTHING" } },
	{ "upsert",
	  { "ON CONFLICT ($) DO UPDATE SET", "ON DUPLICATE KEY UPDATE",
	    "ON CONFLICT ($) DO UPDATE SET" } },
	{ "set", { "$ = excluded.$", "$ = VALUES($)", "$ = excluded.$" } },
	{ "server_bit",
	  { "(1 << (what >> 20))", "(1 << (what >> 20))",
	    "(CAST(1 AS BIGINT) << CAST(what >> 20 AS INTEGER))" } },
	{ "time",
	  { "CASE WHEN $ > 0 THEN strftime('%Y-%m-%d %H:%M:%S', $ / 1000, 'unixepoch') "
	    "END",
	    "CASE WHEN $ > 0 THEN TIMESTAMPADD(SECOND, $ DIV 1000, "
	    "'1970-01-01 00:00:00') END",
	    "CASE WHEN $ > 0 THEN TIMESTAMP '1970-01-01 00:00:00' + "
	    "$ / 1000 * INTERVAL '1 second' END" } },
	{ "lines",
	  { "replace($, char(10), ', ')", "replace($, CHAR(10), ', ')",
	    "replace($, chr(10), ', ')" } },
	{ "order", { "", "ORDER BY $", "ORDER BY $" } },
	{ "view",
	  { "CREATE VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW",
	    "CREATE OR REPLACE VIEW" } },
};

static int
index_of(enum zv_db_dialect dialect)
{
	return dialect == ZV_DB_MYSQL ? MYSQL : dialect == ZV_DB_PGSQL ? PGSQL : SQLITE;
}

static void
add_filled(struct zv_buf *out, const char *text, struct zv_str with)
{
	for (; *text; text++)
		if (*text == '$')
			zv_buf_add(out, with);
		else
			zv_buf_add_char(out, *text);
}

/* {in:3}: "?, ?, ?" */
static int
add_marks(struct zv_buf *out, struct zv_str count)
{
	long long n = 0;

	if (zv_num_parse(count, 1, ZV_DB_PARAMETERS_MAX, &n) < 0)
		return ZV_EINVAL;
	for (long long i = 0; i < n; i++)
		zv_buf_printf(out, i ? ", ?" : "?");
	return 0;
}

/* {add:counts.calls}: the column alone stands on the left. */
static int
add_sum(struct zv_buf *out, int which, struct zv_str what)
{
	const char *dot = memchr(what.p, '.', what.n);
	struct zv_str column;

	if (!dot)
		return ZV_EINVAL;
	column = (struct zv_str){ dot + 1, what.n - (size_t)(dot + 1 - what.p) };
	if (which == MYSQL)
		return zv_buf_printf(out, "%.*s = %.*s + VALUES(%.*s)", ZV_ARG(column),
				     ZV_ARG(column), ZV_ARG(column));
	return zv_buf_printf(out, "%.*s = %.*s + excluded.%.*s", ZV_ARG(column),
			     ZV_ARG(what), ZV_ARG(column));
}

static int
add_word(struct zv_buf *out, int which, struct zv_str name, struct zv_str with)
{
	if (zvon_str_equal(name, ZV_STR("in")))
		return add_marks(out, with);
	if (zvon_str_equal(name, ZV_STR("add")))
		return add_sum(out, which, with);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (zvon_str_equal(name, zvon_str(words[i].name))) {
			add_filled(out, words[i].text[which], with);
			return 0;
		}
	return ZV_EINVAL;
}

int
zv_store_dialect(enum zv_db_dialect dialect, const char *text, struct zv_buf *out)
{
	int which = index_of(dialect);
	const char *open;

	while ((open = strchr(text, '{')) != NULL) {
		const char *close = strchr(open, '}');
		const char *colon;
		struct zv_str name, with = { NULL, 0 };

		if (!close)
			return ZV_EINVAL;
		zv_buf_add(out, (struct zv_str){ text, (size_t)(open - text) });
		name = (struct zv_str){ open + 1, (size_t)(close - open - 1) };
		colon = memchr(name.p, ':', name.n);
		if (colon) {
			with = (struct zv_str){ colon + 1,
						(size_t)(close - colon - 1) };
			name.n = (size_t)(colon - name.p);
		}
		if (add_word(out, which, name, with) < 0)
			return ZV_EINVAL;
		text = close + 1;
	}
	zv_buf_add(out, zvon_str(text));
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}
