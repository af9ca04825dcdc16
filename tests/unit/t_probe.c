/* What `zvon probe` concludes of an account's rights, and its two languages. */
#include <stdio.h>
#include <stdlib.h>

#include "helper.h"

#include "probe/cause.h"
#include "probe/rights.h"
#include "probe/text.h"
#include "zvon/parser.h"

/* ---- classes ----------------------------------------------------------------- */

static void
check_classes(const char *row, unsigned classes, const char *wanted)
{
	struct zv_buf text = { 0 };

	zv_class_format_names(&text, classes);
	check_text(row, zv_buf_str(&text), zvon_str(wanted));
	zv_buf_deinit(&text);
}

static void
test_classes_are_read_and_written(void **state)
{
	check_classes("order", zv_class_parse_granted(ZV_STR("call, system ,USER")),
		      "system,call,user");
	check_classes("unknown", zv_class_parse_granted(ZV_STR("all,nonsense,,<none>")),
		      "");
	check_classes(
		"every", ZV_CLASS_NAMED,
		"system,call,log,verbose,command,agent,user,config,dtmf,reporting,"
		"cdr,dialplan,originate,agi,cc,aoc,test,security,message");
	assert_int_equal(zv_class_parse(ZV_STR("call,all")), ZV_CLASS_ALL);
	assert_int_equal(zv_class_parse(ZV_STR("call,nonsense")), ZV_CLASS_CALL);
}

/* ---- ListCommands of real servers ----------------------------------------------- */

static char *
read_capture(const char *version, const char *scene, size_t *n)
{
	const char *root = getenv("ZVON_SOURCE_ROOT");
	char path[512], *text;
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/wire/captures/%s/%s.ami",
		 root ? root : ".", version, scene);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s: cannot be opened", path);
	text = malloc(4 << 20);
	*n = fread(text, 1, 4 << 20, f);
	fclose(f);
	return text;
}

/* The rights that the answer to ListCommands in that capture tells of. */
static struct zv_rights
rights_of_capture(const char *version, const char *scene)
{
	struct zv_rights rights = { 0 };
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	size_t n;
	char *text = read_capture(version, scene, &n);
	int found = 0;

	assert_int_equal(zvon_parser_feed(parser, (struct zv_str){ text, n }), 0);
	while (zvon_parser_next(parser, &packet) == 1) {
		if (packet->kind != ZV_PACKET_RESPONSE ||
		    !zv_rights_may(packet, "ListCommands") ||
		    !zv_rights_may(packet, "WaitEvent"))
			continue;
		zv_rights_from_list(&rights, packet);
		found++;
	}
	assert_int_equal(found, 1);
	zvon_parser_free(parser);
	free(text);
	return rights;
}

static void
test_list_commands_of_real_servers(void **state)
{
	static const struct {
		const char *version, *scene, *granted, *denied;
	} table[] = {
		/* may do everything; classes without any action of their own are not
		 * seen, and message has none in 1.8 */
		{ "1.8.32.3", "lists",
		  "system,call,command,agent,user,config,originate,agi,aoc", "" },
		{ "11.25.3", "lists",
		  "system,call,command,agent,user,config,reporting,originate,agi,aoc,"
		  "message",
		  "" },
		{ "16.28.0", "lists",
		  "system,call,command,agent,user,config,reporting,originate,agi,aoc,"
		  "message",
		  "" },
		{ "22.10.1", "lists",
		  "system,call,command,agent,user,config,reporting,originate,agi,aoc,"
		  "message",
		  "" },
		/* may do nothing */
		{ "1.8.32.3", "permission-denied", "",
		  "system,call,command,user,config,reporting,originate,aoc" },
		{ "11.25.3", "permission-denied", "",
		  "system,call,command,user,config,reporting,originate,aoc" },
		{ "16.28.0", "permission-denied", "",
		  "system,call,command,user,config,reporting,originate,aoc" },
		{ "22.10.1", "permission-denied", "",
		  "system,call,command,user,config,reporting,originate,aoc" },
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct zv_rights rights =
			rights_of_capture(table[i].version, table[i].scene);

		check_classes(table[i].version, rights.granted, table[i].granted);
		check_classes(table[i].version, rights.denied, table[i].denied);
	}
}

/* One action may be allowed by several classes: which of them it was shows only when the
 * others are surely not granted. */
