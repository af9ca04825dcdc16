/* Rights have names; scopes say what is within them. */
#include "hubrig.h"
#include "hub/sight.h"

static void
test_names(void **state)
{
	for (int i = ZV_RIGHT_MISSING + 1; i < ZV_RIGHTS; i++) {
		assert_true(zv_right_name((enum zv_right)i)[0] != '\0');
		for (int j = 1; j < i; j++)
			assert_string_not_equal(zv_right_name((enum zv_right)i),
						zv_right_name((enum zv_right)j));
	}
	assert_string_equal(zv_right_name(ZV_RIGHT_RAW), "raw");
}

static void
test_own_lines(void **state)
{
	const struct zv_who anna = zv_who_of_user(rig_user("anna"));

	assert_true(zv_who_has_line(&anna, ZV_STR("office"), ZV_STR("101")));
	assert_true(zv_who_has_line(&anna, ZV_STR("branch"), ZV_STR("101")));
	assert_true(zv_who_has_line(&anna, ZV_STR("office"), ZV_STR("102")));
	assert_false(zv_who_has_line(&anna, ZV_STR("branch"), ZV_STR("102")));
	assert_false(zv_who_has_line(&anna, ZV_STR("office"), ZV_STR("10")));
	assert_false(zv_who_has_line(&anna, ZV_STR("office"), ZV_STR("")));
}

static const struct {
	const char *user;
	enum zv_scope scope;
	size_t server;
	const char *line;
	bool within;
} lines[] = {
	{ "anna", ZV_SCOPE_OWN, 0, "101", true },
	{ "anna", ZV_SCOPE_OWN, 0, "103", false },
	{ "anna", ZV_SCOPE_OWN, 1, "102", false },
	{ "anna", ZV_SCOPE_ALL, 1, "102", true },
	{ "anna", ZV_SCOPE_ALL, 9, "102", false }, /* no such server */
	{ "queen", ZV_SCOPE_OWN, 0, "103", false },
	{ "queen", ZV_SCOPE_QUEUES, 0, "103", true }, /* in sales */
	{ "queen", ZV_SCOPE_QUEUES, 1, "103", false },
	{ "queen", ZV_SCOPE_QUEUES, 0, "104", false }, /* in support */
	{ "queen", ZV_SCOPE_QUEUES, 0, "110", true },
};

static void
test_scopes(void **state)
{
	struct zv_leg leg = { .line = ZV_STR("103") };
	const struct zv_call call = { .id = ZV_STR("c"), .legs = &leg };
	const struct zv_who anna = zv_who_of_user(rig_user("anna"));
	const struct zv_who boris = zv_who_of_user(rig_user("boris"));
	const struct zv_who queen = zv_who_of_user(rig_user("queen"));
	struct rig r;

	rig_open(&r, NULL, 1);
	rig_member(&r, 0, "sales", "103", ZV_MEMBER_IDLE);
	rig_member(&r, 0, "support", "104", ZV_MEMBER_IDLE);
	for (size_t i = 0; i < N_OF(lines); i++) {
		const struct zv_who who = zv_who_of_user(rig_user(lines[i].user));

		if (zv_sight_line(r.hub, &who, lines[i].scope, lines[i].server,
				  zvon_str(lines[i].line)) != lines[i].within)
			fail_msg("row %zu", i);
	}
	assert_true(zv_sight_call(r.hub, &boris, ZV_SCOPE_OWN, 0, &call));
	assert_false(zv_sight_call(r.hub, &anna, ZV_SCOPE_OWN, 0, &call));
	assert_false(zv_sight_call(r.hub, &queen, ZV_SCOPE_OWN, 0, &call));
	assert_true(zv_sight_call(r.hub, &queen, ZV_SCOPE_QUEUES, 0, &call));
	assert_true(zv_sight_call(r.hub, &anna, ZV_SCOPE_ALL, 0, &call));
	assert_false(zv_sight_call(r.hub, &anna, ZV_SCOPE_ALL, 0, NULL));
	assert_true(zv_sight_queue(r.hub, &queen, ZV_SCOPE_QUEUES, ZV_STR("sales")));
	assert_false(zv_sight_queue(r.hub, &queen, ZV_SCOPE_OWN, ZV_STR("sales")));
	assert_false(zv_sight_queue(r.hub, &queen, ZV_SCOPE_QUEUES, ZV_STR("support")));
	rig_close(&r);
}

#define VIEW_BIT (1u << ZV_RIGHT_VIEW)

static void
test_reach(void **state)
{
	static const struct {
		unsigned rights;
		enum zv_scope sees;
		enum zv_reach history, recordings; /* as written */
		enum zv_reach past, heard;
	} rows[] = {
		/* not said: what he sees; his own recordings */
		{ VIEW_BIT, ZV_SCOPE_OWN, 0, 0, ZV_REACH_OWN, ZV_REACH_OWN },
		{ VIEW_BIT, ZV_SCOPE_QUEUES, 0, 0, ZV_REACH_QUEUES, ZV_REACH_OWN },
		{ VIEW_BIT, ZV_SCOPE_ALL, 0, 0, ZV_REACH_ALL, ZV_REACH_OWN },
		{ VIEW_BIT | 1u << ZV_RIGHT_RAW, ZV_SCOPE_OWN, 0, 0, ZV_REACH_ALL,
		  ZV_REACH_OWN },
		/* said */
		{ VIEW_BIT, ZV_SCOPE_ALL, ZV_REACH_NONE, 0, ZV_REACH_NONE,
		  ZV_REACH_NONE },
		{ VIEW_BIT, ZV_SCOPE_OWN, ZV_REACH_ALL, ZV_REACH_ALL, ZV_REACH_ALL,
		  ZV_REACH_ALL },
		{ VIEW_BIT, ZV_SCOPE_ALL, 0, ZV_REACH_NONE, ZV_REACH_ALL,
		  ZV_REACH_NONE },
		/* never hears more than he sees */
		{ VIEW_BIT, ZV_SCOPE_OWN, 0, ZV_REACH_ALL, ZV_REACH_OWN, ZV_REACH_OWN },
		{ VIEW_BIT, ZV_SCOPE_ALL, ZV_REACH_QUEUES, ZV_REACH_ALL,
		  ZV_REACH_QUEUES, ZV_REACH_QUEUES },
		{ VIEW_BIT, ZV_SCOPE_ALL, ZV_REACH_NONE, ZV_REACH_ALL, ZV_REACH_NONE,
		  ZV_REACH_NONE },
		/* without the right to view there is nothing */
		{ 0, ZV_SCOPE_ALL, ZV_REACH_ALL, ZV_REACH_ALL, ZV_REACH_NONE,
		  ZV_REACH_NONE },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_role role = {
			.rights = rows[i].rights,
			.sees = rows[i].sees,
			.history = rows[i].history,
			.recordings = rows[i].recordings,
		};

		assert_int_equal(zv_role_history(&role), rows[i].past);
		assert_int_equal(zv_role_recordings(&role), rows[i].heard);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_own_lines),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
