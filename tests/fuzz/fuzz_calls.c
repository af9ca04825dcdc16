/* The call model: whatever comes in whatever order, it tells what watch.c wants of it, and
 * when all channels that were ever named have hung up, no call is open.
 *
 * Input: options, then, if they say so (& 1), a raw stream; else the numbers of two
 * scenes, which are played side by side, and commands, each a letter with what follows:
 *   n k          the next k packets as they are
 *   o            goes over to the other scene
 *   d k          k packets are lost
 *   2 k          one comes again, the k-th before
 *   s k          one changes places with the k-th behind it
 *   c k          the next one is cut short to k fields, all but a few bytes of the last
 *   f k v        the next one has another value in field k: of another packet, or odd
 *   r k          the next one has the name of the k-th behind it
 *   - k          the next one lacks field k
 *   t k          k * 10 ms go by; T k: k seconds
 *   m k          the k-th allocation from now on fails
 *   B E k I k v  a snapshot begins; ends (k & 1: whole, k & 2: restarted); an item of kind
 *                v made of the k-th packet of the scene
 *   u k          the server is lost, or there again
 *   x k          all calls are ended (k & 1), or the input ends here
 * At the end the scenes are played to their end. */
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "scenes.h"
#include "watch.h"

#define MOST_FIELDS 600
#define MOST_SEEN   4096

struct seen {
	struct zv_str id, channel; /* views of packets, which stay */
};

struct player {
	const struct fuzz_scene *scene;
	size_t at;
};

struct stage {
	struct zv_calls *calls;
	struct zv_parser *parser;
	struct zv_packet **kept; /* packets that are in no scene */
	size_t n_kept;
	struct watch watch;
	struct player players[2], *player;
	struct seen seen[MOST_SEEN];
	size_t n_seen;
	unsigned fail_at; /* allocation of the next packet; 0: none */
	bool no_snapshot; /* none was begun, or memory failed in it */
	bool over;
};

/* ---- feeding -------------------------------------------------------------------------- */

static void
check_rc(struct stage *s, int rc)
{
	CHECK(rc == 0 || (rc == ZV_ENOMEM && s->fail_at));
	s->no_snapshot |= s->fail_at != 0;
	zv_mem_fail_at(0);
	s->fail_at = 0;
	s->watch.unix_us = -1;
	watch_check(&s->watch, s->calls);
}

static int64_t
wall(const struct stage *s)
{
	return 1795225247000000 + s->watch.now_ms * 1000;
}

static void
begin_step(struct stage *s, const struct zv_packet *p)
{
	bool has_own = p && zvon_packet_find(p, ZV_STR("Timestamp"));

	s->watch.unix_us = has_own ? -1 : wall(s);
	zv_mem_fail_at(s->fail_at);
}

/* Keys that name a channel: Uniqueid, DestUniqueid, Uniqueid1, LocalOneUniqueid…, and
 * the key of its name: DestChannel… */
static bool
names_channel(struct zv_str key, char *channel_key, size_t room)
{
	for (size_t i = 0; i + 8 <= key.n; i++)
		if (zv_str_starts_nocase(zv_str_from(key, i), ZV_STR("Uniqueid"))) {
			snprintf(channel_key, room, "%.*sChannel%.*s", (int)i, key.p,
				 (int)(key.n - i - 8), key.p + i + 8);
			return true;
		}
	return false;
}

static void
note_seen(struct stage *s, struct zv_str id, struct zv_str channel)
{
	for (size_t i = 0; i < s->n_seen; i++)
		if (zvon_str_equal(s->seen[i].id, id))
			return;
	if (s->n_seen < MOST_SEEN)
		s->seen[s->n_seen++] = (struct seen){ id, channel };
}

static void
note_channels(struct stage *s, const struct zv_packet *p)
{
	char key[100];

	for (size_t i = 0; i < p->n_fields; i++)
		if (p->fields[i].value.n &&
		    names_channel(p->fields[i].key, key, sizeof key))
			note_seen(s, p->fields[i].value,
				  zvon_packet_get(p, zvon_str(key)));
}

