/* conf_impl.h - what the files of conf/ share: where texts live, and the sections as they
 * grow. */
#ifndef ZV_CONF_CONF_IMPL_H
#define ZV_CONF_CONF_IMPL_H

#include "base/map.h"
#include "conf/conf.h"
#include "conf/words.h"

struct zv_conf_block { /* one allocation; all are given back together */
	struct zv_conf_block *next;
	size_t bytes;
};

struct zv_conf_growing {
	struct zv_conf_section section;
	struct zv_conf_setting **end; /* where the next setting goes */
	struct zv_conf_setting *settings;
	bool is_template;
};

struct zv_conf {
	struct zv_conf_block *blocks;
	struct zv_conf_section *sections, **end;
	struct zv_map names; /* of sections and templates; the last of a name */
	size_t settings;
};

/* Where the reader is. */
struct zv_conf_reader {
	struct zv_conf *conf;
	zv_conf_include_fn include;
	void *context;
	bool russian;
	struct zv_error *err;
	int failed; /* the first error of all files */
	struct zv_conf_growing *current;
	struct zv_conf_place *place;
	size_t bytes, includes;
};

struct zv_conf_place { /* one file of those that are open, the innermost first */
	const struct zv_conf_place *outer;
	struct zv_str file;
	int line;
	unsigned depth;
};

/* "FILE:LINE: …" into the reader's error; returns ZV_EINVAL. */
int zv_conf_fail(struct zv_conf_reader *r, enum zv_conf_word word, struct zv_str one,
		 struct zv_str two);
int zv_conf_fail_number(struct zv_conf_reader *r, enum zv_conf_word word,
			unsigned number);
int zv_conf_fail_nomem(struct zv_conf_reader *r);

/* The line of a section, "[NAME](…)", and one of a setting. 0 or < 0. */
int zv_conf_read_section(struct zv_conf_reader *r, struct zv_str line);
int zv_conf_read_setting(struct zv_conf_reader *r, struct zv_str line);

#endif
