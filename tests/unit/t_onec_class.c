#include "onec/class.h"

#include "helper.h"

static const struct zv_method methods[] = {
	{ "Connect", "Подключить", NULL, NULL, 0, false, NULL, NULL },
	{ "Disconnect", NULL, "Close|Logoff", NULL, 0, false, NULL, NULL },
	{ "Receive", "Приём", "Получить|Взять", NULL, 0, false, NULL, NULL },
	{ "connect", "подключить", NULL, NULL, 0, false, NULL, NULL }, /* hidden */
};

static const struct zv_property properties[] = {
	{ "Host", "Сервер", NULL, NULL, NULL },
	{ "LastError", "ПоследняяОшибка", "ErrorDescription", NULL, NULL },
};

static const struct zv_class class = {
	.name = "Test",
	.methods = methods,
	.n_methods = N_OF(methods),
	.properties = properties,
	.n_properties = N_OF(properties),
};

static const struct {
	const char *name;
	long method, property;
} rows[] = {
	{ "Connect", 0, -1 },
	{ "connect", 0, -1 },
	{ "CONNECT", 0, -1 },
	{ "Подключить", 0, -1 },
	{ "пОДКЛЮЧИТЬ", 0, -1 },
	{ "Disconnect", 1, -1 },
	{ "close", 1, -1 },
	{ "LOGOFF", 1, -1 },
	{ "Close|Logoff", -1, -1 },
	{ "ПРИЁМ", 2, -1 },
	{ "приём", 2, -1 },
	{ "Прием", -1, -1 },
	{ "взять", 2, -1 },
	{ "HOST", -1, 0 },
	{ "сервер", -1, 0 },
	{ "последняяошибка", -1, 1 },
	{ "errordescription", -1, 1 },
	{ "", -1, -1 },
	{ "|", -1, -1 },
	{ "Connect ", -1, -1 },
	{ "Connec", -1, -1 },
	{ "\xff", -1, -1 },
};

static void
test_find(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str name = zvon_str(rows[i].name);

		if (zv_class_find_method(&class, name) != rows[i].method ||
		    zv_class_find_property(&class, name) != rows[i].property)
			fail_msg("%s", rows[i].name);
	}
}

static void
test_find_in_nothing(void **state)
{
	static const struct zv_class empty = { .name = "Empty" };

	assert_int_equal(zv_class_find_method(&empty, ZV_STR("a")), -1);
	assert_int_equal(zv_class_find_property(&empty, ZV_STR("a")), -1);
	assert_int_equal(zv_methods_find(methods, 1, ZV_STR("Disconnect")), -1);
}

/* ---- what the component offers ------------------------------------------------------------ */

static void
check_method(const struct zv_class *c, size_t i)
{
	const struct zv_method *m = &c->methods[i];
	bool tail = false;

	if (!m->name || !*m->name || !m->call || m->n_arguments > ZV_METHOD_ARGUMENTS)
		fail_msg("%s: method %zu", c->name, i);
	if (zv_class_find_method(c, zvon_str(m->name)) != (long)i ||
	    (m->russian && zv_class_find_method(c, zvon_str(m->russian)) != (long)i))
		fail_msg("%s.%s: another one has its name", c->name, m->name);
	for (size_t k = 0; k < m->n_arguments; k++) {
		const struct zv_argument_row *row = &m->arguments[k];

		if (!row->name || !*row->name)
			fail_msg("%s.%s: argument %zu", c->name, m->name, k);
		/* 1C fills what is left out from the end */
		if (tail && !row->fallback && row->want != ZV_WANT_OUT)
			print_message("# %s.%s: %s must be given behind one that need "
				      "not\n",
				      c->name, m->name, row->name);
		tail |= row->fallback != NULL;
	}
}

static void
check_property(const struct zv_class *c, size_t i)
{
	const struct zv_property *p = &c->properties[i];

	if (!p->name || !*p->name || (!p->get && !p->set))
		fail_msg("%s: property %zu", c->name, i);
	if (zv_class_find_property(c, zvon_str(p->name)) != (long)i ||
	    (p->russian && zv_class_find_property(c, zvon_str(p->russian)) != (long)i))
		fail_msg("%s.%s: another one has its name", c->name, p->name);
}

static void
test_classes(void **state)
{
	for (size_t i = 0; zv_classes[i]; i++) {
		const struct zv_class *c = zv_classes[i];

		assert_true(c->name && *c->name && c->prog_id && *c->prog_id);
		assert_int_equal(!c->open, !c->free);
		for (size_t k = 0; k < c->n_methods; k++)
			check_method(c, k);
		for (size_t k = 0; k < c->n_properties; k++)
			check_property(c, k);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(c->name, zv_classes[k]->name);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_in_nothing),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
