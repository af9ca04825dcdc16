/* Recorded AJAM answers of real servers. The same actions were sent in all encodings, so
 * each proves the others: written as XML, byte for byte as the server's own mxml, are
 *
 *   the packets of its rawman answer         the XML view is right
 *   the packets read from its mxml answer    nothing of it is lost
 *   the packets read from its manager answer
 *
 * ZVON_CAPTURES_DIR: the recordings of this project; ZVON_CAPTURES: more of them. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ajam_codec.h"
#include "base/str.h"
#include "xml/generic.h"

#define CUTS 300 /* each position up to here is cut at */

static const char *const versions[] = { "1.8.32.3", "11.25.3", "16.28.0", "22.10.1" };

static const struct {
	const char *path;
	enum zv_ajam_encoding encoding;
} paths[] = {
	{ "rawman", ZV_AJAM_RAWMAN },	{ "arawman", ZV_AJAM_RAWMAN },
	{ "mxml", ZV_AJAM_MXML },	{ "amxml", ZV_AJAM_MXML },
	{ "manager", ZV_AJAM_MANAGER }, { "amanager", ZV_AJAM_MANAGER },
};

/* "/asterisk/mxml?action=ping": the encoding, and what was asked. */
static bool
split_target(struct zv_str target, enum zv_ajam_encoding *encoding,
	     struct zv_str *query)
{
	struct zv_str prefix = ZV_STR("/asterisk/"),
		      path = zv_str_from(target, prefix.n);
	size_t mark = zv_str_find(path, ZV_STR("?"));

	*query = zv_str_from(path, mark);
	path.n = mark;
	for (size_t i = 0; i < N_OF(paths) && zv_str_starts(target, prefix); i++) {
		if (!zvon_str_equal_nocase(path, zvon_str(paths[i].path)))
			continue;
		*encoding = paths[i].encoding;
		return true;
	}
	return false;
}

/* ---- files ------------------------------------------------------------------------ */

typedef void file_fn(const char *path, struct zv_str bytes);

/* Runs fn on that file of each version that has it; how many. */
static int
each_file(const char *folder, const char *name, file_fn *fn)
{
	int n = 0;

	for (size_t i = 0; i < N_OF(versions); i++) {
		char path[1000];
		struct zv_str bytes;

		snprintf(path, sizeof path, "%s/%s/ajam/%s.http", folder, versions[i],
			 name);
		if (access(path, R_OK) != 0)
			continue;
		bytes = read_file(path);
		fn(path, bytes);
		free((void *)bytes.p);
		n++;
	}
	return n;
}

/* In our recordings and in those of ZVON_CAPTURES. */
static void
each_recording(const char *name, int least, file_fn *fn)
{
	const char *ours = getenv("ZVON_CAPTURES_DIR"), *more = getenv("ZVON_CAPTURES");

	if (!ours)
		fail_msg("ZVON_CAPTURES_DIR is not set");
	assert_in_range(each_file(ours, name, fn), least, N_OF(versions));
	if (more)
		each_file(more, name, fn);
}

static const char *const all_names[] = {
	"rawman-session",     "mxml-session",	 "manager-session",
	"special-characters", "waitevent",	 "waitevent-lists",
	"amxml-digest",	      "amanager-digest", "arawman-digest",
};

static void
each_name(file_fn *fn)
{
	for (size_t i = 0; i < N_OF(all_names); i++)
		each_recording(all_names[i], 2, fn);
}

/* ---- bodies as XML -------------------------------------------------------------------- */

/* The whole body that the server would have sent as mxml for these packets. */
static void
add_as_mxml(struct zv_buf *out, enum zv_ajam_encoding encoding, struct zv_str body)
{
	struct zv_ajam_reader *r = zv_ajam_reader_new(encoding, NULL);
	const struct zv_packet *packet;

	zv_buf_printf(out, "<ajax-response>\n");
	assert_int_equal(zv_ajam_reader_feed(r, body), 0);
	while (zv_ajam_reader_next(r, &packet) == 1) {
		zv_buf_printf(out, "<response type='object' id='unknown'>");
		assert_int_equal(zv_xml_generic(packet, out), 0);
		zv_buf_printf(out, "</response>\n");
	}
	assert_int_equal(zv_ajam_reader_end(r), 0);
	zv_buf_printf(out, "</ajax-response>\n");
	zv_ajam_reader_free(r);
}

/* What the server wrote otherwise: 1.8 and 11 put no '_' in front of a digit. */
static void
add_server_mxml(struct zv_buf *out, struct zv_str body)
{
	while (body.n) {
		size_t at = zv_str_find(body, ZV_STR(" 1digit='"));

		zv_buf_add(out, (struct zv_str){ body.p, at });
		body = zv_str_from(body, at);
		if (body.n)
			zv_buf_printf(out, " _");
		body = zv_str_from(body, 1);
	}
}

