/* The bodies of AJAM: each vector whole, byte by byte and cut at every position. */
#include "ajam/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ajam_codec.h"
#include "base/mem.h"
#include "base/str.h"
#include "heap.h"
#include "zvon/error.h"

struct vector {
	const char *name;
	struct zv_str bytes;
	const char *wanted;
};

static void
check_vectors(enum zv_ajam_encoding encoding, const struct vector *rows, size_t n)
{
	const struct ajam_options options = { encoding, { 0 } };

	for (size_t i = 0; i < n; i++)
		check_splits(&ajam_codec, &options, rows[i].name, rows[i].bytes,
			     rows[i].wanted, ALL_CUTS);
}

/* ---- rawman ----------------------------------------------------------------------- */

static void
test_rawman(void **state)
{
	static const struct vector rows[] = {
		{ "nothing (a wait ended by another one)", VIEW(""), "" },
		{ "one", VIEW("Response: Success\r\nPing: Pong\r\n\r\n"),
		  "response(Response=Success|Ping=Pong)" },
		{ "two, empty lines around",
		  VIEW("\r\n\r\nResponse: Success\r\n\r\n\r\nEvent: A\r\n\r\n\r\n"),
		  "response(Response=Success) event(Event=A)" },
		{ "any case", VIEW("EVENT: A\r\n\r\n"), "event(EVENT=A)" },
		{ "cut", VIEW("Event: A\r\n\r\nEvent: B\r\n"),
		  "event(Event=A) !EPROTO" },
		{ "cut in the first word", VIEW("Respo"), "!EPROTO" },
		{ "empty lines only", VIEW("\r\n\r\n"), "" },
		{ "a web page", VIEW("<html><body>Event: A\r\n\r\n"), "!EPROTO" },
		{ "nearly", VIEW("Events: A\r\n\r\n"), "!EPROTO" },
		{ "nearly, too", VIEW("Response\r\n\r\n"), "!EPROTO" },
		{ "mxml", VIEW("<ajax-response>\n</ajax-response>\n"), "!EPROTO" },
		{ "an old command answer",
		  VIEW("Response: Follows\r\nPrivilege: Command\r\na\n--END "
		       "COMMAND--\r\n\r\n"),
		  "response(Response=Follows|Privilege=Command){a\\x0a}" },
	};

	check_vectors(ZV_AJAM_RAWMAN, rows, N_OF(rows));
}

/* ---- mxml ------------------------------------------------------------------------- */

#define OPEN	 "<ajax-response>\n"
#define CLOSE	 "</ajax-response>\n"
#define G	 "<response type='object' id='unknown'><generic "
#define END	 " /></response>\n"
#define ONE(xml) VIEW(OPEN G xml END CLOSE)

