/* fault_tls.h - what the TLS libraries under libcurl say when they refuse: OpenSSL, mbedTLS
 * (the component on Linux) and Schannel (on Windows). Texts in, kinds out. */
#ifndef ZV_IO_FAULT_TLS_H
#define ZV_IO_FAULT_TLS_H

#include "io/fault_kind.h"

/* What is wrong with a certificate. */
struct zv_tls_flaw {
	const char *words;   /* of libcurl's error text */
	enum zv_fault fault; /* EXPIRED, NOT_VALID_YET, OTHER_NAME, UNKNOWN_CA */
	const char *text; /* the same in words that are alike everywhere; NULL: those */
};

/* NULL: it is not about a certificate, or not known. */
const struct zv_tls_flaw *zv_tls_find_flaw(const char *detail);

/* Of a handshake that failed otherwise: NO_TLS, CLOSED_IN_TLS or NONE. */
enum zv_fault zv_tls_find_handshake_fault(const char *detail);

#endif
