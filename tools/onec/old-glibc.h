/* old-glibc.h - the component must load where the C library is older than here. */
