#include "office/times.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

static int
add_row(struct zv_times *x, size_t offset, int64_t at_ms)
{
	if (x->n == x->cap) {
		size_t more = x->cap ? x->cap * 2 : 64;
		struct zv_times_row *rows = zv_realloc(x->rows, more * sizeof *rows);

		if (!rows)
			return ZV_ENOMEM;
		x->rows = rows;
		x->cap = more;
	}
	x->rows[x->n++] = (struct zv_times_row){ offset, at_ms };
	return 0;
}

/* `ms < offset length`: length 0 is the server's close; `>` is the client. */
static int
read_line(struct zv_times *x, struct zv_str line)
{
	struct zv_str parts[4] = { { NULL, 0 } };
	long long at, offset, length;
	size_t n = 0;

	while (n < 4 && zv_str_split(&line, ' ', &parts[n]))
		n++;
	if (n != 4 || zv_num_parse(parts[0], 0, INT64_MAX, &at) < 0 ||
	    zv_num_parse(parts[2], 0, INT64_MAX, &offset) < 0 ||
	    zv_num_parse(zv_str_trim(parts[3]), 0, INT64_MAX, &length) < 0)
		return ZV_EINVAL;
	if (parts[1].n != 1 || parts[1].p[0] != '<')
		return 0;
	if (length == 0)
		x->closed = true;
	return add_row(x, (size_t)offset, at);
}

/* Lines that begin with # are notes. */
int
zv_times_read(struct zv_times *x, struct zv_str text, struct zv_error *err)
{
	struct zv_str line = { NULL, 0 };
	size_t number = 0;

	while (zv_str_split(&text, '\n', &line)) {
		int rc = 0;

		number++;
		if (line.n && line.p[0] != '#')
			rc = read_line(x, line);
		if (rc == ZV_ENOMEM)
			return zv_fail_nomem(err);
		if (rc < 0)
			return zv_fail(err, rc,
				       ".idx, line %zu: not \"ms < offset length\"",
				       number);
	}
	return 0;
}

void
zv_times_deinit(struct zv_times *x)
{
	zv_free(x->rows);
	*x = (struct zv_times){ 0 };
}

int64_t
zv_times_at(struct zv_times *x, size_t offset, size_t *until)
{
	while (x->at + 1 < x->n && x->rows[x->at + 1].offset <= offset)
		x->at++;
	if (until)
		*until = x->at + 1 < x->n ? x->rows[x->at + 1].offset : SIZE_MAX;
	return x->n ? x->rows[x->at].at_ms : 0;
}