static void
test_one_of_several_classes(void **state)
{
	static const char text[] =
		"Response: Success\r\nHangup: Hangup channel.  (Priv: "
		"system,call,all)\r\n"
		"Getvar: Gets a variable.  (Priv: call,reporting,all)\r\n"
		"Status: Status.  (Priv: system,call,reporting,all)\r\n"
		"ExtensionState: State.  (Priv: call,reporting,all)\r\n\r\n";
	struct zv_rights rights = { 0 };
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(parser, zvon_str(text)), 0);
	assert_int_equal(zvon_parser_next(parser, &packet), 1);
	zv_rights_from_list(&rights, packet);
	/* without Redirect no call; without CoreSettings no reporting and no system: the
	 * list contradicts itself, and nothing is claimed */
	check_classes("granted", rights.granted, "");
	assert_true(rights.denied & ZV_CLASS_CALL);
	zvon_parser_free(parser);
}

/* ---- manager show user ------------------------------------------------------------ */

static void
test_manager_show_user(void **state)
{
	static const struct {
		const char *row, *text, *read, *write;
		bool found;
	} table[] = {
		{ "since 14",
		  "Response: Success\r\nMessage: Command output follows\r\nOutput: \r\n"
		  "Output:           username: cti\r\nOutput:             secret: "
		  "<Set>\r\n"
		  "Output:          read perm: system,call,cdr\r\n"
		  "Output:         write perm: <none>\r\n\r\n",
		  "system,call,cdr", "", true },
		{ "up to 13",
		  "Response: Follows\r\nPrivilege: Command\r\n\n           username: "
		  "lab\n"
		  "             secret: <Set>\n                acl: yes\n"
		  "          read perm: call,agent,all\n"
		  "         write perm: originate,all\n"
		  "    displayconnects: yes\n--END COMMAND--\r\n\r\n",
		  "call,agent", "originate", true },
		{ "no such user",
		  "Response: Success\r\nMessage: Command output follows\r\n"
		  "Output: There is no manager called x\r\n\r\n",
		  "", "", false },
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct zv_rights read = { 0 }, write = { 0 };
		struct zv_parser *parser = zvon_parser_new(NULL);
		const struct zv_packet *packet;

		assert_int_equal(zvon_parser_feed(parser, zvon_str(table[i].text)), 0);
		assert_int_equal(zvon_parser_next(parser, &packet), 1);
		assert_int_equal(zv_rights_from_user(&read, &write, packet),
				 table[i].found);
		check_classes(table[i].row, read.granted, table[i].read);
		check_classes(table[i].row, write.granted, table[i].write);
		if (table[i].found)
			assert_int_equal(read.granted | read.denied, ZV_CLASS_NAMED);
		zvon_parser_free(parser);
	}
}

static void
test_events_tell_a_class_only_when_it_is_alone(void **state)
{
	static const char text[] = "Event: A\r\nPrivilege: call,all\r\n\r\n"
				   "Event: B\r\nPrivilege: system,security,all\r\n\r\n"
				   "Event: C\r\n\r\n";
	struct zv_rights read = { 0 };
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(parser, zvon_str(text)), 0);
	while (zvon_parser_next(parser, &packet) == 1)
		zv_rights_from_event(&read, packet);
	check_classes("seen", read.granted, "call");
	zvon_parser_free(parser);
}

/* ---- versions ------------------------------------------------------------------------ */

static void
test_versions(void **state)
{
	static const struct {
		const char *ami, *asterisk;
	} table[] = {
		{ "1.0", "1.4" },	 { "1.1", "1.6 - 1.8" }, { "1.3", "11" },
		{ "2.10.6", "12 - 13" }, { "5.0.4", "16" },	 { "7.0.3", "18" },
		{ "9.0.0", "20" },	 { "11.0.0", "22" },
	};

	for (size_t i = 0; i < N_OF(table); i++)
		assert_string_equal(zv_asterisk_of_ami(zvon_str(table[i].ami)),
				    table[i].asterisk);
	assert_null(zv_asterisk_of_ami(ZV_STR("99.1")));
	assert_null(zv_asterisk_of_ami(ZV_STR("")));
	assert_null(zv_asterisk_of_ami(ZV_STR("x.y")));
}

/* ---- words ------------------------------------------------------------------------------ */

/* Which of {1} {2} {3} are in it, as bits. */
static int
placeholders(const char *text)
{
	int found = 0;

	for (char n = '1'; n <= '3'; n++) {
		char mark[] = { '{', n, '}', '\0' };

		if (strstr(text, mark))
			found |= 1 << (n - '1');
	}
	return found;
}

