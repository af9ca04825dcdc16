/* com_factory.c - what COM asks a DLL for: a maker of objects of one class, and whether the
 * DLL may go. */
#include "base/mem.h"
#include "onec/com_clsid.h"
#include "onec/com_exports.h"
#include "onec/com_module.h"
#include "onec/com_object.h"

struct factory {
	IClassFactory face;
	LONG references;
	const struct zv_class *class;
};

static struct factory *
of_face(IClassFactory *f)
{
	return (struct factory *)f; /* its first member */
}

static ULONG STDMETHODCALLTYPE
factory_hold(IClassFactory *f)
{
	return (ULONG)InterlockedIncrement(&of_face(f)->references);
}

static ULONG STDMETHODCALLTYPE
factory_release(IClassFactory *f)
{
	LONG left = InterlockedDecrement(&of_face(f)->references);

	if (left == 0) {
		zv_free(f);
		zv_com_module_release();
	}
	return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE
factory_query(IClassFactory *f, REFIID iid, void **out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!IsEqualGUID(iid, &zv_iid_unknown) &&
	    !IsEqualGUID(iid, &zv_iid_class_factory))
		return E_NOINTERFACE;
	*out = f;
	factory_hold(f);
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE
factory_create(IClassFactory *f, IUnknown *outer, REFIID iid, void **out)
{
	struct zv_com_object *o;
	HRESULT hr;

	if (!out)
		return E_POINTER;
	*out = NULL;
	if (outer)
		return CLASS_E_NOAGGREGATION;
	o = zv_com_object_new(of_face(f)->class);
	if (!o)
		return E_OUTOFMEMORY;
	hr = zv_com_object_query(o, iid, out);
	zv_com_object_release(o);
	return hr;
}

static HRESULT STDMETHODCALLTYPE
factory_lock(IClassFactory *f, BOOL lock)
{
	(void)f;
	if (lock)
		zv_com_module_hold();
	else
		zv_com_module_release();
	return S_OK;
}

static IClassFactoryVtbl factory_table = {
	.QueryInterface = factory_query,
	.AddRef = factory_hold,
	.Release = factory_release,
	.CreateInstance = factory_create,
	.LockServer = factory_lock,
};

HRESULT STDMETHODCALLTYPE
DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
	const struct zv_class *class = zv_com_class_of(clsid);
	struct factory *f;
	HRESULT hr;

	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!class)
		return CLASS_E_CLASSNOTAVAILABLE;
	f = zv_calloc(1, sizeof *f);
	if (!f)
		return E_OUTOFMEMORY;
	f->face.lpVtbl = &factory_table;
	f->references = 1;
	f->class = class;
	zv_com_module_hold();
	hr = factory_query(&f->face, iid, out);
	factory_release(&f->face);
	return hr;
}

HRESULT STDMETHODCALLTYPE
DllCanUnloadNow(void)
{
	return zv_com_module_is_held() ? S_FALSE : S_OK;
}