/* Values that differ between two moments, not between encodings. */
static const char *const live_keys[] = {
	"timestamp", "challenge", "corestartuptime", "corereloadtime", "lastcall",
};

static void
blank_out_live_values(struct zv_buf *xml)
{
	for (size_t i = 0; i < N_OF(live_keys); i++) {
		char name[40];
		size_t from = 0;

		snprintf(name, sizeof name, " %s='", live_keys[i]);
		for (;;) {
			struct zv_str rest = zv_str_from(zv_buf_str(xml), from);
			size_t at = zv_str_find(rest, zvon_str(name));

			if (at == rest.n)
				break;
			from += at + strlen(name);
			while (xml->p[from] != '\'')
				xml->p[from++] = '?';
		}
	}
}

/* ---- all of them are read, in any pieces ------------------------------------------------- */

static size_t n_bodies;

static void
check_pieces(const char *path, struct zv_str bytes)
{
	struct exchange e;

	while (next_exchange(&bytes, &e)) {
		struct ajam_options options = { 0 };
		struct zv_str query;

		if (!split_target(e.target, &options.encoding, &query) || !e.is_ok)
			continue;
		n_bodies++;
		check_splits(&ajam_codec, &options, path, e.body, NULL, CUTS);
	}
}

static void
test_pieces(void **state)
{
	n_bodies = 0;
	each_name(check_pieces);
	printf("# %zu bodies\n", n_bodies);
	assert_true(n_bodies > 300);
}

/* ---- read from mxml, written as mxml ------------------------------------------------------ */

static size_t n_equal;

static void
check_mxml_again(const char *path, struct zv_str bytes)
{
	struct exchange e;

	while (next_exchange(&bytes, &e)) {
		struct zv_buf got = { 0 }, wanted = { 0 };
		enum zv_ajam_encoding encoding;
		struct zv_str query;

		if (!split_target(e.target, &encoding, &query) || !e.is_ok ||
		    encoding != ZV_AJAM_MXML || !e.body.n)
			continue;
		add_as_mxml(&got, ZV_AJAM_MXML, e.body);
		add_server_mxml(&wanted, e.body);
		check_text(path, zv_buf_str(&got), zv_buf_str(&wanted));
		zv_buf_deinit(&got);
		zv_buf_deinit(&wanted);
		n_equal++;
	}
}

static void
test_mxml_read_and_written(void **state)
{
	n_equal = 0;
	each_name(check_mxml_again);
	printf("# %zu answers\n", n_equal);
	assert_true(n_equal > 150);
}

/* ---- twins ------------------------------------------------------------------------------- */

/* One exchange, and the same in another encoding. */
static void
check_twins(const char *what, struct exchange *a, struct exchange *b)
{
	struct exchange *both[] = { a, b };
	struct zv_buf xml[2] = { { 0 }, { 0 } };
	struct zv_buf sent = { 0 };

	for (int i = 0; i < 2; i++) {
		enum zv_ajam_encoding encoding;
		struct zv_str query;

		assert_true(split_target(both[i]->target, &encoding, &query));
		add_as_mxml(&xml[i], encoding, both[i]->body);
		blank_out_live_values(&xml[i]);
		if (encoding != ZV_AJAM_MXML)
			continue;
		add_server_mxml(&sent, both[i]->body);
		blank_out_live_values(&sent);
		check_text(what, zv_buf_str(&xml[i]), zv_buf_str(&sent));
	}
	check_text(what, zv_buf_str(&xml[1]), zv_buf_str(&xml[0]));
	for (int i = 0; i < 2; i++)
		zv_buf_deinit(&xml[i]);
	zv_buf_deinit(&sent);
	n_equal++;
}

/* Getvar of each value, asked three times in a row: without exceptions. */
static void
check_special_characters(const char *path, struct zv_str bytes)
{
	struct exchange before, e;
	struct zv_str query_before = { 0 }, query;
	enum zv_ajam_encoding encoding;

	while (next_exchange(&bytes, &e)) {
		if (!split_target(e.target, &encoding, &query))
			continue;
		if (zv_str_starts(query, ZV_STR("?action=getvar")) &&
		    zvon_str_equal(query, query_before))
			check_twins(path, &before, &e);
		before = e;
		query_before = query;
	}
}

static void
test_special_characters(void **state)
{
	n_equal = 0;
	each_recording("special-characters", 2, check_special_characters);
	printf("# %zu pairs\n", n_equal);
	assert_true(n_equal >= 2 * 15 * 2);
}

/* The sessions sent the same actions one after another. */
static const char *other_name;

