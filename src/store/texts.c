#include "store/texts.h"

#include "store/store_impl.h"

/* false: stop. */
typedef bool (*text_fn)(struct zv_str *text, size_t most);

static bool
each_leg(struct zv_conversation *c, text_fn fn)
{
	for (size_t i = 0; i < c->n_legs; i++) {
		struct zv_past_leg *leg = &c->legs[i];

		if (!fn(&leg->line, ZV_STORE_TEXT_MAX) ||
		    !fn(&leg->number, ZV_STORE_TEXT_MAX) ||
		    !fn(&leg->name, ZV_STORE_TEXT_MAX) ||
		    !fn(&leg->channel, ZV_STORE_TEXT_MAX) ||
		    !fn(&leg->unique_id, ZV_STORE_ID_MAX))
			return false;
	}
	return true;
}

static bool
each_in_list(struct zv_str *list, size_t n, size_t most, text_fn fn)
{
	for (size_t i = 0; i < n; i++)
		if (!fn(&list[i], most))
			return false;
	return true;
}

static bool
each_part(struct zv_conversation *c, text_fn fn)
{
	for (size_t i = 0; i < c->n_transfers; i++)
		if (!fn(&c->transfers[i].by, ZV_STORE_TEXT_MAX) ||
		    !fn(&c->transfers[i].to, ZV_STORE_TEXT_MAX))
			return false;
	for (size_t i = 0; i < c->n_recordings; i++)
		if (!fn(&c->recordings[i].file, ZV_STORE_FILE_MAX))
			return false;
	return each_in_list(c->talked, c->n_talked, ZV_STORE_TEXT_MAX, fn) &&
	       each_in_list(c->linked_ids, c->n_linked_ids, ZV_STORE_ID_MAX, fn);
}

static bool
each_text(struct zv_conversation *c, text_fn fn)
{
	struct zv_str *const own[] = { &c->server,    &c->from_number, &c->from_name,
				       &c->to_number, &c->did,	       &c->queue,
				       &c->reason,    &c->picked_up_by };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!fn(own[i], ZV_STORE_TEXT_MAX))
			return false;
	return fn(&c->id, ZV_STORE_ID_MAX) && each_leg(c, fn) && each_part(c, fn);
}

static bool
is_smooth(struct zv_str *text, size_t most)
{
	return text->n <= most && zv_utf8_valid(*text) == text->n &&
	       !(text->n &&
		 (memchr(text->p, '\0', text->n) || memchr(text->p, '\n', text->n)));
}

bool
zv_store_is_rough(const struct zv_conversation *c)
{
	return !each_text((struct zv_conversation *)(uintptr_t)c, is_smooth);
}

/* In place: the text is that of a copy. */
static bool
smooth(struct zv_str *text, size_t most)
{
	char *p = (char *)(uintptr_t)text->p;

	for (size_t i = 0, bad, good; i < text->n; i += good ? good : bad) {
		good = zv_utf8_char((struct zv_str){ p + i, text->n - i }, &bad);
		if (!good)
			memset(p + i, '?', bad);
		else if (p[i] == '\0' || p[i] == '\n')
			p[i] = ' ';
	}
	*text = zv_store_cut(*text, most).text;
	return true;
}

struct zv_conversation *
zv_store_smooth(const struct zv_conversation *c)
{
	struct zv_conversation *copy = zv_conversation_copy(c);

	if (copy)
		each_text(copy, smooth);
	return copy;
}
