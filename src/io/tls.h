/* tls.h - the server's side of TLS (OpenSSL): certificate and key, read from files. */
#ifndef ZV_IO_TLS_H
#define ZV_IO_TLS_H

#include "zvon/error.h"

struct zv_tls;

/* minimum: 12 or 13. A key that others may read, a key that does not fit, an expired
 * certificate: NULL, *err says what and what to do. Counted: connections hold it too. */
struct zv_tls *zv_tls_open(const char *certificate_file, const char *key_file,
			   int minimum, struct zv_error *err);
void zv_tls_close(struct zv_tls *t); /* NULL is fine */

/* Days until the certificate ends. */
int zv_tls_days_left(const struct zv_tls *t);

#endif
