/* A small PBX, fifty sessions with rights of their own that stop reading, break off, come
 * back, and a hub that is saved and loaded, killed, and loses the PBX: everybody gets each
 * event of his once and in order, or a resync that is the truth. The truth is worked out
 * here once more, in another way. ZVON_SEED repeats a run, ZVON_ROUNDS is its steps. */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/num.h"
#include "hub/session.h"
#include "json/reader.h"
#include "smallpbx.h"

#define CLIENTS	   50
#define MOST_CALLS 20000
#define MOST_SEQ   400000
#define LINES	   32 /* 100 … 131 */

/* What is known of a call; bit i: client i. */
struct known {
	char id[32];
	uint64_t must, may; /* saw an event of it; could have seen it in a snapshot */
	bool at_base;	    /* went on when the hub began to speak */
	uint64_t base_must;
};

struct told {
	size_t call; /* + 1; 0: none */
	uint64_t must, may;
	bool ended;
	const char *name;
	uint64_t generation; /* 0: no event has that number */
};

struct client {
	struct zv_user user;
	struct zv_str line;
	char line_text[8];
	struct zv_session *session;
	bool lazy; /* does not read */
	bool has_begun;
	uint64_t last;
	size_t calls[MOST_CALLS / 20]; /* going on, as it thinks */
	size_t n_calls;
};

static struct smallpbx pbx;
static struct client clients[CLIENTS];
static struct zv_user users[CLIENTS];
static struct known known[MOST_CALLS];
static size_t n_known;
static struct told told[MOST_SEQ];
static bool member[LINES];
static uint64_t generation;
static uint64_t
	base_seq; /* the number with which it began to speak; UINT64_MAX: silent */

static struct zv_hub *hub;
static struct zv_calls *calls;
static struct zv_parser *parser;
static int64_t now_ms;
static unsigned long step;
static struct zv_buf saved;
static size_t n_resyncs, n_events, n_slow, n_restarts, n_kills;

#define FAIL(...)                                                                      \
 do {                                                                                  \
  print_error("step %lu: ", step);                                                     \
  fail_msg(__VA_ARGS__);                                                               \
 } while (0)

/* ---- the truth --------------------------------------------------------------------------- */

static size_t
know(struct zv_str id)
{
	for (size_t i = n_known; i > 0; i--)
		if (zvon_str_equal(zvon_str(known[i - 1].id), id))
			return i - 1;
	assert_true(n_known < MOST_CALLS);
	known[n_known] = (struct known){ .must = 0 };
	snprintf(known[n_known].id, sizeof known->id, "%.*s", ZV_ARG(id));
	return n_known++;
}

/* "117" → 117; anything else is no line. */
static size_t
number_of(struct zv_str line)
{
	long long number;

	return zv_num_parse(line, 0, 999, &number) < 0 ? 0 : (size_t)number;
}

static bool
sees_line(const struct client *c, struct zv_str line)
{
	size_t number = number_of(line);

	return c->user.role->sees == ZV_SCOPE_ALL || zvon_str_equal(c->line, line) ||
	       (c->user.role->sees == ZV_SCOPE_QUEUES && number >= 100 &&
		number < 100 + LINES && member[number - 100]);
}

static bool
sees_queue(const struct client *c)
{
	return c->user.role->sees != ZV_SCOPE_OWN;
}

static uint64_t
who_sees(const struct zv_call *call)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < CLIENTS; i++) {
		const struct client *c = &clients[i];
		bool sees = c->user.role->sees == ZV_SCOPE_ALL ||
			    (call->queue.n && sees_queue(c));

		for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
			sees |= sees_line(c, leg->line);
		mask |= (uint64_t)sees << i;
	}
	return mask;
}

/* What snapshots could show now. */
static void
look_at_all(void)
{
	const struct zv_call *call = NULL;

	while ((call = zvon_calls_next(calls, call)))
		known[know(call->id)].may |= who_sees(call);
}

