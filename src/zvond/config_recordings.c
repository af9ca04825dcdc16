/* config_recordings.c - [recordings]: what the table cannot say of it. */
#include "base/str.h"
#include "term/reason.h"
#include "zvond/config_impl.h"

/* A list is taken out of the file as it stands, so that a root may have a blank. */
static void
check_paths(struct zv_config_reader *r, struct zv_config_object *o, const char *key,
	    const struct zv_str *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (paths[i].p[0] != '/')
			ZV_CONFIG_WRONG(r, o, key,
					"%s = %.*s: write the whole path, from / on",
					"%s = %.*s: пишите полный путь, от /", key,
					ZV_ARG(paths[i]));
}

void
zv_config_check_recordings(struct zv_config_reader *r, struct zv_config_object *o)
{
	const struct zv_config_recordings *c = o->at;
	const struct zv_recording_places *p = &c->places;

	check_paths(r, o, "root", p->roots, p->n_roots);
	check_paths(r, o, "from", p->from, p->n_from);
	if (p->n_from > p->n_roots && p->n_roots && zv_config_seen(o, "from"))
		ZV_CONFIG_WRONG(
			r, o, "from",
			"from has %zu paths, root %zu: each belongs to the root "
			"in the same place",
			"в from путей %zu, в root %zu: каждый относится к root "
			"на том же месте",
			p->n_from, p->n_roots);
	for (size_t i = 0; i < p->n_templates; i++) {
		struct zv_error why = { 0 };
		char reason[ZV_REASON_MAX];

		if (zv_recording_template_check(p->templates[i], &why) < 0)
			ZV_CONFIG_WRONG(r, o, "template", "template = %.*s: %s",
					"template = %.*s: %s", ZV_ARG(p->templates[i]),
					zv_reason(why.text, reason));
	}
}
