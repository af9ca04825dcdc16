#include "zvon/packet.h"

#include <limits.h>
#include <stdlib.h>

#include "heap.h"
#include "helper.h"
#include "zvon/error.h"

/* The one packet of these bytes; borrowed from *p. */
static const struct zv_packet *
parse_one(struct zv_parser **p, struct zv_str bytes)
{
	const struct zv_packet *packet;

	*p = zvon_parser_new(NULL);
	assert_non_null(*p);
	assert_int_equal(zvon_parser_feed(*p, bytes), 0);
	assert_int_equal(zvon_parser_next(*p, &packet), 1);
	return packet;
}

static void
test_first_field_wins_and_case_does_not_count(void **state)
{
	struct zv_parser *p;
	const struct zv_packet *packet = parse_one(
		&p, ZV_STR("Event: Hangup\r\nUniqueid: 1.1\r\nUniqueID: 2.2\r\n"
			   "Empty: \r\nNoColon\r\n\r\n"));

	check_text("same case", zvon_packet_get(packet, ZV_STR("Uniqueid")),
		   ZV_STR("1.1"));
	check_text("other case", zvon_packet_get(packet, ZV_STR("UNIQUEID")),
		   ZV_STR("1.1"));
	assert_ptr_equal(zvon_packet_find(packet, ZV_STR("uniqueid")),
			 &packet->fields[1]);
	assert_null(zvon_packet_find(packet, ZV_STR("Unique")));
	assert_null(zvon_packet_find(packet, ZV_STR("")));
	assert_non_null(zvon_packet_find(packet, ZV_STR("nocolon")));
	check_text("empty", zvon_packet_get(packet, ZV_STR("Empty")), ZV_STR(""));
	check_text("absent", zvon_packet_get(packet, ZV_STR("Absent")), ZV_STR(""));
	zvon_parser_free(p);
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *key;
		long long value;
	} rows[] = {
		{ "Plain", 42 },    { "Spaces", 7 },	    { "Lf", 8 },
		{ "Negative", -1 }, { "Text", -99 },	    { "Nothing", -99 },
		{ "Float", -99 },   { "Absent", -99 },	    { "Most", LLONG_MAX },
		{ "TooMuch", -99 }, { "Least", LLONG_MIN },
	};
	struct zv_parser *p;
	const struct zv_packet *packet = parse_one(
		&p, ZV_STR("Event: A\r\nPlain: 42\r\nSpaces:  7 \r\nLf: 8\n\r\n"
			   "Negative: -1\r\nText: x\r\nNothing: \r\nFloat: 1.5\r\n"
			   "Most: 9223372036854775807\r\n"
			   "TooMuch: 9223372036854775808\r\n"
			   "Least: -9223372036854775808\r\n\r\n"));

	for (size_t i = 0; i < N_OF(rows); i++)
		assert_true(zvon_packet_get_int(packet, zvon_str(rows[i].key), -99) ==
			    rows[i].value);
	zvon_parser_free(p);
}

#define FOLLOWS(text)                                                                  \
 VIEW("Response: Follows\r\nPrivilege: Command\r\n" text "--END COMMAND--\r\n\r\n")

