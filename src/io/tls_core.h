/* tls_core.h - what tls.c and tls_stream.c share. */
#ifndef ZV_IO_TLS_CORE_H
#define ZV_IO_TLS_CORE_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "io/tls.h"

struct zv_tls {
	unsigned long holders; /* who opened it, and each connection */
	SSL_CTX *context;
	BIO_METHOD *method;
	int64_t ends_at; /* the certificate; seconds since 1970 */
};

BIO_METHOD *zv_tls_make_method(void);

#endif
