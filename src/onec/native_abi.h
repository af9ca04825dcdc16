/* native_abi.h - the Native API of 1C:Enterprise as plain C sees it: the layout of values and
 * of the tables of functions that C++ compilers make of its interfaces.
 *
 *                       Linux x86_64 (Itanium)    Windows x64     Windows x86 (Microsoft)
 *   destructors         two slots                 one slot        one slot, thiscall
 *   methods             as C                      as C            stdcall, object first
 *   long                8 bytes                   4               4
 *   tVariant            64 bytes                  48              48
 *
 * An interface that is given out through a pointer to its empty base class IInterface lies at
 * that pointer on Linux, and one pointer before it with Microsoft's compiler. */
#ifndef ZV_ONEC_NATIVE_ABI_H
#define ZV_ONEC_NATIVE_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A UTF-16 code unit on every platform; wchar_t is another thing on Linux. */
typedef uint16_t zv_unit;

#ifdef _WIN32
# define ZV_NATIVE_CALL	  __stdcall
# define ZV_NATIVE_EXPORT __declspec(dllexport)
# ifdef __i386__
#  define ZV_NATIVE_THIS __attribute__((thiscall))
# else
#  define ZV_NATIVE_THIS
# endif
#else
# define ZV_NATIVE_CALL
# define ZV_NATIVE_EXPORT __attribute__((visibility("default")))
#endif

/* ---- values ------------------------------------------------------------------------------ */

enum zv_variant_type {
	ZV_VT_EMPTY = 0,
	ZV_VT_NULL,
	ZV_VT_I2,
	ZV_VT_I4,
	ZV_VT_R4,
	ZV_VT_R8,
	ZV_VT_DATE,
	ZV_VT_TM,
	ZV_VT_PSTR,
	ZV_VT_INTERFACE,
	ZV_VT_ERROR,
	ZV_VT_BOOL,
	ZV_VT_VARIANT,
	ZV_VT_I1,
	ZV_VT_UI1,
	ZV_VT_UI2,
	ZV_VT_UI4,
	ZV_VT_I8,
	ZV_VT_UI8,
	ZV_VT_INT,
	ZV_VT_UINT,
	ZV_VT_HRESULT,
	ZV_VT_PWSTR,
	ZV_VT_BLOB,
	ZV_VT_CLSID,
};

struct zv_variant {
	union {
		int32_t i4; /* I2, UI1 and ERROR, too */
		uint32_t u4;
		int64_t i8;
		uint64_t u8;
		double r8; /* R4 and DATE, too */
		bool boolean;
		struct tm tm;
		struct {
			void *p;
			uint8_t iid[16];
		} pointer;
		struct {
			char *p;
			uint32_t n; /* bytes */
		} bytes;
		struct {
			zv_unit *p;
			uint32_t n; /* units, no NUL among them */
		} text;
	};
	uint32_t n_elements;
	uint16_t type;
};

#ifdef _WIN32
_Static_assert(sizeof(struct zv_variant) == 48, "the platform's layout");
#elif defined(__x86_64__) || defined(__aarch64__)
_Static_assert(sizeof(struct zv_variant) == 64, "the platform's layout");
#endif

/* ---- what the platform gives -------------------------------------------------------------- */

#ifdef _WIN32
# define ZV_NATIVE_FOREIGN_DESTRUCTOR void *destructor;
#else
# define ZV_NATIVE_FOREIGN_DESTRUCTOR void *complete_destructor, *deleting_destructor;
#endif

struct zv_native_memory {
	const struct zv_native_memory_table {
		ZV_NATIVE_FOREIGN_DESTRUCTOR
		bool(ZV_NATIVE_CALL *alloc)(struct zv_native_memory *m, void **p,
					    unsigned long bytes);
		void(ZV_NATIVE_CALL *free)(struct zv_native_memory *m, void **p);
	} * table;
};

/* IAddInDefBase; the last one is IAddInDefBaseEx's, and only there for a component that
 * has been told of it by SetPlatformCapabilities. */
struct zv_native_platform {
	const struct zv_native_platform_table {
		ZV_NATIVE_FOREIGN_DESTRUCTOR
		bool(ZV_NATIVE_CALL *add_error)(struct zv_native_platform *p,
						unsigned short kind,
						const zv_unit *source,
						const zv_unit *text, long code);
		bool(ZV_NATIVE_CALL *read)(struct zv_native_platform *p, zv_unit *name,
					   struct zv_variant *value, long *error,
					   zv_unit **error_text);
		bool(ZV_NATIVE_CALL *write)(struct zv_native_platform *p, zv_unit *name,
					    struct zv_variant *value);
		bool(ZV_NATIVE_CALL *register_profile)(struct zv_native_platform *p,
						       zv_unit *name);
		bool(ZV_NATIVE_CALL *set_event_depth)(struct zv_native_platform *p,
						      long depth);
		long(ZV_NATIVE_CALL *event_depth)(struct zv_native_platform *p);
		bool(ZV_NATIVE_CALL *external_event)(struct zv_native_platform *p,
						     zv_unit *source, zv_unit *name,
						     zv_unit *data);
		void(ZV_NATIVE_CALL *clean_events)(struct zv_native_platform *p);
		bool(ZV_NATIVE_CALL *set_status)(struct zv_native_platform *p,
						 zv_unit *text);
		void(ZV_NATIVE_CALL *reset_status)(struct zv_native_platform *p);
		void *(ZV_NATIVE_CALL *get_interface)(struct zv_native_platform *p,
						      int which);
	} * table;
};

