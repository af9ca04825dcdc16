#include "com_values.h"

#include <math.h>
#include <string.h>

#include "lines.h"

/* ---- a line's to VARIANT ------------------------------------------------------------------- */

static void
put_nothing(VARIANT *out, const struct host_value *v)
{
}

static void
put_whole(VARIANT *out, const struct host_value *v)
{
	V_I8(out) = v->integer; /* the shorter ones lie at its beginning */
}

static void
put_bool(VARIANT *out, const struct host_value *v)
{
	V_BOOL(out) = v->integer ? VARIANT_TRUE : VARIANT_FALSE;
}

static void
put_r8(VARIANT *out, const struct host_value *v)
{
	V_R8(out) = v->real;
}

static void
put_r4(VARIANT *out, const struct host_value *v)
{
	V_R4(out) = (float)v->real;
}

static void
put_cy(VARIANT *out, const struct host_value *v)
{
	V_CY(out).int64 = llround(v->real * 10000);
}

static void
put_text(VARIANT *out, const struct host_value *v)
{
	V_BSTR(out) = SysAllocStringLen(v->p, (UINT)v->n);
}

/* COM has no strings of char. */
static void
put_ascii(VARIANT *out, const struct host_value *v)
{
	V_BSTR(out) = SysAllocStringLen(NULL, (UINT)v->n);
	for (size_t i = 0; i < v->n; i++)
		V_BSTR(out)[i] = ((const unsigned char *)v->p)[i];
}

static void
put_bytes(VARIANT *out, const struct host_value *v)
{
	V_ARRAY(out) = SafeArrayCreateVector(VT_UI1, 0, (ULONG)v->n);
	memcpy(V_ARRAY(out)->pvData, v->p, v->n);
}

static void
put_array(VARIANT *out, const struct host_value *v)
{
	V_ARRAY(out) = SafeArrayCreateVector(VT_VARIANT, 0, 2);
}

/* An argument that the script left out. */
static void
put_missing(VARIANT *out, const struct host_value *v)
{
	V_ERROR(out) = DISP_E_PARAMNOTFOUND;
}

/* By reference: to a variable of the script, or to a bare value. */
static void
put_variable(VARIANT *out, const struct host_value *v)
{
	VARIANT *variable = CoTaskMemAlloc(sizeof *variable);

	VariantInit(variable);
	V_VT(variable) = VT_BSTR;
	put_text(variable, v);
	V_VARIANTREF(out) = variable;
}

static void
put_i4_reference(VARIANT *out, const struct host_value *v)
{
	V_I4REF(out) = CoTaskMemAlloc(sizeof(LONG));
	*V_I4REF(out) = (LONG)v->integer;
}

static void
put_text_reference(VARIANT *out, const struct host_value *v)
{
	V_BSTRREF(out) = CoTaskMemAlloc(sizeof(BSTR));
	*V_BSTRREF(out) = SysAllocStringLen(v->p, (UINT)v->n);
}

