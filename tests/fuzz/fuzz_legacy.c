/* The legacy view: packets of any kind, in any order, again and again. What comes out is
 * whole packets whose text says what their fields say; a Dial ends only once it began,
 * who is linked is unlinked before he is linked again; no more channels are known than
 * allowed, and none when all were hung up.
 *
 * Input: options (1 byte: 1 unlink_as_bridge, 2 sip_names, 4 keep_new, 8 at most three
 * channels, 16 the AMI is not known), an order (bytes up to a NUL: which packet comes
 * next), packets. They come in that order, and then one after another. */
#include "base/str.h"
#include "fuzz.h"
#include "zvon/legacy.h"

#define MAX_PACKETS 64
#define MAX_TOLD    512
#define FEW	    3

struct scene {
	struct zv_legacy *legacy;
	struct zv_legacy_options options;
	struct zv_packet *packets[MAX_PACKETS];
	size_t n;
	bool is_told; /* all that is linked was told by a Bridge */
	/* ids, one to a line, of those who dial, and who are linked */
	struct zv_buf dialling, linked;
};

/* ---- sets of ids ---------------------------------------------------------------------- */

static size_t
place_of(const struct zv_buf *set, struct zv_str id)
{
	struct zv_buf line = { 0 };
	size_t at;

	zv_buf_printf(&line, "\n%zu ", id.n);
	zv_buf_add(&line, id);
	zv_buf_add_char(&line, '\n');
	at = zv_str_find(zv_buf_str(set), zv_buf_str(&line));
	zv_buf_deinit(&line);
	return at;
}

static bool
is_in(const struct zv_buf *set, struct zv_str id)
{
	return set->n && place_of(set, id) < set->n;
}

static void
put_in(struct zv_buf *set, struct zv_str id)
{
	zv_buf_printf(set, "\n%zu ", id.n);
	zv_buf_add(set, id);
	zv_buf_add_char(set, '\n');
}

static void
take_out(struct zv_buf *set, struct zv_str id)
{
	while (is_in(set, id))
		set->p[place_of(set, id) + 1] = '-'; /* of another length */
}

/* ---- what comes out ---------------------------------------------------------------------- */

static void
check_reads_the_same(const struct zv_packet *p)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *read;
	struct zv_buf wire = { 0 };

	zv_buf_add(&wire, p->text);
	zv_buf_add(&wire, ZV_STR("\r\n"));
	CHECK(zvon_parser_feed(parser, zv_buf_str(&wire)) == 0);
	CHECK(zvon_parser_next(parser, &read) == 1);
	CHECK(read->kind == ZV_PACKET_EVENT && zvon_str_equal(read->name, p->name));
	CHECK(read->n_fields == p->n_fields);
	for (size_t i = 0; i < p->n_fields; i++) {
		CHECK(zvon_str_equal(read->fields[i].key, p->fields[i].key));
		CHECK(zvon_str_equal(read->fields[i].value, p->fields[i].value));
	}
	CHECK(zvon_parser_next(parser, &read) == 0 && zvon_parser_pending(parser) == 0);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

static struct zv_str
get(const struct zv_packet *p, const char *key)
{
	return zvon_packet_get(p, zvon_str(key));
}

static void
check_dial(struct scene *s, const struct zv_packet *p)
{
	struct zv_str id = get(p, "UniqueID");

	if (zvon_str_equal(get(p, "SubEvent"), ZV_STR("End"))) {
		CHECK(is_in(&s->dialling, id));
		take_out(&s->dialling, id);
	} else if (!is_in(&s->dialling, id)) {
		put_in(&s->dialling, id);
	}
}

static void
check_link(struct scene *s, const struct zv_packet *p)
{
	struct zv_str pair[] = { get(p, "Uniqueid1"), get(p, "Uniqueid2") };
	bool ends = !zvon_str_equal(get(p, "Bridgestate"), ZV_STR("Link"));

	CHECK(!zvon_str_equal(pair[0], pair[1]));
	for (int i = 0; i < 2; i++) {
		CHECK(!s->is_told || is_in(&s->linked, pair[i]) == ends);
		if (ends)
			take_out(&s->linked, pair[i]);
		else
			put_in(&s->linked, pair[i]);
	}
}

