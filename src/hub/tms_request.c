/* A command of the panel that the hub carries out: its outcome becomes COMMAND_INFO or
 * ERROR with the id that the panel gave it. */
#include "hub/tms.h"

#include "base/mem.h"
#include "json/reader.h"

struct request {
	struct zv_node node; /* struct zv_tms.requests */
	struct zv_session *session;
	const char *command; /* of the panel; static */
	char uid[ZV_TMS_UID_MAX];
	char called[ZV_TMS_PARTY_MAX];
};

/* ---- outcomes ----------------------------------------------------------------------------- */

/* Which of the panel's kinds of errors a refusal is; others are ERROR_COMMAND. */
static const struct {
	enum zv_refusal refusal;
	enum zv_tms_error type;
} kinds[] = {
	{ ZV_REFUSED_UNKNOWN_COMMAND, ZV_TMS_ERROR_NOT_IMPLEMENTED },
	{ ZV_REFUSED_DENIED, ZV_TMS_ERROR_AUTHENTICATION },
};

static enum zv_tms_error
kind_of(struct zv_str code)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (zvon_str_equal(code, zvon_str(zv_refusal_name(kinds[i].refusal))))
			return kinds[i].type;
	return ZV_TMS_ERROR_COMMAND;
}

/* Members without braces, as jobs give them. NULL: no memory. */
static json_t *
read_members(struct zv_str members)
{
	struct zv_buf text = { 0 };
	json_t *object = NULL;

	zv_buf_add_char(&text, '{');
	zv_buf_add(&text, members);
	zv_buf_add_char(&text, '}');
	if (!zv_buf_failed(&text))
		object = zv_json_read(zv_buf_str(&text), NULL);
	zv_buf_deinit(&text);
	return object;
}

static void
say_refusal(struct zv_session *s, const struct request *r, struct zv_str members)
{
	json_t *object = read_members(members);
	const json_t *error = json_object_get(object, "error");
	struct zv_str code = zv_json_text(error, "code");
	struct zv_buf data = { 0 };
	char name[ZV_TMS_PARTY_MAX] = "failed";

	if (code.n)
		zv_tms_copy(name, sizeof name, code);
	zv_buf_printf(&data, "%s: ", r->command);
	zv_buf_add(&data, zv_json_text(error, "message"));
	if (zv_buf_failed(&data))
		zv_tms_no_memory(s);
	else
		zv_tms_say_error(s, kind_of(code), name, zv_buf_str(&data));
	zv_buf_deinit(&data);
	json_decref(object);
}

static void
say_done(struct zv_session *s, const struct request *r, struct zv_str members)
{
	struct zv_buf content = { 0 };

	zv_buf_printf(&content, "{\"command\":\"%s\"%s", r->command,
		      members.n ? "," : "");
	zv_buf_add(&content, members);
	zv_buf_add_char(&content, '}');
	if (zv_buf_failed(&content))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_COMMAND_INFO, zv_buf_str(&content));
	zv_buf_deinit(&content);
}

static void
on_done(void *owner, struct zv_job *job, int http_status, bool ok,
	struct zv_str members)
{
	struct request *r = owner;
	struct zv_session *s = r->session;
	struct zv_tms *t = zv_tms_of(s);
	struct zv_str before = t->command_uid;

	(void)job;
	(void)http_status;
	t->command_uid = zvon_str(r->uid);
	if (ok)
		say_done(s, r, members);
	else
		say_refusal(s, r, members);
	zv_tms_tell_agent(s, false);
	t->command_uid = before;
	zv_list_remove(&r->node);
	zv_free(r);
}

/* ---- beginning ------------------------------------------------------------------------------ */

void
zv_tms_begin(struct zv_session *s, const char *command, json_t *args,
	     const char *panel_command, struct zv_str called)
{
	struct zv_tms *t = zv_tms_of(s);
	struct request *r = args ? zv_calloc(1, sizeof *r) : NULL;

	if (!r) {
		json_decref(args);
		zv_tms_no_memory(s);
		return;
	}
	r->session = s;
	r->command = panel_command;
	zv_tms_copy(r->uid, sizeof r->uid, t->command_uid);
	zv_tms_copy(r->called, sizeof r->called, called);
	zv_list_append(&t->requests, &r->node);
	zv_session_command(s, zvon_str(command), args,
			   &(struct zv_job_owner){ .owner = r, .done = on_done },
			   t->now_ms);
	json_decref(args);
}

struct zv_str
zv_tms_being_called(const struct zv_tms *t)
{
	const struct zv_node *node = t->requests.next;

	for (; node != &t->requests; node = node->next) {
		const struct request *r = ZV_OWNER(node, struct request, node);

		if (*r->called)
			return zvon_str(r->called);
	}
	return ZV_STR("");
}

/* The jobs forget the session by themselves. */
void
zv_tms_requests_free(struct zv_tms *t)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->requests, node, next)
	{
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct request, node));
	}
}
