/* The page and its files, as they are in the program. */
#include "base/str.h"
#include "zvond/files.h"
#include "zvond/routes.h"

static const struct zv_file *
find_file(struct zv_str path)
{
	for (size_t i = 0; i < zv_n_files; i++)
		if (zvon_str_equal(path, zvon_str(zv_files[i].path)))
			return &zv_files[i];
	return NULL;
}

/* The browser asks each time whether it has changed: after an update of the daemon nobody
 * sits before an old page. */
bool
zv_route_page(struct zv_exchange *x)
{
	const struct zv_http_request *r = x->request;
	const struct zv_file *file = find_file(r->path);
	struct zv_str known = zv_http_field_of(r, "If-None-Match");
	struct zv_http_answer_field more[2];
	struct zv_reply reply = { .status = 200, .more = more, .n_more = 2 };

	if (!file || !(x->front->gate->config->faces & ZV_FACE_PAGE) ||
	    !(zvon_str_equal(r->method, ZV_STR("GET")) ||
	      zvon_str_equal(r->method, ZV_STR("HEAD"))))
		return false;
	more[0] = (struct zv_http_answer_field){ "ETag", zvon_str(file->etag) };
	more[1] = (struct zv_http_answer_field){ "Cache-Control", ZV_STR("no-cache") };
	reply.may_be_stored = true;
	reply.type = file->type;
	reply.security_policy = file->security_policy;
	if (known.n && zvon_str_equal(known, zvon_str(file->etag)))
		reply.status = 304;
	else
		reply.body = (struct zv_str){ (const char *)file->bytes, file->n };
	zv_exchange_answer(x, &reply);
	return true;
}