static void
note_call(struct told *t, const struct zv_call_event *e)
{
	size_t i = know(e->call->id);

	known[i].must |= who_sees(e->call);
	known[i].may |= known[i].must;
	t->call = i + 1;
	t->must = known[i].must;
	t->may = known[i].may;
	t->ended = e->kind == ZV_CALL_ENDED;
	if (t->ended && e->into.n) {
		size_t into = know(e->into);

		/* what it was about goes on in the other, if that was told of */
		known[into].may |= known[i].may;
		known[into].must |= known[into].must ? known[i].must : 0;
	}
	if (t->ended) /* after a restart it may begin again under that id */
		known[i].must = 0;
}

static void
note_other(struct told *t, const struct zv_call_event *e)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		const struct client *c = &clients[i];
		bool sees =
			e->kind == ZV_SERVER_STATE ||
			(e->line && sees_line(c, e->line->name)) ||
			(e->queue_now && sees_queue(c)) ||
			(e->member && (sees_queue(c) || sees_line(c, e->member->line)));

		t->must |= (uint64_t)sees << i;
	}
	t->may = t->must;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct told *t, kept = { 0 };
	uint64_t before = zv_hub_last_seq(hub), seq;

	if (e->member)
		member[number_of(e->member->line) - 100] =
			e->member->state != ZV_MEMBER_REMOVED;
	zv_hub_on_event(hub, 0, e);
	seq = zv_hub_last_seq(hub);
	assert_true(seq < MOST_SEQ);
	if ((seq == before) != (base_seq == UINT64_MAX && e->kind != ZV_SERVER_STATE))
		FAIL("silent, or not, at %lu", (unsigned long)seq);
	t = seq == before ? &kept : &told[seq];
	if (t->generation)
		FAIL("number %lu is used twice", (unsigned long)seq);
	*t = (struct told){ .generation = generation,
			    .name = zvon_call_event_name(e->kind) };
	if (e->call)
		note_call(t, e);
	else
		note_other(t, e);
}

/* ---- what a client makes of it ---------------------------------------------------------------- */

static void
forget_call(struct client *c, size_t call)
{
	for (size_t i = 0; i < c->n_calls; i++)
		if (c->calls[i] == call)
			c->calls[i--] = c->calls[--c->n_calls];
}

static void
add_call(struct client *c, size_t call)
{
	forget_call(c, call);
	assert_true(c->n_calls < N_OF(c->calls));
	c->calls[c->n_calls++] = call;
}

static bool
has_call(const struct client *c, size_t call)
{
	for (size_t i = 0; i < c->n_calls; i++)
		if (c->calls[i] == call)
			return true;
	return false;
}

/* How it came to that. */
static void
show_call(size_t call)
{
	for (uint64_t i = 1; i <= zv_hub_last_seq(hub); i++)
		if (told[i].call == call)
			print_error("%lu %s generation %lu must %lx may %lx\n",
				    (unsigned long)i, told[i].name,
				    (unsigned long)told[i].generation,
				    (unsigned long)told[i].must,
				    (unsigned long)told[i].may);
}

static void
take_event(struct client *c, uint64_t seq)
{
	uint64_t bit = (uint64_t)1 << (c - clients);
	const struct told *t = &told[seq];

	if (seq <= c->last)
		FAIL("client %zu: %lu after %lu", (size_t)(c - clients),
		     (unsigned long)seq, (unsigned long)c->last);
	for (uint64_t i = c->last + 1; i < seq; i++)
		if (told[i].must & bit) {
			show_call(told[i].call);
			FAIL("client %zu did not get %lu %s (call %s), had %lu, got "
			     "%lu",
			     (size_t)(c - clients), (unsigned long)i, told[i].name,
			     told[i].call ? known[told[i].call - 1].id : "-",
			     (unsigned long)c->last, (unsigned long)seq);
		}
	if (c->last < base_seq && base_seq < seq)
		FAIL("client %zu had no resync before %lu", (size_t)(c - clients),
		     (unsigned long)seq);
	if (!(t->may & bit))
		FAIL("client %zu must not see %lu", (size_t)(c - clients),
		     (unsigned long)seq);
	c->last = seq;
	n_events++;
	if (t->call && t->ended)
		forget_call(c, t->call - 1);
	else if (t->call)
		add_call(c, t->call - 1);
}

