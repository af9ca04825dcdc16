#include "onec/classes_named.h"

#include <pthread.h>
#include <string.h>

#include "onec/file.h"
#include "onec/miko.h"
#include "onec/text16.h"

static struct zv_class named[ZV_MIKO_CLASSES_MAX];
static char names[ZV_MIKO_CLASSES_MAX][ZV_MIKO_NAME_MAX + 1];
static size_t n_named;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool
is_taken(const char *name)
{
	for (size_t i = 0; zv_classes[i]; i++)
		if (zv_name_equal(zvon_str(zv_classes[i]->name), zvon_str(name)))
			return true;
	return false;
}

static void
name_class(const char *name)
{
	if (is_taken(name))
		return;
	strcpy(names[n_named], name); /* of ZV_MIKO_NAME_MAX at most */
	named[n_named] = zv_class_miko;
	named[n_named].name = names[n_named];
	n_named++;
}

/* What is wrong with the file, Connect tells. */
static void
read_text(struct zv_str text)
{
	struct zv_miko_table *t =
		zv_miko_table_new(zv_miko_methods, ZV_MIKO_OWN_METHODS, zv_miko_call);

	if (t &&
	    zv_miko_table_read(t, zvon_str(zv_miko_functions), "zvon", false, NULL) ==
		    0 &&
	    zv_miko_table_read(t, text, ZV_MIKO_FILE, false, NULL) == 0)
		for (size_t i = 0; i < t->n_classes; i++)
			name_class(t->classes[i]);
	zv_miko_table_free(t);
}

static void
read_file(void)
{
	struct zv_buf path = { 0 }, text = { 0 };
	int system;

	if (zv_onec_shared_path(ZV_MIKO_FILE, &path) == 0 && *zv_buf_cstr(&path) &&
	    zv_onec_read_file(zv_buf_cstr(&path), ZV_MIKO_TEXT_MAX, &text, &system) ==
		    0)
		read_text(zv_buf_str(&text));
	zv_buf_deinit(&path);
	zv_buf_deinit(&text);
}

const struct zv_class *
zv_class_named(size_t i)
{
	pthread_once(&once, read_file);
	return i < n_named ? &named[i] : NULL;
}
