/* ca.h - the CAs that the system trusts. */
#ifndef ZV_IO_CA_H
#define ZV_IO_CA_H

/* The file to be given to libcurl; NULL: it knows by itself, or there is none. */
const char *zv_ca_file(void);

#endif