static void
check_out(struct scene *s, const struct zv_packet *p, const struct zv_packet *in)
{
	struct zv_buf all = { 0 };

	if (p == in || p->kind != ZV_PACKET_EVENT)
		return;
	fuzz_add_packet(&all, p);
	zv_buf_deinit(&all);
	check_reads_the_same(p);
	if (zvon_str_equal(p->name, in->name)) /* AMI 1.x of somebody else */
		return;
	if (zvon_str_equal(p->name, ZV_STR("Dial")))
		check_dial(s, p);
	else if (zvon_str_equal(p->name, ZV_STR("Bridge")) ||
		 zvon_str_equal(p->name, ZV_STR("Unlink")))
		check_link(s, p);
}

static bool
is_id(struct zv_str key)
{
	return key.n >= 8 &&
	       zvon_str_equal_nocase(zv_str_from(key, key.n - 8), ZV_STR("Uniqueid"));
}

/* Two such ids may look alike when they come out. */
static bool
has_odd_id(const struct zv_packet *p)
{
	for (size_t i = 0; i < p->n_fields; i++)
		for (size_t k = 0; is_id(p->fields[i].key) && k < p->fields[i].value.n;
		     k++)
			if ((unsigned char)p->fields[i].value.p[k] <= ' ')
				return true;
	return false;
}

static void
feed(struct scene *s, const struct zv_packet *p)
{
	const struct zv_packet *out;
	struct zv_legacy_counters c;

	if (get(p, "BridgeID").n || p->kind == ZV_PACKET_BANNER || has_odd_id(p))
		s->is_told = false;
	CHECK(zvon_legacy_feed(s->legacy, p) == 0);
	while (zvon_legacy_next(s->legacy, &out))
		check_out(s, out, p);
	zvon_legacy_count(s->legacy, &c);
	CHECK(!s->options.max_channels || c.channels <= s->options.max_channels);
	CHECK(c.unchanged <= c.out && c.dropped <= c.in);
}

/* ---- scenes ----------------------------------------------------------------------------- */

/* All channels that were named are hung up. */
static void
hang_up_all(struct scene *s)
{
	struct zv_legacy_counters c;

	for (size_t i = 0; i < s->n; i++) {
		const struct zv_packet *p = s->packets[i];

		for (size_t k = 0; k < p->n_fields; k++) {
			struct zv_field fields[] = {
				{ ZV_STR("Event"), ZV_STR("Hangup") },
				{ ZV_STR("Uniqueid"), p->fields[k].value },
			};
			struct zv_packet hangup = { ZV_PACKET_EVENT, fields[0].value,
						    fields, 2 };

			if (is_id(p->fields[k].key))
				feed(s, &hangup);
		}
	}
	zvon_legacy_count(s->legacy, &c);
	CHECK(c.channels == 0);
}

static void
read_packets(struct scene *s, struct zv_str bytes)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	char *copy = fuzz_copy(bytes);

	CHECK(zvon_parser_feed(parser, (struct zv_str){ copy, bytes.n }) == 0);
	while (s->n < MAX_PACKETS && zvon_parser_next(parser, &packet) == 1)
		s->packets[s->n++] = zvon_packet_copy(packet);
	zvon_parser_free(parser);
	free(copy);
}

static void
play(struct scene *s, struct zv_str order)
{
	size_t told = 0;

	for (size_t i = 0; s->n && i < order.n && told++ < MAX_TOLD; i++)
		feed(s, s->packets[(unsigned char)order.p[i] % s->n]);
	for (size_t i = 0; i < s->n; i++)
		feed(s, s->packets[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned options = fuzz_byte(&in);
	struct zv_str order = fuzz_until(&in, 0);
	struct scene s = {
		.options = {
			.unlink_as_bridge = options & 1,
			.sip_names = options & 2,
			.keep_new = options & 4,
			.max_channels = options & 8 ? FEW : 0,
		},
		.is_told = !(options & (2 | 8)),
	};

	s.legacy = zvon_legacy_new(&s.options);
	CHECK(s.legacy);
	zvon_legacy_begin(s.legacy, options & 16 ? 0 : 11);
	read_packets(&s, fuzz_rest(&in));
	play(&s, order);
	hang_up_all(&s);
	zvon_legacy_begin(s.legacy, 11);
	while (s.n)
		zvon_packet_free(s.packets[--s.n]);
	zvon_legacy_free(s.legacy);
	zv_buf_deinit(&s.dialling);
	zv_buf_deinit(&s.linked);
	return 0;
}
