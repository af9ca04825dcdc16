/* certificate.h - certificates and keys in files of a temporary folder, made when asked. */
#ifndef UNIT_CERTIFICATE_H
#define UNIT_CERTIFICATE_H

#include <openssl/ssl.h>
#include <sys/types.h>

struct certificate {
	char folder[64];
	char certificate[96], key[96];
};

/* From now - 2 days until now + days; the name is the subject's. */
void certificate_new(struct certificate *c, const char *name, int days);
void certificate_free(struct certificate *c); /* removes the files */

/* Writes the key again, with a password. */
void certificate_lock_key(struct certificate *c, const char *password);

#endif
