/* Values on their way to the server and back: as text, but for bytes. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "db/pgsql.h"

/* Numbers of pg_type.dat. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_OID = 26,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_TIMESTAMPTZ = 1184,
	OID_NUMERIC = 1700,
};

/* ---- to the server ------------------------------------------------------------------------ */

static void
write_value(struct pg *pg, const struct zv_db_value *v)
{
	struct zv_buf *out = &pg->parameters;

	if (v->type == ZV_DB_INT)
		zv_buf_printf(out, "%lld", (long long)v->number);
	else if (v->type == ZV_DB_REAL)
		zv_buf_printf(out, "%.17g", v->real);
	else
		zv_buf_add(out, v->text);
	zv_buf_add_char(out, '\0');
}

int
pg_bind(struct pg *pg, const struct zv_db_value *values, size_t n)
{
	size_t at = 0;

	zv_buf_clear(&pg->parameters);
	for (size_t i = 0; i < n; i++) {
		size_t before = pg->parameters.n;

		if (values[i].type != ZV_DB_NULL)
			write_value(pg, &values[i]);
		pg->lengths[i] = (int)(pg->parameters.n - before);
		pg->formats[i] = values[i].type == ZV_DB_BLOB;
	}
	if (zv_buf_failed(&pg->parameters))
		return ZV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		bool is_null = pg->lengths[i] == 0;

		pg->values[i] = is_null ? NULL : pg->parameters.p + at;
		at += (size_t)pg->lengths[i];
		pg->lengths[i] -= is_null ? 0 : 1; /* without the NUL */
	}
	return 0;
}

/* ---- from the server ---------------------------------------------------------------------- */

static int
digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* "\x00ff" */
static struct zv_str
read_bytes(struct zv_buf *out, struct zv_str s)
{
	size_t at = out->n;

	for (size_t i = 2; i + 1 < s.n; i += 2)
		zv_buf_add_char(out, (char)(digit(s.p[i]) << 4 | digit(s.p[i + 1])));
	return (struct zv_str){ out->p + at, out->n - at };
}

/* "2026-11-21 01:33:08.5+00" of a session in UTC, as RFC 3339. */
static struct zv_str
read_time(struct zv_buf *out, struct zv_str s)
{
	size_t at = out->n;

	if (s.n < 22 || s.p[10] != ' ' || memcmp(s.p + s.n - 3, "+00", 3) != 0)
		return s; /* infinity, BC */
	zv_buf_add(out, (struct zv_str){ s.p, s.n - 3 });
	zv_buf_add_char(out, 'Z');
	out->p[at + 10] = 'T';
	return (struct zv_str){ out->p + at, out->n - at };
}

static void
read_value(struct pg *pg, Oid type, struct zv_str s, struct zv_db_value *out)
{
	*out = zv_db_text(s);
	switch (type) {
	case OID_BOOL:
		*out = zv_db_int(s.p[0] == 't');
		break;
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
	case OID_OID:
	case OID_NUMERIC:
		zv_db_number(s, out);
		break;
	case OID_FLOAT4:
	case OID_FLOAT8:
		zv_db_number(s, out);
		if (out->type == ZV_DB_INT) {
			out->type = ZV_DB_REAL;
			out->real = (double)out->number;
		}
		break;
	case OID_BYTEA:
		out->type = ZV_DB_BLOB;
		out->text = read_bytes(&pg->bytes, s);
		break;
	case OID_TIMESTAMPTZ:
		out->text = read_time(&pg->bytes, s);
		break;
	default:
		break;
	}
}

static struct zv_str
text_of(const PGresult *row, int i)
{
	return (struct zv_str){ PQgetvalue(row, 0, i), (size_t)PQgetlength(row, 0, i) };
}

int
pg_read_row(struct zv_db *db, const PGresult *row)
{
	struct pg *pg = db->own;
	size_t room = 0;

	zv_buf_clear(&pg->bytes);
	for (size_t i = 0; i < db->rows.n; i++) {
		Oid type = PQftype(row, (int)i);

		if (type == OID_BYTEA || type == OID_TIMESTAMPTZ)
			room += (size_t)PQgetlength(row, 0, (int)i) + 1;
	}
	/* at once: what the row points to may not move */
	if (room && zv_buf_reserve(&pg->bytes, room) < 0)
		return ZV_ENOMEM;
	for (size_t i = 0; i < db->rows.n; i++) {
		struct zv_db_value *v = &db->rows.values[i];

		*v = zv_db_null();
		if (!PQgetisnull(row, 0, (int)i))
			read_value(pg, PQftype(row, (int)i), text_of(row, (int)i), v);
	}
	return 0;
}
