#include "io/ca.h"

#include <curl/curl.h>
#include <stddef.h>
#include <unistd.h>

/* Where systems keep them; Astra Linux and RED OS are like Debian and RHEL. */
static const char *const files[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Astra, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* RHEL, CentOS, RED OS, ROSA, Fedora */
	"/usr/share/ca-certificates/ca-bundle.crt",	     /* ALT */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL 7 and newer */
	"/etc/ssl/ca-bundle.pem",			     /* SUSE */
	"/var/lib/ca-certificates/ca-bundle.pem",	     /* SUSE */
	"/etc/ssl/cert.pem",				     /* Arch, musl */
};

/* A libcurl of the distribution was told when it was built. The component's own is for all
 * of them, and was not. */
const char *
zv_ca_file(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->cainfo || info->capath)
		return NULL;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}
