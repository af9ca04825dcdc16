#include "cli/filter.h"

#include "base/str.h"
#include "cli/cli.h"

/* Goes through the names of all lists: "A,B" and "C" are A, B, C; spaces around a
 * name and empty names are passed over. */
struct names {
	const struct zv_opt_list *list;
	int i;
	struct zv_str rest;
};

static bool
next_name(struct names *n, struct zv_str *name)
{
	for (;;) {
		while (zv_str_split(&n->rest, ',', name)) {
			*name = zv_str_trim(*name);
			if (name->n)
				return true;
		}
		if (n->i == n->list->n)
			return false;
		n->rest = zvon_str(n->list->texts[n->i++]);
	}
}

int
zv_filter_check(const struct zv_filter *f)
{
	struct names names = { .list = &f->events };
	struct zv_str name;

	if (f->events.n == 0 || next_name(&names, &name))
		return 0;
	zv_say_error("--event: no name of an event is given",
		     "--event: не указано ни одного имени события");
	return ZV_EXIT_USAGE;
}

static bool
is_wanted_event(const struct zv_filter *f, const struct zv_packet *packet)
{
	struct names names = { .list = &f->events };
	struct zv_str name;

	if (packet->kind != ZV_PACKET_EVENT)
		return false;
	while (next_name(&names, &name))
		if (zvon_str_equal_nocase(name, packet->name))
			return true;
	return false;
}

bool
zv_filter_passes(const struct zv_filter *f, const struct zv_packet *packet)
{
	if (f->events.n && !is_wanted_event(f, packet))
		return false;
	for (int i = 0; i < f->texts.n; i++) {
		struct zv_str text = zvon_str(f->texts.texts[i]);

		if (text.n && zv_str_find(packet->text, text) == packet->text.n)
			return false;
	}
	return true;
}
