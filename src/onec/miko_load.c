/* The table of functions: ours, the file of the machine's administrator, what a script has
 * loaded, one behind the other. Each load makes a new table of all texts: numbers stay, and
 * a bad text changes nothing. */
#include "base/err.h"
#include "base/mem.h"
#include "onec/file.h"
#include "onec/miko.h"

static struct zv_miko_table *
make_table(struct zv_miko *m, struct zv_error *err)
{
	struct zv_miko_table *t =
		zv_miko_table_new(zv_miko_methods, ZV_MIKO_OWN_METHODS, zv_miko_call);
	bool in_russian = zv_component_is_russian(m->component);
	int rc = t ? zv_miko_table_read(t, zvon_str(zv_miko_functions), "zvon",
					in_russian, err)
		   : zv_fail_nomem(err);

	for (size_t i = 0; rc == 0 && i < m->n_sources; i++)
		rc = zv_miko_table_read(t, zv_buf_str(&m->sources[i].text),
					zv_buf_cstr(&m->sources[i].where), in_russian,
					err);
	if (rc == 0)
		return t;
	zv_miko_table_free(t);
	return NULL;
}

/* Of all sources; the tables before stay, for the host may know their methods. */
static int
use_table(struct zv_miko *m, struct zv_error *err)
{
	struct zv_miko_table *t = make_table(m, err);

	if (!t)
		return err->code;
	m->tables[m->n_tables++] = t;
	zv_component_use_methods(m->component, t->methods, t->n);
	return 0;
}

/* ---- files -------------------------------------------------------------------------------- */

static const struct {
	int code;
	const char *russian, *english;
} faults[] = {
	{ ZV_ENOTFOUND, "файла нет: проверьте путь",
	  "there is no such file: check the path" },
	{ ZV_ETOOBIG, "файл слишком велик для списка функций",
	  "the file is too large for a list of functions" },
	{ ZV_EINVAL, "это не файл", "this is not a file" },
	{ 0, "файл не читается: проверьте права",
	  "the file cannot be read: check the rights" },
};

static int
fail_file(const struct zv_miko *m, const char *path, int code, int system,
	  struct zv_error *err)
{
	size_t i = 0;

	if (code == ZV_ENOMEM)
		return zv_fail_nomem(err);
	while (faults[i].code && faults[i].code != code)
		i++;
	if (zv_component_is_russian(m->component))
		zv_fail(err, code, "%s: %s (ошибка системы %d)", path,
			faults[i].russian, system);
	else
		zv_fail(err, code, "%s: %s (system error %d)", path, faults[i].english,
			system);
	return code;
}

static void
drop_source(struct zv_miko *m)
{
	struct zv_miko_source *s = &m->sources[--m->n_sources];

	zv_buf_deinit(&s->where);
	zv_buf_deinit(&s->text);
}

/* path ends at its NUL. */
static int
add_source(struct zv_miko *m, const char *path, struct zv_error *err)
{
	struct zv_miko_source *s = &m->sources[m->n_sources++];
	int system = 0;
	int rc = zv_onec_read_file(path, ZV_MIKO_TEXT_MAX, &s->text, &system);

	if (rc == 0)
		rc = zv_buf_add(&s->where, zvon_str(path));
	if (rc == 0)
		rc = use_table(m, err);
	else
		rc = fail_file(m, path, rc, system, err);
	if (rc < 0)
		drop_source(m);
	return rc;
}

int
zv_miko_load_first(struct zv_miko *m)
{
	struct zv_buf path = { 0 };
	int rc = use_table(m, &m->file_error);

	if (rc < 0)
		return rc;
	rc = zv_onec_shared_path(ZV_MIKO_FILE, &path);
	if (rc == 0 && *zv_buf_cstr(&path)) {
		rc = add_source(m, zv_buf_cstr(&path), &m->file_error);
		if (rc == ZV_ENOTFOUND) /* most machines have none */
			m->file_error = (struct zv_error){ 0 };
	}
	zv_buf_deinit(&path);
	return rc == ZV_ENOMEM ? rc : 0;
}

void
zv_miko_unload(struct zv_miko *m)
{
	while (m->n_tables)
		zv_miko_table_free(m->tables[--m->n_tables]);
	while (m->n_sources)
		drop_source(m);
}

/* ---- methods -------------------------------------------------------------------------------- */

static int
load(struct zv_miko *m, struct zv_buf *path, struct zv_error *err)
{
	bool in_russian = zv_component_is_russian(m->component);

	if (m->n_sources == ZV_MIKO_LOADS_MAX)
		return zv_fail(
			err, ZV_ETOOBIG,
			in_russian ? "функции загружались уже %d раз: создайте новый "
				     "объект"
				   : "functions were loaded %d times already: create "
				     "a new object",
			ZV_MIKO_LOADS_MAX);
	if (path->n == 0 || memchr(path->p, '\0', path->n))
		return zv_fail(err, ZV_EINVAL, "%s",
			       in_russian ? "путь пуст или содержит нулевой символ"
					  : "the path is empty or holds a NUL");
	return add_source(m, zv_buf_cstr(path), err);
}

int
zv_miko_load_functions(struct zv_component *c, const struct zv_method *method,
		       struct zv_value *arguments, struct zv_value *result,
		       struct zv_error *err)
{
	struct zv_miko *m = zv_component_own(c);
	struct zv_error why = { 0 };

	zv_component_set_error(c, NULL);
	if (load(m, &arguments[0].bytes, &why) < 0)
		return zv_miko_fail(m, &why, result, err);
	m->file_error = (struct zv_error){ 0 };
	zv_value_set_bool(result, true);
	return 0;
}

int
zv_miko_show_functions(struct zv_component *c, const struct zv_method *method,
		       struct zv_value *arguments, struct zv_value *result,
		       struct zv_error *err)
{
	struct zv_miko *m = zv_component_own(c);

	result->kind = ZV_VALUE_TEXT;
	if (zv_miko_table_show(m->tables[m->n_tables - 1], &result->bytes) < 0)
		return zv_fail_nomem(err);
	return 0;
}
