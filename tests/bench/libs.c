/* libs - the floor for memory: a program that does nothing but connect through the
 * same libcurl. What it takes is the libraries' own, not libzvon's.
 * usage: libs PORT */
#include <curl/curl.h>
#include <stdio.h>

#include "measure.h"

int
main(int argc, char **argv)
{
	char url[64];
	CURL *easy;

	snprintf(url, sizeof url, "http://127.0.0.1:%s/", argc > 1 ? argv[1] : "0");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	if (curl_easy_perform(easy) != CURLE_OK)
		return 1;
	printf("{\"peer\":\"libs\",\"peak_kb\":%ld,\"private_kb\":%ld}\n",
	       bench_peak_kb(), bench_private_kb());
	curl_easy_cleanup(easy);
	return 0;
}
