/* connectionParams of OpenConnection: what the CRM keeps of its user's telephony. */
#include "hub/tms.h"

#include "base/str.h"
#include "json/reader.h"

/* What an administrator may have written there: 305, SIP/305, PJSIP/office. */
struct zv_str
zv_tms_plain_line(struct zv_str extension)
{
	struct zv_str rest = zv_str_trim(extension), part;

	while (zv_str_split(&rest, '/', &part))
		extension = part;
	return zv_str_trim(extension);
}

struct zv_str
zv_tms_config_line(const json_t *config)
{
	return zv_tms_plain_line(zv_json_text(config, "ExtensionName"));
}

bool
zv_tms_config_is(const json_t *config, const char *key)
{
	struct zv_str text = zv_json_text(config, key);

	return json_is_true(json_object_get(config, key)) ||
	       zvon_str_equal_nocase(text, ZV_STR("true")) ||
	       zvon_str_equal(text, ZV_STR("1"));
}

/* The vendor's name of it was not found: these are plausible. */
struct zv_str
zv_tms_config_context(const json_t *config)
{
	static const char *const keys[] = { "OriginateContext",
					    "originateContext",
					    "OutgoingCallContext",
					    "outgoingCallContext",
					    "CallContext",
					    "callContext",
					    "Context",
					    "context" };
	struct zv_str found = { 0 };

	for (size_t i = 0; !found.n && i < sizeof keys / sizeof *keys; i++)
		found = zv_str_trim(zv_json_text(config, keys[i]));
	return found;
}

/* An object, or the text of one. NULL: neither. */
json_t *
zv_tms_object_of(const json_t *parameters, const char *key)
{
	const json_t *value = json_object_get(parameters, key);
	struct zv_str text = zv_json_text(parameters, key);
	json_t *read = text.n ? zv_json_read(text, NULL) : NULL;

	if (json_is_object(value))
		return json_incref((json_t *)(uintptr_t)value);
	if (json_is_object(read))
		return read;
	json_decref(read);
	return NULL;
}