static void
tell_packet(const char *how, const struct zv_packet *p)
{
	struct zv_str id = zvon_packet_get(p, ZV_STR("Uniqueid"));
	struct zv_str channel = zvon_packet_get(p, ZV_STR("Channel"));
	struct zv_str dest = zvon_packet_get(p, ZV_STR("DestUniqueid"));

	fuzz_tell("%s %.*s %.*s %.*s %.*s\n", how, ZV_ARG(p->name), ZV_ARG(channel),
		  ZV_ARG(id), ZV_ARG(dest));
}

static void
feed(struct stage *s, const struct zv_packet *p)
{
	tell_packet(">", p);
	begin_step(s, p);
	check_rc(s, zvon_calls_feed(s->calls, p, s->watch.now_ms, wall(s)));
	note_channels(s, p);
}

static void
pass_time(struct stage *s, int64_t ms)
{
	int64_t end = s->watch.now_ms + ms, at;

	while ((at = zvon_calls_deadline(s->calls)) <= end) {
		bool fails = s->fail_at != 0;

		s->watch.now_ms = at > s->watch.now_ms ? at : s->watch.now_ms;
		begin_step(s, NULL);
		check_rc(s, zvon_calls_tick(s->calls, s->watch.now_ms, wall(s)));
		CHECK(fails || zvon_calls_deadline(s->calls) > s->watch.now_ms);
	}
	s->watch.now_ms = end;
}

/* Without a snapshot its items and its end say so. */
static void
check_snapshot(struct stage *s, int rc)
{
	check_rc(s, s->no_snapshot && rc == ZV_ENOMEM ? 0 : rc);
}

/* ---- packets that were never sent ------------------------------------------------------ */

/* The packet of the scene `ahead` places from the one that is next. */
static const struct zv_packet *
packet_at(const struct stage *s, size_t ahead)
{
	const struct fuzz_scene *scene = s->player->scene;

	return scene->packets[(s->player->at + ahead) % scene->n];
}

static bool
is_at_end(const struct stage *s)
{
	return s->player->at >= s->player->scene->n;
}

/* Its fields, to be changed; how many. The first one is the name. */
static size_t
copy_fields(const struct zv_packet *p, struct zv_field *fields)
{
	size_t n = p->n_fields < MOST_FIELDS ? p->n_fields : MOST_FIELDS;

	if (n)
		memcpy(fields, p->fields, n * sizeof *fields);
	return n;
}

static const struct zv_packet *
keep(struct stage *s, const struct zv_packet *p)
{
	s->kept = realloc(s->kept, (s->n_kept + 1) * sizeof *s->kept);
	CHECK(s->kept && (s->kept[s->n_kept] = zvon_packet_copy(p)));
	return s->kept[s->n_kept++];
}

/* As it would come from the wire: all views of a packet lie in its text. */
static const struct zv_packet *
sent(struct stage *s, const struct zv_field *fields, size_t n)
{
	const struct zv_packet *p;
	struct zv_buf text = { 0 };

	for (size_t i = 0; i < n; i++) {
		zv_buf_add(&text, fields[i].key);
		zv_buf_add(&text, ZV_STR(": "));
		zv_buf_add(&text, fields[i].value);
		zv_buf_add(&text, ZV_STR("\r\n"));
	}
	zv_buf_add(&text, ZV_STR("\r\n"));
	CHECK(!zv_buf_failed(&text));
	CHECK(zvon_parser_feed(s->parser, zv_buf_str(&text)) == 0);
	CHECK(zvon_parser_next(s->parser, &p) == 1);
	p = keep(s, p);
	zvon_parser_reset(s->parser);
	zv_buf_deinit(&text);
	return p;
}

