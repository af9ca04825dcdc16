/* printf.h - the compiler checks what is given to our own printf-like functions. Where
 * MinGW means Microsoft's printf by that word, GNU's is linked (_GNU_SOURCE), and meant. */
#ifndef ZV_BASE_PRINTF_H
#define ZV_BASE_PRINTF_H

#ifdef __MINGW32__
# define ZV_PRINTF(format_at, first)                                                   \
  __attribute__((format(gnu_printf, format_at, first)))
#else
# define ZV_PRINTF(format_at, first) __attribute__((format(printf, format_at, first)))
#endif

#endif
