#include "base/list.h"

#include "helper.h"

struct item {
	int number;
	struct zv_node node;
};

/* The numbers in the list, as a decimal number read forwards. */
static int
forwards(const struct zv_node *list)
{
	int sum = 0;

	for (const struct zv_node *n = list->next; n != list; n = n->next)
		sum = sum * 10 + ZV_OWNER(n, struct item, node)->number;
	return sum;
}

static int
backwards(const struct zv_node *list)
{
	int sum = 0;

	for (const struct zv_node *n = list->prev; n != list; n = n->prev)
		sum = sum * 10 + ZV_OWNER(n, struct item, node)->number;
	return sum;
}

static void
test_append_and_remove(void **state)
{
	struct item items[4] = { { 1 }, { 2 }, { 3 }, { 4 } };
	struct zv_node list;

	zv_list_init(&list);
	assert_true(zv_list_is_empty(&list));
	assert_null(zv_list_first(&list));
	for (int i = 0; i < 4; i++) {
		assert_false(zv_list_is_linked(&items[i].node));
		zv_list_append(&list, &items[i].node);
		assert_true(zv_list_is_linked(&items[i].node));
	}
	assert_int_equal(forwards(&list), 1234);
	assert_int_equal(backwards(&list), 4321);
	zv_list_remove(&items[2].node);
	assert_false(zv_list_is_linked(&items[2].node));
	zv_list_remove(&items[0].node);
	assert_int_equal(forwards(&list), 24);
	assert_int_equal(backwards(&list), 42);
	assert_ptr_equal(zv_list_first(&list), &items[1].node);
	zv_list_remove(&items[1].node);
	zv_list_remove(&items[3].node);
	assert_true(zv_list_is_empty(&list));
}

/* zv_list_append(node, new) puts it in front of any node. */
static void
test_insert_in_front_of_a_node(void **state)
{
	struct item items[3] = { { 1 }, { 2 }, { 3 } };
	struct zv_node list;

	zv_list_init(&list);
	zv_list_append(&list, &items[2].node);
	zv_list_append(&items[2].node, &items[0].node);
	zv_list_append(&items[2].node, &items[1].node);
	assert_int_equal(forwards(&list), 123);
	assert_int_equal(backwards(&list), 321);
}

static void
test_each_may_remove(void **state)
{
	struct item items[9];
	struct zv_node list, *node, *next;
	int seen = 0;

	zv_list_init(&list);
	for (int i = 0; i < 9; i++) {
		items[i] = (struct item){ .number = i + 1 };
		zv_list_append(&list, &items[i].node);
	}
	ZV_EACH(&list, node, next)
	{
		seen++;
		if (ZV_OWNER(node, struct item, node)->number % 2)
			zv_list_remove(node);
	}
	assert_int_equal(seen, 9);
	assert_int_equal(forwards(&list), 2468);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append_and_remove),
		cmocka_unit_test(test_insert_in_front_of_a_node),
		cmocka_unit_test(test_each_may_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
