/* Packets as <generic …/>. What real servers make of the same packets is compared in
 * t_ajam_captures.c; here are the odd lines, as seen from Asterisk 16 and 22. */
#include "xml/generic.h"

#include <stdlib.h>

#include <expat.h>

#include "helper.h"
#include "zvon/error.h"

static const struct {
	const char *name;
	struct zv_str text;
	const char *xml;
} rows[] = {
	{ "an event", VIEW("Event: Hangup\r\nChannel: SIP/1\r\n"),
	  "<generic event='Hangup' channel='SIP/1' />" },
	{ "nothing", VIEW(""), "<generic />" },
	{ "names", VIEW("Event: A\r\na\1b: 1\r\n9x: 2\r\ns.ame: 3\r\nключ: 4\r\n"),
	  "<generic event='A' a_b='1' _9x='2' s_ame='3' ________='4' />" },
	{ "a key ends at the first colon",
	  VIEW("Event: A\r\nA:b: x:y\r\n:nokey: 1\r\n"),
	  "<generic event='A' a='b: x:y' ='nokey: 1' />" },
	{ "counted by spelling",
	  VIEW("Event: A\r\nsame: 1\r\nSame: 2\r\nSAME: 3\r\nsame: 4\r\nSame: 5\r\n"),
	  "<generic event='A' same='1' same='2' same='3' same-2='4' same-2='5' />" },
	{ "a key like a counted one", VIEW("Event: A\r\nx-2: 1\r\nx: 1\r\nx: 2\r\n"),
	  "<generic event='A' x_2='1' x='1' x-2='2' />" },
	{ "blanks and control bytes at the ends",
	  VIEW("Event: A\r\nt:  tr \t\2\r\ne:  \r\nv : 3\r\nm: a\1b\vc\177d\r\n"),
	  "<generic event='A' t='tr' e='' v='3' m='a\1b\vc\177d' />" },
	{ "entities", VIEW("Event: A\r\nx: a & b < c > \"d\" 'e'\r\n"),
	  "<generic event='A' x='a &amp; b &lt; c &gt; &quot;d&quot; &apos;e&apos;' "
	  "/>" },
	{ "bytes that are not UTF-8", VIEW("Event: A\r\nx: \xc3(\xff\r\n"),
	  "<generic event='A' x='\xc3(\xff' />" },
	{ "a TAB inside", VIEW("Event: A\r\nx: a\tb\r\n"),
	  "<generic event='A' x='a\tb' />" },
	{ "lines from one without a colon on",
	  VIEW("Event: A\r\nv: a\r\nnocolon\r\nmore: <x>\r\n"),
	  "<generic event='A' v='a' opaque_data='nocolon\nmore: &lt;x&gt;' />" },
	{ "a lone LF or CR ends a line", VIEW("Event: A\r\nx: lf\nonly\rcr\r\n"),
	  "<generic event='A' x='lf' opaque_data='only\ncr' />" },
	{ "an empty line inside", VIEW("Event: A\r\nx: a\n\nb\r\n\ny: c\r\n"),
	  "<generic event='A' x='a' opaque_data='b' y='c' />" },
	{ "Opaque-data as a key", VIEW("Event: A\r\nOpaque-data: 1\r\nx\r\n"),
	  "<generic event='A' opaque_data='1' opaque_data-2='x' />" },
	{ "an old command answer",
	  VIEW("Response: Follows\r\nPrivilege: Command\r\na\nb: c\n--END "
	       "COMMAND--\r\n"),
	  "<generic response='Follows' privilege='Command' opaque_data='a\nb: c\n"
	  "--END COMMAND--' />" },
	{ "NUL", VIEW("Event: A\r\nx: a\0b\r\n"), "<generic event='A' x='ab' />" },
};

static void
test_elements(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_packet p = { .text = rows[i].text };
		struct zv_buf out = { 0 };

		assert_int_equal(zv_xml_generic(&p, &out), 0);
		check_text(rows[i].name, zv_buf_str(&out), zvon_str(rows[i].xml));
		zv_buf_deinit(&out);
	}
}

/* What a reader of XML would refuse above. */
static const struct {
	const char *name;
	struct zv_str text;
	const char *xml;
} strict_rows[] = {
	{ "an event", VIEW("Event: Hangup\r\nChannel: SIP/1\r\n"),
	  "<generic event='Hangup' channel='SIP/1' />" },
	{ "nothing", VIEW(""), "<generic />" },
	{ "a key that is none", VIEW("Event: A\r\n:x: 1\r\n: 2\r\n_: 3\r\n"),
	  "<generic event='A' _='x: 1' _-2='2' _-3='3' />" },
	{ "counted without case",
	  VIEW("Uniqueid: 1\r\nUniqueID: 2\r\nuniqueid: 3\r\n9x: 4\r\n_9X: 5\r\n"),
	  "<generic uniqueid='1' uniqueid-2='2' uniqueid-3='3' _9x='4' _9x-2='5' />" },
	{ "control bytes", VIEW("Event: A\r\nx: a\1b\vc\177d\0e\tf\r\n"),
	  "<generic event='A' x='a\xef\xbf\xbd"
	  "b\xef\xbf\xbd"
	  "c\177d\xef\xbf\xbd"
	  "e\tf' />" },
	{ "no characters", VIEW("Event: A\r\nx: \xef\xbf\xbe<\xef\xbf\xbf\r\n"),
	  "<generic event='A' x='\xef\xbf\xbd&lt;\xef\xbf\xbd' />" },
	{ "lines without a colon", VIEW("Event: A\r\no\1paque\r\nb: <\r\n"),
	  "<generic event='A' opaque_data='o\xef\xbf\xbdpaque\nb: &lt;' />" },
};

