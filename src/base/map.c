#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"
#include "zvon/error.h"

#define FIRST_CAP 16

void
zv_map_deinit(struct zv_map *m)
{
	zv_free(m->slots);
	m->slots = NULL;
	m->cap = m->n = 0;
}

/* The slot of the key, or the free one where it belongs. */
static size_t
slot_of(const struct zv_map *m, struct zv_str key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].value &&
	       !(m->slots[i].hash == hash && zvon_str_equal(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return i;
}

void *
zv_map_find(const struct zv_map *m, struct zv_str key)
{
	return m->n ? m->slots[slot_of(m, key, zv_hash(key, m->seed))].value : NULL;
}

static int
grow(struct zv_map *m)
{
	struct zv_map bigger = { .seed = m->seed };

	bigger.cap = m->cap ? m->cap * 2 : FIRST_CAP;
	bigger.slots = zv_calloc(bigger.cap, sizeof *bigger.slots);
	if (!bigger.slots)
		return ZV_ENOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			bigger.slots[slot_of(&bigger, m->slots[i].key,
					     m->slots[i].hash)] = m->slots[i];
	bigger.n = m->n;
	zv_free(m->slots);
	*m = bigger;
	return 0;
}

int
zv_map_add(struct zv_map *m, struct zv_str key, void *value)
{
	uint64_t hash = zv_hash(key, m->seed);
	size_t i;

	/* at most 3/4 full, so that probes stay short and a free slot is found */
	if ((m->n + 1) * 4 > m->cap * 3 && grow(m) < 0)
		return ZV_ENOMEM;
	i = slot_of(m, key, hash);
	if (m->slots[i].value)
		return ZV_EBUSY;
	m->slots[i] = (struct zv_map_slot){ key, value, hash };
	m->n++;
	return 0;
}

/* Closes the gap at i by moving back what was pushed past it. */
static void
close_gap(struct zv_map *m, size_t i)
{
	size_t mask = m->cap - 1;

	for (size_t j = (i + 1) & mask; m->slots[j].value; j = (j + 1) & mask) {
		size_t home = m->slots[j].hash & mask;

		if (((j - home) & mask) >= ((j - i) & mask)) {
			m->slots[i] = m->slots[j];
			i = j;
		}
	}
	m->slots[i].value = NULL;
}

void *
zv_map_remove(struct zv_map *m, struct zv_str key)
{
	size_t i;
	void *value;

	if (m->n == 0)
		return NULL;
	i = slot_of(m, key, zv_hash(key, m->seed));
	value = m->slots[i].value;
	if (!value)
		return NULL;
	m->n--;
	close_gap(m, i);
	return value;
}

void *
zv_map_next(const struct zv_map *m, size_t *cursor)
{
	while (*cursor < m->cap) {
		void *value = m->slots[(*cursor)++].value;

		if (value)
			return value;
	}
	return NULL;
}
