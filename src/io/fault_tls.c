#include "io/fault_tls.h"

#include <stddef.h>
#include <string.h>

/* As libcurl with OpenSSL would say it, so that a message is the same everywhere. */
#define SAYS_EXPIRED "SSL certificate problem: certificate has expired"
#define SAYS_FUTURE  "SSL certificate problem: certificate is not yet valid"
#define SAYS_UNKNOWN_CA                                                                \
 "SSL certificate problem: unable to get local issuer certificate"
#define SAYS_SELF_SIGNED "SSL certificate problem: self-signed certificate"
#define SAYS_OTHER_NAME                                                                \
 "SSL: no alternative certificate subject name matches target host name"

/* The first that fits. */
static const struct zv_tls_flaw flaws[] = {
	/* OpenSSL 1.1, 3.0 */
	{ "has expired", ZV_FAULT_EXPIRED, NULL },
	{ "not yet valid", ZV_FAULT_NOT_VALID_YET, NULL },
	{ "target host name", ZV_FAULT_OTHER_NAME, NULL },
	{ "signed certificate", ZV_FAULT_UNKNOWN_CA, NULL },
	{ "issuer certificate", ZV_FAULT_UNKNOWN_CA, NULL },
	/* mbedTLS 2.28 */
	{ "BADCERT_EXPIRED", ZV_FAULT_EXPIRED, SAYS_EXPIRED },
	{ "BADCERT_FUTURE", ZV_FAULT_NOT_VALID_YET, SAYS_FUTURE },
	{ "BADCERT_CN_MISMATCH", ZV_FAULT_OTHER_NAME, SAYS_OTHER_NAME },
	{ "BADCERT_NOT_TRUSTED", ZV_FAULT_UNKNOWN_CA, SAYS_UNKNOWN_CA },
	/* Schannel with a CA file: libcurl looks at the chain itself. It does not tell whether
	 * a certificate's time is over or has not come: the former is what happens. */
	{ "CERT_TRUST_IS_NOT_TIME_VALID", ZV_FAULT_EXPIRED, SAYS_EXPIRED },
	{ "failed to match connection hostname", ZV_FAULT_OTHER_NAME, SAYS_OTHER_NAME },
	{ "no certificate name information", ZV_FAULT_OTHER_NAME, SAYS_OTHER_NAME },
	{ "CERT_TRUST_IS_PARTIAL_CHAIN", ZV_FAULT_UNKNOWN_CA, SAYS_UNKNOWN_CA },
	{ "CERT_TRUST_IS_UNTRUSTED_ROOT", ZV_FAULT_UNKNOWN_CA, SAYS_SELF_SIGNED },
	/* … with the store of Windows: it says it in the user's language, behind these */
	{ "SEC_E_CERT_EXPIRED", ZV_FAULT_EXPIRED, SAYS_EXPIRED },
	{ "SEC_E_WRONG_PRINCIPAL", ZV_FAULT_OTHER_NAME, SAYS_OTHER_NAME },
	{ "SEC_E_UNTRUSTED_ROOT", ZV_FAULT_UNKNOWN_CA, SAYS_UNKNOWN_CA },
	{ "SEC_E_CERT_UNKNOWN", ZV_FAULT_UNKNOWN_CA, SAYS_UNKNOWN_CA },
};

const struct zv_tls_flaw *
zv_tls_find_flaw(const char *detail)
{
	for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++)
		if (strstr(detail, flaws[i].words))
			return &flaws[i];
	return NULL;
}

static const struct {
	const char *words;
	enum zv_fault fault;
} handshakes[] = {
	{ "wrong version number", ZV_FAULT_NO_TLS },		   /* OpenSSL */
	{ "packet length", ZV_FAULT_NO_TLS },			   /* OpenSSL */
	{ "invalid SSL record", ZV_FAULT_NO_TLS },		   /* mbedTLS */
	{ "SEC_E_INVALID_TOKEN", ZV_FAULT_NO_TLS },		   /* Schannel */
	{ "SSL_ERROR_SYSCALL", ZV_FAULT_CLOSED_IN_TLS },	   /* OpenSSL */
	{ "unexpected eof", ZV_FAULT_CLOSED_IN_TLS },		   /* OpenSSL 3 */
	{ "indicated an EOF", ZV_FAULT_CLOSED_IN_TLS },		   /* mbedTLS */
	{ "failed to receive handshake", ZV_FAULT_CLOSED_IN_TLS }, /* Schannel */
	{ "reset by peer", ZV_FAULT_CLOSED_IN_TLS },		   /* libcurl */
	{ "Connection was reset", ZV_FAULT_CLOSED_IN_TLS },   /* libcurl on Windows */
	{ "Connection was aborted", ZV_FAULT_CLOSED_IN_TLS }, /* libcurl on Windows */
};

enum zv_fault
zv_tls_find_handshake_fault(const char *detail)
{
	for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++)
		if (strstr(detail, handshakes[i].words))
			return handshakes[i].fault;
	return ZV_FAULT_NONE;
}
