/* One event of the panel's protocol as text: an object whose `content` is JSON inside a
 * text. */
#include "hub/tms.h"

#include "base/utf.h"

bool
zv_tms_copy(char *out, size_t size, struct zv_str text)
{
	size_t n = zv_utf8_cut(text, size - 1);

	if (strlen(out) == n && memcmp(out, n ? text.p : "", n) == 0)
		return false;
	memcpy(out, n ? text.p : "", n);
	out[n] = '\0';
	return true;
}

void
zv_tms_no_memory(struct zv_session *s)
{
	zv_session_end(s, 1013, "out of memory");
}

void
zv_tms_say_typed(struct zv_session *s, enum zv_tms_event type, struct zv_str content,
		 const char *content_type, const char *private_data)
{
	const struct zv_tms *t = zv_tms_of(s);
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	if (t->quiet)
		return;
	zv_json_begin_object(&j);
	zv_json_key(&j, "eventType");
	zv_json_int(&j, type);
	zv_json_member(&j, "content", content);
	zv_json_member(&j, "contentType", zvon_str(content_type));
	zv_json_member(&j, "connectionUId", zvon_str(t->connection));
	zv_json_member(&j, "commandUId", t->command_uid);
	zv_json_key(&j, "privateData");
	zv_buf_add(&out, zvon_str(private_data ? private_data : "{}"));
	zv_json_end_object(&j);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_session_say(s, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

void
zv_tms_say(struct zv_session *s, enum zv_tms_event type, struct zv_str content)
{
	zv_tms_say_typed(s, type, content, "", NULL);
}

void
zv_tms_say_error(struct zv_session *s, enum zv_tms_error type, const char *code,
		 struct zv_str data)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_begin_object(&j);
	zv_json_key(&j, "errorType");
	zv_json_int(&j, type);
	zv_json_member(&j, "internalErrorCode", zvon_str(code));
	zv_json_member(&j, "data", data);
	zv_json_member(&j, "source", ZV_STR("zvond"));
	zv_json_end_object(&j);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_ERROR, zv_buf_str(&out));
	zv_buf_deinit(&out);
}
