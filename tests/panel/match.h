/* match.h - is that the message that was wanted? */
#ifndef PANEL_MATCH_H
#define PANEL_MATCH_H

#include <jansson.h>

#include "base/buf.h"

/* "$1" … "$9" and "$name" in texts that were wanted: the first time they take what is
 * there, then it must be that. */
struct names {
	struct {
		char name[32];
		char *value;
	} list[50];
	size_t n;
};
void names_free(struct names *n);
/* Puts values for $names: in what the user sends. Unknown ones fail. Free it. */
char *names_fill(const struct names *n, const char *text);

/* How objects are compared. */
enum match_how {
	MATCH_WHOLE, /* the same members; of the panel's calls times may be more */
	MATCH_PART,  /* those that are wanted */
};

/* NULL: it is. Else what is different and where, until the next call. An object or list
 * that is wanted where a text is is compared with the JSON in the text. */
const char *match(struct names *names, const json_t *wanted, const json_t *got,
		  enum match_how how);

#endif
