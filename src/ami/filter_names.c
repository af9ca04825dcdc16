#include "ami/filter_names.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* One text of all lists: "A,B" and "C" are "A,B,C". */
static int
join(struct zv_buf *all, const char *const *lists, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			zv_buf_add_char(all, ',');
		zv_buf_add(all, zvon_str(lists[i]));
	}
	return zv_buf_failed(all) ? ZV_ENOMEM : 0;
}

static size_t
count_commas(struct zv_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ',';
	return n;
}

/* Spaces around a name and empty names are passed over. */
static int
split(struct zv_filter_names *f, struct zv_str rest, struct zv_error *err)
{
	struct zv_str name;

	f->names = zv_calloc(count_commas(rest) + 1, sizeof *f->names);
	if (!f->names)
		return zv_fail_nomem(err);
	while (zv_str_split(&rest, ',', &name)) {
		name = zv_str_trim(name);
		if (name.n)
			f->names[f->n++] = name;
	}
	if (f->n == 0)
		return zv_fail(err, ZV_EINVAL,
			       "events: no name of an event is given; write "
			       "Hangup,Newstate");
	if (f->n > ZV_FILTER_MAX_EVENTS)
		return zv_fail(err, ZV_ETOOBIG,
			       "events: %zu names, at most %d; all but a few is better "
			       "said by the event mask",
			       f->n, ZV_FILTER_MAX_EVENTS);
	return 0;
}

int
zv_filter_names_init(struct zv_filter_names *f, const char *const *lists,
		     size_t n_lists, struct zv_error *err)
{
	struct zv_buf all = { 0 };
	int rc;

	*f = (struct zv_filter_names){ 0 };
	if (n_lists == 0)
		return 0;
	rc = join(&all, lists, n_lists);
	if (rc == 0)
		rc = zv_buf_add_char(&all, '\0');
	if (rc < 0) {
		zv_buf_deinit(&all);
		return zv_fail_nomem(err);
	}
	f->text = all.p;
	return split(f, (struct zv_str){ all.p, all.n - 1 }, err);
}

void
zv_filter_names_deinit(struct zv_filter_names *f)
{
	zv_free(f->names);
	zv_free(f->text);
}

bool
zv_filter_names_has(const struct zv_filter_names *f, struct zv_str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (zvon_str_equal_nocase(f->names[i], name))
			return true;
	return false;
}
