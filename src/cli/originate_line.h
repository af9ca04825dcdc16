/* originate_line.h - which channel and which dialplan context belong to a line: from what
 * the user said, else from what the server knows. */
#ifndef ZV_CLI_ORIGINATE_LINE_H
#define ZV_CLI_ORIGINATE_LINE_H

#include "cli/link.h"
#include "cli/originate_order.h"

struct zv_originate_line {
	char channel[256], context[128];
	bool denied; /* the account may not ask for such things */
};

/* 0, or what to exit with; the reason was said. */
int zv_originate_find_line(struct zv_link *link, const struct zv_order *order,
			   struct zv_originate_line *out);

#endif