/* Is what it thinks what goes on, after that number? */
static void
check_calls(const struct client *c, uint64_t seq)
{
	static uint8_t open[MOST_CALLS]; /* 1: goes on; 2: and it saw an event of it */
	uint64_t bit = (uint64_t)1 << (c - clients);

	memset(open, 0, n_known);
	for (size_t i = 0; seq >= base_seq && i < n_known; i++)
		if (known[i].at_base)
			open[i] = known[i].base_must & bit ? 2 : 1;
	for (uint64_t i = 1; i <= seq; i++) {
		const struct told *t = &told[i];

		if (t->generation != generation || !t->call)
			continue;
		open[t->call - 1] = t->ended	    ? 0
				    : t->must & bit ? 2
						    : open[t->call - 1] | 1;
	}
	for (size_t i = 0; i < n_known; i++) {
		if (open[i] & 2 && !has_call(c, i))
			FAIL("client %zu does not know of %s at %lu",
			     (size_t)(c - clients), known[i].id, (unsigned long)seq);
		if (has_call(c, i) && (!open[i] || !(known[i].may & bit)))
			FAIL("client %zu: %s %s", (size_t)(c - clients), known[i].id,
			     open[i] ? "is nothing to him" : "is over");
	}
}

static void
take_all(struct client *c, const json_t *message, bool is_now)
{
	const json_t *list = json_object_get(message, "calls");
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));

	c->n_calls = 0;
	for (size_t i = 0; i < json_array_size(list); i++)
		add_call(c, know(zv_json_text(json_array_get(list, i), "call")));
	assert_true(seq >= c->last || !is_now);
	c->last = seq;
	c->has_begun = true;
	if (is_now)
		check_calls(c, seq);
}

static void
take_message(struct client *c, struct zv_str text, uint64_t seq)
{
	json_t *message = zv_json_read(text, NULL);
	struct zv_str type = zv_json_text(message, "type");

	assert_non_null(message);
	if (zvon_str_equal(type, ZV_STR("event"))) {
		take_event(c, seq);
	} else if (zvon_str_equal(type, ZV_STR("snapshot")) ||
		   zvon_str_equal(type, ZV_STR("resync"))) {
		n_resyncs += zvon_str_equal(type, ZV_STR("resync"));
		take_all(c, message, true);
	}
	json_decref(message);
}

static void
hang_up(struct client *c)
{
	zv_session_free(c->session);
	c->session = NULL;
}

static void
read_some(struct client *c, size_t most)
{
	struct zv_message *m;
	int code;

	look_at_all(); /* it may have fallen behind the ring */
	while (c->session && most-- > 0 && (m = zv_session_take(c->session))) {
		take_message(c, m->text, m->seq);
		zv_message_unref(m);
	}
	if (c->session && zv_session_is_over(c->session, &code, NULL)) {
		n_slow += code == 1013;
		hang_up(c);
	}
}

static void
come(struct client *c)
{
	struct zv_error err = { 0 };
	char text[100];

	look_at_all();
	c->session = zv_session_new(hub, ZV_DIALECT_ZVON, &users[c - clients],
				    ZV_STR("x"), NULL, now_ms, &err);
	assert_non_null(c->session);
	if (c->has_begun)
		snprintf(text, sizeof text,
			 "{\"type\":\"resume\",\"seq\":%lu,\"stream\":\"s\"}",
			 (unsigned long)c->last);
	else
		snprintf(text, sizeof text, "{\"type\":\"start\"}");
	zv_session_input(c->session, zvon_str(text), now_ms);
}

static void
act(struct client *c)
{
	if (!c->session) {
		come(c);
		return;
	}
	switch (chance_below(8)) {
	case 0:
		hang_up(c);
		break;
	case 1:
		c->lazy = !c->lazy;
		break;
	case 2:
		look_at_all();
		zv_session_input(c->session, ZV_STR("{\"type\":\"start\"}"), now_ms);
		break;
	default:
		read_some(c, c->lazy ? chance_below(2) : 1 + chance_below(100));
	}
}

static void
act_some(size_t n)
{
	while (n-- > 0)
		act(&clients[chance_below(CLIENTS)]);
}

