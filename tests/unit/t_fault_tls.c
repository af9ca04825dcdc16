#include "io/fault_tls.h"

#include "helper.h"

/* What was seen: OpenSSL 3.0, mbedTLS 2.28, Schannel under libcurl 7.88; those with SEC_E_ are
 * libcurl's names of Windows' codes. */
static void
test_flaws_of_certificates(void **state)
{
	static const struct {
		const char *detail;
		enum zv_fault fault;
		const char *words; /* in the common text; NULL: the detail stays */
	} rows[] = {
		{ "SSL certificate problem: certificate has expired", ZV_FAULT_EXPIRED,
		  NULL },
		{ "SSL certificate problem: certificate is not yet valid",
		  ZV_FAULT_NOT_VALID_YET, NULL },
		{ "SSL certificate problem: self-signed certificate in certificate "
		  "chain",
		  ZV_FAULT_UNKNOWN_CA, NULL },
		{ "SSL certificate problem: unable to get local issuer certificate",
		  ZV_FAULT_UNKNOWN_CA, NULL },
		{ "SSL: no alternative certificate subject name matches target host "
		  "name 'a'",
		  ZV_FAULT_OTHER_NAME, NULL },
		{ "Cert verify failed: BADCERT_EXPIRED", ZV_FAULT_EXPIRED,
		  "has expired" },
		{ "Cert verify failed: BADCERT_FUTURE", ZV_FAULT_NOT_VALID_YET,
		  "not yet valid" },
		{ "Cert verify failed: BADCERT_CN_MISMATCH", ZV_FAULT_OTHER_NAME,
		  "target host name" },
		{ "Cert verify failed: BADCERT_NOT_TRUSTED", ZV_FAULT_UNKNOWN_CA,
		  "local issuer" },
		{ "schannel: CertGetCertificateChain trust error "
		  "CERT_TRUST_IS_NOT_TIME_VALID",
		  ZV_FAULT_EXPIRED, "has expired" },
		{ "schannel: CertGetCertificateChain trust error "
		  "CERT_TRUST_IS_PARTIAL_CHAIN",
		  ZV_FAULT_UNKNOWN_CA, "local issuer" },
		{ "schannel: CertGetCertificateChain trust error "
		  "CERT_TRUST_IS_UNTRUSTED_ROOT",
		  ZV_FAULT_UNKNOWN_CA, "self-signed" },
		{ "schannel: CertGetNameString() failed to match connection hostname "
		  "(a) "
		  "against server certificate names",
		  ZV_FAULT_OTHER_NAME, "target host name" },
		{ "schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - \xd0\xa6",
		  ZV_FAULT_UNKNOWN_CA, "local issuer" },
		{ "schannel: next InitializeSecurityContext failed: SEC_E_CERT_EXPIRED "
		  "(0x80090328)",
		  ZV_FAULT_EXPIRED, "has expired" },
		{ "schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL "
		  "(0x80090322)",
		  ZV_FAULT_OTHER_NAME, "target host name" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_tls_flaw *flaw = zv_tls_find_flaw(rows[i].detail);

		assert_non_null(flaw);
		assert_int_equal(flaw->fault, rows[i].fault);
		assert_int_equal(flaw->text != NULL, rows[i].words != NULL);
		if (rows[i].words)
			assert_non_null(strstr(flaw->text, rows[i].words));
		assert_int_equal(zv_tls_find_handshake_fault(rows[i].detail),
				 ZV_FAULT_NONE);
	}
}

static void
test_handshakes(void **state)
{
	static const struct {
		const char *detail;
		enum zv_fault fault;
	} rows[] = {
		{ "error:0A00010B:SSL routines::wrong version number",
		  ZV_FAULT_NO_TLS },
		{ "error:0A0000C6:SSL routines::packet length too long",
		  ZV_FAULT_NO_TLS },
		{ "ssl_handshake returned - mbedTLS: (-0x7200) SSL - An invalid SSL "
		  "record "
		  "was received",
		  ZV_FAULT_NO_TLS },
		{ "schannel: next InitializeSecurityContext failed: "
		  "SEC_E_INVALID_TOKEN "
		  "(0x80090308)",
		  ZV_FAULT_NO_TLS },
		{ "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a:1",
		  ZV_FAULT_CLOSED_IN_TLS },
		{ "error:0A000126:SSL routines::unexpected eof while reading",
		  ZV_FAULT_CLOSED_IN_TLS },
		{ "ssl_handshake returned - mbedTLS: (-0x7280) SSL - The connection "
		  "indicated an EOF",
		  ZV_FAULT_CLOSED_IN_TLS },
		{ "schannel: failed to receive handshake, SSL/TLS connection failed",
		  ZV_FAULT_CLOSED_IN_TLS },
		{ "Recv failure: Connection reset by peer", ZV_FAULT_CLOSED_IN_TLS },
		{ "Recv failure: Connection was reset", ZV_FAULT_CLOSED_IN_TLS },
		{ "ssl_handshake returned - mbedTLS: (-0x7780) SSL - A fatal alert "
		  "message "
		  "was received from our peer",
		  ZV_FAULT_NONE },
		{ "", ZV_FAULT_NONE },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		assert_int_equal(zv_tls_find_handshake_fault(rows[i].detail),
				 rows[i].fault);
		assert_null(zv_tls_find_flaw(rows[i].detail));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flaws_of_certificates),
		cmocka_unit_test(test_handshakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
