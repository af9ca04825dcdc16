/* http.h - the steps of `zvon probe` between port and login that only AJAM has: TLS,
 * who answers, is AJAM at that path. */
#ifndef ZV_PROBE_PROBE_HTTP_H
#define ZV_PROBE_PROBE_HTTP_H

#include "probe/probe.h"
#include "probe/ask.h"
#include "probe/cause.h"

/* false: it failed, and p->code says what to exit with. */
bool zv_probe_http(struct zv_probe *p);

#define ZV_PROBE_DETAIL_MAX 120

/* path.c: Asterisk answered 404. Asks what else is there until it is known which
 * setting it is. detail: for its texts. */
enum zv_probe_finding zv_probe_path_search(struct zv_probe *p, struct zv_probe_ask *ask,
					   char detail[ZV_PROBE_DETAIL_MAX]);

#endif