static void
test_every_message_has_both_languages(void **state)
{
	for (int id = ZV_PT_NOTHING + 1; id < ZV_PT_COUNT; id++) {
		struct zv_text_probe_entry row =
			zv_text_probe_row((enum zv_probe_text)id);

		if (!row.en[0] || !row.ru[0] ||
		    placeholders(row.en) != placeholders(row.ru))
			fail_msg("message %d: '%s' / '%s'", id, row.en, row.ru);
	}
}

/* ---- causes of HTTP ------------------------------------------------------------------------ */

static void
check_cause(const char *row, int number, const struct zv_probe_cause *cause)
{
	bool has_step =
		cause->step == ZV_PT_STEP_PORT || cause->step == ZV_PT_STEP_TLS ||
		cause->step == ZV_PT_STEP_HTTP || cause->step == ZV_PT_STEP_PATH ||
		cause->step == ZV_PT_STEP_LOGIN;

	if (!cause->word || !cause->word[0] || !has_step || !cause->text ||
	    !zv_text_probe_row(cause->text).ru[0] || !cause->code)
		fail_msg("%s %d: not whole", row, number);
	if (!cause->cures[0] && cause->step != ZV_PT_STEP_LOGIN)
		fail_msg("%s %d: no cure", row, number);
	for (size_t i = 0; i < ZV_PROBE_MAX_CURES && cause->cures[i]; i++)
		if (!zv_text_probe_row(cause->cures[i]).ru[0])
			fail_msg("%s %d: cure %zu has no words", row, number, i);
}

static void
test_every_cause_is_told(void **state)
{
	for (int i = ZV_AJAM_CAUSE_NONE + 1; i < ZV_AJAM_N_CAUSES; i++)
		check_cause("answer", i,
			    zv_probe_cause_of_answer((enum zv_ajam_cause)i));
	for (int i = 0; i < ZV_PROBE_N_FINDINGS; i++)
		check_cause("finding", i,
			    zv_probe_cause_of_finding((enum zv_probe_finding)i));
}

static void
test_faults_of_the_library_are_known(void **state)
{
	static const struct {
		enum zv_fault fault;
		const char *word;
	} table[] = {
		{ ZV_FAULT_PROXY, "proxy" },
		{ ZV_FAULT_REFUSED, "refused" },
		{ ZV_FAULT_EXPIRED, "expired" },
		{ ZV_FAULT_NOT_VALID_YET, "not-valid-yet" },
		{ ZV_FAULT_OTHER_NAME, "other-name" },
		{ ZV_FAULT_UNKNOWN_CA, "unknown-ca" },
		{ ZV_FAULT_OTHER_KEY, "other-key" },
		{ ZV_FAULT_CA_FILE, "ca-file" },
		{ ZV_FAULT_NO_TLS, "no-tls" },
		{ ZV_FAULT_CLOSED_IN_TLS, "closed" },
		{ ZV_FAULT_CLOSED, "closed" },
		{ ZV_FAULT_NOT_HTTP, "not-http" },
		{ ZV_FAULT_SILENT, "silent" },
		{ ZV_FAULT_DAMAGED, "damaged" },
	};

	assert_null(zv_probe_cause_of_fault(ZV_FAULT_NONE));
	assert_int_equal(N_OF(table), ZV_N_FAULTS - 1);
	for (size_t i = 0; i < N_OF(table); i++) {
		const struct zv_probe_cause *cause =
			zv_probe_cause_of_fault(table[i].fault);

		assert_string_equal(cause->word, table[i].word);
		check_cause("fault", (int)i, cause);
	}
}

static void
test_messages_are_filled_in(void **state)
{
	struct zv_buf out = { 0 };
	struct zv_str args[] = { ZV_STR("%s{2}"), ZV_STR("b") };

	zv_text_probe_fill(&out, ZV_PT_NAME_IS, false, args, 2);
	check_text("filled", zv_buf_str(&out), ZV_STR("%s{2} is b"));
	zv_buf_clear(&out);
	zv_text_probe_fill(&out, ZV_PT_NAME_IS, false, args, 0);
	check_text("nothing to fill in", zv_buf_str(&out), ZV_STR(" is "));
	zv_buf_deinit(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes_are_read_and_written),
		cmocka_unit_test(test_list_commands_of_real_servers),
		cmocka_unit_test(test_one_of_several_classes),
		cmocka_unit_test(test_manager_show_user),
		cmocka_unit_test(test_events_tell_a_class_only_when_it_is_alone),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_every_message_has_both_languages),
		cmocka_unit_test(test_every_cause_is_told),
		cmocka_unit_test(test_faults_of_the_library_are_known),
		cmocka_unit_test(test_messages_are_filled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
