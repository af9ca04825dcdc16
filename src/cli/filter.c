#include "cli/filter.h"

#include "cli/cli.h"
#include "io/clock.h"
#include "term/reason.h"

struct zv_filter_options
zv_filter_options(const struct zv_filter_wish *wish)
{
	return (struct zv_filter_options){
		.events = wish->events.texts,
		.n_events = (size_t)wish->events.n,
		.texts = wish->texts.texts,
		.n_texts = (size_t)wish->texts.n,
		.regex = wish->regex,
		.newlines = (enum zv_filter_newlines)wish->newlines,
		.fields = wish->fields.texts,
		.n_fields = (size_t)wish->fields.n,
	};
}

bool
zv_filter_is_wished(const struct zv_filter_wish *wish)
{
	return wish->events.n || wish->texts.n || wish->fields.n || wish->regex;
}

int
zv_filter_make(const struct zv_filter_wish *wish, struct zv_filter **out)
{
	struct zv_filter_options options = zv_filter_options(wish);
	struct zv_error err = { 0 };

	*out = zvon_filter_new(&options, &err);
	if (*out)
		return 0;
	zv_say_reason_at(zv_say_pick((struct zv_text){ "filter", "фильтр" }), &err);
	return err.code == ZV_ENOMEM ? ZV_EXIT_NEGATIVE : ZV_EXIT_USAGE;
}

void
zv_filter_tell_off(void)
{
	zv_say_warning("the filter is off, nothing passes any more: its regular "
		       "expression was given up %d times within a minute; make it "
		       "simpler, `zvon filter` shows what it costs",
		       "фильтр отключён, больше ничего не проходит: поиск по "
		       "регулярному выражению прерван %d раз за минуту; упростите "
		       "его, `zvon filter` покажет, сколько оно стоит",
		       ZV_FILTER_MAX_HITS);
}

bool
zv_filter_lets(struct zv_filter *f, const struct zv_packet *packet)
{
	bool was_off = zvon_filter_is_off(f);
	bool passes = zvon_filter_judge(f, packet, zv_clock_ms()) == ZV_FILTER_PASSES;

	if (!was_off && zvon_filter_is_off(f))
		zv_filter_tell_off();
	return passes;
}