#define ZV_NATIVE_PLATFORM_INFO 1 /* for get_interface */

struct zv_native_app_info {
	const zv_unit *version, *user_agent;
	int app; /* enum zv_app */
};

/* IPlatformInfo: no destructor. */
struct zv_native_info {
	const struct zv_native_info_table {
		const struct zv_native_app_info *(ZV_NATIVE_CALL *get)(
			struct zv_native_info *i);
	} * table;
};

/* What get_interface returned, as the interface it is. */
static inline void *
zv_native_interface(void *base)
{
#ifdef _WIN32
	return base ? (char *)base - sizeof(void *) : NULL;
#else
	return base;
#endif
}

/* ---- what the component gives -------------------------------------------------------------- */

/* A table as it lies in memory: hidden words, to which nobody looks, the destructor, the
 * methods. An object holds the address behind the hidden words: ZV_NATIVE_TABLE. */
#ifdef _WIN32
# define ZV_NATIVE_HEAD                                                                \
  const void *type;                                                                    \
  void *(ZV_NATIVE_THIS * destructor)(void *base, unsigned flags);
# define ZV_NATIVE_FIRST destructor
#else
# define ZV_NATIVE_HEAD                                                                \
  ptrdiff_t to_top;                                                                    \
  const void *type;                                                                    \
  void (*destructor)(void *base);                                                      \
  void (*deleting_destructor)(void *base);
# define ZV_NATIVE_FIRST destructor
#endif
#define ZV_NATIVE_TABLE(table)                                                         \
 ((const void *)((const char *)(table) +                                               \
		 offsetof(__typeof__(*(table)), ZV_NATIVE_FIRST)))

struct zv_native_init_done {
	ZV_NATIVE_HEAD
	bool(ZV_NATIVE_CALL *init)(void *base, struct zv_native_platform *platform);
	bool(ZV_NATIVE_CALL *set_memory)(void *base, struct zv_native_memory *memory);
	long(ZV_NATIVE_CALL *info)(void *base);
	void(ZV_NATIVE_CALL *done)(void *base);
};

struct zv_native_language {
	ZV_NATIVE_HEAD
	bool(ZV_NATIVE_CALL *register_as)(void *base, zv_unit **name);
	long(ZV_NATIVE_CALL *n_properties)(void *base);
	long(ZV_NATIVE_CALL *find_property)(void *base, const zv_unit *name);
	const zv_unit *(ZV_NATIVE_CALL *property_name)(void *base, long number,
						       long alias);
	bool(ZV_NATIVE_CALL *get)(void *base, long number, struct zv_variant *out);
	bool(ZV_NATIVE_CALL *set)(void *base, long number, struct zv_variant *in);
	bool(ZV_NATIVE_CALL *is_readable)(void *base, long number);
	bool(ZV_NATIVE_CALL *is_writable)(void *base, long number);
	long(ZV_NATIVE_CALL *n_methods)(void *base);
	long(ZV_NATIVE_CALL *find_method)(void *base, const zv_unit *name);
	const zv_unit *(ZV_NATIVE_CALL *method_name)(void *base, long number,
						     long alias);
	long(ZV_NATIVE_CALL *n_parameters)(void *base, long number);
	bool(ZV_NATIVE_CALL *default_value)(void *base, long number, long parameter,
					    struct zv_variant *out);
	bool(ZV_NATIVE_CALL *has_result)(void *base, long number);
	bool(ZV_NATIVE_CALL *call_procedure)(void *base, long number,
					     struct zv_variant *arguments, long n);
	bool(ZV_NATIVE_CALL *call_function)(void *base, long number,
					    struct zv_variant *result,
					    struct zv_variant *arguments, long n);
};

struct zv_native_locale {
	ZV_NATIVE_HEAD
	void(ZV_NATIVE_CALL *set)(void *base, const zv_unit *name);
};

struct zv_native_user_language {
	ZV_NATIVE_HEAD
	void(ZV_NATIVE_CALL *set)(void *base, const zv_unit *code);
};

#endif
