#include "onec/com_object.h"

#include "base/list.h"
#include "base/mem.h"
#include "onec/com_module.h"
#include "onec/com_variant.h"

/* ---- IUnknown, for all three --------------------------------------------------------------- */

HRESULT
zv_com_object_query(struct zv_com_object *o, REFIID iid, void **out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (IsEqualGUID(iid, &zv_iid_unknown) || IsEqualGUID(iid, &zv_iid_init_done))
		*out = &o->init_done;
	else if (IsEqualGUID(iid, &zv_iid_language))
		*out = &o->language;
	else if (IsEqualGUID(iid, &zv_iid_locale))
		*out = &o->locale;
	if (!*out)
		return E_NOINTERFACE;
	if (*out == &o->locale)
		o->is_8 = true;
	zv_com_object_hold(o);
	return S_OK;
}

ULONG
zv_com_object_hold(struct zv_com_object *o)
{
	return (ULONG)InterlockedIncrement(&o->references);
}

/* A host that forgot Done: the same happens here. */
ULONG
zv_com_object_release(struct zv_com_object *o)
{
	LONG left = InterlockedDecrement(&o->references);

	if (left)
		return (ULONG)left;
	zv_component_free(o->component);
	zv_com_host_close(&o->host);
	zv_free(o);
	zv_com_module_release();
	return 0;
}

/* ---- IInitDone ------------------------------------------------------------------------------ */

static struct zv_com_object *
of_init_done(struct zv_com_init_done *i)
{
	return ZV_OWNER(i, struct zv_com_object, init_done);
}

static HRESULT STDMETHODCALLTYPE
init_query(struct zv_com_init_done *i, REFIID iid, void **out)
{
	return zv_com_object_query(of_init_done(i), iid, out);
}

static ULONG STDMETHODCALLTYPE
init_hold(struct zv_com_init_done *i)
{
	return zv_com_object_hold(of_init_done(i));
}

static ULONG STDMETHODCALLTYPE
init_release(struct zv_com_init_done *i)
{
	return zv_com_object_release(of_init_done(i));
}

static HRESULT
refuse(struct zv_com_object *o)
{
	zv_com_host_raise(
		&o->host, zvon_str(zv_component_class(o->component)->name),
		zv_component_is_russian(o->component)
			? ZV_STR("не создано окно для внешних событий: "
				 "Windows не хватает памяти или окон")
			: ZV_STR("no window for external events: Windows is out "
				 "of memory or of windows"));
	zv_com_host_close(&o->host);
	return E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
init_init(struct zv_com_init_done *i, IDispatch *connection)
{
	struct zv_com_object *o = of_init_done(i);

	if (!connection || o->host.errors || o->host.buffer)
		return connection ? S_OK : E_POINTER;
	if (zv_com_host_open(&o->host, connection) < 0)
		return refuse(o);
	if (o->host.platform)
		o->is_8 = true;
	zv_component_attach(o->component, &zv_com_host, &o->host);
	return S_OK;
}

/* The sender's thread has ended before the list it fills is gone. */
static HRESULT STDMETHODCALLTYPE
init_done(struct zv_com_init_done *i)
{
	struct zv_com_object *o = of_init_done(i);

	zv_com_object_hold(o);
	zv_component_stop(o->component);
	zv_com_host_close(&o->host);
	zv_com_object_release(o);
	return S_OK;
}

/* The host gives the array. */
static HRESULT STDMETHODCALLTYPE
init_info(struct zv_com_init_done *i, SAFEARRAY **info)
{
	LONG first = 0;
	VARIANT version;

	(void)i;
	if (!info || !*info)
		return E_POINTER;
	VariantInit(&version);
	V_VT(&version) = VT_I4;
	V_I4(&version) = ZV_COM_TECHNOLOGY;
	return SafeArrayPutElement(*info, &first, &version);
}

static const struct zv_com_init_done_table init_done_table = {
	.QueryInterface = init_query,
	.AddRef = init_hold,
	.Release = init_release,
	.Init = init_init,
	.Done = init_done,
	.GetInfo = init_info,
};

/* ---- ILocale --------------------------------------------------------------------------------- */

static struct zv_com_object *
of_locale(struct zv_com_locale *l)
{
	return ZV_OWNER(l, struct zv_com_object, locale);
}

static HRESULT STDMETHODCALLTYPE
locale_query(struct zv_com_locale *l, REFIID iid, void **out)
{
	return zv_com_object_query(of_locale(l), iid, out);
}

static ULONG STDMETHODCALLTYPE
locale_hold(struct zv_com_locale *l)
{
	return zv_com_object_hold(of_locale(l));
}

static ULONG STDMETHODCALLTYPE
locale_release(struct zv_com_locale *l)
{
	return zv_com_object_release(of_locale(l));
}

static HRESULT STDMETHODCALLTYPE
locale_set(struct zv_com_locale *l, BSTR name)
{
	struct zv_buf text = { 0 };
	int rc = zv_com_text_from_bstr(&text, name);

	if (rc == 0)
		zv_component_set_locale(of_locale(l)->component, zv_buf_str(&text));
	zv_buf_deinit(&text);
	return rc < 0 ? E_OUTOFMEMORY : S_OK;
}

static const struct zv_com_locale_table locale_table = {
	.QueryInterface = locale_query,
	.AddRef = locale_hold,
	.Release = locale_release,
	.SetLocale = locale_set,
};

/* ---- new --------------------------------------------------------------------------------------- */

struct zv_com_object *
zv_com_object_new(const struct zv_class *class)
{
	struct zv_com_object *o = zv_calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->component = zv_component_new(class);
	if (!o->component) {
		zv_free(o);
		return NULL;
	}
	o->init_done.v = &init_done_table;
	o->language.v = &zv_com_language;
	o->locale.v = &locale_table;
	o->references = 1;
	zv_com_module_hold();
	return o;
}
