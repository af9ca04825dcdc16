/* disposition.h - under which name a browser saves an answer (RFC 6266, RFC 8187). */
#ifndef ZV_HTTP_DISPOSITION_H
#define ZV_HTTP_DISPOSITION_H

#include "base/buf.h"

/* `inline; filename="…"; filename*=UTF-8''…`; the first of them for old programs, with '_' for
 * what is not plain ASCII. save: attachment. */
void zv_http_write_disposition(struct zv_buf *out, bool save, struct zv_str name);

#endif
