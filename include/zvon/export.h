/* export.h - which names the shared library shows. Not for direct use. */
#ifndef ZVON_EXPORT_H
#define ZVON_EXPORT_H

#if defined(__GNUC__) && !defined(_WIN32)
# define ZVON_API __attribute__((visibility("default")))
#else
# define ZVON_API
#endif

#ifdef __cplusplus
# define ZVON_BEGIN_DECLS extern "C" {
# define ZVON_END_DECLS	  }
#else
# define ZVON_BEGIN_DECLS
# define ZVON_END_DECLS
#endif

#endif
