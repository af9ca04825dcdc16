/* old-glibc.h - the component is built here and loaded where the C library is older: what got
 * a newer version by moving (pthread_* into libc in 2.34) is asked for by its old one. */
#define ZV_OLD(name, version) __asm__(".symver " #name "," #name "@" version)

ZV_OLD(dladdr, "GLIBC_2.2.5");
ZV_OLD(dlopen, "GLIBC_2.2.5");
ZV_OLD(pthread_attr_setstacksize, "GLIBC_2.2.5");
ZV_OLD(pthread_condattr_setclock, "GLIBC_2.3.3");
ZV_OLD(pthread_create, "GLIBC_2.2.5");
ZV_OLD(pthread_detach, "GLIBC_2.2.5");
ZV_OLD(pthread_join, "GLIBC_2.2.5");
ZV_OLD(pthread_once, "GLIBC_2.2.5");
ZV_OLD(pthread_setname_np, "GLIBC_2.12");
ZV_OLD(pthread_sigmask, "GLIBC_2.2.5");
/* on 64 bits it is the same */
__asm__(".symver fcntl64,fcntl@GLIBC_2.2.5");
