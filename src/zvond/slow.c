#include "zvond/slow.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

struct entry {
	struct zv_node node; /* in slow->all, the one that failed longest ago first */
	struct zv_str key;   /* behind this struct */
	unsigned failures;
	int64_t failed_ms;
};

struct zv_slow {
	struct zv_slow_options options;
	struct zv_map by_key;
	struct zv_node all;
};

struct zv_slow *
zv_slow_new(const struct zv_slow_options *options)
{
	struct zv_slow *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->options = *options;
	s->by_key.seed = options->seed;
	zv_list_init(&s->all);
	return s;
}

static void
drop(struct zv_slow *s, struct entry *e)
{
	zv_map_remove(&s->by_key, e->key);
	zv_list_remove(&e->node);
	zv_free(e);
}

void
zv_slow_free(struct zv_slow *s)
{
	struct zv_node *node;

	if (!s)
		return;
	while ((node = zv_list_first(&s->all)))
		drop(s, ZV_OWNER(node, struct entry, node));
	zv_map_deinit(&s->by_key);
	zv_free(s);
}

static int64_t
delay_ms(const struct zv_slow *s, unsigned failures)
{
	unsigned more = failures - s->options.free_tries;
	int64_t delay = s->options.delay_ms;

	if (failures <= s->options.free_tries)
		return 0;
	while (--more && delay < s->options.delay_most_ms)
		delay *= 2;
	return delay < s->options.delay_most_ms ? delay : s->options.delay_most_ms;
}

int
zv_slow_wait_ms(struct zv_slow *s, struct zv_str key, int64_t now_ms)
{
	struct entry *e = zv_map_find(&s->by_key, key);
	int64_t left;

	if (!e)
		return 0;
	if (now_ms - e->failed_ms >= s->options.forget_ms) {
		drop(s, e);
		return 0;
	}
	left = e->failed_ms + delay_ms(s, e->failures) - now_ms;
	return left > 0 ? (int)left : 0;
}

unsigned
zv_slow_failures(const struct zv_slow *s, struct zv_str key)
{
	const struct entry *e = zv_map_find(&s->by_key, key);

	return e ? e->failures : 0;
}

static struct entry *
new_entry(struct zv_slow *s, struct zv_str key)
{
	struct entry *e = zv_calloc(1, sizeof *e + key.n);

	if (!e)
		return NULL;
	if (key.n)
		memcpy(e + 1, key.p, key.n);
	e->key = (struct zv_str){ (char *)(e + 1), key.n };
	if (zv_map_add(&s->by_key, e->key, e) < 0) {
		zv_free(e);
		return NULL;
	}
	return e;
}

void
zv_slow_failed(struct zv_slow *s, struct zv_str key, int64_t now_ms)
{
	struct entry *e = zv_map_find(&s->by_key, key);

	if (e)
		zv_list_remove(&e->node);
	else if (s->by_key.n >= s->options.most)
		drop(s, ZV_OWNER(zv_list_first(&s->all), struct entry, node));
	if (!e)
		e = new_entry(s, key);
	if (!e)
		return;
	e->failures++;
	e->failed_ms = now_ms;
	zv_list_append(&s->all, &e->node);
}

void
zv_slow_worked(struct zv_slow *s, struct zv_str key)
{
	struct entry *e = zv_map_find(&s->by_key, key);

	if (e)
		drop(s, e);
}
