/* face.h - what the host's loop (host.c) asks of a face, and what a face asks of the loop.
 * native.cpp loads components of the Native API, com.c those of COM; the loop, the values and
 * the queue of events are the same for all, so that what they say is, too.
 *
 * Flat C, no memory crosses but through struct host_services: on Windows native.cpp is a DLL
 * of another compiler (clang, for Microsoft's C++ ABI) without a C library. */
#ifndef ZV_TEST_FACE_H
#define ZV_TEST_FACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && defined(FACE_IS_DLL)
# define FACE_API __declspec(dllexport)
#else
# define FACE_API
#endif

/* A value of a line. `type` is the word before its ':' (README.md) and says which of the
 * others count. Memory is host_services.take's. */
struct host_value {
	char type[8];
	long long integer; /* i, b and the other whole ones */
	double real;	   /* r, r4, date (days since 1899-12-30; d, too) */
	int date[6];	   /* d: year, month, day, hour, minute, second */
	void *p;	   /* s (UTF-16), ps (bytes), x; NULL: none was there */
	size_t n;	   /* units or bytes */
};

struct host_object;    /* host.c: an object as the loop knows it */
struct face_library;   /* the face's */
struct face_component; /* the face's: an object of a class */

/* The loop's, for faces. Those with an object may be called by any thread. */
struct host_services {
	void *(*take)(size_t n); /* zeroed; never NULL: the host ends */
	void (*give)(void *p);
	void *(*open_library)(const char *path);
	void *(*find_symbol)(void *library, const char *name);
	bool (*close_library)(void *library, const char *path); /* false: it stays */

	/* The memory manager of the platform: what a component asks of it may fail as a
	 * test wants it, what the platform itself puts there does not. */
	bool (*alloc)(void **p, unsigned long bytes);
	bool (*alloc_own)(void **p, unsigned long bytes);
	void (*free)(void **p);

	/* Texts are UTF-16 to a NUL; NULL is told as such. */
	void (*error)(struct host_object *o, const uint16_t *source,
		      const uint16_t *text, long code);
	bool (*event)(struct host_object *o, const uint16_t *source,
		      const uint16_t *name, const uint16_t *data);
	bool (*set_depth)(struct host_object *o, long depth);
	long (*depth)(struct host_object *o);
	void (*clean)(struct host_object *o);
	bool (*status)(struct host_object *o, const uint16_t *text); /* NULL: reset */
};

struct face_told {
	bool is_native; /* else the rest is nothing */
	struct host_value names;
	int capabilities, attach; /* -1: no such export, or not called */
};

struct face_options {
	bool no_init, memory_last, is_isolated;
	int app;
	const char *words; /* the line's fields, ' ' between: options of a face's own */
};

enum face_kind {
	FACE_PROPERTY = 0,
	FACE_METHOD,
};

/* true: the main thread has messages to handle wherever it waits: face_pump. */
FACE_API bool face_start(const struct host_services *services);
FACE_API void face_pump(int ms); /* handles them for about so long */
FACE_API void face_wake(void);	 /* any thread: face_pump ends at once */

/* NULL: done; else why not. caps: 0 an old platform, which has no GetInterface. words: as
 * in face_options. */
FACE_API const char *face_load(const char *path, int caps, const char *words,
			       struct face_library **out, struct face_told *told);
FACE_API bool face_unload(struct face_library *l); /* false: the library stays */

/* NULL: done; else why not. info: GetInfo; name: RegisterExtensionAs. */
FACE_API const char *face_new(struct face_library *l, const uint16_t *class_name,
			      struct host_object *o, const struct face_options *options,
			      struct face_component **out, long *info,
			      struct host_value *name);
FACE_API void face_done(struct face_component *c);
/* base: -1 DestroyObject (COM: Release); else by the destructor of that base class. */
FACE_API bool face_free(struct face_component *c, int base);
FACE_API void face_locale(struct face_component *c, const uint16_t *name);

FACE_API long face_count(struct face_component *c, enum face_kind kind);
FACE_API long face_find(struct face_component *c, enum face_kind kind,
			const uint16_t *name);
/* false: there is none. alias: 0 English, 1 Russian. */
FACE_API bool face_name(struct face_component *c, enum face_kind kind, long number,
			long alias, struct host_value *out);
FACE_API bool face_is_readable(struct face_component *c, long number);
FACE_API bool face_is_writable(struct face_component *c, long number);
FACE_API long face_n_parameters(struct face_component *c, long number);
FACE_API bool face_has_result(struct face_component *c, long number);
FACE_API bool face_default(struct face_component *c, long number, long parameter,
			   struct host_value *out);

FACE_API bool face_get(struct face_component *c, long number, struct host_value *out);
FACE_API bool face_set(struct face_component *c, long number,
		       const struct host_value *in);
/* result: NULL: as a procedure. The arguments are afterwards what the component left. */
FACE_API bool face_call(struct face_component *c, long number,
			struct host_value *result, struct host_value *arguments,
			long n);

#ifdef __cplusplus
}
#endif

#endif
