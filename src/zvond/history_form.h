/* history_form.h - what is asked of the history over HTTP: in the query of a URL, and in the
 * body of POST /history, a form or JSON. No socket here. */
#ifndef ZV_ZVOND_HISTORY_FORM_H
#define ZV_ZVOND_HISTORY_FORM_H

#include "hist/asked.h"

#define ZV_CLIENT_ID_MAX 8192 /* bytes; a signed token may be that long */

/* NAME=VALUE&… into *a; the name `token` is passed over: [listen] token_in_url. 0, ZV_EINVAL,
 * ZV_ETOOBIG, ZV_ENOMEM. */
int zv_history_read_query(struct zv_history_asked *a, struct zv_str query,
			  struct zv_error *err);

/* The body of POST /history: names in any case, N for number, CLIENT_ID into *client_id. Values
 * of JSON are texts, whole numbers, true and false, and lists of them. As above, and ZV_EPROTO:
 * that is no JSON, and where. */
int zv_history_read_form(struct zv_history_asked *a, struct zv_str form,
			 struct zv_buf *client_id, struct zv_error *err);
int zv_history_read_json(struct zv_history_asked *a, struct zv_str json,
			 struct zv_buf *client_id, struct zv_error *err);

#endif
