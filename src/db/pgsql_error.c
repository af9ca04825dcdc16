/* PostgreSQL's SQLSTATE: postgresql.org/docs/current/errcodes-appendix.html. */
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "db/pgsql.h"

enum how { PLAIN, LOST };

/* The first row whose state begins so. */
static const struct {
	const char *state;
	int code;
	enum how how;
	const char *advice;
} codes[] = {
	{ "53300", ZV_EBUSY, LOST, "the server has no free connection" },
	{ "55P03", ZV_EBUSY, PLAIN, "somebody else has it locked; try again" },
	{ "55006", ZV_EBUSY, PLAIN, "somebody else uses it; try again" },
	{ "40", ZV_EBUSY, PLAIN, "somebody else was in the way; try again" },
	{ "28", ZV_EAUTH, LOST, "check the account and its secret" },
	{ "42501", ZV_EAUTH, PLAIN, "check the rights of the account" },
	{ "3D000", ZV_ENOTFOUND, LOST, "check the name of the database" },
	{ "42P01", ZV_ENOTFOUND, PLAIN, "check the name of the table" },
	{ "42703", ZV_ENOTFOUND, PLAIN, "check the name of the column" },
	{ "57014", ZV_ETIMEOUT, PLAIN, "ask for less, or allow more time" },
	{ "57P", ZV_ECLOSED, LOST, "the server goes down or comes up" },
	{ "08", ZV_ECLOSED, LOST, "the connection was lost" },
	{ "25006", ZV_EIO, LOST, "it may only be read" },
	{ "53100", ZV_EIO, PLAIN, "the server's disk is full" },
	{ "58", ZV_EIO, PLAIN, "check the server's disk" },
	{ "53200", ZV_EIO, PLAIN, "the server has no memory left" },
	{ "XX001", ZV_EPROTO, PLAIN, "the server's data are damaged" },
	{ "XX002", ZV_EPROTO, PLAIN, "the server's index is damaged" },
	{ "54", ZV_ETOOBIG, PLAIN, "it is more than the server takes" },
	{ "22001", ZV_ETOOBIG, PLAIN, "the column is too short" },
};

/* libpq's texts have several lines: the first says it. */
static struct zv_str
first_line(const char *text)
{
	struct zv_str rest = zv_str_trim(zvon_str(text)), line = rest;

	zv_str_split(&rest, '\n', &line);
	return line;
}

int
pg_fail(struct zv_db *db, const char *state, const char *text, struct zv_error *err)
{
	struct zv_str line = first_line(text), s = zvon_str(state);

	if (strcmp(state, "23505") == 0)
		return zv_db_fail_duplicate(db, text, err);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (!zv_str_starts(s, zvon_str(codes[i].state)))
			continue;
		db->is_lost = db->is_lost || codes[i].how == LOST;
		return zv_fail(err, codes[i].code, "%s: %.*s: %s", db->url->shown,
			       ZV_ARG(line), codes[i].advice);
	}
	return zv_fail(err, ZV_EINVAL, "%s: %.*s", db->url->shown, ZV_ARG(line));
}

/* In "FATAL:  28P01: password authentication failed …"; "" if there is none. */
static void
find_state(const char *text, char out[6])
{
	const char *p = text;

	out[0] = '\0';
	while ((p = strstr(p, ":  "))) {
		p += 3;
		if (strspn(p, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 &&
		    p[5] == ':') {
			memcpy(out, p, 5);
			out[5] = '\0';
			return;
		}
	}
}

static bool
is_about_tls(const char *text)
{
	static const char *const words[] = { "SSL", "certificate" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

int
pg_fail_connection(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	const char *text = PQerrorMessage(pg->connection);
	struct zv_str line = first_line(text);
	char state[6];

	find_state(text, state);
	db->is_lost = true;
	if (state[0] && strncmp(state, "57P", 3) != 0)
		return pg_fail(db, state, text, err);
	if (is_about_tls(text))
		return zv_fail(err, ZV_ETLS, "%s: %.*s: check tls= and ca= of the URL",
			       db->url->shown, ZV_ARG(line));
	return zv_fail(err, ZV_EIO,
		       "%s: %.*s: check host, port, and that the server runs",
		       db->url->shown, ZV_ARG(line));
}