/* ---- the hub and the PBX ------------------------------------------------------------------------ */

static void
on_ready(void *context, struct zv_session *s)
{
}

static void
begin(uint64_t first_seq, struct zv_str text)
{
	const struct zv_calls_options o = { .server = ZV_STR("pbx"),
					    .on_event = on_event };
	struct zv_hub_options h = {
		.limits = { .ring_events = 300,
			    .ring_ms = 4000,
			    .session_bytes = 30000,
			    .session_messages = 40 },
		.hooks.on_ready = on_ready,
		.stream = ZV_STR("s"),
		.first_seq = first_seq,
	};
	struct zv_hub_server server = { .name = ZV_STR("pbx") };
	struct zv_packet banner = { .kind = ZV_PACKET_BANNER,
				    .name = ZV_STR("Asterisk Call Manager/11.0.0") };

	generation++;
	base_seq = UINT64_MAX;
	for (size_t i = 0; i < n_known; i++)
		known[i].at_base = false;
	hub = zv_hub_new(&h);
	calls = zvon_calls_new(&o);
	server.calls = calls;
	if (text.n)
		assert_int_equal(zv_hub_load(hub, text, now_ms, NULL), 0);
	assert_int_equal(zv_hub_set_users(hub, users, CLIENTS, now_ms), 0);
	assert_int_equal(zv_hub_add_server(hub, &server), 0);
	zvon_calls_feed(calls, &banner, now_ms, 0);
	memset(member, 0, sizeof member);
}

static void
end(void)
{
	for (size_t i = 0; i < CLIENTS; i++)
		hang_up(&clients[i]);
	zv_hub_free(hub);
	zvon_calls_free(calls);
}

static void
feed(const char *text)
{
	const struct zv_packet *packet;

	assert_true(zvon_parser_feed(parser, zvon_str(text)) >= 0);
	assert_int_equal(zvon_parser_next(parser, &packet), 1);
	assert_int_equal(zvon_calls_feed(calls, packet, now_ms, 0), 0);
	zv_hub_on_packet(hub, 0, packet, now_ms);
}

static void
fetch(size_t most)
{
	const char *text;

	while (most-- > 0 && (text = smallpbx_event(&pbx)))
		feed(text);
	if (zvon_calls_deadline(calls) <= now_ms)
		zvon_calls_tick(calls, now_ms, 0);
}

static void
change_member(void)
{
	size_t line = chance_below(LINES);
	char text[300];

	snprintf(text, sizeof text,
		 "Event: QueueMember%s\r\nQueue: support\r\nMemberName: A\r\n"
		 "Interface: PJSIP/%zu\r\nMembership: dynamic\r\nPenalty: 0\r\n"
		 "Status: 1\r\nPaused: 0\r\n\r\n",
		 member[line] ? "Removed" : "Added", 100 + line);
	feed(text);
}

/* What a call was about is forgotten with it. */
static void
forget_gone(void)
{
	for (size_t i = 0; i < n_known; i++)
		if (known[i].must && !zvon_calls_find(calls, zvon_str(known[i].id)))
			known[i].must = 0;
}

static void
begin_to_speak(void)
{
	const struct zv_call *call = NULL;

	base_seq = zv_hub_last_seq(hub);
	while ((call = zvon_calls_next(calls, call))) {
		struct known *k = &known[know(call->id)];

		k->at_base = true;
		k->base_must = k->must;
	}
}

static void
compare(void)
{
	zvon_calls_server(calls, true, now_ms, 0);
	zvon_calls_snapshot_begin(calls, now_ms);
	smallpbx_list(&pbx);
	for (size_t i = 0; i < pbx.n_items; i++) {
		const struct zv_packet *packet;

		zvon_parser_feed(parser, zvon_str(pbx.items[i]));
		assert_int_equal(zvon_parser_next(parser, &packet), 1);
		zvon_calls_snapshot_item(calls, packet, now_ms, 0);
	}
	zvon_calls_snapshot_end(calls, true, false, now_ms, 0);
	look_at_all();
	forget_gone();
	zv_hub_on_synced(hub, 0, now_ms);
	if (base_seq == UINT64_MAX)
		begin_to_speak();
}

