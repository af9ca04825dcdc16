#include "base/map.h"

#include <stdio.h>

#include "helper.h"
#include "zvon/error.h"

static void
test_add_find_remove(void **state)
{
	struct zv_map m = { .seed = 42 };
	int one, two;

	assert_null(zv_map_find(&m, ZV_STR("a")));
	assert_null(zv_map_remove(&m, ZV_STR("a")));
	assert_int_equal(zv_map_add(&m, ZV_STR("a"), &one), 0);
	assert_int_equal(zv_map_add(&m, ZV_STR("a"), &two), ZV_EBUSY);
	assert_ptr_equal(zv_map_find(&m, ZV_STR("a")), &one);
	assert_null(zv_map_find(&m, ZV_STR("A"))); /* case counts */
	assert_null(zv_map_find(&m, ZV_STR("")));
	assert_int_equal(zv_map_add(&m, ZV_STR(""), &two), 0);
	assert_ptr_equal(zv_map_find(&m, (struct zv_str){ NULL, 0 }), &two);
	assert_ptr_equal(zv_map_remove(&m, ZV_STR("a")), &one);
	assert_null(zv_map_find(&m, ZV_STR("a")));
	assert_int_equal(m.n, 1);
	zv_map_deinit(&m);
	assert_null(zv_map_find(&m, ZV_STR("")));
}

/* A plain array beside the map: whatever is done to both, they agree. Few keys, so
 * that they are added and removed often, and seeds of all kinds of collisions. */
#define KEYS 200

struct model {
	struct zv_map map;
	char keys[KEYS][8];
	bool present[KEYS];
	size_t n;
};

static struct zv_str
key_of(struct model *m, size_t i)
{
	return zvon_str(m->keys[i]);
}

static void
check_walk(struct model *m)
{
	bool seen[KEYS] = { false };
	size_t cursor = 0, n = 0;
	char *value;

	while ((value = zv_map_next(&m->map, &cursor))) {
		size_t i = (size_t)(value - m->keys[0]) / sizeof m->keys[0];

		assert_true(m->present[i]);
		assert_false(seen[i]);
		seen[i] = true;
		n++;
	}
	assert_int_equal(n, m->n);
}

static void
random_step(struct model *m, size_t fill)
{
	size_t i = chance_below(KEYS);
	void *found = zv_map_find(&m->map, key_of(m, i));

	assert_ptr_equal(found, m->present[i] ? m->keys[i] : NULL);
	if (chance_below(100) < fill) {
		int rc = zv_map_add(&m->map, key_of(m, i), m->keys[i]);

		assert_int_equal(rc, m->present[i] ? ZV_EBUSY : 0);
		m->n += !m->present[i];
		m->present[i] = true;
	} else {
		assert_ptr_equal(zv_map_remove(&m->map, key_of(m, i)), found);
		m->n -= m->present[i];
		m->present[i] = false;
	}
	assert_int_equal(m->map.n, m->n);
}

static void
test_against_a_model(void **state)
{
	static const size_t fills[] = { 90, 50, 10 }; /* of 100 steps, adding ones */

	chance_begin();
	for (int round = 0; round < 30; round++) {
		struct model m = { .map = { .seed = chance() } };

		for (size_t i = 0; i < KEYS; i++)
			snprintf(m.keys[i], sizeof m.keys[i], "k%zu", i);
		for (size_t phase = 0; phase < N_OF(fills); phase++) {
			for (int step = 0; step < 600; step++)
				random_step(&m, fills[phase]);
			check_walk(&m);
			for (size_t i = 0; i < KEYS; i++)
				assert_ptr_equal(zv_map_find(&m.map, key_of(&m, i)),
						 m.present[i] ? m.keys[i] : NULL);
		}
		zv_map_deinit(&m.map);
	}
}

static int
fill(void *user)
{
	struct zv_map m = { .seed = 7 };
	char keys[100][8];
	int rc = 0;

	for (size_t i = 0; i < N_OF(keys) && rc == 0; i++) {
		snprintf(keys[i], sizeof keys[i], "%zu", i);
		rc = zv_map_add(&m, zvon_str(keys[i]), keys[i]);
		assert_int_equal(m.n, rc == 0 ? i + 1 : i);
	}
	for (size_t i = 0; i < m.n; i++) /* all that were taken are in it */
		assert_ptr_equal(zv_map_find(&m, zvon_str(keys[i])), keys[i]);
	zv_map_deinit(&m);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(fill, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_find_remove),
		cmocka_unit_test(test_against_a_model),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
