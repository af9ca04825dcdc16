#include "base/str.h"
#include "conf/conf.h"

#define WORD_MAX 40

static size_t
least_of(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to change, add or take away to get from a to b; two neighbours that changed
 * places count once. Large letters are as small ones. */
static size_t
distance(struct zv_str a, struct zv_str b)
{
	size_t row[3][WORD_MAX + 1];

	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return WORD_MAX;
	for (size_t k = 0; k <= b.n; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *above = row[(i - 1) % 3], *here = row[i % 3];
		unsigned char ca = zv_lower((unsigned char)a.p[i - 1]);

		here[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			unsigned char cb = zv_lower((unsigned char)b.p[k - 1]);

			here[k] = least_of(above[k] + 1, here[k - 1] + 1,
					   above[k - 1] + (ca != cb));
			if (i > 1 && k > 1 &&
			    ca == zv_lower((unsigned char)b.p[k - 2]) &&
			    zv_lower((unsigned char)a.p[i - 2]) == cb)
				here[k] = least_of(here[k], here[k],
						   row[(i - 2) % 3][k - 2] + 1);
		}
	}
	return row[a.n % 3][b.n];
}

/* A third of the letters may be wrong; the beginning of a word is as good as one mistake. */
const char *
zv_conf_suggest(struct zv_str wrong, const char *const *names)
{
	size_t best = wrong.n < 3 ? 2 : wrong.n / 3 + 1;
	const char *found = NULL;

	for (; *names; names++) {
		struct zv_str name = zvon_str(*names);
		bool is_start = wrong.n >= 3 && zv_str_starts_nocase(name, wrong);
		size_t d = is_start ? 1 : distance(wrong, name);

		if (d < best) {
			best = d;
			found = *names;
		}
	}
	return found;
}
