/* split.h - the floor: the least that any reader of AMI must do. Cuts a stream into
 * key/value views with memchr, without storage, without limits, without care. */
#ifndef BENCH_SPLIT_H
#define BENCH_SPLIT_H

#include <stddef.h>
#include <string.h>

#define SPLIT_FIELDS 256

struct split_view {
	const char *p;
	size_t n;
};

struct split_event {
	struct split_view key[SPLIT_FIELDS], value[SPLIT_FIELDS];
	int n;
};

typedef void (*split_fn)(void *user, const struct split_event *event);

/* Returns the start of what is not a whole event. */
static inline const char *
split(const char *p, const char *end, split_fn fn, void *user)
{
	const char *rest = p, *lf;
	struct split_event e;

	e.n = 0;
	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p)))) {
		const char *stop = lf > p && lf[-1] == '\r' ? lf - 1 : lf, *colon;

		if (stop == p) {
			rest = lf + 1;
			if (e.n)
				fn(user, &e);
			e.n = 0;
		} else if ((colon = memchr(p, ':', (size_t)(stop - p))) &&
			   e.n < SPLIT_FIELDS) {
			const char *v = colon + 1;

			v += v < stop && *v == ' ';
			e.key[e.n] = (struct split_view){ p, (size_t)(colon - p) };
			e.value[e.n++] = (struct split_view){ v, (size_t)(stop - v) };
		}
		p = lf + 1;
	}
	return rest;
}

#endif
