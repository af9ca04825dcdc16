/* options.h - every key of zvond.conf in one table: what may stand there, where it is
 * kept, what it means. The reader, --print-config, the suggestions, and the tests that
 * compare manual and sample work from it. */
#ifndef ZV_ZVOND_OPTIONS_H
#define ZV_ZVOND_OPTIONS_H

#include "zvond/config.h"

enum zv_option_section {
	ZV_SECTION_GENERAL, /* one of each word, without a name … */
	ZV_SECTION_HISTORY,
	ZV_SECTION_RECORDINGS,
	ZV_SECTION_LISTEN, /* … from here on with names */
	ZV_SECTION_SERVER,
	ZV_SECTION_ROLE,
	ZV_SECTION_USER,
	ZV_SECTIONS,
};

enum zv_option_type {
	ZV_OPTION_TEXT,	  /* const char *; NULL when it is empty */
	ZV_OPTION_VIEW,	  /* struct zv_str */
	ZV_OPTION_WORD,	  /* const char *, of letters, digits and -_.@ */
	ZV_OPTION_NAME,	  /* struct zv_str, of these */
	ZV_OPTION_NUMBER, /* int */
	ZV_OPTION_SIZE,	  /* size_t */
	ZV_OPTION_FACTOR, /* double; least, most in thousandths */
	ZV_OPTION_YES,	  /* bool */
	ZV_OPTION_CHOICE, /* an int-sized enum: least + the position in `words` */
	ZV_OPTION_FLAGS, /* unsigned: bits from 1 << least on, in the order of `words` */
	ZV_OPTION_TEXTS,    /* const struct zv_str * and size_t; adds up */
	ZV_OPTION_NETWORKS, /* const struct zv_config_network * and size_t; adds up */
	ZV_OPTION_DIAL,	    /* const struct zv_dial_rule * and size_t; adds up */
	ZV_OPTION_BIND,	    /* address, port and activated of zv_config_listen */
	ZV_OPTION_SECRET,   /* const char *; shown as *** */
	ZV_OPTION_SECRETS,  /* as TEXTS; shown as *** */
	ZV_OPTION_NOTHING,  /* taken and not used; what it was is in the sentence */
	ZV_OPTION_TYPES,
};

struct zv_option {
	enum zv_option_section section;
	enum zv_option_type type;
	const char *key;
	const char *aliases; /* or NULL; as Asterisk's administrators know it, "a b" */
	const char *legacy;  /* or NULL; of Creatio's connector: taken with a note */
	long long least, most;
	const char *standard; /* as it would be written; NULL: none, or empty */
	const char *words;
	size_t at, n_at; /* where it is kept, from the start of the section's struct */
	const char *sentence;
};

extern const struct zv_option zv_config_options[];
extern const size_t zv_n_config_options;

/* "general" … */
extern const char *const zv_section_names[ZV_SECTIONS + 1];

/* What the rows of [user] are measured from. */
struct zv_config_account {
	struct zv_user user;
	struct zv_config_secrets secrets;
	const char *role_name;
};

/* Of a [server]: legacy names beside the URL. */
struct zv_config_station {
	struct zv_config_server server;
	const char *host, *user;
	int port;
};

/* The row of that key (also by an alias) in that section, or NULL. */
const struct zv_option *zv_option_find(enum zv_option_section section,
				       struct zv_str key);
bool zv_option_is_legacy(const struct zv_option *o, struct zv_str key);

/* Writes them as documentation, one row a line: section, key, aliases, legacy names,
 * default, sentence, tabs between. */
void zv_options_print_table(struct zv_buf *out);

#endif