static const struct row {
	const char *type;
	VARTYPE vt;
	void (*put)(VARIANT *, const struct host_value *);
} rows[] = {
	{ "u", VT_EMPTY, put_nothing },
	{ "n", VT_NULL, put_nothing },
	{ "i", VT_I4, put_whole },
	{ "i1", VT_I1, put_whole },
	{ "i2", VT_I2, put_whole },
	{ "i8", VT_I8, put_whole },
	{ "ui1", VT_UI1, put_whole },
	{ "ui2", VT_UI2, put_whole },
	{ "ui4", VT_UI4, put_whole },
	{ "ui8", VT_UI8, put_whole },
	{ "int", VT_INT, put_whole },
	{ "uint", VT_UINT, put_whole },
	{ "error", VT_ERROR, put_whole },
	{ "missing", VT_ERROR, put_missing },
	{ "r", VT_R8, put_r8 },
	{ "r4", VT_R4, put_r4 },
	{ "cy", VT_CY, put_cy },
	{ "date", VT_DATE, put_r8 },
	{ "d", VT_DATE, put_r8 },
	{ "b", VT_BOOL, put_bool },
	{ "s", VT_BSTR, put_text },
	{ "ps", VT_BSTR, put_ascii },
	{ "x", VT_ARRAY | VT_UI1, put_bytes },
	{ "array", VT_ARRAY | VT_VARIANT, put_array },
	{ "iface", VT_DISPATCH, put_nothing },
	{ "refs", VT_BYREF | VT_BSTR, put_text_reference },
	{ "refi", VT_BYREF | VT_I4, put_i4_reference },
	{ "refv", VT_BYREF | VT_VARIANT, put_variable },
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* What COM has no type for is VT_UNKNOWN: no component takes it either. */
void
com_from_value(VARIANT *out, const struct host_value *v)
{
	VariantInit(out);
	for (size_t i = 0; i < N_ROWS; i++)
		if (!strcmp(rows[i].type, v->type)) {
			V_VT(out) = rows[i].vt;
			rows[i].put(out, v);
			return;
		}
	V_VT(out) = VT_UNKNOWN;
}

void
com_clear(VARIANT *v)
{
	if (V_VT(v) == (VT_BYREF | VT_VARIANT))
		VariantClear(V_VARIANTREF(v));
	if (V_VT(v) == (VT_BYREF | VT_BSTR))
		SysFreeString(*V_BSTRREF(v));
	if (V_ISBYREF(v))
		CoTaskMemFree(V_BYREF(v));
	VariantClear(v);
}

/* ---- VARIANT to a line's --------------------------------------------------------------------- */

static void
take_bytes(struct host_value *out, const void *p, size_t n, size_t unit)
{
	out->p = take((n + 1) * unit);
	out->n = n;
	if (n)
		memcpy(out->p, p, n * unit);
}

void
com_take_text(struct host_value *out, BSTR text)
{
	memset(out, 0, sizeof *out);
	strcpy(out->type, "s");
	take_bytes(out, text, SysStringLen(text), sizeof *text);
}

static void
take_array(struct host_value *out, SAFEARRAY *array)
{
	LONG last = -1;

	SafeArrayGetUBound(array, 1, &last);
	take_bytes(out, array->pvData, (size_t)(last + 1), 1);
}

static long long
whole_of(const VARIANT *v)
{
	switch (V_VT(v)) {
	case VT_I1:
		return V_I1(v);
	case VT_UI1:
		return V_UI1(v);
	case VT_I2:
		return V_I2(v);
	case VT_UI2:
		return V_UI2(v);
	case VT_UI4:
	case VT_UINT:
		return V_UI4(v);
	case VT_I8:
	case VT_UI8:
		return V_I8(v);
	case VT_BOOL:
		return V_BOOL(v) != VARIANT_FALSE;
	default:
		return V_I4(v);
	}
}

static void
take_value(struct host_value *out, VARIANT *v)
{
	switch (V_VT(v)) {
	case VT_R8:
	case VT_DATE:
		out->real = V_R8(v);
		break;
	case VT_R4:
		out->real = V_R4(v);
		break;
	case VT_CY:
		out->real = (double)V_CY(v).int64 / 10000;
		break;
	case VT_BSTR:
		com_take_text(out, V_BSTR(v));
		break;
	case VT_ARRAY | VT_UI1:
		take_array(out, V_ARRAY(v));
		break;
	default:
		out->integer = whole_of(v);
	}
}

/* The first row of its type: "date" is told as "d". */
static const char *
type_of(const VARIANT *v)
{
	if (V_VT(v) == VT_ERROR && V_ERROR(v) == DISP_E_PARAMNOTFOUND)
		return "missing";
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].vt == V_VT(v))
			return rows[i].type;
	return NULL;
}

void
com_to_value(struct host_value *out, VARIANT *v)
{
	VARIANT plain;
	const char *type;

	memset(out, 0, sizeof *out);
	VariantInit(&plain);
	VariantCopyInd(&plain, v);
	type = type_of(&plain);
	if (type)
		strcpy(out->type, type);
	else
		wsprintfA(out->type, "vt%04x", V_VT(&plain));
	take_value(out, &plain);
	VariantClear(&plain);
}
