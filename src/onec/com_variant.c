#include "onec/com_variant.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "onec/text16.h"
#include "zvon/error.h"

/* ---- texts ------------------------------------------------------------------------------ */

BSTR
zv_com_bstr(struct zv_str text)
{
	uint16_t *units =
		text.n < UINT_MAX / 4 ? zv_malloc((text.n + 1) * sizeof *units) : NULL;
	BSTR out;

	if (!units)
		return NULL;
	out = SysAllocStringLen(units, (UINT)zv_utf16_from_8(units, text));
	zv_free(units);
	return out;
}

BSTR
zv_com_bstr_shown(struct zv_str text)
{
	BSTR out = zv_com_bstr(text);

	for (UINT i = 0; out && i < SysStringLen(out); i++)
		if (!out[i])
			out[i] = 0xfffd;
	return out;
}

int
zv_com_text_from_bstr(struct zv_buf *out, BSTR text)
{
	return zv_utf8_from_16(out, text, SysStringLen(text));
}

/* ---- dates ------------------------------------------------------------------------------ */

#define DAYS_TO_1970 25569 /* from 1899-12-30 */
#define DAY_S	     86400

#define FIRST_SECOND (-62135596800LL) /* 0001-01-01 */
#define LAST_SECOND  253402300799LL   /* 9999-12-31 23:59:59 */

/* Before 1899-12-30 the days are negative, but the time in them still goes forward:
 * -1.25 is 1899-12-29 06:00. */
static long long
seconds_from_days(double days)
{
	double whole = trunc(days);

	return ((long long)whole - DAYS_TO_1970) * DAY_S +
	       llround(fabs(days - whole) * DAY_S);
}

static double
days_from_seconds(long long seconds)
{
	long long day = seconds / DAY_S, rest = seconds % DAY_S;

	if (rest < 0) {
		day--;
		rest += DAY_S;
	}
	day += DAYS_TO_1970;
	return (double)day + (day < 0 ? -1 : 1) * ((double)rest / DAY_S);
}

/* ---- VARIANT to value ------------------------------------------------------------------- */

static int
take_empty(struct zv_value *out, VARIANT *in)
{
	return 0;
}

static int
take_null(struct zv_value *out, VARIANT *in)
{
	out->kind = ZV_VALUE_NULL;
	return 0;
}

/* An argument that was left out; another error is no value. */
static int
take_error(struct zv_value *out, VARIANT *in)
{
	if (V_ERROR(in) != DISP_E_PARAMNOTFOUND)
		out->kind = ZV_VALUE_OTHER;
	return 0;
}

static int
take_int(struct zv_value *out, VARIANT *in)
{
	if (FAILED(VariantChangeType(in, in, 0, VT_I8)))
		out->kind = ZV_VALUE_OTHER;
	else
		zv_value_set_int(out, V_I8(in));
	return 0;
}

/* More than a long long has is no number of a method. */
static int
take_u8(struct zv_value *out, VARIANT *in)
{
	if (V_UI8(in) > INT64_MAX)
		out->kind = ZV_VALUE_OTHER;
	else
		zv_value_set_int(out, (long long)V_UI8(in));
	return 0;
}

static int
take_real(struct zv_value *out, VARIANT *in)
{
	out->kind = ZV_VALUE_OTHER;
	if (SUCCEEDED(VariantChangeType(in, in, 0, VT_R8))) {
		out->kind = ZV_VALUE_REAL;
		out->real = V_R8(in);
	}
	return 0;
}

static int
take_bool(struct zv_value *out, VARIANT *in)
{
	zv_value_set_bool(out, V_BOOL(in) != VARIANT_FALSE);
	return 0;
}

static int
take_date(struct zv_value *out, VARIANT *in)
{
	double days = V_DATE(in);

	out->kind = ZV_VALUE_OTHER;
	if (days > -1e6 && days < 1e7) {
		long long seconds = seconds_from_days(days);

		if (seconds >= FIRST_SECOND && seconds <= LAST_SECOND) {
			out->kind = ZV_VALUE_DATE;
			out->integer = seconds;
		}
	}
	return 0;
}

/* What is too long is cut where that can still be seen: the core has the words for it. */
static size_t
no_more_than(size_t n)
{
	return n > ZV_VALUE_TEXT_MAX ? ZV_VALUE_TEXT_MAX + 1 : n;
}