static void
test_mxml(void **state)
{
	static const struct vector rows[] = {
		{ "nothing", VIEW(""), "" },
		{ "no packets", VIEW(OPEN CLOSE), "" },
		{ "one", ONE("response='Success' ping='Pong'"),
		  "response(response=Success|ping=Pong)" },
		{ "two", VIEW(OPEN G "event='A'" END G "event='B' x='1'" END CLOSE),
		  "event(event=A) event(event=B|x=1)" },
		{ "empty values", ONE("event='A' x='' y=''"), "event(event=A|x=|y=)" },
		{ "double quotes", ONE("event=\"A\" x=\"it's\" y='a\"b'"),
		  "event(event=A|x=it's|y=a\"b)" },
		{ "other names (ajaxdest, ajaxobjtype)",
		  VIEW(OPEN "<response type='object' id='box'><row event='A' "
			    "/></response>\n" CLOSE),
		  "event(event=A)" },
		{ "unescaped ajaxdest and ajaxobjtype, as 16 and 22 send them",
		  VIEW(OPEN "<response type='object' id='<a'B'><Ob' J\"x9 event='A' "
			    "/></response>\n" CLOSE),
		  "event(event=A)" },
		{ "not an event", ONE("after='1' opaque_data='what'"),
		  "other(after=1|what=)" },
		{ "the first of two line ends is missing",
		  VIEW("<ajax-response><response><generic event='A'/></response>"
		       "</ajax-response>"),
		  "event(event=A)" },
		{ "a declaration, a comment",
		  VIEW("<?xml version='1.0'?>\n" OPEN "<!-- " G "event='No'" END
		       "-- > -->" G "event='A'" END CLOSE),
		  "event(event=A)" },
		{ "a byte order mark", VIEW("\xef\xbb\xbf" OPEN CLOSE), "" },
		{ "no key (a line `: x`)", ONE("event='A' ='nokey: 1' y='2'"),
		  "event(event=A|=nokey: 1|y=2)" },
		{ "no key at first (found by fuzzing)", ONE("='1' y='2'"),
		  "other(=1|y=2)" },
		{ "cyrillic", ONE("event='A' x='Оля'"),
		  "event(event=A|x=\\xd0\\x9e\\xd0\\xbb\\xd1\\x8f)" },
		{ "the answer ends behind a closing tag", VIEW(OPEN "</ajax-response"),
		  "!EPROTO" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

static void
test_mxml_repeated_keys(void **state)
{
	static const struct vector rows[] = {
		{ "in order", ONE("event='A' v='1' v-2='2' v-3='3'"),
		  "event(event=A|v=1|v=2|v=3)" },
		{ "mixed", ONE("event='A' v='1' w='1' v-2='2' w-2='2'"),
		  "event(event=A|v=1|w=1|v=2|w=2)" },
		{ "not there before", ONE("event='A' v-2='2'"),
		  "event(event=A|v-2=2)" },
		{ "not the next number", ONE("event='A' v='1' v-3='2'"),
		  "event(event=A|v=1|v-3=2)" },
		{ "no number of theirs", ONE("event='A' v='1' v-02='2' v-1='3' v-='4'"),
		  "event(event=A|v=1|v-02=2|v-1=3|v-=4)" },
		{ "spelled in four ways (Same Same SAME same)",
		  ONE("event='A' same='1' same-2='2' same='3' same='4' same-2='5'"),
		  "event(event=A|same=1|same=2|same=3|same=4|same=5)" },
		{ "a name that ends in a number", ONE("event='A' line_0_1='x' n2='3'"),
		  "event(event=A|line_0_1=x|n2=3)" },
		{ "no key, twice", ONE("event='A' ='1' -2='2'"),
		  "event(event=A|=1|=2)" },
		{ "a huge number", ONE("event='A' v='1' v-99999999999999999999='2'"),
		  "event(event=A|v=1|v-99999999999999999999=2)" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

/* The base stands more lines back than are searched one by one. */
static void
test_mxml_repeated_key_far_back(void **state)
{
	const struct ajam_options options = { ZV_AJAM_MXML, { 0 } };
	struct zv_buf in = { 0 }, wanted = { 0 };

	zv_buf_printf(&in, OPEN G "event='A' far='1' far-2='2'");
	zv_buf_printf(&wanted, "event(event=A|far=1|far=2");
	for (int i = 0; i < 200; i++) {
		zv_buf_printf(&in, " k%d='v'", i);
		zv_buf_printf(&wanted, "|k%d=v", i);
	}
	zv_buf_printf(&in, " far-3='3' k7-2='w' far-4='4' none-2='x'" END CLOSE);
	zv_buf_printf(&wanted, "|far=3|k7=w|far=4|none-2=x)");
	check_splits(&ajam_codec, &options, "far back", zv_buf_str(&in),
		     zv_buf_cstr(&wanted), 100);
	zv_buf_deinit(&in);
	zv_buf_deinit(&wanted);
}

static void
test_mxml_lines_without_colon(void **state)
{
	static const struct vector rows[] = {
		{ "one", ONE("event='A' value='lf' opaque_data='only'"),
		  "event(event=A|value=lf|only=)" },
		{ "and what it swallows",
		  ONE("event='VarSet' value='lf' opaque_data='only\nUniqueid: 1.2'"),
		  "event(event=VarSet|value=lf|only=|Uniqueid=1.2)" },
		{ "empty lines in it forge no packet",
		  ONE("event='A' opaque_data='x\n\n\nEvent: B\n&#10;y'"),
		  "event(event=A|x=|Event=B|y=)" },
		{ "colons in it", ONE("event='A' opaque_data='a:b: c\nd:e\n: f'"),
		  "event(event=A|a:b=c|d=e|=f)" },
		{ "a key that is really called so", ONE("event='A' opaque_data=''"),
		  "event(event=A|opaque_data=)" },
		{ "nothing but empty lines", ONE("event='A' opaque_data='\n'"),
		  "event(event=A|opaque_data=)" },
		{ "LF in another value, which no server sends",
		  ONE("event='A\nB' x='a\nb&#10;c'"),
		  "event(event=A B|x=a\\x0ab\\x0ac)" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

static void
test_mxml_old_command_answers(void **state)
{
	static const struct vector rows[] = {
		{ "lines",
		  ONE("response='Follows' privilege='Command' "
		      "opaque_data='Channel\n0 calls\n--END COMMAND--'"),
		  "response(response=Follows|privilege=Command)"
		  "{Channel\\x0a0 calls\\x0a}" },
		{ "a line that looks like a field",
		  ONE("response='Follows' privilege='Command' actionid='7' "
		      "built_01='49:10 UTC' opaque_data='--END COMMAND--'"),
		  "response(response=Follows|privilege=Command|actionid=7)"
		  "{built_01: 49:10 UTC\\x0a}" },
		{ "the same twice in the text",
		  ONE("response='Follows' a='1' a-2='2' actionid='x' "
		      "opaque_data='--END COMMAND--'"),
		  "response(response=Follows){a: 1\\x0aa: 2\\x0aactionid: x\\x0a}" },
		{ "no mark", ONE("response='Follows' opaque_data='x'"),
		  "response(response=Follows){x\\x0a}" },
		{ "no text", ONE("response='Follows' opaque_data='--END COMMAND--'"),
		  "response(response=Follows){}" },
		{ "nothing", ONE("response='Follows' privilege='Command'"),
		  "response(response=Follows|privilege=Command)" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

static void
test_entities(void **state)
{
	static const struct {
		const char *sent, *shown;
	} rows[] = {
		{ "&amp;&lt;&gt;&quot;&apos;", "&<>\"'" },
		{ "a&amp;b&amp;", "a&b&" },
		{ "&#65;&#x42;&#x043e;&#x1F600;&#000065;",
		  "AB\\xd0\\xbe\\xf0\\x9f\\x98\\x80A" },
		{ "&#9;|", "\\x09\\x7c" },
		{ "&amp", "&amp" },
		{ "& ;&;&#;&#x;&#xg;", "& ;&;&#;&#x;&#xg;" },
		{ "&AMP;&nbsp;&lol9;&trade;", "&AMP;&nbsp;&lol9;&trade;" },
		{ "&#0;&#13;&#1;&#xd800;&#1114112;",
		  "&#0;&#13;&#1;&#xd800;&#1114112;" },
		{ "&#99999999999999999;&averylongentityname;x",
		  "&#99999999999999999;&averylongentityname;x" },
		{ "&&amp;&a&amp;", "&&&a&" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf in = { 0 }, wanted = { 0 };
		struct ajam_options options = { ZV_AJAM_MXML, { 0 } };

		zv_buf_printf(&in, OPEN G "event='A' x='%s' y='1'" END CLOSE,
			      rows[i].sent);
		zv_buf_printf(&wanted, "event(event=A|x=%s|y=1)", rows[i].shown);
		check_splits(&ajam_codec, &options, rows[i].sent, zv_buf_str(&in),
			     zv_buf_cstr(&wanted), ALL_CUTS);
		zv_buf_deinit(&in);
		zv_buf_deinit(&wanted);
	}
}

/* ---- 038: bad bytes lose no neighbours ------------------------------------------------ */

#define BEFORE	   OPEN G "event='Before'" END
#define AFTER	   G "event='After'" END CLOSE
#define BAD(bytes) VIEW(BEFORE bytes AFTER)
#define AROUND(p)  "event(event=Before) " p " event(event=After)"

static void
test_fault_038_bad_packets(void **state)
{
	static const struct vector rows[] = {
		{ "control bytes", BAD(G "event='A\1B\0C\x1f\x7f' x='1'" END),
		  AROUND("event(event=A\\x01B\\x00C\\x1f\\x7f|x=1)") },
		{ "CR LF in a value", BAD(G "event='A' x='1\r\n\r\nEvent: B'" END),
		  AROUND("event(event=A|x=1\\x0a\\x0aEvent: B)") },
		{ "bytes that are not UTF-8",
		  BAD(G "event='A' x='\xc3(\xff\xed\xa0'" END),
		  AROUND("event(event=A|x=\\xc3(\\xff\\xed\\xa0)") },
		{ "an attribute twice", BAD(G "event='A' x='1' x='2' event='B'" END),
		  AROUND("event(event=A|x=1|x=2|event=B)") },
		{ "a quote is missing behind a value", BAD(G "event='A' x='1" END),
		  AROUND("event(event=A|x=1 />)") },
		{ "a quote is missing in the middle",
		  BAD(G "event='A' x='1 y='2' z='3'" END),
		  AROUND("event(event=A|x=1 y=|z=3)") },
		{ "a quote is missing in front", BAD(G "event='A' x=1' y='2'" END),
		  AROUND("event(event=A|y=2)") },
		{ "a quote too much", BAD(G "event='A' x='it's' y='2'" END),
		  AROUND("event(event=A|x=it|y=2)") },
		{ "no quotes", BAD(G "event='A' x=1 y='2'" END),
		  AROUND("event(event=A|y=2)") },
		{ "no values", BAD(G "event='A' x y = '2' z" END),
		  AROUND("event(event=A|y=2)") },
		{ "colons in a name", BAD(G "event='A' a:b:='1' :c='2'" END),
		  AROUND("event(event=A|a_b_=1|_c=2)") },
		{ "a '<' in a value", BAD(G "event='A' x='a < b </b> <r' y='<<'" END),
		  AROUND("event(event=A|x=a < b </b> <r|y=<<)") },
		{ "cut in a name", BAD(G "event='A' na"), AROUND("event(event=A)") },
		{ "cut in a value", BAD(G "event='A' x='1\n"),
		  AROUND("event(event=A|x=1\\x0a)") },
		{ "cut behind a value", BAD(G "event='A'"), AROUND("event(event=A)") },
		{ "cut in a tag", BAD("<response type='obj"),
		  "event(event=Before) "
		  "event(event=After)" },
		{ "cut in a tag's name", BAD("<respo"),
		  "event(event=Before) event(event=After)" },
		{ "nesting: never closed", BAD("<response><response>" G "event='A'>"),
		  AROUND("event(event=A)") },
		{ "nesting: closed twice", BAD("</response></generic></generic>" CLOSE),
		  "event(event=Before) event(event=After)" },
		{ "nesting: packets in packets",
		  BAD(G "event='A'>" G "event='B'" END "</generic>"),
		  AROUND("event(event=A) event(event=B)") },
		{ "nesting: no response around it", BAD("<generic event='A' />"),
		  AROUND("event(event=A)") },
		{ "elements without attributes", BAD("<a><b/></a>< ><>"),
		  "event(event=Before) event(event=After)" },
		{ "a declaration that does not end", BAD("<!ENTITY x \""),
		  "event(event=Before) event(event=After)" },
		{ "bytes between packets", BAD("\xff\0junk > ' \" & "),
		  "event(event=Before) event(event=After)" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

static void
test_fault_038_truncated(void **state)
{
	static const struct vector rows[] = {
		{ "in a tag", VIEW(BEFORE "<respo"), "event(event=Before) !EPROTO" },
		{ "in a value", VIEW(BEFORE G "event='A"),
		  "event(event=Before) !EPROTO" },
		{ "in an entity", VIEW(BEFORE G "event='A&am"),
		  "event(event=Before) !EPROTO" },
		{ "between packets", VIEW(BEFORE), "event(event=Before) !EPROTO" },
		{ "in a comment", VIEW(BEFORE "<!-- "), "event(event=Before) !EPROTO" },
		{ "at once", VIEW("<ajax-"), "!EPROTO" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

static void
test_fault_038_something_else(void **state)
{
	static const struct vector rows[] = {
		{ "a web page", VIEW("<html><body><p event='A'>x</p></body></html>"),
		  "!EPROTO" },
		{ "one with a type", VIEW("<!DOCTYPE html>\n<html lang='en'>"),
		  "!EPROTO" },
		{ "rawman", VIEW("Response: Success\r\n\r\n"), "!EPROTO" },
		{ "other XML", VIEW("<?xml version='1.0'?>\n<error code='1'/>"),
		  "!EPROTO" },
		{ "a packet alone", VIEW("<generic event='A' />"), "!EPROTO" },
		{ "zeros", VIEW("\0\0\0\0"), "!EPROTO" },
		{ "closed, never opened", VIEW("</ajax-response>"), "!EPROTO" },
	};

	check_vectors(ZV_AJAM_MXML, rows, N_OF(rows));
}

/* 10^10 bytes, if somebody expanded it. */
static void
test_fault_038_entities_of_11_levels(void **state)
{
	const struct ajam_options options = { ZV_AJAM_MXML, { 0 } };
	struct zv_buf in = { 0 };

	zv_buf_printf(&in,
		      "<?xml version='1.0'?>\n<!DOCTYPE x [\n<!ENTITY l0 'lol'>\n");
	for (int i = 1; i <= 11; i++) {
		zv_buf_printf(&in, "<!ENTITY l%d \"", i);
		for (int k = 0; k < 10; k++)
			zv_buf_printf(&in, "&l%d;", i - 1);
		zv_buf_printf(&in, "\">\n");
	}
	zv_buf_printf(&in, "]>\n" BEFORE G "event='A' x='&l11;'" END AFTER);
	check_splits(&ajam_codec, &options, "11 levels", zv_buf_str(&in),
		     AROUND("event(event=A|x=&l11;)"), ALL_CUTS);
	zv_buf_deinit(&in);
}

/* ---- 038: 30 MB -------------------------------------------------------------------- */

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct load {
	size_t packets, fields, peak;
	double ms_per_mb;
	int rc, end;
};

/* The text `times` over, between head and tail, in pieces of that size. */
static struct load
read_load(enum zv_ajam_encoding encoding, const char *head, struct zv_str text,
	  size_t times, const char *tail, size_t piece)
{
	struct zv_ajam_reader *r = zv_ajam_reader_new(encoding, NULL);
	const struct zv_packet *packet;
	struct zv_buf all = { 0 };
	struct load load = { 0 };
	size_t before;
	double since;

	zv_buf_add(&all, zvon_str(head));
	for (size_t i = 0; i < times; i++)
		zv_buf_add(&all, text);
	zv_buf_add(&all, zvon_str(tail));
	before = heap_bytes();
	heap_forget_peak();
	since = cpu_seconds();
	for (size_t at = 0; at < all.n && load.rc >= 0; at += piece) {
		struct zv_str part = zv_str_from(zv_buf_str(&all), at);

		part.n = part.n < piece ? part.n : piece;
		load.rc = zv_ajam_reader_feed(r, part);
		while (load.rc >= 0 &&
		       (load.rc = zv_ajam_reader_next(r, &packet)) == 1) {
			load.packets++;
			load.fields += packet->n_fields;
		}
	}
	load.ms_per_mb = (cpu_seconds() - since) * 1e3 / ((double)all.n / 1e6);
	load.end = zv_ajam_reader_end(r);
	load.peak = heap_peak() - before;
	zv_buf_deinit(&all);
	zv_ajam_reader_free(r);
	return load;
}

/* Sanitizers and valgrind are slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
# define SLOWER 20
#elif defined(__has_feature)
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#  define SLOWER 20
# endif
#endif
#ifndef SLOWER
# define SLOWER 1
#endif

static void
check_load(const char *what, struct load load)
{
	printf("# %s: %.2f ms per MB, %zu packets, %zu bytes of memory\n", what,
	       load.ms_per_mb, load.packets, load.peak);
	if (load.ms_per_mb > 10.0 * SLOWER)
		fail_msg("%s: %.1f ms per MB", what, load.ms_per_mb);
}

static void
test_fault_038_30_mb(void **state)
{
	static const struct zv_str events[] = {
		VIEW(G "event='Hangup' channel='SIP/101-00000001' "
		       "calleridname='Оператор &amp; Ко' cause='16'" END),
		VIEW(G "event='Bad\1\xff' x='1" END),
		VIEW(G "event='E' x='&#65;&amp;&lt;&bogus;&&&&&&&&&&'" END),
		VIEW(G "event='E' x y z = a 'b <<<<<" END),
		VIEW("<!ENTITY x 'y'><a><b/></a>" G "event='E'" END),
	};
	static const size_t pieces[] = { 1, 7, 1460, 1 << 20 };

	for (size_t i = 0; i < N_OF(events); i++) {
		size_t times = 30000000 / events[i].n;

		for (size_t k = 0; k < N_OF(pieces); k++) {
			/* byte by byte: a tenth is enough to see a square */
			size_t n = k == 0 ? times / 10 : times;
			struct load load = read_load(ZV_AJAM_MXML, OPEN, events[i], n,
						     CLOSE, pieces[k]);

			assert_int_equal(load.end, 0);
			assert_int_equal(load.packets, n);
			assert_in_range(load.peak, 0, 64 * 1024);
			if (k > 0)
				check_load("mxml", load);
		}
	}
}

/* One answer of 30 MB that never ends: given up at the limit, with bounded memory. */
static void
test_fault_038_30_mb_in_one_packet(void **state)
{
	static const struct {
		const char *head;
		struct zv_str text;
		size_t most;
	} rows[] = {
		{ OPEN G "event='", VIEW("0123456789abcdef"), ZV_MAX_PACKET_BYTES },
		{ OPEN G "", VIEW("name0123456789ab"), ZV_MAX_PACKET_BYTES },
		{ OPEN G "event='A'", VIEW(" xyz='01234567'"), ZV_MAX_PACKET_BYTES },
		{ OPEN G "event='A'", VIEW(" x='' x-2=''"), ZV_MAX_PACKET_BYTES },
		{ OPEN G "response='A'", VIEW(" xyz='01234567'"),
		  ZV_MAX_RESPONSE_BYTES },
		{ OPEN G "response='Follows' opaque_data='", VIEW("12345678901234\n"),
		  ZV_MAX_RESPONSE_BYTES },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct load load = read_load(ZV_AJAM_MXML, rows[i].head, rows[i].text,
					     30000000 / rows[i].text.n, "", 100000);

		assert_int_equal(load.end, ZV_ETOOBIG);
		/* the text, the old block while it grows, and the fields */
		assert_in_range(load.peak, 0, 3 * rows[i].most + 8 * 1024 * 1024);
		check_load("one packet", load);
	}
}

/* Keys chosen so that each asks for one far back. */
static void
test_fault_038_repeats_made_to_take_time(void **state)
{
	struct zv_buf text = { 0 };
	struct load load;

	zv_buf_printf(&text, "response='A'");
	for (int i = 0; i < 45000; i++)
		zv_buf_printf(&text, " key%05d_='v'", i);
	for (int i = 0; i < 45000; i++)
		zv_buf_printf(&text, " key%05d_-2='v'", i);
	load = read_load(ZV_AJAM_MXML, OPEN G, zv_buf_str(&text), 1, END CLOSE, 1460);
	assert_int_equal(load.end, 0);
	assert_int_equal(load.fields, 90001);
	if (load.ms_per_mb > 100.0 * SLOWER)
		fail_msg("%.1f ms per MB", load.ms_per_mb);
	zv_buf_deinit(&text);
}

/* ---- manager ------------------------------------------------------------------------- */

#define PAGE                                                                           \
 "<title>Asterisk&trade; Manager Interface</title><body bgcolor=\"#ffffff\"><table "   \
 "align=center width=\"500\">\r\n<tr><td colspan=\"2\"><h1>Manager "                   \
 "Tester</h1></td></tr>\r\n<tr><td colspan=\"2\" bgcolor=\"#f1f1ff\"><form>\n"         \
 "\tAction: <select name=\"action\">\n<option value=\"\">-----&gt;</option>\n"         \
 "</select><br/>\n</form>\n</td></tr>\r\n"
#define HR		"<tr><td colspan=\"2\"><hr></td></tr>\r\n"
#define PAGE_END	"</table></body>\r\n"
#define ROW(key, value) "<tr><td>" key "</td><td>" value "</td></tr>\n"

static void
test_manager(void **state)
{
	static const struct vector rows[] = {
		{ "nothing", VIEW(""), "" },
		{ "no packets", VIEW(PAGE PAGE_END), "" },
		{ "one",
		  VIEW(PAGE ROW("Response", "Error") ROW("Message", "No") HR PAGE_END),
		  "response(Response=Error|Message=No)" },
		{ "the page of digest",
		  VIEW("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n"
		       "<html><head>\r\n<title>Asterisk&trade; Manager "
		       "Interface</title>\r\n</head><body "
		       "style=\"background-color: #ffffff;\">\r\n<form "
		       "method=\"POST\">\r\n<table>\r\n<tr><th colspan=\"2\">Action: "
		       "<input name=\"action\" /></th></tr>\r\n" ROW("Event", "A") HR
		       "</table></form></body></html>\r\n"),
		  "event(Event=A)" },
		{ "two", VIEW(PAGE ROW("Event", "A") HR ROW("Event", "B") HR PAGE_END),
		  "event(Event=A) event(Event=B)" },
		{ "values",
		  VIEW(PAGE ROW("Event", "A") ROW("Empty", "")
			       ROW("X", "&lt;unknown&gt; &amp; &quot;Оля&quot;")
				       ROW("", "nokey: 1") HR PAGE_END),
		  "event(Event=A|Empty=|X=<unknown> & "
		  "\"\\xd0\\x9e\\xd0\\xbb\\xd1\\x8f\"|"
		  "=nokey: 1)" },
		{ "repeated keys",
		  VIEW(PAGE ROW("Event", "A") ROW("x-2", "1") ROW("x", "1")
			       ROW("x-2", "2") ROW("X", "1") HR PAGE_END),
		  "event(Event=A|x-2=1|x=1|x=2|X=1)" },
		{ "lines without a colon",
		  VIEW(PAGE ROW("Event", "A")
			       ROW("Opaque-data", "only<br>\nUniqueid: 1") HR PAGE_END),
		  "event(Event=A|only=|Uniqueid=1)" },
		{ "an old command answer",
		  VIEW(PAGE ROW("Response", "Follows") ROW("Privilege", "Command")
			       ROW("Opaque-data", "a &lt;b&gt;<br>\nc: d<br>\n"
						  "--END COMMAND--") HR PAGE_END),
		  "response(Response=Follows|Privilege=Command){a <b>\\x0ac: d\\x0a}" },
		{ "cut", VIEW(PAGE ROW("Event", "A") HR ROW("Event", "B")),
		  "event(Event=A) !EPROTO" },
		{ "cut behind a packet", VIEW(PAGE ROW("Event", "A") HR),
		  "event(Event=A) !EPROTO" },
		{ "another page",
		  VIEW("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n"
		       "<html><head>\r\n<title>404 Not Found</title>\r\n"),
		  "!EPROTO" },
		{ "a page without a title", VIEW("<html><body><table>"), "!EPROTO" },
		{ "no page", VIEW("Response: Success\r\n\r\n"), "!EPROTO" },
	};

	check_vectors(ZV_AJAM_MANAGER, rows, N_OF(rows));
}

#define H_BEFORE    PAGE ROW("Event", "Before") HR
#define H_AFTER	    ROW("Event", "After") HR PAGE_END
#define H_BAD(text) VIEW(H_BEFORE text H_AFTER)
#define H_AROUND(p) "event(Event=Before) " p " event(Event=After)"

static void
test_fault_038_manager(void **state)
{
	static const struct vector rows[] = {
		{ "bytes", H_BAD(ROW("Event", "A\1\0\xff") HR),
		  H_AROUND("event(Event=A\\x01\\x00\\xff)") },
		{ "no end of a cell", H_BAD("<tr><td>Event<td>A</tr>\n" HR),
		  H_AROUND("event(Event=A)") },
		{ "no end at all", H_BAD("<tr><td>Event</td><td>A\n" HR),
		  H_AROUND("event(Event=A )") },
		{ "no value", H_BAD(ROW("Event", "A") "<tr><td>X</td></tr>\n" HR),
		  H_AROUND("event(Event=A)") },
		{ "a third column",
		  H_BAD("<tr><td>Event</td><td>A</td><td>x</td></tr>\n" HR),
		  H_AROUND("event(Event=A)") },
		{ "markup in a value", H_BAD(ROW("Event", "<b>A</b> < <") HR),
		  H_AROUND("event(Event=<b>A</b> < <)") },
		{ "colon and LF in a key",
		  H_BAD(ROW("Event", "A") ROW("a:b\nc", "1") HR),
		  H_AROUND("event(Event=A|a_b_c=1)") },
		{ "empty packets", H_BAD(HR HR),
		  "event(Event=Before) "
		  "event(Event=After)" },
		{ "cut in a tag", H_BAD("<t"),
		  "event(Event=Before) event(Event=After)" },
	};

	check_vectors(ZV_AJAM_MANAGER, rows, N_OF(rows));
}

static void
test_fault_038_manager_30_mb(void **state)
{
	static const struct zv_str rows[] = {
		VIEW(ROW("Event", "Hangup") ROW("Channel", "SIP/101-00000001")
			     ROW("CallerIDName", "Оператор &amp; Ко") HR),
		VIEW(ROW("Event", "<<<<<<<< &&&&&&&& <b> &#65;") HR),
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		size_t times = 30000000 / rows[i].n;
		struct load load = read_load(ZV_AJAM_MANAGER, PAGE, rows[i], times,
					     PAGE_END, 1460);

		assert_int_equal(load.end, 0);
		assert_int_equal(load.packets, times);
		assert_in_range(load.peak, 0, 64 * 1024);
		check_load("manager", load);
	}
}

/* ---- limits -------------------------------------------------------------------------- */

static void
add_field(struct zv_buf *out, bool is_mxml, const char *key, size_t n_value)
{
	zv_buf_printf(out, is_mxml ? " %s='" : "<tr><td>%s</td><td>", key);
	for (size_t i = 0; i < n_value; i++)
		zv_buf_add_char(out, 'v');
	zv_buf_printf(out, is_mxml ? "'" : "</td></tr>\n");
}

/* `count` lines of 45 bytes of text, then one of `last`, line ends counted. */
static struct zv_buf
make_answer(bool is_mxml, const char *first, size_t count, size_t last)
{
	struct zv_buf out = { 0 };

	zv_buf_printf(&out, is_mxml ? OPEN G : PAGE);
	add_field(&out, is_mxml, first, 1);
	for (size_t i = 0; i < count; i++)
		add_field(&out, is_mxml, "x", 40);
	if (last)
		add_field(&out, is_mxml, "y", last - 5);
	zv_buf_printf(&out, is_mxml ? END CLOSE : HR PAGE_END);
	return out;
}

static void
check_edge(bool is_mxml, const char *row, struct zv_parser_limits limits,
	   struct zv_str answer, bool passes)
{
	struct ajam_options options = { is_mxml ? ZV_AJAM_MXML : ZV_AJAM_MANAGER,
					limits };
	struct zv_buf text = { 0 };
	void *reading = ajam_codec.begin(&options);
	char *exact = exact_copy(answer);

	ajam_codec.piece(reading, exact, answer.n);
	ajam_codec.end(reading, &text);
	free(exact);
	if (passes == zv_str_ends(zv_buf_str(&text), ZV_STR("!ETOOBIG")))
		fail_msg("%s: %s", row, zv_buf_cstr(&text));
	check_splits(&ajam_codec, &options, row, answer, zv_buf_cstr(&text), ALL_CUTS);
	zv_buf_deinit(&text);
}

static void
test_limits_at_the_edge(void **state)
{
	static const struct {
		const char *name, *first;
		struct zv_parser_limits limits;
		size_t count, last; /* that much text passes, one byte more does not */
	} rows[] = {
		{ "event", "event", { 200, 400, 50 }, 3, 200 - 3 * 45 - 10 },
		{ "other", "other", { 200, 400, 50 }, 3, 200 - 3 * 45 - 10 },
		{ "response", "response", { 200, 400, 50 }, 8, 400 - 8 * 45 - 13 },
		{ "small response",
		  "response",
		  { 400, 200, 50 },
		  3,
		  200 - 3 * 45 - 13 },
		{ "line", "response", { 100, 1000, 50 }, 3, 100 + 2 },
	};

	for (size_t i = 0; i < N_OF(rows) * 2; i++) {
		for (int more = -3; more <= 3; more++) {
			size_t last = rows[i / 2].last + (size_t)(more + 3) - 3;
			struct zv_buf answer = make_answer(i % 2, rows[i / 2].first,
							   rows[i / 2].count, last);

			check_edge(i % 2, rows[i / 2].name, rows[i / 2].limits,
				   zv_buf_str(&answer), more <= 0);
			zv_buf_deinit(&answer);
		}
	}
}

static void
test_lines_at_the_edge(void **state)
{
	static const size_t edges[] = { 1, 5, 64, 65, 130 };

	for (size_t i = 0; i < N_OF(edges) * 2; i++) {
		for (size_t n = edges[i / 2] - 1; n <= edges[i / 2] + 1; n++) {
			struct zv_parser_limits limits = { 0, 0, edges[i / 2] };
			struct zv_buf answer =
				make_answer(i % 2, "event", n ? n - 1 : 0, 0);

			check_edge(i % 2, "lines", limits, zv_buf_str(&answer),
				   n <= edges[i / 2]);
			zv_buf_deinit(&answer);
		}
	}
}

/* A key that does not stay (`x-2`, `opaque_data`) does not count. */
static void
test_what_does_not_stay_does_not_count(void **state)
{
	static const char answer[] =
		OPEN G "event='A' x='1' x-2='2' opaque_data='line'" END CLOSE;
	struct zv_parser_limits limits = {
		strlen("event: A\r\nx: 1\r\nx: 2\r\nline\r\n"), 0, 0
	};

	check_edge(true, "fits", limits, zvon_str(answer), true);
	limits.max_packet_bytes--;
	check_edge(true, "does not fit", limits, zvon_str(answer), false);
}

/* ---- the rest of the contract -------------------------------------------------------- */

static void
test_text_is_made_again(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ OPEN G
		  "event='A' v='1' v-2='&lt;2&gt;' e='' opaque_data='a\nb: c'" END,
		  "event: A\r\nv: 1\r\nv: <2>\r\ne: \r\na\r\nb: c\r\n" },
		{ OPEN G "response='Follows' opaque_data='a\nb\n--END COMMAND--'" END,
		  "response: Follows\r\na\nb\n--END COMMAND--\r\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_ajam_reader *r = zv_ajam_reader_new(ZV_AJAM_MXML, NULL);
		const struct zv_packet *p;

		assert_int_equal(zv_ajam_reader_feed(r, zvon_str(rows[i].bytes)), 0);
		assert_int_equal(zv_ajam_reader_next(r, &p), 1);
		check_text("text", p->text, zvon_str(rows[i].text));
		assert_ptr_equal(p->name.p, p->fields[0].value.p);
		for (size_t k = 0; k < p->n_fields; k++)
			assert_true(p->fields[k].key.p >= p->text.p &&
				    p->fields[k].value.p + p->fields[k].value.n <=
					    p->text.p + p->text.n);
		zv_ajam_reader_free(r);
	}
}

static void
test_the_reasons(void **state)
{
	static const struct zv_parser_limits small = { 30, 0, 3 };
	static const struct {
		enum zv_ajam_encoding encoding;
		const char *bytes;
		int code;
		const char *reason;
	} rows[] = {
		{ ZV_AJAM_MXML, "<html>\n<body>Wi-Fi login\1</body>", ZV_EPROTO,
		  "this is no mxml answer of Asterisk: it begins with '<html> "
		  "<body>Wi-Fi login </body>'; check host, port and path of the URL "
		  "(prefix in http.conf)" },
		{ ZV_AJAM_RAWMAN, "<html>", ZV_EPROTO,
		  "this is no rawman answer of Asterisk: it begins with '<html>'; "
		  "check "
		  "host, port and path of the URL (prefix in http.conf)" },
		{ ZV_AJAM_MXML, OPEN G "event='A'" END, ZV_EPROTO,
		  "the mxml answer was cut off behind 1 whole packets; check the "
		  "connection and the proxies on the way" },
		{ ZV_AJAM_MXML, OPEN G "event='123456789012345678901234567890'" END,
		  ZV_ETOOBIG,
		  "line, bytes (max_packet_bytes): longer than the limit of 30" },
		{ ZV_AJAM_MXML, OPEN G "event='A' b='' c='' d=''" END, ZV_ETOOBIG,
		  "packet, lines (max_fields): longer than the limit of 3" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_ajam_reader *r = zv_ajam_reader_new(rows[i].encoding, &small);
		const struct zv_packet *p;
		int rc;

		assert_string_equal(zv_ajam_reader_error(r), "");
		assert_int_equal(zv_ajam_reader_feed(r, zvon_str(rows[i].bytes)), 0);
		while ((rc = zv_ajam_reader_next(r, &p)) == 1)
			assert_int_equal(p->n_fields, 1);
		assert_true(rc == 0 || rc == rows[i].code);
		assert_int_equal(zv_ajam_reader_end(r), rows[i].code);
		assert_string_equal(zv_ajam_reader_error(r), rows[i].reason);
		/* the same answer from now on */
		assert_int_equal(zv_ajam_reader_next(r, &p), rows[i].code);
		assert_int_equal(zv_ajam_reader_feed(r, ZV_STR("x")), rows[i].code);
		assert_string_equal(zv_ajam_reader_error(r), rows[i].reason);
		zv_ajam_reader_free(r);
	}
}

static void
test_feed_wants_its_bytes_used_up(void **state)
{
	static const char *const two[] = {
		[ZV_AJAM_RAWMAN] = "Event: A\r\n\r\nEvent: B\r\n\r\n",
		[ZV_AJAM_MXML] = OPEN G "event='A'" END G "event='B'" END CLOSE,
		[ZV_AJAM_MANAGER] =
			PAGE ROW("Event", "A") HR ROW("Event", "B") HR PAGE_END,
	};

	for (size_t i = 0; i < N_OF(two); i++) {
		struct zv_ajam_reader *r =
			zv_ajam_reader_new((enum zv_ajam_encoding)i, NULL);
		const struct zv_packet *p;

		assert_int_equal(zv_ajam_reader_feed(r, zvon_str(two[i])), 0);
		assert_int_equal(zv_ajam_reader_feed(r, ZV_STR("x")), ZV_EINVAL);
		assert_int_equal(zv_ajam_reader_next(r, &p), 1);
		assert_int_equal(zv_ajam_reader_feed(r, ZV_STR("x")), ZV_EINVAL);
		assert_int_equal(zv_ajam_reader_end(r), ZV_EINVAL);
		assert_int_equal(zv_ajam_reader_next(r, &p), 1);
		assert_int_equal(zv_ajam_reader_next(r, &p), 0);
		assert_null(p);
		assert_int_equal(zv_ajam_reader_end(r), 0);
		zv_ajam_reader_free(r);
	}
	zv_ajam_reader_free(NULL);
}

/* In whatever state an answer ends, the next one is read as the first. */
static void
test_reset_forgets_everything(void **state)
{
	static const struct {
		enum zv_ajam_encoding encoding;
		const char *bytes;
	} rows[] = {
		{ ZV_AJAM_RAWMAN, "Event: A\r\nX" },
		{ ZV_AJAM_RAWMAN, "Eve" },
		{ ZV_AJAM_RAWMAN, "<html>" },
		{ ZV_AJAM_MXML, OPEN G "event='A" },
		{ ZV_AJAM_MXML, OPEN G "event='A&am" },
		{ ZV_AJAM_MXML, OPEN G "event='A' opaque_data='a" },
		{ ZV_AJAM_MXML, OPEN G "event='A'" END CLOSE },
		{ ZV_AJAM_MXML, "<!x>" },
		{ ZV_AJAM_MXML, "<html>" },
		{ ZV_AJAM_MANAGER, PAGE "<tr><td>Event</td><td>A" },
		{ ZV_AJAM_MANAGER, "<title>Asterisk" },
		{ ZV_AJAM_MANAGER, "<html>\n<title>x" },
	};
	static const char *const good[] = {
		[ZV_AJAM_RAWMAN] = "Event: Z\r\n\r\n",
		[ZV_AJAM_MXML] = OPEN G "Event='Z'" END CLOSE,
		[ZV_AJAM_MANAGER] = PAGE ROW("Event", "Z") HR PAGE_END,
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_ajam_reader *r = zv_ajam_reader_new(rows[i].encoding, NULL);
		const struct zv_packet *p;
		int rc;

		zv_ajam_reader_feed(r, zvon_str(rows[i].bytes));
		while ((rc = zv_ajam_reader_next(r, &p)) == 1)
			;
		assert_true(rc == 0 || rc == ZV_EPROTO);
		zv_ajam_reader_reset(r);
		assert_string_equal(zv_ajam_reader_error(r), "");
		assert_int_equal(zv_ajam_reader_end(r), 0);
		zv_ajam_reader_feed(r, zvon_str(good[rows[i].encoding]));
		assert_int_equal(zv_ajam_reader_next(r, &p), 1);
		check_text("text", p->text, ZV_STR("Event: Z\r\n"));
		assert_int_equal(zv_ajam_reader_next(r, &p), 0);
		assert_int_equal(zv_ajam_reader_end(r), 0);
		zv_ajam_reader_free(r);
	}
}

/* ---- no memory ------------------------------------------------------------------------ */

static struct zv_buf long_answers[3];

static int
read_long_answer(void *user)
{
	enum zv_ajam_encoding encoding = *(enum zv_ajam_encoding *)user;
	struct zv_ajam_reader *r = zv_ajam_reader_new(encoding, NULL);
	struct zv_str bytes = zv_buf_str(&long_answers[encoding]);
	const struct zv_packet *p;
	int rc = r ? 0 : ZV_ENOMEM;

	for (size_t at = 0; at < bytes.n && rc >= 0; at += 1000) {
		struct zv_str piece = zv_str_from(bytes, at);

		piece.n = piece.n < 1000 ? piece.n : 1000;
		rc = zv_ajam_reader_feed(r, piece);
		while (rc >= 0 && (rc = zv_ajam_reader_next(r, &p)) == 1)
			;
	}
	if (rc == 0)
		rc = zv_ajam_reader_end(r);
	if (rc < 0 && r)
		assert_string_equal(zv_ajam_reader_error(r), "out of memory");
	zv_ajam_reader_free(r);
	return rc;
}

/* What stands in front of a key, between key and value, and behind. */
static const char *const frames[][3] = {
	[ZV_AJAM_RAWMAN] = { "", ": ", "\r\n" },
	[ZV_AJAM_MXML] = { " ", "='", "'" },
	[ZV_AJAM_MANAGER] = { "<tr><td>", "</td><td>", "</td></tr>\n" },
};

/* So many fields and bytes that all that grows has to grow. */
static void
make_long_answer(enum zv_ajam_encoding encoding, const char *head, const char *tail)
{
	const char *const *frame = frames[encoding];
	struct zv_buf *out = &long_answers[encoding];

	zv_buf_add(out, zvon_str(head));
	for (int i = 0; i < 800; i++)
		zv_buf_printf(out, "%sk%d_%s%svalue%s", frame[0], i % 400,
			      i < 400 ? "" : "-2", frame[1], frame[2]);
	zv_buf_add(out, zvon_str(tail));
}

static void
make_long_answers(void)
{
	make_long_answer(ZV_AJAM_RAWMAN, "Event: A\r\n", "\r\n");
	make_long_answer(ZV_AJAM_MXML, OPEN G "event='A'", END CLOSE);
	make_long_answer(ZV_AJAM_MANAGER, PAGE ROW("Event", "A"), HR PAGE_END);
}

static void
test_no_memory(void **state)
{
	make_long_answers();
	for (size_t i = 0; i < 3; i++) {
		enum zv_ajam_encoding encoding = (enum zv_ajam_encoding)i;

		check_out_of_memory(read_long_answer, &encoding);
		zv_buf_deinit(&long_answers[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rawman),
		cmocka_unit_test(test_mxml),
		cmocka_unit_test(test_mxml_repeated_keys),
		cmocka_unit_test(test_mxml_repeated_key_far_back),
		cmocka_unit_test(test_mxml_lines_without_colon),
		cmocka_unit_test(test_mxml_old_command_answers),
		cmocka_unit_test(test_entities),
		cmocka_unit_test(test_fault_038_bad_packets),
		cmocka_unit_test(test_fault_038_truncated),
		cmocka_unit_test(test_fault_038_something_else),
		cmocka_unit_test(test_fault_038_entities_of_11_levels),
		cmocka_unit_test(test_fault_038_30_mb),
		cmocka_unit_test(test_fault_038_30_mb_in_one_packet),
		cmocka_unit_test(test_fault_038_repeats_made_to_take_time),
		cmocka_unit_test(test_manager),
		cmocka_unit_test(test_fault_038_manager),
		cmocka_unit_test(test_fault_038_manager_30_mb),
		cmocka_unit_test(test_limits_at_the_edge),
		cmocka_unit_test(test_lines_at_the_edge),
		cmocka_unit_test(test_what_does_not_stay_does_not_count),
		cmocka_unit_test(test_text_is_made_again),
		cmocka_unit_test(test_the_reasons),
		cmocka_unit_test(test_feed_wants_its_bytes_used_up),
		cmocka_unit_test(test_reset_forgets_everything),
		cmocka_unit_test(test_no_memory),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
