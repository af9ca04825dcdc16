/* date.h - a time as HTTP writes it (RFC 9110, 5.6.7). */
#ifndef ZV_HTTP_DATE_H
#define ZV_HTTP_DATE_H

#include <stdint.h>

#define ZV_HTTP_DATE_TEXT 48

/* "Sat, 21 Nov 2026 01:40:51 GMT" */
const char *zv_http_date(int64_t epoch_s, char out[ZV_HTTP_DATE_TEXT]);

#endif
