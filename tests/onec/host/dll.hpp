// dll.hpp - the few symbols that a DLL of Microsoft's C++ ABI needs when it is made by clang
// without an SDK and a C library.
#ifndef ZV_TEST_DLL_HPP
#define ZV_TEST_DLL_HPP

#include <stddef.h>

extern "C" {
int _fltused = 0; // "there are floating point numbers"

void __cdecl _purecall()
{
	__builtin_trap();
}

void *__cdecl memset(void *p, int c, size_t n)
{
	for (volatile char *b = (volatile char *)p; n; n--)
		*b++ = (char)c;
	return p;
}

void *__cdecl memcpy(void *to, const void *from, size_t n)
{
	volatile char *b = (volatile char *)to;
	const char *a = (const char *)from;

	while (n--)
		*b++ = *a++;
	return to;
}
}

// Objects are made in memory of the host and never deleted here; a destructor's table entry
// wants the names.
void *__cdecl
operator new(size_t, void *p) noexcept
{
	return p;
}

void __cdecl
operator delete(void *) noexcept
{
}

void __cdecl
operator delete(void *, size_t) noexcept
{
}

#endif