/* Values as they might be sent, or as nobody would. */
static struct zv_str
odd_value(unsigned which)
{
	static char longest[3000];
	static const struct zv_str odd[] = {
		{ "", 0 },
		{ "-1", 2 },
		{ "0", 1 },
		{ "99999999999999999999", 20 },
		{ "<unknown>", 9 },
		{ "101", 3 },
		{ "PJSIP/101-0000001d", 18 },
		{ "SIP/102-0000019e", 16 },
		{ "Local/103@internal-00000011;1", 29 },
		{ "Local/103@internal-00000011;2", 29 },
		{ "DAHDI/i1/74951234567-1", 22 },
		{ "1795225247.118", 14 },
		{ "1795225247.119", 14 },
		{ "Up", 2 },
		{ "ANSWER", 6 },
		{ "CANCEL", 6 },
		{ "\xff\xfe\n\"\\", 5 },
		{ "AsyncGoto/PJSIP/101-0000001d", 28 },
		{ "PJSIP/101-0000001d<ZOMBIE>", 26 },
		{ "PJSIP/", 6 },
		{ "/", 1 },
		{ ";", 1 },
	};
	const size_t n = sizeof odd / sizeof *odd;

	if (which % (n + 1) < n)
		return odd[which % (n + 1)];
	memset(longest, 'x', sizeof longest);
	return (struct zv_str){ longest, sizeof longest };
}

/* What stands under that key in a packet near by, or something odd. */
static struct zv_str
other_value(const struct stage *s, struct zv_str key, unsigned which)
{
	const struct zv_field *found = NULL;

	if (which & 0x80)
		return odd_value(which & 0x7f);
	for (size_t i = 1; !found && i <= s->player->scene->n; i++) {
		found = zvon_packet_find(packet_at(s, which + i), key);
	}
	return found ? found->value : odd_value(which);
}

/* ---- commands -------------------------------------------------------------------------- */

static void
play(struct stage *s)
{
	if (!is_at_end(s))
		feed(s, s->player->scene->packets[s->player->at++]);
}

static void
play_some(struct stage *s, struct fuzz_input *in)
{
	for (unsigned n = fuzz_byte(in); n > 0; n--)
		play(s);
}

static void
change_scene(struct stage *s, struct fuzz_input *in)
{
	s->player = &s->players[s->player == s->players];
}

static void
lose(struct stage *s, struct fuzz_input *in)
{
	unsigned n = 1 + fuzz_byte(in) % 16;

	while (n-- && !is_at_end(s))
		s->player->at++;
}

static void
play_again(struct stage *s, struct fuzz_input *in)
{
	size_t back = fuzz_byte(in);

	if (back < s->player->at)
		feed(s, s->player->scene->packets[s->player->at - 1 - back]);
}

/* The later one comes first; it comes a second time at its own place. */
static void
play_early(struct stage *s, struct fuzz_input *in)
{
	feed(s, packet_at(s, 1 + fuzz_byte(in) % 64));
}

static void
play_cut(struct stage *s, struct fuzz_input *in)
{
	struct zv_field fields[MOST_FIELDS];
	size_t n = copy_fields(packet_at(s, 0), fields), most = fuzz_byte(in);

	if (n == 0 || is_at_end(s))
		return;
	n = 1 + most % n;
	fields[n - 1].value.n /= 2;
	s->player->at++;
	feed(s, sent(s, fields, n));
}

static void
play_altered(struct stage *s, struct fuzz_input *in)
{
	struct zv_field fields[MOST_FIELDS];
	size_t n = copy_fields(packet_at(s, 0), fields), which = fuzz_byte(in);
	unsigned value = fuzz_byte(in);

	if (n < 2 || is_at_end(s))
		return;
	which = 1 + which % (n - 1);
	fields[which].value = other_value(s, fields[which].key, value);
	s->player->at++;
	feed(s, sent(s, fields, n));
}

static void
play_renamed(struct stage *s, struct fuzz_input *in)
{
	struct zv_field fields[MOST_FIELDS];
	size_t n = copy_fields(packet_at(s, 0), fields);
	const struct zv_packet *other = packet_at(s, fuzz_byte(in));

	if (n == 0 || other->kind != ZV_PACKET_EVENT)
		return;
	fields[0] = other->fields[0];
	feed(s, sent(s, fields, n));
}

