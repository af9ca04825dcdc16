/* What is known of channels and bridges, no longer than they live. */
#include "base/mem.h"
#include "base/str.h"
#include "legacy/impl.h"

#define MAX_NUMBER 256 /* bytes of a caller's number that are kept */

/* ---- channels -------------------------------------------------------------------------- */

struct zv_old_channel *
zv_old_channel_find(struct zv_legacy *l, struct zv_str id)
{
	return zv_map_find(&l->channels, id);
}

void
zv_old_dest_detach(struct zv_old_channel *dest)
{
	if (!dest->caller)
		return;
	dest->caller->n_open -= dest->is_open;
	dest->is_open = false;
	dest->caller = NULL;
	zv_list_remove(&dest->in_dests);
}

void
zv_old_channel_forget(struct zv_legacy *l, struct zv_old_channel *c)
{
	struct zv_node *node, *next;

	zv_old_dest_detach(c);
	ZV_EACH(&c->dests, node, next)
	zv_old_dest_detach(ZV_OWNER(node, struct zv_old_channel, in_dests));
	zv_old_bridge_remove(l, c);
	zv_old_originate_gone(l, c);
	zv_list_remove(&c->node);
	zv_map_remove(&l->channels, c->id);
	zv_buf_deinit(&c->number);
	zv_buf_deinit(&c->vars);
	zv_buf_deinit(&c->place);
	zv_free(c);
}

static void
make_room(struct zv_legacy *l)
{
	while (l->channels.n >= l->options.max_channels) {
		struct zv_node *oldest = zv_list_first(&l->order);

		zv_old_channel_forget(l, ZV_OWNER(oldest, struct zv_old_channel, node));
		l->counters.forgotten++;
	}
}

static struct zv_old_channel *
new_channel(struct zv_legacy *l, struct zv_str id, struct zv_str name)
{
	struct zv_old_channel *c = zv_calloc(1, sizeof *c + id.n + name.n);
	char *text;

	if (!c)
		return NULL;
	text = (char *)(c + 1);
	memcpy(text, id.p, id.n);
	memcpy(text + id.n, name.p, name.n);
	c->id = (struct zv_str){ text, id.n };
	c->name = (struct zv_str){ text + id.n, name.n };
	c->status = -1;
	zv_list_init(&c->dests);
	if (zv_map_add(&l->channels, c->id, c) < 0) {
		zv_free(c);
		return NULL;
	}
	zv_list_append(&l->order, &c->node);
	return c;
}

static void
keep(struct zv_legacy *l, struct zv_buf *to, struct zv_str text)
{
	zv_buf_clear(to);
	if (zv_buf_add(to, text) < 0)
		l->failed = true;
}

static void
keep_vars(struct zv_legacy *l, struct zv_old_channel *c, const struct zv_packet *p,
	  const char *prefix)
{
	struct zv_str start = zvon_str(prefix);

	zv_buf_clear(&c->vars);
	for (size_t i = 0; i < p->n_fields; i++) {
		struct zv_str key = p->fields[i].key, value = p->fields[i].value;

		if (!zv_str_starts_nocase(key, start) ||
		    !zvon_str_equal_nocase(zv_str_from(key, start.n),
					   ZV_STR("ChanVariable")) ||
		    c->vars.n + value.n + 1 > ZV_LEGACY_MAX_VARS)
			continue;
		zv_buf_add(&c->vars, value);
		zv_buf_add_char(&c->vars, '\0');
	}
	l->failed |= zv_buf_failed(&c->vars);
}

struct zv_old_channel *
zv_old_channel_see(struct zv_legacy *l, const struct zv_packet *p, const char *prefix)
{
	struct zv_str id = zv_old_get(p, prefix, "Uniqueid");
	struct zv_str name = zv_old_get(p, prefix, "Channel");
	struct zv_str number = zv_old_get(p, prefix, "CallerIDNum");
	struct zv_old_channel *c;

	if (id.n == 0 || id.n > ZV_LEGACY_MAX_NAME || name.n == 0 ||
	    name.n > ZV_LEGACY_MAX_NAME)
		return NULL;
	c = zv_old_channel_find(l, id);
	if (!c) {
		make_room(l);
		c = new_channel(l, id, name);
	}
	if (!c) {
		l->failed = true;
		return NULL;
	}
	zv_list_remove(&c->node); /* heard of: now the last to be forgotten */
	zv_list_append(&l->order, &c->node);
	if (number.n > MAX_NUMBER)
		number.n = MAX_NUMBER;
	keep(l, &c->number, number);
	keep_vars(l, c, p, prefix);
	return c;
}

/* ---- bridges ----------------------------------------------------------------------------- */

struct zv_old_bridge *
zv_old_bridge_get(struct zv_legacy *l, struct zv_str id)
{
	struct zv_old_bridge *b = zv_map_find(&l->bridges, id);

	if (b || id.n == 0 || id.n > ZV_LEGACY_MAX_NAME)
		return b;
	b = zv_calloc(1, sizeof *b + id.n);
	if (b) {
		memcpy(b + 1, id.p, id.n);
		b->id = (struct zv_str){ (char *)(b + 1), id.n };
		zv_list_init(&b->members);
	}
	if (!b || zv_map_add(&l->bridges, b->id, b) < 0) {
		l->failed = true;
		zv_free(b);
		return NULL;
	}
	return b;
}

void
zv_old_bridge_add(struct zv_old_bridge *b, struct zv_old_channel *c)
{
	c->bridge = b;
	zv_list_append(&b->members, &c->in_bridge);
	b->n++;
}

void
zv_old_bridge_remove(struct zv_legacy *l, struct zv_old_channel *c)
{
	struct zv_old_bridge *b = c->bridge;

	if (!b)
		return;
	c->bridge = NULL;
	zv_list_remove(&c->in_bridge);
	if (c == b->first || c == b->second)
		b->first = b->second = NULL;
	if (--b->n)
		return;
	zv_map_remove(&l->bridges, b->id);
	zv_free(b);
}

/* If neither dialled the other, the one that came in last is the caller: it is the one in
 * the dialplan (Queue, ParkedCall, Bridge), which 1.x put first. */
void
zv_old_bridge_pair(struct zv_old_bridge *b, struct zv_old_channel *first)
{
	struct zv_node *node = zv_list_first(&b->members);
	struct zv_old_channel *early = ZV_OWNER(node, struct zv_old_channel, in_bridge);
	struct zv_old_channel *late =
		ZV_OWNER(node->next, struct zv_old_channel, in_bridge);

	if (!first)
		first = late->caller == early ? early : late;
	b->first = first;
	b->second = first == early ? late : early;
}

struct zv_old_channel *
zv_old_peer(const struct zv_old_channel *c)
{
	const struct zv_old_bridge *b = c->bridge;

	if (!b || (c != b->first && c != b->second))
		return NULL;
	return c == b->first ? b->second : b->first;
}

/* ---- all ------------------------------------------------------------------------------------ */

void
zv_old_state_init(struct zv_legacy *l)
{
	zv_list_init(&l->order);
	zv_list_init(&l->attempts);
	zv_list_init(&l->waiting);
	/* ids come from Asterisk, parts of them perhaps from an action: see map.h */
	l->channels.seed = l->bridges.seed = (uint64_t)(uintptr_t)l;
}

void
zv_old_state_clear(struct zv_legacy *l)
{
	struct zv_node *node;

	zv_old_originate_clear(l);
	while ((node = zv_list_first(&l->order)))
		zv_old_channel_forget(l, ZV_OWNER(node, struct zv_old_channel, node));
	zv_old_list_clear(l);
}
