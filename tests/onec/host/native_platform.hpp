// native_platform.hpp - what the platform gives a component: memory, the side that is told of
// events and errors, and what it says of itself.
#ifndef ZV_TEST_NATIVE_PLATFORM_HPP
#define ZV_TEST_NATIVE_PLATFORM_HPP

#include "native_values.hpp"

#define UNITS_OF(text) ((const uint16_t *)(const void *)(text))

class Memory : public IMemoryManager
{
      public:
	virtual ~Memory()
	{
	}
	virtual bool ADDIN_API AllocMemory(void **p, unsigned long bytes)
	{
		return services->alloc(p, bytes);
	}
	virtual void ADDIN_API FreeMemory(void **p)
	{
		services->free(p);
	}
};

struct Platform : public IPlatformInfo {
	AppInfo info;
	virtual const AppInfo *ADDIN_API GetPlatformInfo()
	{
		return &info;
	}
};

struct Attached : public IAttachedInfo {
	int kind;
	virtual int ADDIN_API GetAttachedInfo()
	{
		return kind;
	}
};

// The same for a platform with GetInterface and for one without it.
template <class Base> class Connection : public Base
{
      public:
	struct host_object *object;

	virtual ~Connection()
	{
	}
	virtual bool ADDIN_API AddError(unsigned short, const WCHAR_T *source,
					const WCHAR_T *text, long code)
	{
		services->error(object, UNITS_OF(source), UNITS_OF(text), code);
		return true;
	}
	virtual bool ADDIN_API Read(WCHAR_T *, tVariant *, long *, WCHAR_T **)
	{
		return false;
	}
	virtual bool ADDIN_API Write(WCHAR_T *, tVariant *)
	{
		return false;
	}
	virtual bool ADDIN_API RegisterProfileAs(WCHAR_T *)
	{
		return false;
	}
	virtual bool ADDIN_API SetEventBufferDepth(long depth)
	{
		return services->set_depth(object, depth);
	}
	virtual long ADDIN_API GetEventBufferDepth()
	{
		return services->depth(object);
	}
	virtual bool ADDIN_API ExternalEvent(WCHAR_T *source, WCHAR_T *name,
					     WCHAR_T *data)
	{
		return services->event(object, UNITS_OF(source), UNITS_OF(name),
				       UNITS_OF(data));
	}
	virtual void ADDIN_API CleanEventBuffer()
	{
		services->clean(object);
	}
	virtual bool ADDIN_API SetStatusLine(WCHAR_T *text)
	{
		return services->status(object, UNITS_OF(text));
	}
	virtual void ADDIN_API ResetStatusLine()
	{
		services->status(object, NULL);
	}
};

typedef Connection<IAddInDefBase> OldConnection;

class NewConnection : public Connection<IAddInDefBaseEx>
{
      public:
	Platform platform;
	Attached attached;
	int caps;

	virtual ~NewConnection()
	{
	}
	// Which level brings which interface is a guess of the reference.
	virtual IInterface *ADDIN_API GetInterface(Interfaces which)
	{
		if (which == eIPlatformInfo)
			return static_cast<IInterface *>(&platform);
		if (which == eIAttachedInfo && caps >= 2)
			return static_cast<IInterface *>(&attached);
		return NULL;
	}
};

#endif
