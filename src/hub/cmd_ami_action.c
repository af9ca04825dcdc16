/* ami.action: an action as it is, of those only that the role lists. */
#include "hub/cmd.h"
#include "hub/job_impl.h"

#include "base/utf.h"

#define ITEMS_MOST 1000
#define BYTES_MOST 1000000 /* of the answer */

struct list {
	unsigned items;
};

/* ---- may it -------------------------------------------------------------------------------- */

static bool
is_listed(const struct zv_role *role, struct zv_str action)
{
	for (size_t i = 0; i < role->n_actions; i++)
		if (zvon_str_equal(role->actions[i], action))
			return true;
	return false;
}

/* Calls are made by call.make, with its rules and limits. */
static bool
makes_calls(struct zv_str action)
{
	return zvon_str_equal_nocase(action, ZV_STR("Originate"));
}

/* A name, with `=` and a value or alone: SHELL(x) would be carried out by the server. */
static bool
is_plain_variable(struct zv_str text)
{
	size_t n = 0;

	while (n < text.n &&
	       (text.p[n] == '_' || (text.p[n] >= '0' && text.p[n] <= '9') ||
		(text.p[n] >= 'A' && text.p[n] <= 'Z') ||
		(text.p[n] >= 'a' && text.p[n] <= 'z')))
		n++;
	return n > 0 && !(text.p[0] >= '0' && text.p[0] <= '9') &&
	       (n == text.n || text.p[n] == '=') &&
	       zv_str_find(text, ZV_STR(",")) == text.n;
}

static bool
is_number_field(struct zv_str key)
{
	return zvon_str_equal_nocase(key, ZV_STR("Exten")) ||
	       zvon_str_equal_nocase(key, ZV_STR("ExtraExten"));
}

static bool
check_field(struct zv_job *job, struct zv_str key, struct zv_str value)
{
	const struct zv_role *role = zv_job_user(job)->role;

	if (zvon_str_equal_nocase(key, ZV_STR("Action")) ||
	    zvon_str_equal_nocase(key, ZV_STR("ActionID")))
		zv_job_refuse_argument(job, "fields", "%.*s is ours", ZV_ARG(key));
	else if (zvon_str_equal_nocase(key, ZV_STR("Variable")) &&
		 !is_plain_variable(value))
		zv_job_refuse_argument(
			job, "fields",
			"Variable must be one name of letters, digits and _");
	else if (is_number_field(key) && !zv_role_may_dial(role, value, NULL))
		zv_job_refuse(job, ZV_REFUSED_DENIED, "number %.*s may not be dialled",
			      ZV_ARG(value));
	else
		return true;
	return false;
}

/* ---- the answer --------------------------------------------------------------------------------- */

static void
write_packet(struct zv_json *j, const struct zv_packet *packet)
{
	zv_json_begin_array(j);
	for (size_t i = 0; i < packet->n_fields; i++) {
		zv_json_begin_array(j);
		zv_json_string(j, packet->fields[i].key);
		zv_json_string(j, packet->fields[i].value);
		zv_json_end_array(j);
	}
	zv_json_end_array(j);
}

static void
on_response(struct zv_job *job, const struct zv_packet *response)
{
	struct zv_json *j = zv_job_answer(job);
	struct zv_str line;
	size_t cursor = 0;

	zv_json_key(j, "response");
	write_packet(j, response);
	if (response->has_body) {
		zv_json_key(j, "output");
		zv_json_begin_array(j);
		while (zvon_packet_next_output(response, &cursor, &line))
			zv_json_string(j, line);
		zv_json_end_array(j);
	}
	zv_json_key(j, "items");
	zv_json_begin_array(j);
}

/* "CoreShowChannelsComplete" ends a list and is nothing that it lists. */
static bool
is_end_of_list(const struct zv_packet *item)
{
	struct zv_str end = ZV_STR("Complete");

	return item->name.n > end.n &&
	       zvon_str_equal_nocase(zv_str_from(item->name, item->name.n - end.n),
				     end);
}

static void
on_item(struct zv_job *job, const struct zv_packet *item)
{
	struct list *l = zv_job_room(job);

	if (is_end_of_list(item))
		return;
	if (l->items++ < ITEMS_MOST && job->answer.n < BYTES_MOST)
		write_packet(zv_job_answer(job), item);
}

static void
on_end(struct zv_job *job)
{
	const struct list *l = zv_job_room(job);
	struct zv_json *j = zv_job_answer(job);

	zv_json_end_array(j);
	zv_json_key(j, "count");
	zv_json_int(j, l->items);
	zv_job_done(job);
}

/* ---- the action ------------------------------------------------------------------------------------ */

static struct zv_request *
make_request(struct zv_job *job)
{
	struct zv_request *r = zvon_request_new(zv_job_text(job, "action"), NULL);
	json_t *fields = (json_t *)(uintptr_t)zv_job_object(job, "fields"), *value;
	const char *key;

	json_object_foreach(fields, key, value)
	{
		struct zv_str text = { json_string_value(value),
				       json_string_length(value) };
		bool good = check_field(job, zvon_str(key), text);

		if (!good || !r || zvon_request_add(r, zvon_str(key), text, NULL) < 0) {
			zvon_request_free(r);
			return NULL;
		}
	}
	return r;
}

static void
run(struct zv_job *job)
{
	struct zv_str action = zv_job_text(job, "action");

	if (!is_listed(zv_job_user(job)->role, action)) {
		zv_job_refuse(
			job, ZV_REFUSED_DENIED,
			"the role does not list the action %.*s (zvond.conf, [role], "
			"actions =)",
			ZV_ARG(action));
		return;
	}
	if (makes_calls(action)) {
		zv_job_refuse(
			job, ZV_REFUSED_DENIED,
			"calls are made by call.make, which knows rules and limits");
		return;
	}
	zv_job_list(job, on_item, on_end);
	zv_job_send(job, make_request(job), on_response);
}

static const struct zv_argument arguments[] = {
	{ .name = "action",
	  .kind = ZV_ARG_WORD,
	  .required = true,
	  .most = 64, /* the longest of Asterisk 22 has 42 */
	  .help = "its name, exactly as the role lists it" },
	{ .name = "fields", .kind = ZV_ARG_OBJECT, .help = "names to texts" },
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_ami_action, ZV_RIGHT_RAW, .name = "ami.action",
	   .target = ZV_TARGET_NOTHING, .arguments = arguments,
	   .help = "Sends an action that your role lists.", .run = run);