static void
play_without(struct stage *s, struct fuzz_input *in)
{
	struct zv_field fields[MOST_FIELDS];
	size_t n = copy_fields(packet_at(s, 0), fields), which = fuzz_byte(in);

	if (n < 2 || is_at_end(s))
		return;
	which = 1 + which % (n - 1);
	memmove(&fields[which], &fields[which + 1], (--n - which) * sizeof *fields);
	s->player->at++;
	feed(s, sent(s, fields, n));
}

static void
wait_a_little(struct stage *s, struct fuzz_input *in)
{
	pass_time(s, fuzz_byte(in) * 10);
}

static void
wait_long(struct stage *s, struct fuzz_input *in)
{
	pass_time(s, fuzz_byte(in) * 1000);
}

static void
fail_memory(struct stage *s, struct fuzz_input *in)
{
	s->fail_at = fuzz_byte(in) % 32;
	fuzz_tell("allocation %u fails\n", s->fail_at);
}

static void
begin_snapshot(struct stage *s, struct fuzz_input *in)
{
	fuzz_tell("snapshot\n");
	begin_step(s, NULL);
	zvon_calls_snapshot_begin(s->calls, s->watch.now_ms);
	s->no_snapshot = false;
	check_rc(s, 0);
}

static void
add_item(struct stage *s, struct fuzz_input *in)
{
	static const struct zv_str kinds[] = {
		{ "CoreShowChannel", 15 },    { "Status", 6 },
		{ "BridgeListItem", 14 },     { "BridgeInfoChannel", 17 },
		{ "BridgeInfoComplete", 18 }, { "QueueParams", 11 },
		{ "QueueMember", 11 },	      { "QueueEntry", 10 },
		{ "ParkedCall", 10 },	      { "DeviceStateChange", 17 },
		{ "EndpointList", 12 },	      { "PeerEntry", 9 },
	};
	struct zv_field fields[MOST_FIELDS];
	const struct zv_packet *p = packet_at(s, fuzz_byte(in));
	size_t n = copy_fields(p, fields);
	unsigned kind = fuzz_byte(in);

	if (p->kind != ZV_PACKET_EVENT)
		return;
	if (kind < 0x80)
		fields[0].value = kinds[kind % (sizeof kinds / sizeof *kinds)];
	p = sent(s, fields, n);
	tell_packet("item", p);
	begin_step(s, p);
	check_snapshot(s,
		       zvon_calls_snapshot_item(s->calls, p, s->watch.now_ms, wall(s)));
	note_channels(s, p);
}

static void
end_snapshot(struct stage *s, struct fuzz_input *in)
{
	unsigned how = fuzz_byte(in);

	fuzz_tell("snapshot ends, %u\n", how & 3);
	begin_step(s, NULL);
	s->watch.guessed = true;
	check_snapshot(s, zvon_calls_snapshot_end(s->calls, how & 1, how & 2,
						  s->watch.now_ms, wall(s)));
	s->no_snapshot = true;
}

static void
server_state(struct stage *s, struct fuzz_input *in)
{
	bool up = fuzz_byte(in) & 1;

	begin_step(s, NULL);
	zvon_calls_server(s->calls, up, s->watch.now_ms, wall(s));
	s->no_snapshot |= !up;
	check_rc(s, 0);
}

static void
end_all(struct stage *s)
{
	fuzz_tell("all calls end\n");
	begin_step(s, NULL);
	s->watch.guessed = true;
	zvon_calls_end_all(s->calls, ZV_STR("end_of_input"), s->watch.now_ms, wall(s));
	check_rc(s, 0);
}

static void
end_input(struct stage *s, struct fuzz_input *in)
{
	if (fuzz_byte(in) & 1)
		end_all(s);
	else
		s->over = true;
}

