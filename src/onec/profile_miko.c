/* profile_miko.c - the class MIKO: 1C code that was written for MIKO's "Компонент связи 1С и
 * Asterisk" of 2012. What is known of it, and what is guessed: docs/onec/miko.md. */
#include <inttypes.h>

#include "base/mem.h"
#include "io/clock.h"
#include "onec/miko.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

static const struct zv_argument_row connect_arguments[] = {
	{ "URL", ZV_WANT_TEXT, NULL },
	{ "Login", ZV_WANT_TEXT, "" },
	{ "Secret", ZV_WANT_TEXT, "" },
	{ "Timeout", ZV_WANT_INT, "0" },
};

static const struct zv_argument_row load_arguments[] = {
	{ "Path", ZV_WANT_TEXT, NULL },
};

/* The names of these are ours: how MIKO's are called is not known. */
const struct zv_method zv_miko_methods[ZV_MIKO_OWN_METHODS] = {
	{ "Connect", "Подключить", NULL, connect_arguments, N_OF(connect_arguments),
	  false, zv_miko_connect, NULL },
	{ "Disconnect", "Отключить", NULL, NULL, 0, false, zv_miko_disconnect, NULL },
	{ "LoadFunctions", "ЗагрузитьФункции", NULL, load_arguments,
	  N_OF(load_arguments), false, zv_miko_load_functions, NULL },
	{ "Functions", "Функции", NULL, NULL, 0, false, zv_miko_show_functions, NULL },
	{ "Diagnose", "Диагностика", NULL, connect_arguments, 3, false,
	  zv_miko_diagnose, NULL },
};

/* Old code does not know today's events. */
static void
set_defaults(struct zv_miko *m, struct zv_component *c)
{
	m->component = c;
	m->settings.is_legacy = true;
	zv_buf_printf(&m->own_id, "zvon-1c-%08" PRIx32 "-", (uint32_t)zv_random());
}

static void
free_miko(void *own)
{
	struct zv_miko *m = own;

	if (m->connecting)
		zv_ask_answer(m->connecting, ZV_ECLOSED);
	zv_miko_unload(m);
	zv_miko_target_deinit(&m->settings);
	zv_buf_deinit(&m->own_id);
	zv_buf_deinit(&m->data);
	zv_free(m);
}

static void *
open_miko(struct zv_component *c)
{
	struct zv_miko *m = zv_calloc(1, sizeof *m);

	if (!m)
		return NULL;
	set_defaults(m, c);
	if (!zv_buf_failed(&m->own_id) && zv_miko_load_first(m) == 0)
		return m;
	free_miko(m);
	return NULL;
}

const struct zv_class zv_class_miko = {
	.name = "MIKO",
	.prog_id = "MIKO",
	.errors = ZV_ERRORS_RAISE, /* or Ложь: see zv_miko_fail */
	.properties = zv_miko_properties,
	.n_properties = ZV_MIKO_PROPERTIES,
	.methods = zv_miko_methods,
	.n_methods = ZV_MIKO_OWN_METHODS,
	.open = open_miko,
	.free = free_miko,
};
