/* web.h - a small web server for the tests: what it answers is told by the path.
 *
 *   /ok           200, "hello", the connection stays
 *   /mirror       200, the request as it came: head, an empty line, body
 *   /once         as /ok, then closes, as Asterisk 1.8 and 11 do
 *   /quiet        as /once without saying so: the next request meets a closed connection
 *   /chunked      in chunks, with a trailer
 *   /damaged      chunks that are none
 *   /later        after 100 Continue and 103 Early Hints
 *   /early        endless 1xx heads
 *   /long         promises more than it sends, and closes
 *   /short        sends more than it promises
 *   /cut          closes within the head
 *   /nothing      closes without a byte
 *   /reset        with TCP RST
 *   /torn         in mid-body, with TCP RST
 *   /wait         does not answer
 *   /slow?N       /ok, N ms late
 *   /drip?N       a byte each 5 ms, N of them
 *   /big?N        30 ms late, N bytes of web_byte
 *   /gzip         Content-Encoding: gzip
 *   /packed       Transfer-Encoding: gzip, chunked
 *   /head?N       a head of N bytes, in lines of 1,000
 *   /line?N       a head with one line of N bytes
 *   /banner       "Asterisk Call Manager/…", not HTTP
 *   /gone?N       /ok, but the N-th request (from 1) is read and not answered: closed */
#ifndef TESTS_LIB_WEB_H
#define TESTS_LIB_WEB_H

#include "server.h"

/* For server_options.script; server_counts.actions counts the requests. */
void web_script(struct talk *t, void *user);

/* The i-th byte of /big. */
char web_byte(unsigned long i);

/* A script of a proxy that passes on what CONNECT asks for; user: struct web_proxy. */
struct web_proxy {
	int refuse;	  /* with that status */
	char heads[4096]; /* what it was told, all of them; read it after the end */
};
void web_proxy_script(struct talk *t, void *user);

#endif
