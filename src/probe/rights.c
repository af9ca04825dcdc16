#include "probe/rights.h"

#include "base/num.h"
#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Actions of Asterisk's core, 1.8 to 22, with the classes of which one is enough: an
 * action that is not in the list tells that none of them is granted. From the
 * ListCommands of accounts that may do everything. */
static const struct {
	const char *name;
	unsigned classes;
} core_actions[] = {
	{ "Originate", ZV_CLASS_ORIGINATE },
	{ "Command", ZV_CLASS_COMMAND },
	{ "UserEvent", ZV_CLASS_USER },
	{ "AOCMessage", ZV_CLASS_AOC },
	{ "Redirect", ZV_CLASS_CALL },
	{ "Setvar", ZV_CLASS_CALL },
	{ "Getvar", ZV_CLASS_CALL | ZV_CLASS_REPORTING },
	{ "ExtensionState", ZV_CLASS_CALL | ZV_CLASS_REPORTING },
	{ "Hangup", ZV_CLASS_SYSTEM | ZV_CLASS_CALL },
	{ "Status", ZV_CLASS_SYSTEM | ZV_CLASS_CALL | ZV_CLASS_REPORTING },
	{ "CoreSettings", ZV_CLASS_SYSTEM | ZV_CLASS_REPORTING },
	{ "CoreShowChannels", ZV_CLASS_SYSTEM | ZV_CLASS_REPORTING },
	{ "ModuleLoad", ZV_CLASS_SYSTEM },
	{ "Reload", ZV_CLASS_SYSTEM | ZV_CLASS_CONFIG },
	{ "GetConfig", ZV_CLASS_SYSTEM | ZV_CLASS_CONFIG },
	{ "UpdateConfig", ZV_CLASS_CONFIG },
};

static const struct {
	int major, minor; /* minor -1: any */
	const char *asterisk;
} ami_versions[] = {
	{ 1, 0, "1.4" },      { 1, 1, "1.6 - 1.8" }, { 1, 2, "10" },  { 1, 3, "11" },
	{ 2, -1, "12 - 13" }, { 3, -1, "14" },	     { 4, -1, "15" }, { 5, -1, "16" },
	{ 6, -1, "17" },      { 7, -1, "18" },	     { 8, -1, "19" }, { 9, -1, "20" },
	{ 10, -1, "21" },     { 11, -1, "22" },
};

/* ---- ListCommands -------------------------------------------------------------- */

/* `Hangup: Hangup channel.  (Priv: system,call,all)` */
static unsigned
classes_of(struct zv_str text)
{
	static const char mark[] = "(Priv: ";
	size_t at = zv_str_find(text, zvon_str(mark));
	struct zv_str list = zv_str_from(text, at + strlen(mark));

	list.n = zv_str_find(list, ZV_STR(")"));
	return zv_class_parse_granted(list);
}

bool
zv_rights_may(const struct zv_packet *list, const char *action)
{
	return zvon_packet_find(list, zvon_str(action)) != NULL;
}

static bool
is_one(unsigned classes)
{
	return classes && !(classes & (classes - 1));
}

void
zv_rights_from_list(struct zv_rights *write, const struct zv_packet *list)
{
	for (size_t i = 0; i < COUNT(core_actions); i++)
		if (!zv_rights_may(list, core_actions[i].name))
			write->denied |= core_actions[i].classes;
	for (size_t i = 0; i < list->n_fields; i++) {
		unsigned classes = classes_of(list->fields[i].value) & ~write->denied;

		if (is_one(classes))
			write->granted |= classes;
	}
}

/* ---- manager show user ---------------------------------------------------------- */

static bool
read_line(struct zv_rights *rights, struct zv_str line, const char *start)
{
	if (!zv_str_starts(line, zvon_str(start)))
		return false;
	rights->granted = zv_class_parse_granted(zv_str_from(line, strlen(start)));
	rights->denied = ZV_CLASS_NAMED & ~rights->granted;
	return true;
}

bool
zv_rights_from_user(struct zv_rights *read, struct zv_rights *write,
		    const struct zv_packet *answer)
{
	struct zv_str line;
	size_t cursor = 0;
	int found = 0;

	while (zvon_packet_next_output(answer, &cursor, &line)) {
		line = zv_str_trim(line);
		found += read_line(read, line, "read perm:");
		found += read_line(write, line, "write perm:");
	}
	return found == 2;
}

/* ---- events ---------------------------------------------------------------------- */

void
zv_rights_from_event(struct zv_rights *read, const struct zv_packet *event)
{
	unsigned classes =
		zv_class_parse_granted(zvon_packet_get(event, ZV_STR("Privilege")));

	if (is_one(classes))
		read->granted |= classes;
}

/* ---- versions --------------------------------------------------------------------- */

const char *
zv_asterisk_of_ami(struct zv_str ami_version)
{
	struct zv_str rest = ami_version, part;
	long long major = -1, minor = -1;

	if (zv_str_split(&rest, '.', &part))
		zv_num_parse(part, 0, 1000, &major);
	if (zv_str_split(&rest, '.', &part))
		zv_num_parse(part, 0, 1000, &minor);
	for (size_t i = 0; i < COUNT(ami_versions); i++)
		if (ami_versions[i].major == major &&
		    (ami_versions[i].minor < 0 || ami_versions[i].minor == minor))
			return ami_versions[i].asterisk;
	return NULL;
}
