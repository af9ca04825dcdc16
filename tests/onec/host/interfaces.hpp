// interfaces.hpp - the platform's interfaces of the Native API as C++ classes, so that the
// compiler, and not we, lays out the tables of functions. In our own words, from the
// documented order; no header of the vendor is needed.
#ifndef ZV_TEST_INTERFACES_HPP
#define ZV_TEST_INTERFACES_HPP

#include <stddef.h>
#include <stdint.h>
#ifdef FACE_IS_DLL // no C library: the layout of Microsoft's
struct tm {
	int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday,
		tm_isdst;
};
# define ADDIN_API __stdcall
extern "C" void *__cdecl memset(void *p, int c, size_t n);
#else
# include <string.h>
# include <time.h>
# define ADDIN_API
#endif

typedef char16_t WCHAR_T;

enum {
	VTYPE_EMPTY,
	VTYPE_NULL,
	VTYPE_I2,
	VTYPE_I4,
	VTYPE_R4,
	VTYPE_R8,
	VTYPE_DATE,
	VTYPE_TM,
	VTYPE_PSTR,
	VTYPE_INTERFACE,
	VTYPE_ERROR,
	VTYPE_BOOL,
	VTYPE_VARIANT,
	VTYPE_I1,
	VTYPE_UI1,
	VTYPE_UI2,
	VTYPE_UI4,
	VTYPE_I8,
	VTYPE_UI8,
	VTYPE_INT,
	VTYPE_UINT,
	VTYPE_HRESULT,
	VTYPE_PWSTR,
	VTYPE_BLOB,
	VTYPE_CLSID,
};

struct tVariant {
	union {
		int32_t lVal;
		int64_t llVal;
		double dblVal;
		bool bVal;
		struct tm tmVal;
		long hRes;
		struct {
			void *pInterfaceVal;
			unsigned char InterfaceID[16];
		} interfaceVal;
		struct {
			char *p;
			uint32_t length; // bytes
		} str;
		struct {
			WCHAR_T *p;
			uint32_t length; // units, no NUL
		} wstr;
	};
	uint32_t cbElements;
	unsigned short vt;
};

class IMemoryManager
{
      public:
	virtual ~IMemoryManager()
	{
	}
	virtual bool ADDIN_API AllocMemory(void **p, unsigned long bytes) = 0;
	virtual void ADDIN_API FreeMemory(void **p) = 0;
};

// Empty, and that matters: Microsoft's compiler puts it behind the pointer to the table.
struct IInterface {
};

enum Interfaces { eIMsgBox, eIPlatformInfo, eIAttachedInfo };

struct IPlatformInfo : public IInterface {
	struct AppInfo {
		const WCHAR_T *AppVersion;
		const WCHAR_T *UserAgentInformation;
		int Application;
	};
	virtual const AppInfo *ADDIN_API GetPlatformInfo() = 0;
};

struct IAttachedInfo : public IInterface {
	virtual int ADDIN_API GetAttachedInfo() = 0; // 0 isolated, 1 not
};

class IAddInDefBase
{
      public:
	virtual ~IAddInDefBase()
	{
	}
	virtual bool ADDIN_API AddError(unsigned short, const WCHAR_T *,
					const WCHAR_T *, long) = 0;
	virtual bool ADDIN_API Read(WCHAR_T *, tVariant *, long *, WCHAR_T **) = 0;
	virtual bool ADDIN_API Write(WCHAR_T *, tVariant *) = 0;
	virtual bool ADDIN_API RegisterProfileAs(WCHAR_T *) = 0;
	virtual bool ADDIN_API SetEventBufferDepth(long) = 0;
	virtual long ADDIN_API GetEventBufferDepth() = 0;
	virtual bool ADDIN_API ExternalEvent(WCHAR_T *, WCHAR_T *, WCHAR_T *) = 0;
	virtual void ADDIN_API CleanEventBuffer() = 0;
	virtual bool ADDIN_API SetStatusLine(WCHAR_T *) = 0;
	virtual void ADDIN_API ResetStatusLine() = 0;
};

class IAddInDefBaseEx : public IAddInDefBase
{
      public:
	virtual ~IAddInDefBaseEx()
	{
	}
	virtual IInterface *ADDIN_API GetInterface(Interfaces) = 0;
};

class IInitDoneBase
{
      public:
	virtual ~IInitDoneBase()
	{
	}
	virtual bool ADDIN_API Init(void *) = 0;
	virtual bool ADDIN_API setMemManager(void *) = 0;
	virtual long ADDIN_API GetInfo() = 0;
	virtual void ADDIN_API Done() = 0;
};

class ILanguageExtenderBase
{
      public:
	virtual ~ILanguageExtenderBase()
	{
	}
	virtual bool ADDIN_API RegisterExtensionAs(WCHAR_T **) = 0;
	virtual long ADDIN_API GetNProps() = 0;
	virtual long ADDIN_API FindProp(const WCHAR_T *) = 0;
	virtual const WCHAR_T *ADDIN_API GetPropName(long, long) = 0;
	virtual bool ADDIN_API GetPropVal(long, tVariant *) = 0;
	virtual bool ADDIN_API SetPropVal(long, tVariant *) = 0;
	virtual bool ADDIN_API IsPropReadable(long) = 0;
	virtual bool ADDIN_API IsPropWritable(long) = 0;
	virtual long ADDIN_API GetNMethods() = 0;
	virtual long ADDIN_API FindMethod(const WCHAR_T *) = 0;
	virtual const WCHAR_T *ADDIN_API GetMethodName(long, long) = 0;
	virtual long ADDIN_API GetNParams(long) = 0;
	virtual bool ADDIN_API GetParamDefValue(long, long, tVariant *) = 0;
	virtual bool ADDIN_API HasRetVal(long) = 0;
	virtual bool ADDIN_API CallAsProc(long, tVariant *, long) = 0;
	virtual bool ADDIN_API CallAsFunc(long, tVariant *, tVariant *, long) = 0;
};

class LocaleBase
{
      public:
	virtual ~LocaleBase()
	{
	}
	virtual void ADDIN_API SetLocale(const WCHAR_T *) = 0;
};

class UserLanguageBase
{
      public:
	virtual ~UserLanguageBase()
	{
	}
	virtual void ADDIN_API SetUserInterfaceLanguageCode(const WCHAR_T *) = 0;
};

// As platforms before 8.3.21 know it (capability levels 0 to 2), and as those since do.
class IComponentOld : public IInitDoneBase,
		      public ILanguageExtenderBase,
		      public LocaleBase
{
      public:
	virtual ~IComponentOld()
	{
	}
};

class IComponentBase : public IInitDoneBase,
		       public ILanguageExtenderBase,
		       public LocaleBase,
		       public UserLanguageBase
{
      public:
	virtual ~IComponentBase()
	{
	}
};

#endif