static int
take_text(struct zv_value *out, VARIANT *in)
{
	out->kind = ZV_VALUE_TEXT;
	return zv_utf8_from_16(&out->bytes, V_BSTR(in),
			       no_more_than(SysStringLen(V_BSTR(in))));
}

static int
take_bytes(struct zv_value *out, SAFEARRAY *array)
{
	LONG first = 0, last = -1;
	void *p;
	int rc;

	if (!array || SafeArrayGetDim(array) != 1 || SafeArrayGetElemsize(array) != 1 ||
	    FAILED(SafeArrayGetLBound(array, 1, &first)) ||
	    FAILED(SafeArrayGetUBound(array, 1, &last)) ||
	    FAILED(SafeArrayAccessData(array, &p))) {
		out->kind = ZV_VALUE_OTHER;
		return 0;
	}
	out->kind = ZV_VALUE_BLOB;
	rc = zv_buf_add(&out->bytes,
			(struct zv_str){ p, no_more_than((size_t)((long long)last -
								  first + 1)) });
	SafeArrayUnaccessData(array);
	return rc;
}

static int
take_blob(struct zv_value *out, VARIANT *in)
{
	return take_bytes(out, V_ARRAY(in));
}

/* The first is what the script's values are; the others come from web clients, other
 * COM callers and 1C's own COM objects. */
static const struct {
	VARTYPE vt;
	int (*take)(struct zv_value *out, VARIANT *in);
} takes[] = {
	{ VT_EMPTY, take_empty },
	{ VT_I4, take_int },
	{ VT_R8, take_real },
	{ VT_BSTR, take_text },
	{ VT_BOOL, take_bool },
	{ VT_DATE, take_date },
	{ VT_NULL, take_null },
	{ VT_ERROR, take_error },
	{ VT_I2, take_int },
	{ VT_UI1, take_int },
	{ VT_I1, take_int },
	{ VT_UI2, take_int },
	{ VT_UI4, take_int },
	{ VT_I8, take_int },
	{ VT_UI8, take_u8 },
	{ VT_INT, take_int },
	{ VT_UINT, take_int },
	{ VT_R4, take_real },
	{ VT_CY, take_real },
	{ VT_DECIMAL, take_real },
	{ VT_ARRAY | VT_UI1, take_blob },
};

static int
take(struct zv_value *out, VARIANT *in)
{
	for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
		if (takes[i].vt == V_VT(in))
			return takes[i].take(out, in);
	out->kind = ZV_VALUE_OTHER;
	return 0;
}

int
zv_com_value_from_variant(struct zv_value *out, VARIANT *in)
{
	VARIANT plain; /* a copy, behind the reference if it is one */
	HRESULT hr;
	int rc;

	VariantInit(&plain);
	hr = VariantCopyInd(&plain, in);
	if (hr == E_OUTOFMEMORY)
		return ZV_ENOMEM;
	if (FAILED(hr)) {
		out->kind = ZV_VALUE_OTHER;
		return 0;
	}
	rc = take(out, &plain);
	VariantClear(&plain);
	if (rc < 0)
		zv_value_deinit(out);
	return rc;
}

/* ---- value to VARIANT ------------------------------------------------------------------- */

static bool
give_nothing(VARIANT *out, const struct zv_value *in, bool is_8)
{
	return true;
}

/* 7.7 has no NULL. */
static bool
give_null(VARIANT *out, const struct zv_value *in, bool is_8)
{
	V_VT(out) = is_8 ? VT_NULL : VT_EMPTY;
	return true;
}

static bool
give_real(VARIANT *out, const struct zv_value *in, bool is_8)
{
	V_VT(out) = VT_R8;
	V_R8(out) = in->real;
	return true;
}

/* 1C knows whole numbers of 32 bits, and fractions. */
static bool
give_int(VARIANT *out, const struct zv_value *in, bool is_8)
{
	if (in->integer < INT32_MIN || in->integer > INT32_MAX) {
		V_VT(out) = VT_R8;
		V_R8(out) = (double)in->integer;
	} else {
		V_VT(out) = VT_I4;
		V_I4(out) = (LONG)in->integer;
	}
	return true;
}

static bool
give_bool(VARIANT *out, const struct zv_value *in, bool is_8)
{
	if (is_8) {
		V_VT(out) = VT_BOOL;
		V_BOOL(out) = in->boolean ? VARIANT_TRUE : VARIANT_FALSE;
	} else {
		V_VT(out) = VT_I4;
		V_I4(out) = in->boolean;
	}
	return true;
}

