#include "cli/calls_pile.h"

#include "base/mem.h"
#include "zvon/error.h"

struct piled {
	struct zv_node node;
	char *id, *text;
	size_t n_id, n_text;
};

void
zv_pile_init(struct zv_pile *p, uint64_t seed)
{
	*p = (struct zv_pile){ .by_id = { .seed = seed } };
	zv_list_init(&p->calls);
}

static void
free_piled(struct piled *c)
{
	if (!c)
		return;
	zv_free(c->id);
	zv_free(c->text);
	zv_free(c);
}

void
zv_pile_deinit(struct zv_pile *p)
{
	struct zv_node *node, *next;

	ZV_EACH(&p->calls, node, next)
	{
		free_piled(ZV_OWNER(node, struct piled, node));
	}
	zv_map_deinit(&p->by_id);
	zv_pile_init(p, 0);
}

int
zv_pile_begin(struct zv_pile *p, struct zv_str id)
{
	struct piled *c;
	int rc = ZV_ENOMEM;

	if (zv_map_find(&p->by_id, id))
		return 0;
	c = zv_calloc(1, sizeof *c);
	if (c)
		c->id = zv_memdup(id.p, id.n);
	if (c && c->id) {
		c->n_id = id.n;
		rc = zv_map_add(&p->by_id, (struct zv_str){ c->id, id.n }, c);
	}
	if (rc == 0)
		zv_list_append(&p->calls, &c->node);
	else
		free_piled(c);
	return rc;
}

int
zv_pile_note(struct zv_pile *p, struct zv_str id, struct zv_str text)
{
	struct piled *c;
	char *copy;

	if (zv_pile_begin(p, id) < 0)
		return ZV_ENOMEM;
	c = zv_map_find(&p->by_id, id);
	copy = zv_memdup(text.p, text.n);
	if (!copy)
		return ZV_ENOMEM;
	zv_free(c->text);
	c->text = copy;
	c->n_text = text.n;
	return 0;
}

int
zv_pile_say(struct zv_pile *p, struct zv_str id, struct zv_str text)
{
	if (zv_pile_note(p, id, text) < 0)
		return ZV_ENOMEM;
	zv_map_remove(&p->by_id, id);
	return 0;
}

bool
zv_pile_take(struct zv_pile *p, struct zv_buf *out)
{
	struct zv_node *first = zv_list_first(&p->calls);
	struct piled *c;

	if (!first)
		return false;
	c = ZV_OWNER(first, struct piled, node);
	zv_list_remove(&c->node);
	if (zv_map_find(&p->by_id, (struct zv_str){ c->id, c->n_id }) == c)
		zv_map_remove(&p->by_id, (struct zv_str){ c->id, c->n_id });
	zv_buf_add(out, (struct zv_str){ c->text, c->n_text });
	free_piled(c);
	return true;
}
