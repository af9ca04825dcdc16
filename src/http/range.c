#include "http/range.h"

#include "base/num.h"
#include "base/str.h"
#include "http/field.h"
#include "zvon/error.h"

enum spec {
	BAD,
	NOT_THERE, /* well formed, but beyond the end */
	GOOD,
};

/* Digits as a number, as large as can be when it is larger than that. */
static bool
read_number(struct zv_str text, uint64_t *out)
{
	long long number = INT64_MAX;

	if (text.n == 0 || text.p[0] == '-' ||
	    zv_num_parse(text, 0, INT64_MAX, &number) == ZV_EINVAL)
		return false;
	*out = (uint64_t)number;
	return true;
}

/* `-N`: the last N bytes. */
static enum spec
read_suffix(struct zv_str number, uint64_t size, struct zv_http_range *range)
{
	uint64_t n;

	if (!read_number(number, &n))
		return BAD;
	if (n == 0 || size == 0)
		return NOT_THERE;
	*range = (struct zv_http_range){ n < size ? size - n : 0, size - 1 };
	return GOOD;
}

/* `N-M`, `N-`, `-N` (RFC 9110, 14.1.1). */
static enum spec
read_spec(struct zv_str text, uint64_t size, struct zv_http_range *range)
{
	struct zv_str last = text, first;
	uint64_t from, to = UINT64_MAX;

	zv_str_split(&last, '-', &first);
	if (!last.p)
		return BAD;
	if (first.n == 0)
		return read_suffix(last, size, range);
	if (!read_number(first, &from) || (last.n && !read_number(last, &to)) ||
	    to < from)
		return BAD;
	if (from >= size)
		return NOT_THERE;
	*range = (struct zv_http_range){ from, to < size ? to : size - 1 };
	return GOOD;
}

static bool
overlap(const struct zv_http_range *a, const struct zv_http_range *b)
{
	return a->first <= b->last && b->first <= a->last;
}

static struct zv_http_range
join(struct zv_http_range a, struct zv_http_range b)
{
	return (struct zv_http_range){ a.first < b.first ? a.first : b.first,
				       a.last > b.last ? a.last : b.last };
}

/* Takes what b overlaps out of the list, then from the start again, because it is larger
 * now; it stands where the first of them stood. How many there are then. */
static int
add_range(struct zv_http_range *out, int n, struct zv_http_range b)
{
	int place = n;

	for (int i = 0; i < n;) {
		if (!overlap(&out[i], &b)) {
			i++;
			continue;
		}
		b = join(b, out[i]);
		n--;
		memmove(out + i, out + i + 1, (size_t)(n - i) * sizeof *out);
		place = i < place ? i : place;
		i = 0;
	}
	memmove(out + place + 1, out + place, (size_t)(n - place) * sizeof *out);
	out[place] = b;
	return n + 1;
}

int
zv_http_ranges(struct zv_str value, uint64_t size,
	       struct zv_http_range out[ZV_HTTP_MAX_RANGES])
{
	struct zv_str rest = value, unit, text;
	int n = 0, asked = 0;

	zv_str_split(&rest, '=', &unit);
	if (!value.p || !rest.p || !zvon_str_equal_nocase(unit, ZV_STR("bytes")))
		return 0;
	while (zv_http_list_next(&rest, ',', &text)) {
		struct zv_http_range range;
		enum spec spec = read_spec(text, size, &range);

		if (spec == BAD || ++asked > ZV_HTTP_MAX_RANGES)
			return 0;
		if (spec == GOOD)
			n = add_range(out, n, range);
	}
	return n ? n : asked && size ? -1 : 0;
}