static const struct command {
	char letter;
	void (*run)(struct stage *s, struct fuzz_input *in);
} commands[] = {
	{ 'n', play_some },	 { 'o', change_scene }, { 'd', lose },
	{ '2', play_again },	 { 's', play_early },	{ 'c', play_cut },
	{ 'f', play_altered },	 { 'r', play_renamed }, { '-', play_without },
	{ 't', wait_a_little },	 { 'T', wait_long },	{ 'm', fail_memory },
	{ 'B', begin_snapshot }, { 'I', add_item },	{ 'E', end_snapshot },
	{ 'u', server_state },	 { 'x', end_input },
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

/* Other bytes mean a command, too, so that chance finds them. */
static const struct command *
command_of(unsigned letter)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].letter == (char)letter)
			return &commands[i];
	return &commands[letter % N_COMMANDS];
}

/* ---- the whole ------------------------------------------------------------------------- */

/* The greeting of a scene is its first packet. */
static void
play_scenes(struct stage *s, struct fuzz_input *in)
{
	for (size_t i = 0; i < 2; i++)
		s->players[i].scene = fuzz_scene(fuzz_byte(in));
	s->player = s->players;
	play(s);
	while (in->n && !s->over)
		command_of(fuzz_byte(in))->run(s, in);
	for (size_t i = 0; i < 2 && !s->over; i++, s->player = &s->players[1])
		while (!is_at_end(s))
			play(s);
}

static void
play_raw(struct stage *s, struct fuzz_input *in)
{
	struct zv_str rest = fuzz_rest(in);
	const struct zv_packet *p;

	CHECK(zvon_parser_feed(s->parser, rest) == 0);
	while (zvon_parser_next(s->parser, &p) == 1) {
		feed(s, keep(s, p));
		pass_time(s, 10);
	}
}

static void
hang_up(struct stage *s, const struct seen *which)
{
	const struct zv_field fields[] = {
		{ ZV_STR("Event"), ZV_STR("Hangup") },
		{ ZV_STR("Privilege"), ZV_STR("call,all") },
		{ ZV_STR("Channel"), which->channel },
		{ ZV_STR("Uniqueid"), which->id },
		{ ZV_STR("Cause"), ZV_STR("16") },
	};
	const struct zv_packet p = { .kind = ZV_PACKET_EVENT,
				     .name = ZV_STR("Hangup"),
				     .fields = fields,
				     .n_fields = sizeof fields / sizeof *fields };

	tell_packet("->", &p);
	begin_step(s, NULL);
	check_rc(s, zvon_calls_feed(s->calls, &p, s->watch.now_ms, wall(s)));
}

static void
hang_up_all(struct stage *s)
{
	fuzz_tell("all hang up\n");
	pass_time(s, 10000);
	for (size_t i = 0; i < s->n_seen; i++)
		hang_up(s, &s->seen[i]);
	pass_time(s, 100000);
	CHECK(zvon_calls_deadline(s->calls) == INT64_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct zv_str trunks[] = { { "trunk", 5 }, { "DAHDI/*", 7 } };
	static struct stage s;
	struct fuzz_input in = { bytes, n };
	unsigned options = fuzz_byte(&in);
	struct zv_calls_options o = {
		.server = ZV_STR("pbx"),
		.trunks = trunks,
		.n_trunks = options & 2 ? 2 : 0,
		.on_event = watch_on_event,
		.context = &s.watch,
		.max_channels = options & 4 ? 3 : 0,
	};

	memset(&s, 0, sizeof s);
	s.watch.now_ms = 1;
	s.no_snapshot = true;
	s.calls = zvon_calls_new(&o);
	s.parser = zvon_parser_new(NULL);
	CHECK(s.calls && s.parser);
	if (options & 1)
		play_raw(&s, &in);
	else
		play_scenes(&s, &in);
	s.fail_at = 0;
	if (options & 8)
		end_all(&s);
	else
		hang_up_all(&s);
	watch_check_over(&s.watch, s.calls);
	zvon_calls_free(s.calls);
	zvon_parser_free(s.parser);
	while (s.n_kept)
		zvon_packet_free(s.kept[--s.n_kept]);
	free(s.kept);
	return 0;
}