static void
check_session(const char *path, struct zv_str bytes)
{
	char other_path[1000];
	struct zv_str others, rest;
	struct exchange a, b;

	snprintf(other_path, sizeof other_path, "%.*s%s.http",
		 (int)(strlen(path) - strlen("rawman-session.http")), path, other_name);
	if (access(other_path, R_OK) != 0)
		return;
	others = rest = read_file(other_path);
	while (next_exchange(&bytes, &a)) {
		enum zv_ajam_encoding encoding;
		struct zv_str query_a, query_b;

		assert_true(next_exchange(&rest, &b));
		assert_true(split_target(a.target, &encoding, &query_a));
		assert_true(split_target(b.target, &encoding, &query_b));
		check_text(path, query_b, query_a);
		check_twins(path, &a, &b);
	}
	free((void *)others.p);
}

static void
test_mxml_session(void **state)
{
	n_equal = 0;
	other_name = "mxml-session";
	each_recording("rawman-session", 4, check_session);
	printf("# %zu pairs\n", n_equal);
	assert_true(n_equal > 80);
}

static void
test_manager_session(void **state)
{
	n_equal = 0;
	other_name = "manager-session";
	each_recording("rawman-session", 4, check_session);
	printf("# %zu pairs\n", n_equal);
	assert_true(n_equal > 40);
}

/* ---- expat says the same of what it takes -------------------------------------------------- */

static void
add_attribute(struct zv_buf *out, struct zv_str key, struct zv_str value)
{
	zv_buf_add_char(out, '|');
	zv_buf_add(out, key);
	zv_buf_add_char(out, '=');
	zv_buf_add(out, value);
}

/* "key-2" without its number. */
static struct zv_str
plain_key(const char *key)
{
	const char *count = strrchr(key, '-');

	return count ? (struct zv_str){ key, (size_t)(count - key) } : zvon_str(key);
}

static void
on_element(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct zv_buf *out = user;

	if (strcmp(name, "generic") != 0)
		return;
	for (; *attributes; attributes += 2)
		add_attribute(out, plain_key(attributes[0]), zvon_str(attributes[1]));
	zv_buf_add_char(out, '\n');
}

static bool
read_by_expat(struct zv_str body, struct zv_buf *out)
{
	XML_Parser parser = XML_ParserCreate(NULL);
	bool is_clean;

	XML_SetUserData(parser, out);
	XML_SetStartElementHandler(parser, on_element);
	is_clean = XML_Parse(parser, body.p, (int)body.n, 1) == XML_STATUS_OK;
	XML_ParserFree(parser);
	return is_clean;
}

/* An XML parser makes a blank of each TAB in a value. */
static void
read_by_us(struct zv_str body, struct zv_buf *out)
{
	struct zv_ajam_reader *r = zv_ajam_reader_new(ZV_AJAM_MXML, NULL);
	const struct zv_packet *p;

	zv_ajam_reader_feed(r, body);
	while (zv_ajam_reader_next(r, &p) == 1) {
		for (size_t i = 0; i < p->n_fields; i++)
			add_attribute(out, p->fields[i].key, p->fields[i].value);
		zv_buf_add_char(out, '\n');
	}
	zv_ajam_reader_free(r);
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] == '\t')
			out->p[i] = ' ';
}

static size_t n_clean, n_unclean, n_opaque;

static void
check_by_expat(const char *path, struct zv_str bytes)
{
	struct exchange e;

	while (next_exchange(&bytes, &e)) {
		struct zv_buf theirs = { 0 }, ours = { 0 };
		enum zv_ajam_encoding encoding;
		struct zv_str query;

		if (!split_target(e.target, &encoding, &query) || !e.is_ok ||
		    encoding != ZV_AJAM_MXML || !e.body.n)
			continue;
		if (zv_str_find(e.body, ZV_STR("opaque_data")) < e.body.n) {
			n_opaque++; /* lines again, to us */
		} else if (!read_by_expat(e.body, &theirs)) {
			n_unclean++;
		} else {
			n_clean++;
			read_by_us(e.body, &ours);
			check_text(path, zv_buf_str(&ours), zv_buf_str(&theirs));
		}
		zv_buf_deinit(&theirs);
		zv_buf_deinit(&ours);
	}
}

static void
test_expat_agrees(void **state)
{
	n_clean = n_unclean = n_opaque = 0;
	each_name(check_by_expat);
	printf("# %zu by expat, %zu it does not take, %zu with lines without a colon\n",
	       n_clean, n_unclean, n_opaque);
	assert_true(n_clean > 150);
	assert_true(n_unclean > 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_mxml_read_and_written),
		cmocka_unit_test(test_special_characters),
		cmocka_unit_test(test_mxml_session),
		cmocka_unit_test(test_manager_session),
		cmocka_unit_test(test_expat_agrees),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
