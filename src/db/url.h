/* url.h - where a database is: "mysql://user:secret@host:3306/name?tls=required". Pure. */
#ifndef ZV_DB_URL_H
#define ZV_DB_URL_H

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_DB_URL_MAX	    2000 /* bytes of a URL */
#define ZV_DB_URL_WORDS_MAX 8	 /* name=value behind the '?' */

struct zv_db_word {
	const char *name, *value;
};

/* Texts are never NULL; what the URL does not have is "". One block. */
struct zv_db_url {
	const char *scheme, *user, *secret, *host, *path;
	bool has_secret;
	int port; /* 0: none */
	struct zv_db_word words[ZV_DB_URL_WORDS_MAX];
	size_t n_words;
	const char *shown; /* the URL without the secret */
};

/* A path ending in .db, .sqlite or .sqlite3 is that of a SQLite file. NULL: *err, ZV_EINVAL. */
struct zv_db_url *zv_db_url_parse(struct zv_str url, struct zv_error *err);
void zv_db_url_free(struct zv_db_url *url); /* wipes it; NULL is fine */

/* The value of that word, or NULL. */
const char *zv_db_url_word(const struct zv_db_url *url, const char *name);
/* ZV_EINVAL: there is a word that is not in that list (which ends with NULL). */
int zv_db_url_check(const struct zv_db_url *url, const char *const *known,
		    struct zv_error *err);

#endif
