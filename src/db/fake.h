/* fake.h - a database that says what a text tells it to: for tests of what asks one.
 *
 *	open EAUTH the secret is wrong          only if opening is to fail
 *	> SELECT a, b FROM t WHERE a > ?        the next statement that is expected …
 *	> INSERT INTO t *                       … or how it begins
 *	with 7 'it''s' NULL 2.5                 its values; not told: any
 *	columns a b
 *	row 1 'text'
 *	row NULL 'x'
 *	error ECLOSED the server is gone        instead of what follows
 *	changed 3
 *
 * A statement that is not the expected one is ZV_EINVAL and says both. Begin, commit and
 * rollback are statements too: > BEGIN. */
#ifndef ZV_DB_FAKE_H
#define ZV_DB_FAKE_H

#include "zvon/str.h"

#define ZV_DB_FAKES_MAX 8

/* From now on fake:NAME follows that text, which must live on. false: there are too many. */
bool zv_db_fake_set(const char *name, const char *text);
/* What is expected still of that one; "" when all has been. */
const char *zv_db_fake_left(const char *name);

#endif
