/* The tables of all topics. A new event: a row in the ev_*.c that fits, and a line in
 * docs/legacy.md. */
#include "legacy/impl.h"

const struct zv_legacy_rule *const zv_legacy_tables[] = {
	zv_legacy_channel_rules,    zv_legacy_dial_rules,
	zv_legacy_bridge_rules,	    zv_legacy_hold_rules,
	zv_legacy_queue_rules,	    zv_legacy_park_rules,
	zv_legacy_transfer_rules,   zv_legacy_originate_rules,
	zv_legacy_conference_rules, zv_legacy_channel_list_rules,
	zv_legacy_list_rules,	    zv_legacy_system_rules,
	zv_legacy_new_rules,	    NULL,
};

const char *
zvon_legacy_name_of(struct zv_str event)
{
	for (size_t i = 0; zv_legacy_tables[i]; i++) {
		const struct zv_legacy_rule *r = zv_legacy_tables[i];

		for (; r->name; r++) {
			if (!zvon_str_equal(zvon_str(r->name), event))
				continue;
			if (!r->lines)
				return "";
			return r->old ? r->old : r->name;
		}
	}
	return NULL;
}
