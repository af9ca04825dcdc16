// native_values.cpp - values of the loop as the platform's variants, and back.
#include "native_values.hpp"

enum shape { NOTHING, WHOLE, LONG_WHOLE, REAL, DAYS, TIME, BOOLEAN, UNITS, BYTES };

static const struct row {
	const char *type;
	unsigned short vt;
	enum shape shape;
} rows[] = {
	{ "u", VTYPE_EMPTY, NOTHING },	  { "n", VTYPE_NULL, NOTHING },
	{ "i", VTYPE_I4, WHOLE },	  { "i2", VTYPE_I2, WHOLE },
	{ "i1", VTYPE_I1, WHOLE },	  { "ui1", VTYPE_UI1, WHOLE },
	{ "ui2", VTYPE_UI2, WHOLE },	  { "ui4", VTYPE_UI4, WHOLE },
	{ "int", VTYPE_INT, WHOLE },	  { "uint", VTYPE_UINT, WHOLE },
	{ "error", VTYPE_ERROR, WHOLE },  { "i8", VTYPE_I8, LONG_WHOLE },
	{ "ui8", VTYPE_UI8, LONG_WHOLE }, { "r", VTYPE_R8, REAL },
	{ "r4", VTYPE_R4, REAL },	  { "date", VTYPE_DATE, DAYS },
	{ "d", VTYPE_TM, TIME },	  { "b", VTYPE_BOOL, BOOLEAN },
	{ "s", VTYPE_PWSTR, UNITS },	  { "ps", VTYPE_PSTR, BYTES },
	{ "x", VTYPE_BLOB, BYTES },	  { "iface", VTYPE_INTERFACE, NOTHING },
	{ "array", 0x2000, NOTHING },	  { "clsid", VTYPE_CLSID, NOTHING },
};

static bool
same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static const struct row *
row_of_type(const char *type)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (same(rows[i].type, type))
			return &rows[i];
	return &rows[0];
}

static const struct row *
row_of_vt(unsigned short vt)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].vt == vt)
			return &rows[i];
	return NULL;
}

void
copy_bytes(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = ((const char *)from)[i];
}

// A copy in the platform's memory; texts get a NUL behind them, which is not counted.
static void *
platform_copy(const struct host_value *v, size_t unit)
{
	void *p = NULL;

	if (!v->p)
		return NULL;
	services->alloc_own(&p, (unsigned long)((v->n + 1) * unit));
	copy_bytes(p, v->p, v->n * unit);
	for (size_t i = 0; i < unit; i++)
		((char *)p)[v->n * unit + i] = 0;
	return p;
}

static void
put_time(struct tm *t, const int date[6])
{
	t->tm_year = date[0] - 1900;
	t->tm_mon = date[1] - 1;
	t->tm_mday = date[2];
	t->tm_hour = date[3];
	t->tm_min = date[4];
	t->tm_sec = date[5];
}

void
to_variant(tVariant *out, const struct host_value *v)
{
	const struct row *row = row_of_type(v->type);

	memset(out, 0, sizeof *out);
	out->vt = row->vt;
	switch (row->shape) {
	case NOTHING:
		break;
	case WHOLE:
		out->lVal = (int32_t)v->integer;
		break;
	case LONG_WHOLE:
		out->llVal = v->integer;
		break;
	case REAL:
	case DAYS:
		out->dblVal = v->real;
		break;
	case TIME:
		put_time(&out->tmVal, v->date);
		break;
	case BOOLEAN:
		out->bVal = v->integer != 0;
		break;
	case UNITS:
		out->wstr.p = (WCHAR_T *)platform_copy(v, sizeof(WCHAR_T));
		out->wstr.length = (uint32_t)v->n;
		break;
	case BYTES:
		out->str.p = (char *)platform_copy(v, 1);
		out->str.length = (uint32_t)v->n;
		break;
	}
}

static void
take_time(int date[6], const struct tm *t)
{
	date[0] = t->tm_year + 1900;
	date[1] = t->tm_mon + 1;
	date[2] = t->tm_mday;
	date[3] = t->tm_hour;
	date[4] = t->tm_min;
	date[5] = t->tm_sec;
}

static void
take_bytes(struct host_value *out, const void *p, size_t n, size_t unit)
{
	out->p = services->take((n + 1) * unit);
	out->n = n;
	if (p)
		copy_bytes(out->p, p, n * unit);
}

static void
name_unknown(char type[8], unsigned short vt)
{
	static const char hex[] = "0123456789abcdef";

	type[0] = 'v';
	type[1] = 't';
	for (int i = 0; i < 4; i++)
		type[2 + i] = hex[vt >> (12 - 4 * i) & 15];
	type[6] = 0;
}

void
from_variant(struct host_value *out, const tVariant *v)
{
	const struct row *row = row_of_vt(v->vt);

	memset(out, 0, sizeof *out);
	if (!row) {
		name_unknown(out->type, v->vt);
		return;
	}
	for (size_t i = 0; row->type[i]; i++)
		out->type[i] = row->type[i];
	switch (row->shape) {
	case NOTHING:
		break;
	case WHOLE:
		out->integer = v->lVal;
		break;
	case LONG_WHOLE:
		out->integer = v->llVal;
		break;
	case REAL:
	case DAYS:
		out->real = v->dblVal;
		break;
	case TIME:
		take_time(out->date, &v->tmVal);
		break;
	case BOOLEAN:
		out->integer = v->bVal;
		break;
	case UNITS:
		take_bytes(out, v->wstr.p, v->wstr.length, sizeof(WCHAR_T));
		break;
	case BYTES:
		take_bytes(out, v->str.p, v->str.length, 1);
		break;
	}
}

void
free_variant(tVariant *v)
{
	void *p = NULL;

	if (v->vt == VTYPE_PWSTR)
		p = v->wstr.p;
	else if (v->vt == VTYPE_PSTR || v->vt == VTYPE_BLOB)
		p = v->str.p;
	if (p)
		services->free(&p);
	memset(v, 0, sizeof *v);
}

void
take_name(struct host_value *out, const WCHAR_T *name)
{
	size_t n = 0;

	memset(out, 0, sizeof *out);
	out->type[0] = 's';
	while (name[n])
		n++;
	take_bytes(out, name, n, sizeof(WCHAR_T));
}