static void
test_output_lines(void **state)
{
	static const struct {
		struct zv_str bytes;
		bool has;
		const char *lines; /* each with [ ] around */
	} rows[] = {
		{ FOLLOWS("a\nb\n"), true, "[a][b]" },
		{ FOLLOWS("a\nb"), true, "[a][b]" },
		{ FOLLOWS(""), true, "" },
		{ FOLLOWS("\n"), true, "[]" },
		{ FOLLOWS("\na\n\nb\n\n"), true, "[][a][][b][]" },
		{ FOLLOWS("a\r\nb\r\n"), true, "[a][b]" },
		{ FOLLOWS("a: b\nOutput: c\n"), true, "[a: b][Output: c]" },
		{ VIEW("Response: Success\r\nActionID: 1\r\nOutput: a\r\n"
		       "X: 1\r\nOutput: \r\noutput: b\n\r\n\r\n"),
		  true, "[a][][b\n]" },
		{ VIEW("Response: Error\r\nOutput: No such command\r\n\r\n"), true,
		  "[No such command]" },
		{ VIEW("Response: Success\r\nMessage: x\r\n\r\n"), false, "" },
		{ VIEW("Event: A\r\nOutput: a\r\n\r\n"), false, "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_parser *p;
		const struct zv_packet *packet = parse_one(&p, rows[i].bytes);
		struct zv_buf got = { 0 };
		struct zv_str line;
		size_t cursor = 0;

		while (zvon_packet_next_output(packet, &cursor, &line))
			zv_buf_printf(&got, "[%.*s]", ZV_ARG(line));
		check_text("lines", zv_buf_str(&got), zvon_str(rows[i].lines));
		assert_int_equal(zvon_packet_has_output(packet), rows[i].has);
		assert_false(zvon_packet_next_output(packet, &cursor, &line));
		zv_buf_deinit(&got);
		zvon_parser_free(p);
	}
}

static void
test_kind_names(void **state)
{
	assert_string_equal(zvon_packet_kind_name(ZV_PACKET_BANNER), "banner");
	assert_string_equal(zvon_packet_kind_name(ZV_PACKET_EVENT), "event");
	assert_string_equal(zvon_packet_kind_name(ZV_PACKET_RESPONSE), "response");
	assert_string_equal(zvon_packet_kind_name(ZV_PACKET_OTHER), "other");
	assert_string_equal(zvon_packet_kind_name((enum zv_packet_kind)77), "other");
}

static const struct zv_str samples[] = {
	VIEW("Asterisk Call Manager/5.0.4\r\n"),
	VIEW("Event: A\r\n\r\n"),
	VIEW("Event: A\r\nEmpty:\r\nNoColon\r\nX: 1\0\xff\r\n: \r\n\r\n"),
	FOLLOWS("a\nb\n"),
	FOLLOWS(""),
	VIEW("hello\r\n\r\n"),
};

/* A copy says the same and points nowhere into the original. */
static void
test_copies_live_on_their_own(void **state)
{
	for (size_t i = 0; i < N_OF(samples); i++) {
		char *bytes = exact_copy(samples[i]);
		struct zv_parser *p;
		const struct zv_packet *packet =
			parse_one(&p, (struct zv_str){ bytes, samples[i].n });
		struct zv_packet *copy = zvon_packet_copy(packet), *second;
		struct zv_buf wanted = { 0 }, got = { 0 };

		add_packet(&wanted, packet);
		add_shown(&wanted, packet->text);
		zvon_parser_free(p);
		memset(bytes, '#', samples[i].n);
		free(bytes);
		second = zvon_packet_copy(copy);
		zvon_packet_free(copy);
		add_packet(&got, second);
		add_shown(&got, second->text);
		check_text("copy of a copy", zv_buf_str(&got), zv_buf_str(&wanted));
		zvon_packet_free(second);
		zv_buf_deinit(&got);
		zv_buf_deinit(&wanted);
	}
	zvon_packet_free(NULL);
}

static int
copy(void *user)
{
	const struct zv_packet *packet = user;
	struct zv_packet *mine = zvon_packet_copy(packet);

	if (!mine)
		return ZV_ENOMEM;
	zvon_packet_free(mine);
	return 0;
}

static void
test_out_of_memory(void **state)
{
	struct zv_parser *p;
	const struct zv_packet *packet = parse_one(&p, samples[2]);

	check_out_of_memory(copy, (void *)packet);
	zvon_parser_free(p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_field_wins_and_case_does_not_count),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_output_lines),
		cmocka_unit_test(test_kind_names),
		cmocka_unit_test(test_copies_live_on_their_own),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
