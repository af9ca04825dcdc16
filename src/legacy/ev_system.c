/* The server itself, hints, events that users make. */
#include "base/str.h"
#include "legacy/impl.h"

static const struct zv_old_line booted[] = {
	{ "Status" },
	{ 0 },
};
static const struct zv_old_line extension[] = {
	{ "Exten" },
	{ "Context" },
	{ "Hint" },
	{ "Status" },
	{ "ActionID", NULL, ZV_OLD_OPTIONAL },
	{ 0 },
};

/* UserEvent of a dialplan: 1.x told the channel's id only, 12+ all of the channel before
 * what the user has given. */
static const struct zv_old_line user_event[] = {
	{ "UserEvent" },
	{ "Uniqueid", NULL, ZV_OLD_OPTIONAL },
	{ 0 },
};

/* … that of an action was told with its line Action. */
static const struct zv_old_line user_event_of_action[] = {
	{ "UserEvent" },
	{ "Action", "UserEvent", ZV_OLD_TEXT },
	{ 0 },
};

static size_t
place_of(const struct zv_packet *p, struct zv_str key)
{
	const struct zv_field *f = zvon_packet_find(p, key);

	return f ? (size_t)(f - p->fields) : p->n_fields;
}

static void
on_user_event(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	      const struct zv_packet *p)
{
	size_t name = place_of(p, ZV_STR("UserEvent"));
	bool is_of_channel = place_of(p, ZV_STR("Linkedid")) < name;

	zv_old_begin(l, rule->name, NULL, p);
	zv_old_lines(l, is_of_channel ? rule->lines : user_event_of_action, p);
	for (size_t i = name + 1; i < p->n_fields; i++)
		zv_old_add_as_sent(l, p, i);
}

const struct zv_legacy_rule zv_legacy_system_rules[] = {
	{ "FullyBooted", NULL, booted },
	{ "ExtensionStatus", NULL, extension },
	{ "UserEvent", NULL, user_event, .fn = on_user_event },
	{ 0 },
};
