#include "mix.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SCENES 64
#define PAUSE_MS    400 /* between two calls of a slot, on average half of it */

struct slot {
	const struct scene *scene; /* NULL: pauses */
	size_t packet;
	uint64_t ids; /* 0: has played nothing yet */
	int64_t began_ms, next_ms;
	uint32_t turn; /* order among those of one millisecond */
};

struct mix {
	struct scene *scenes[MOST_SCENES];
	unsigned weights[MOST_SCENES], n_scenes, weight;
	struct slot *slots;
	unsigned *heap; /* of slots: the one whose turn is next is first */
	unsigned n_slots, n_heap;
	uint64_t state, ids;
	int stopped, once;
};

/* A linear congruential generator; Knuth's MMIX. */
static uint32_t
draw(struct mix *m)
{
	m->state = m->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(m->state >> 33);
}

/* ---- whose turn is next --------------------------------------------------------------- */

static int
is_before(const struct mix *m, unsigned a, unsigned b)
{
	const struct slot *x = &m->slots[a], *y = &m->slots[b];

	return x->next_ms != y->next_ms ? x->next_ms < y->next_ms : x->turn < y->turn;
}

static void
sift_down(struct mix *m, unsigned at)
{
	for (unsigned child; (child = 2 * at + 1) < m->n_heap; at = child) {
		unsigned slot = m->heap[at];

		if (child + 1 < m->n_heap &&
		    is_before(m, m->heap[child + 1], m->heap[child]))
			child++;
		if (!is_before(m, m->heap[child], slot))
			return;
		m->heap[at] = m->heap[child];
		m->heap[child] = slot;
	}
}

/* ---- playing -------------------------------------------------------------------------- */

static const struct scene *
draw_scene(struct mix *m)
{
	unsigned at = draw(m) % m->weight, i = 0;

	while (at >= m->weights[i])
		at -= m->weights[i++];
	return m->scenes[i];
}

static void
begin_scene(struct mix *m, struct slot *s)
{
	s->scene = draw_scene(m);
	s->packet = 0;
	s->began_ms = s->next_ms;
	s->ids = m->ids;
	m->ids += scene_ids(s->scene);
}

static void
start(struct mix *m)
{
	m->heap = calloc(m->n_slots, sizeof *m->heap);
	for (unsigned i = 0; m->heap && i < m->n_slots; i++) {
		m->slots[i].next_ms = 1 + draw(m) % 4000;
		m->slots[i].turn = draw(m);
		m->heap[i] = i;
	}
	m->n_heap = m->heap ? m->n_slots : 0;
	for (unsigned i = m->n_heap / 2; i-- > 0;)
		sift_down(m, i);
}

/* The slot's next event has been written. */
static void
go_on(struct mix *m, struct slot *s)
{
	s->turn = draw(m);
	if (++s->packet < scene_packets(s->scene)) {
		s->next_ms = s->began_ms + scene_ms(s->scene, s->packet);
	} else {
		s->scene = NULL;
		s->next_ms += 1 + draw(m) % PAUSE_MS;
	}
}

size_t
mix_next(struct mix *m, char *out, size_t room, int64_t *ms)
{
	size_t n;

	if (!m->heap)
		start(m);
	while (m->n_heap) {
		unsigned number = m->heap[0];
		struct slot *s = &m->slots[number];

		if (!s->scene && (m->stopped || (m->once && s->ids))) {
			m->heap[0] = m->heap[--m->n_heap];
			sift_down(m, 0);
			continue;
		}
		if (!s->scene)
			begin_scene(m, s);
		if (scene_room(s->scene, s->packet) > room)
			return 0;
		n = scene_write(s->scene, s->packet, number, s->ids, out);
		*ms = s->next_ms;
		go_on(m, s);
		sift_down(m, 0);
		return n;
	}
	return 0;
}

/* ---- life ----------------------------------------------------------------------------- */

struct mix *
mix_new(unsigned slots, uint64_t seed)
{
	struct mix *m = calloc(1, sizeof *m);

	if (!m || !(m->slots = calloc(slots, sizeof *m->slots))) {
		free(m);
		return NULL;
	}
	m->n_slots = slots;
	m->state = seed;
	m->ids = 1000;
	return m;
}

void
mix_free(struct mix *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < m->n_scenes; i++)
		scene_free(m->scenes[i]);
	free(m->slots);
	free(m->heap);
	free(m);
}

int
mix_add(struct mix *m, const char *weight_and_file, const char *until)
{
	const char *colon = strchr(weight_and_file, ':');
	int weight = atoi(weight_and_file);
	struct scene *s;

	if (!colon || weight <= 0 || m->n_scenes == MOST_SCENES ||
	    !(s = scene_load(colon + 1, until)))
		return -1;
	m->scenes[m->n_scenes] = s;
	m->weights[m->n_scenes++] = (unsigned)weight;
	m->weight += (unsigned)weight;
	return 0;
}

size_t
mix_banner(const struct mix *m, const char **line)
{
	return scene_banner(m->scenes[0], line);
}

void
mix_once(struct mix *m)
{
	m->once = 1;
}

void
mix_stop(struct mix *m)
{
	m->stopped = 1;
}
