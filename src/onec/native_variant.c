#include "onec/native_variant.h"

#include <limits.h>

#include "base/utf.h"
#include "onec/native_date.h"
#include "onec/text16.h"
#include "zvon/error.h"

/* ---- from the script ---------------------------------------------------------------------- */

static int
read_empty(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_EMPTY;
	return 0;
}

static int
read_null(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_NULL;
	return 0;
}

static int
read_other(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_OTHER;
	return 0;
}

static int
read_i4(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->i4);
	return 0;
}

static int
read_u4(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->u4);
	return 0;
}

static int
read_i8(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->i8);
	return 0;
}

static int
read_real(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_REAL;
	out->real = v->r8;
	return 0;
}

/* More than a long long has is no number of a method. */
static int
read_u8(const struct zv_variant *v, struct zv_value *out)
{
	if (v->u8 > LLONG_MAX)
		return read_other(v, out);
	zv_value_set_int(out, (long long)v->u8);
	return 0;
}

static int
read_bool(const struct zv_variant *v, struct zv_value *out)
{
	/* whatever byte is there: only 0 is false */
	zv_value_set_bool(out, *(const unsigned char *)&v->boolean != 0);
	return 0;
}

static int
read_date(struct zv_value *out, bool is_date, long long seconds)
{
	out->kind = is_date ? ZV_VALUE_DATE : ZV_VALUE_OTHER;
	out->integer = is_date ? seconds : 0;
	return 0;
}

static int
read_tm(const struct zv_variant *v, struct zv_value *out)
{
	long long seconds = 0;
	bool is_date = zv_native_from_tm(&v->tm, &seconds);

	return read_date(out, is_date, seconds);
}

static int
read_days(const struct zv_variant *v, struct zv_value *out)
{
	long long seconds = 0;
	bool is_date = zv_native_from_days(v->r8, &seconds);

	return read_date(out, is_date, seconds);
}

/* What is too long is cut where that can still be seen: component.c has the words. */
static size_t
no_more_than(size_t n)
{
	return n > ZV_VALUE_TEXT_MAX ? ZV_VALUE_TEXT_MAX + 1 : n;
}

static int
read_units(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_TEXT;
	return v->text.p ? zv_utf8_from_16(&out->bytes, v->text.p,
					   no_more_than(v->text.n))
			 : 0;
}

static int
read_bytes(const struct zv_variant *v, struct zv_value *out)
{
	struct zv_str bytes = { v->bytes.p, v->bytes.p ? no_more_than(v->bytes.n) : 0 };

	out->kind = ZV_VALUE_BLOB;
	return zv_buf_add(&out->bytes, bytes) < 0 ? ZV_ENOMEM : 0;
}

/* A string of char, which no 1C is known to pass: UTF-8, U+FFFD where it is not. */
static int
read_chars(const struct zv_variant *v, struct zv_value *out)
{
	struct zv_str rest = { v->bytes.p, v->bytes.p ? no_more_than(v->bytes.n) : 0 };

	out->kind = ZV_VALUE_TEXT;
	while (rest.n) {
		size_t bad = 1, n = zv_utf8_char(rest, &bad);

		zv_buf_add(&out->bytes,
			   n ? (struct zv_str){ rest.p, n } : ZV_STR("\xef\xbf\xbd"));
		n = n ? n : bad;
		rest.p += n;
		rest.n -= n;
	}
	return zv_buf_failed(&out->bytes) ? ZV_ENOMEM : 0;
}

static int (*const readers[])(const struct zv_variant *v, struct zv_value *out) = {
	[ZV_VT_EMPTY] = read_empty,   [ZV_VT_NULL] = read_null,
	[ZV_VT_I2] = read_i4,	      [ZV_VT_I4] = read_i4,
	[ZV_VT_R4] = read_real,	      [ZV_VT_R8] = read_real,
	[ZV_VT_DATE] = read_days,     [ZV_VT_TM] = read_tm,
	[ZV_VT_PSTR] = read_chars,    [ZV_VT_INTERFACE] = read_other,
	[ZV_VT_ERROR] = read_i4,      [ZV_VT_BOOL] = read_bool,
	[ZV_VT_VARIANT] = read_other, [ZV_VT_I1] = read_i4,
	[ZV_VT_UI1] = read_i4,	      [ZV_VT_UI2] = read_i4,
	[ZV_VT_UI4] = read_u4,	      [ZV_VT_I8] = read_i8,
	[ZV_VT_UI8] = read_u8,	      [ZV_VT_INT] = read_i4,
	[ZV_VT_UINT] = read_u4,	      [ZV_VT_HRESULT] = read_i4,
	[ZV_VT_PWSTR] = read_units,   [ZV_VT_BLOB] = read_bytes,
	[ZV_VT_CLSID] = read_other,
};

