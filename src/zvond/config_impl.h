/* config_impl.h - what the files of the configuration's reader share. */
#ifndef ZV_ZVOND_CONFIG_IMPL_H
#define ZV_ZVOND_CONFIG_IMPL_H

#include <sys/types.h>

#include "zvond/options.h"

#define ZV_CONFIG_OPTIONS_MAX 192 /* rows of the table */
#define ZV_CONFIG_READY_ROLES 3	  /* that need not be written */

struct zv_config_file { /* one of those that were read */
	struct zv_config_file *next;
	struct zv_str name;
	mode_t mode;
};

struct zv_config_reader {
	struct zv_config *config;
	struct zv_conf *text;
	struct zv_buf *complaints;
	bool failed, out_of_memory;
	struct zv_config_file *files;
};

/* One section while it is read. */
struct zv_config_object {
	enum zv_option_section section;
	struct zv_str name; /* behind the section's word; may be empty */
	const struct zv_conf_section *from;
	void *at;
	const struct zv_conf_setting *seen[ZV_CONFIG_OPTIONS_MAX];
};

/* ---- complaints: "FILE:LINE: …", and the configuration is refused --------------- */
void zv_config_wrong(struct zv_config_reader *r, struct zv_str file, int line,
		     const char *en, const char *ru, ...)
	__attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* The same, but it is taken. */
void zv_config_warn(struct zv_config_reader *r, struct zv_str file, int line,
		    const char *en, const char *ru, ...)
	__attribute__((format(printf, 4, 6), format(printf, 5, 6)));
#define ZV_AT(x) (x)->file, (x)->line

/* Notes that memory ran out: there will be no configuration. false. */
bool zv_config_no_memory(struct zv_config_reader *r);
/* Zeroed memory of the configuration; NULL: it is noted. */
void *zv_config_take(struct zv_config_reader *r, size_t n);
/* The formatted text there, "" when there is no memory. */
const char *zv_config_text(struct zv_config_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- config_names.c ---------------------------------------------------------------- */

/* Which section "server office" is, and its name; -1: that is none of ours. */
int zv_config_section_of(const struct zv_conf_section *s, struct zv_str *name);
/* Unknown ones, bad names, and those that stand twice are complained of. */
void zv_config_check_names(struct zv_config_reader *r);

/* ---- config_section.c -------------------------------------------------------------- */

/* The section's settings, and the defaults of the others, into o->at. */
void zv_config_read_settings(struct zv_config_reader *r, struct zv_config_object *o);
/* Where that key was set in the section, or NULL. */
const struct zv_conf_setting *zv_config_seen(const struct zv_config_object *o,
					     const char *key);
/* Where it was set; the section's own line otherwise. */
struct zv_conf_setting zv_config_place(const struct zv_config_object *o,
				       const char *key);

/* A complaint about that key of the section. */
#define ZV_CONFIG_WRONG(r, o, key, ...)                                                \
 do {                                                                                  \
  const struct zv_conf_setting at_ = zv_config_place(o, key);                          \
  zv_config_wrong(r, ZV_AT(&at_), __VA_ARGS__);                                        \
 } while (0)
#define ZV_CONFIG_WARN(r, o, key, ...)                                                 \
 do {                                                                                  \
  const struct zv_conf_setting at_ = zv_config_place(o, key);                          \
  zv_config_warn(r, ZV_AT(&at_), __VA_ARGS__);                                         \
 } while (0)

/* ---- config_value.c, config_list.c, config_address.c ---------------------------------- */

/* Stores it where the row says. false: what is wrong was said. */
bool zv_config_store(struct zv_config_reader *r, struct zv_config_object *o,
		     const struct zv_option *option, const struct zv_conf_setting *s);
bool zv_config_is_list(enum zv_option_type type);
/* "10.0.0.0/8", "::1". */
bool zv_config_network_parse(struct zv_str text, struct zv_config_network *out);

/* ---- config_files.c ------------------------------------------------------------------ */

/* For zv_conf_parse. context: the reader. */
int zv_config_include(void *context, struct zv_str name, struct zv_str from_file,
		      zv_conf_add_fn add, void *reader, struct zv_error *err);
/* A configuration file whole, modes checked. 0, ZV_ENOTFOUND, < 0: *err (without its
 * name in front). */
int zv_config_load(struct zv_config_reader *r, const char *path, struct zv_buf *out,
		   struct zv_error *err);
/* The first line of a secret file (or all of it), relative to the file of `s`. is_public:
 * others may read it. NULL: what is wrong was said. */
const char *zv_config_secret(struct zv_config_reader *r,
			     const struct zv_conf_setting *s, bool whole,
			     bool is_public, size_t *n);
/* May others read the file in which s stands? */
bool zv_config_is_open(const struct zv_config_reader *r,
		       const struct zv_conf_setting *s, mode_t *mode);
/* The path as it is meant: relative to the file in which it stands. */
const char *zv_config_path(struct zv_config_reader *r, const struct zv_conf_setting *s);

/* ---- config_general.c … config_user.c: what the table cannot say ----------------------- */
void zv_config_check_general(struct zv_config_reader *r, struct zv_config_object *o);
void zv_config_check_history(struct zv_config_reader *r, struct zv_config_object *o);
void zv_config_check_recordings(struct zv_config_reader *r, struct zv_config_object *o);
void zv_config_check_listen(struct zv_config_reader *r, struct zv_config_object *o);
void zv_config_check_server(struct zv_config_reader *r, struct zv_config_object *o);
/* config_cdr.c: of a [server]. */
void zv_config_check_cdr(struct zv_config_reader *r, struct zv_config_object *o,
			 struct zv_config_cdr *cdr);
void zv_config_check_role(struct zv_config_reader *r, struct zv_config_object *o);
void zv_config_check_user(struct zv_config_reader *r, struct zv_config_object *o);

const struct zv_role *zv_config_role(const struct zv_config *c, const char *name);
/* There is no such role; which was perhaps meant. */
void zv_config_unknown_role(struct zv_config_reader *r, struct zv_config_object *o,
			    const char *key, const char *name);
/* Those of ZV_CONFIG_READY_ROLES that the file does not have; there is room for them. */
void zv_config_add_ready_roles(struct zv_config_reader *r);
/* "sha256:" and 64 hexadecimal digits. */
bool zv_config_is_hash(struct zv_str token);

#endif
