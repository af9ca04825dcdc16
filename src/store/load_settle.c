/* What was read becomes calls. */
#include "store/load_impl.h"

static void
settle(const struct zv_loader *l, struct zv_str *text)
{
	text->p = text->n ? l->texts.p + (uintptr_t)text->p : "";
}

static void
settle_parts(struct zv_loader *l)
{
	for (size_t i = 0; i < l->n_legs; i++) {
		struct zv_past_leg *leg = &l->legs[i];

		settle(l, &leg->line);
		settle(l, &leg->number);
		settle(l, &leg->name);
		settle(l, &leg->channel);
		settle(l, &leg->unique_id);
	}
	for (size_t i = 0; i < l->n_transfers; i++) {
		settle(l, &l->transfers[i].by);
		settle(l, &l->transfers[i].to);
	}
	for (size_t i = 0; i < l->n_recordings; i++) {
		settle(l, &l->recordings[i].id);
		settle(l, &l->recordings[i].file);
	}
	for (size_t i = 0; i < l->n_strings; i++)
		settle(l, &l->strings[i]);
}

static void
settle_call(struct zv_store *s, struct zv_conversation *c, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct zv_str *texts[] = { &c->id,	  &c->from_number,  &c->from_name,
				   &c->to_number, &c->did,	    &c->queue,
				   &c->reason,	  &c->picked_up_by, NULL };

	for (struct zv_str **t = texts; *t; t++)
		settle(l, *t);
	c->server = zv_store_server_name(s, (int)c->server.n, err);
}

struct offsets {
	size_t legs, transfers, recordings;
};

/* Legs were read in the order of the calls' keys, the calls in any. */
static void
hand_out(struct zv_loader *l, struct zv_conversation *c, struct offsets *at)
{
	c->legs = c->n_legs ? l->legs + at->legs : NULL;
	c->transfers = c->n_transfers ? l->transfers + at->transfers : NULL;
	c->recordings = c->n_recordings ? l->recordings + at->recordings : NULL;
	at->legs += c->n_legs;
	at->transfers += c->n_transfers;
	at->recordings += c->n_recordings;
}

static int
by_number(const void *a, const void *b)
{
	const struct zv_conversation *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void
share_strings(struct zv_loader *l)
{
	size_t at = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct zv_conversation *c = &l->calls[i];

		c->talked = c->n_talked ? l->strings + at : NULL;
		at += c->n_talked;
		c->linked_ids = c->n_linked_ids ? l->strings + at : NULL;
		at += c->n_linked_ids;
	}
}

void
zv_loader_settle(struct zv_store *s, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct offsets at = { 0, 0, 0 };

	settle_parts(l);
	for (size_t i = 0; i < l->n; i++)
		settle_call(s, &l->calls[i], err);
	share_strings(l);
	qsort(l->calls, l->n, sizeof(l->calls[0]), by_number);
	for (size_t i = 0; i < l->n; i++)
		hand_out(l, &l->calls[i], &at);
}