int
zv_variant_read(const struct zv_variant *v, struct zv_value *out)
{
	if (v->type >= sizeof readers / sizeof *readers)
		return read_other(v, out);
	return readers[v->type](v, out);
}

/* ---- to the script ------------------------------------------------------------------------- */

static void *
allocate(struct zv_native_memory *memory, size_t bytes)
{
	void *p = NULL;

	if (!memory || bytes > UINT32_MAX ||
	    !memory->table->alloc(memory, &p, (unsigned long)bytes))
		return NULL;
	return p;
}

zv_unit *
zv_native_text(struct zv_str text, struct zv_native_memory *memory, size_t *units)
{
	/* never more units than bytes */
	zv_unit *p = text.n < UINT32_MAX / sizeof *p
			     ? allocate(memory, (text.n + 1) * sizeof *p)
			     : NULL;
	size_t n = p ? zv_utf16_from_8(p, text) : 0;

	if (units)
		*units = n;
	return p;
}

static bool
write_text(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	size_t units;
	zv_unit *p = zv_native_text(zv_buf_str(&in->bytes), memory, &units);

	if (!p)
		return false;
	out->text.p = p;
	out->text.n = (uint32_t)units;
	out->type = ZV_VT_PWSTR;
	return true;
}

static bool
write_blob(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	char *p = allocate(memory, in->bytes.n + 1);

	if (!p)
		return false;
	if (in->bytes.n)
		memcpy(p, in->bytes.p, in->bytes.n);
	p[in->bytes.n] = 0;
	out->bytes.p = p;
	out->bytes.n = (uint32_t)in->bytes.n;
	out->type = ZV_VT_BLOB;
	return true;
}

/* More than an I4 holds is a fraction for 1C: I8 is in the header, but not in the guide. */
static bool
write_int(struct zv_variant *out, const struct zv_value *in,
	  struct zv_native_memory *memory)
{
	if (in->integer >= INT32_MIN && in->integer <= INT32_MAX) {
		out->i4 = (int32_t)in->integer;
		out->type = ZV_VT_I4;
	} else {
		out->r8 = (double)in->integer;
		out->type = ZV_VT_R8;
	}
	return true;
}

static bool
write_real(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->r8 = in->real;
	out->type = ZV_VT_R8;
	return true;
}

static bool
write_bool(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->boolean = in->boolean;
	out->type = ZV_VT_BOOL;
	return true;
}

static bool
write_date(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	if (zv_native_to_tm(&out->tm, in->integer))
		out->type = ZV_VT_TM;
	return true;
}

static bool
write_null(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->type = ZV_VT_NULL;
	return true;
}

static bool
write_empty(struct zv_variant *out, const struct zv_value *in,
	    struct zv_native_memory *memory)
{
	return true;
}

static bool (*const writers[])(struct zv_variant *out, const struct zv_value *in,
			       struct zv_native_memory *memory) = {
	[ZV_VALUE_EMPTY] = write_empty, [ZV_VALUE_NULL] = write_null,
	[ZV_VALUE_INT] = write_int,	[ZV_VALUE_REAL] = write_real,
	[ZV_VALUE_BOOL] = write_bool,	[ZV_VALUE_TEXT] = write_text,
	[ZV_VALUE_BLOB] = write_blob,	[ZV_VALUE_DATE] = write_date,
	[ZV_VALUE_OTHER] = write_empty,
};

/* Zeroed first: hosts read fields beside the one that the type names. */
bool
zv_variant_write(struct zv_variant *out, const struct zv_value *in,
		 struct zv_native_memory *memory)
{
	memset(out, 0, sizeof *out);
	return writers[in->kind](out, in, memory);
}

void
zv_variant_release(struct zv_variant *v, struct zv_native_memory *memory)
{
	void *p = NULL;

	if (v->type == ZV_VT_PWSTR)
		p = v->text.p;
	else if (v->type == ZV_VT_PSTR || v->type == ZV_VT_BLOB)
		p = v->bytes.p;
	if (p && memory)
		memory->table->free(memory, &p);
	memset(v, 0, sizeof *v);
}