static void
test_strict_elements(void **state)
{
	for (size_t i = 0; i < N_OF(strict_rows); i++) {
		struct zv_packet p = { .text = strict_rows[i].text };
		struct zv_buf out = { 0 };
		XML_Parser reader = XML_ParserCreate("UTF-8");

		assert_int_equal(zv_xml_element(&p, &out), 0);
		check_text(strict_rows[i].name, zv_buf_str(&out),
			   zvon_str(strict_rows[i].xml));
		if (XML_Parse(reader, out.p, (int)out.n, 1) != XML_STATUS_OK)
			fail_msg("%s: %s", strict_rows[i].name,
				 XML_ErrorString(XML_GetErrorCode(reader)));
		XML_ParserFree(reader);
		zv_buf_deinit(&out);
	}
}

/* Of any bytes that are UTF-8. */
static void
test_chance_is_well_formed(void **state)
{
	static const char *const pieces[] = {
		"Event: ", "\r\n",     "\n",	       ":",	   ": ", "a",  "A",
		"9",	   "-2",       "\1",	       "'",	   "<",	 "&",  " ",
		"\t",	   "\xd0\xb0", "\xef\xbf\xbe", "_",	   "é",	 "\"", ">",
		"\v",	   "\177",     "\r",	       "uniqueid",
	};

	chance_begin();
	for (int i = 0; i < 20000; i++) {
		struct zv_buf text = { 0 }, out = { 0 };
		XML_Parser reader = XML_ParserCreate("UTF-8");
		struct zv_packet p = { 0 };

		for (size_t n = chance_below(30); n; n--)
			zv_buf_add(&text, zvon_str(pieces[chance_below(N_OF(pieces))]));
		p.text = zv_buf_str(&text);
		assert_int_equal(zv_xml_element(&p, &out), 0);
		if (XML_Parse(reader, out.p, (int)out.n, 1) != XML_STATUS_OK) {
			add_shown(&text, zv_buf_str(&out));
			fail_msg("%s: %s", XML_ErrorString(XML_GetErrorCode(reader)),
				 zv_buf_cstr(&text));
		}
		XML_ParserFree(reader);
		zv_buf_deinit(&text);
		zv_buf_deinit(&out);
	}
}

/* Like snprintf, into blocks of exactly that size. */
static void
test_public_function(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_packet p = { .text = rows[i].text };
		size_t n = strlen(rows[i].xml);

		assert_int_equal(zvon_packet_xml(&p, NULL, 0), n);
		for (size_t size = 1; size <= n + 2; size++) {
			char *out = malloc(size);
			size_t shown = size - 1 < n ? size - 1 : n;

			assert_int_equal(zvon_packet_xml(&p, out, size), n);
			assert_int_equal(strlen(out), shown);
			assert_memory_equal(out, rows[i].xml, shown);
			free(out);
		}
	}
}

/* Thousands of spellings, thousands of repeats: each is looked up, none searched for. */
static void
test_many_keys(void **state)
{
	struct zv_buf text = { 0 }, out = { 0 };
	struct zv_packet p;

	for (int i = 0; i < 100000; i++)
		zv_buf_printf(&text, "k%d_: v\r\n", i % 50000);
	p = (struct zv_packet){ .text = zv_buf_str(&text) };
	assert_int_equal(zv_xml_generic(&p, &out), 0);
	assert_non_null(strstr(zv_buf_cstr(&out), " k49999_='v' k0_-2='v'"));
	assert_non_null(strstr(zv_buf_cstr(&out), " k49999_-2='v' />"));
	zv_buf_deinit(&text);
	zv_buf_deinit(&out);
}

static int
encode(void *user)
{
	struct zv_packet p = { .text = *(struct zv_str *)user };
	struct zv_buf out = { 0 };
	int rc = zv_xml_generic(&p, &out);

	zv_buf_deinit(&out);
	return rc;
}

static int
encode_publicly(void *user)
{
	struct zv_packet p = { .text = *(struct zv_str *)user };
	char out[200];

	return zvon_packet_xml(&p, out, sizeof out) ? 0 : ZV_ENOMEM;
}

static void
test_no_memory(void **state)
{
	struct zv_str text =
		ZV_STR("Event: A\r\nB: 1\r\nC: 2\r\nD: 3\r\nE: 4\r\nF: 5\r\n"
		       "G: 6\r\nH: 7\r\nI: 8\r\nB: 9\r\nnocolon\r\n");

	check_out_of_memory(encode, &text);
	check_out_of_memory(encode_publicly, &text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_strict_elements),
		cmocka_unit_test(test_chance_is_well_formed),
		cmocka_unit_test(test_public_function),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