static bool
give_date(VARIANT *out, const struct zv_value *in, bool is_8)
{
	V_VT(out) = VT_DATE;
	V_DATE(out) = days_from_seconds(in->integer);
	return true;
}

static bool
give_bstr(VARIANT *out, struct zv_str text)
{
	BSTR bstr = zv_com_bstr(text);

	if (!bstr)
		return false;
	V_VT(out) = VT_BSTR;
	V_BSTR(out) = bstr;
	return true;
}

static bool
give_text(VARIANT *out, const struct zv_value *in, bool is_8)
{
	return give_bstr(out, zv_buf_str(&in->bytes));
}

static bool
give_base64(VARIANT *out, struct zv_str bytes)
{
	struct zv_buf text = { 0 };
	bool ok = zv_base64_encode(&text, bytes, false) >= 0 &&
		  give_bstr(out, zv_buf_str(&text));

	zv_buf_deinit(&text);
	return ok;
}

static bool
give_blob(VARIANT *out, const struct zv_value *in, bool is_8)
{
	SAFEARRAY *array;

	if (!is_8)
		return give_base64(out, zv_buf_str(&in->bytes));
	array = SafeArrayCreateVector(VT_UI1, 0, (ULONG)in->bytes.n);
	if (!array)
		return false;
	if (in->bytes.n)
		memcpy(array->pvData, in->bytes.p, in->bytes.n);
	V_VT(out) = VT_ARRAY | VT_UI1;
	V_ARRAY(out) = array;
	return true;
}

static bool (*const gives[])(VARIANT *, const struct zv_value *, bool) = {
	[ZV_VALUE_EMPTY] = give_nothing, [ZV_VALUE_NULL] = give_null,
	[ZV_VALUE_INT] = give_int,	 [ZV_VALUE_REAL] = give_real,
	[ZV_VALUE_BOOL] = give_bool,	 [ZV_VALUE_TEXT] = give_text,
	[ZV_VALUE_BLOB] = give_blob,	 [ZV_VALUE_DATE] = give_date,
	[ZV_VALUE_OTHER] = give_nothing,
};

bool
zv_com_variant_from_value(VARIANT *out, const struct zv_value *in, bool is_8)
{
	VariantInit(out);
	return gives[in->kind](out, in, is_8);
}

/* ---- arguments -------------------------------------------------------------------------- */

long
zv_com_n_arguments(SAFEARRAY **array)
{
	LONG first = 0, last = -1;
	VARTYPE vt = 0;

	if (!array || !*array)
		return 0;
	if (SafeArrayGetDim(*array) != 1 || FAILED(SafeArrayGetVartype(*array, &vt)) ||
	    vt != VT_VARIANT || FAILED(SafeArrayGetLBound(*array, 1, &first)) ||
	    FAILED(SafeArrayGetUBound(*array, 1, &last)))
		return -1;
	return last - first + 1;
}

static LONG
index_of(SAFEARRAY *array, size_t place)
{
	LONG first = 0;

	SafeArrayGetLBound(array, 1, &first);
	return first + (LONG)place;
}

/* The element itself: borrowed while the array is not changed. */
static VARIANT *
element(SAFEARRAY *array, size_t place)
{
	LONG index = index_of(array, place);
	void *p = NULL;

	return SUCCEEDED(SafeArrayPtrOfIndex(array, &index, &p)) ? p : NULL;
}

int
zv_com_argument_get(SAFEARRAY *array, size_t place, struct zv_value *out)
{
	VARIANT *its = element(array, place);

	return its ? zv_com_value_from_variant(out, its) : ZV_EINVAL;
}

/* An element that refers to the caller's variable (VT_BYREF | VT_VARIANT) keeps doing so. */
bool
zv_com_argument_put(SAFEARRAY *array, size_t place, const struct zv_value *in,
		    bool is_8)
{
	VARIANT made, *its = element(array, place);
	bool ok;

	if (!its || !zv_com_variant_from_value(&made, in, is_8))
		return false;
	if (V_VT(its) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(its))
		its = V_VARIANTREF(its);
	ok = SUCCEEDED(VariantCopy(its, &made));
	VariantClear(&made);
	return ok;
}
