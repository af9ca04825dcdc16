#include "hist/scope.h"

#include "base/str.h"

/* "101", or "office/101" at that server. */
static bool
is_line(const struct zv_conversation *c, struct zv_str wanted, struct zv_str line)
{
	if (!line.n)
		return false;
	if (zvon_str_equal(wanted, line))
		return true;
	return wanted.n == c->server.n + 1 + line.n && wanted.p[c->server.n] == '/' &&
	       zv_str_starts(wanted, c->server) && zv_str_ends(wanted, line);
}

static bool
took_part(const struct zv_conversation *c, struct zv_str wanted)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (is_line(c, wanted, c->legs[i].line))
			return true;
	return false;
}

bool
zv_conversation_is_within(const struct zv_conversation *c, const struct zv_str *lines,
			  size_t n_lines, const struct zv_str *queues, size_t n_queues)
{
	for (size_t i = 0; i < n_lines; i++)
		if (took_part(c, lines[i]))
			return true;
	for (size_t i = 0; c->queue.n && i < n_queues; i++)
		if (zvon_str_equal(queues[i], c->queue))
			return true;
	return false;
}
