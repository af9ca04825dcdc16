#include "call/model.h"

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_CAP 256

/* Of an Uniqueid only its hash is kept: 64 bits with a seed, so two of 65536 are alike
 * once in 2^48 times. 0 marks a free place. */
static uint64_t
hash_of(const struct zv_calls *t, struct zv_str unique_id)
{
	uint64_t hash = zv_hash(unique_id, t->channels_by_id.seed + 1);

	return hash ? hash : 1;
}

static size_t
place_of(const struct zv_gone *g, uint64_t hash)
{
	size_t mask = g->cap * 2 - 1, i = hash & mask;

	while (g->index[i] && g->index[i] != hash)
		i = (i + 1) & mask;
	return i;
}

static void
forget(struct zv_gone *g, uint64_t hash)
{
	size_t mask = g->cap * 2 - 1, i = place_of(g, hash);

	if (!g->index[i])
		return;
	for (size_t j = (i + 1) & mask; g->index[j]; j = (j + 1) & mask) {
		size_t home = g->index[j] & mask;

		if (((j - home) & mask) >= ((j - i) & mask)) {
			g->index[i] = g->index[j];
			i = j;
		}
	}
	g->index[i] = 0;
}

/* Only a full ring grows, so its oldest is at 0. */
static bool
grow(struct zv_gone *g)
{
	struct zv_gone bigger = { .cap = g->cap ? g->cap * 2 : FIRST_CAP, .n = g->n };

	bigger.ring = zv_calloc(bigger.cap, sizeof *bigger.ring);
	bigger.index = zv_calloc(bigger.cap * 2, sizeof *bigger.index);
	if (!bigger.ring || !bigger.index) {
		zv_gone_deinit(&bigger);
		return false;
	}
	for (size_t i = 0; i < g->n; i++) {
		bigger.ring[i] = g->ring[i];
		bigger.index[place_of(&bigger, g->ring[i])] = g->ring[i];
	}
	bigger.next = g->n;
	zv_gone_deinit(g);
	*g = bigger;
	return true;
}

void
zv_gone_deinit(struct zv_gone *g)
{
	zv_free(g->ring);
	zv_free(g->index);
	*g = (struct zv_gone){ 0 };
}

/* Without memory it stays as small as it is: then a late event may be taken for one
 * of a new channel earlier than promised, which is no reason to fail. */
void
zv_gone_add(struct zv_calls *t, struct zv_str unique_id)
{
	struct zv_gone *g = &t->gone;
	uint64_t hash = hash_of(t, unique_id);

	if (g->n == g->cap && g->cap < ZV_CALLS_GONE && !grow(g) && g->cap == 0)
		return;
	if (g->index[place_of(g, hash)])
		return;
	if (g->n == g->cap)
		forget(g, g->ring[g->next]);
	else
		g->n++;
	g->ring[g->next] = hash;
	g->next = (g->next + 1) & (g->cap - 1);
	g->index[place_of(g, hash)] = hash;
}

bool
zv_gone_has(const struct zv_calls *t, struct zv_str unique_id)
{
	const struct zv_gone *g = &t->gone;

	return g->n && g->index[place_of(g, hash_of(t, unique_id))];
}