/* The PBX goes on, and nobody hears it. */
static void
miss(void)
{
	for (size_t i = chance_below(40); i > 0; i--)
		smallpbx_step(&pbx);
	while (smallpbx_event(&pbx))
		;
}

static void
lose(void)
{
	zvon_calls_server(calls, false, now_ms, 0);
	miss();
	act_some(5);
	compare();
}

static void
forget_must(void)
{
	for (size_t i = 0; i < n_known; i++)
		known[i].must = 0;
}

static void
save(void)
{
	zv_buf_clear(&saved);
	assert_int_equal(zv_hub_save(hub, &saved, now_ms), 0);
}

static void
restart(bool killed)
{
	uint64_t last = zv_hub_last_seq(hub);

	if (!killed)
		save();
	end();
	if (killed)
		forget_must();
	begin(last + 1 + (killed ? chance_below(50) : 0), zv_buf_str(&saved));
	miss();
	act_some(chance_below(100));
	zvon_calls_server(calls, true, now_ms, 0);
	fetch(chance_below(5));
	act_some(chance_below(100));
	compare();
	n_restarts += !killed;
	n_kills += killed;
}

static void
one_step(void)
{
	size_t what = chance_below(1000);

	now_ms += (int64_t)chance_below(30);
	if (what < 3)
		restart(false);
	else if (what < 5)
		restart(true);
	else if (what < 10)
		lose();
	else if (what < 15)
		save();
	else if (what < 30)
		change_member();
	else if (what < 40)
		zv_hub_tick(hub, now_ms += 500);
	else {
		smallpbx_step(&pbx);
		fetch(chance_below(20));
	}
	act_some(chance_below(6));
}

/* ---- the run ------------------------------------------------------------------------------------- */

static const struct zv_role roles[] = {
	{ .name = { "own", 3 }, .sees = ZV_SCOPE_OWN },
	{ .name = { "queues", 6 }, .sees = ZV_SCOPE_QUEUES },
	{ .name = { "all", 3 }, .sees = ZV_SCOPE_ALL },
};
static const struct zv_str support[] = { { "support", 7 } };
static char names[CLIENTS][8];

static void
make_clients(void)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		snprintf(names[i], sizeof names[i], "u%zu", i);
		snprintf(c->line_text, sizeof c->line_text, "%zu", 100 + i % LINES);
		c->line = zvon_str(c->line_text);
		c->user = (struct zv_user){
			.name = zvon_str(names[i]),
			.role = &roles[i < 40	? 0
				       : i < 46 ? 1
						: 2],
			.lines = &c->line,
			.n_lines = 1,
			.queues = support,
			.n_queues = 1,
		};
		users[i] = c->user;
	}
}

/* All come, read everything, and know what goes on. */
static void
check_end(void)
{
	fetch(SIZE_MAX);
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		for (int tries = 0; tries < 3; tries++) {
			if (!c->session)
				come(c);
			read_some(c, SIZE_MAX);
		}
		assert_non_null(c->session);
		check_calls(c, zv_hub_last_seq(hub));
	}
}

static void
test_everybody_gets_his_events(void **state)
{
	const char *rounds = getenv("ZVON_ROUNDS");
	unsigned long steps = rounds ? strtoul(rounds, NULL, 10) : 10000;

	make_clients();
	smallpbx_start(&pbx, 1700000000);
	parser = zvon_parser_new(NULL);
	now_ms = 1000000;
	begin(1, (struct zv_str){ NULL, 0 });
	compare();
	for (step = 1; step <= steps; step++)
		one_step();
	check_end();
	print_message("# %lu events told, %zu taken, %zu resyncs, %zu too slow, %zu "
		      "restarts, %zu kills\n",
		      (unsigned long)zv_hub_last_seq(hub), n_events, n_resyncs, n_slow,
		      n_restarts, n_kills);
	assert_true(n_events > steps && n_resyncs > 10 && n_slow > 10);
	assert_true(n_restarts > 2 && n_kills > 2);
	end();
	zvon_parser_free(parser);
	zv_buf_deinit(&saved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everybody_gets_his_events),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
