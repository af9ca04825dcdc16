/* Fault 023: two servers with equal Uniqueids are two trackers, and never mixed. */
#include "captures.h"
#include "zvon/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS 10

/* What one tracker told: its events as text. */
struct story {
	const char *server;
	struct zv_calls *tracker;
	char *text;
	size_t n, max, events;
};

static void
note(struct story *s, const char *text)
{
	size_t n = strlen(text);

	if (s->n + n >= s->max) {
		s->max = 2 * s->max + n + 1;
		s->text = realloc(s->text, s->max);
		assert_non_null(s->text);
	}
	memcpy(s->text + s->n, text, n + 1);
	s->n += n;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct story *s = context;
	char line[300];

	assert_true(zvon_str_equal(e->server, zvon_str(s->server)));
	assert_int_equal(e->seq, ++s->events);
	snprintf(line, sizeof line, "%s %.*s %.*s\n", zvon_call_event_name(e->kind),
		 e->call ? (int)e->call->id.n : 0, e->call ? e->call->id.p : "",
		 e->leg ? (int)e->leg->line.n : 0, e->leg ? e->leg->line.p : "");
	note(s, line);
}

static void
begin(struct story *s, const char *server)
{
	struct zv_calls_options o = { .server = zvon_str(server),
				      .on_event = on_event,
				      .context = s };

	*s = (struct story){ .server = server };
	s->tracker = zvon_calls_new(&o);
	assert_non_null(s->tracker);
}

static void
end(struct story *s)
{
	zvon_calls_free(s->tracker);
	free(s->text);
}

static void
feed(struct story *s, const struct captured *c, size_t i)
{
	if (i < c->n)
		assert_int_equal(zvon_calls_feed(s->tracker, c->packets[i],
						 (int64_t)i * STEP_MS, 0),
				 0);
}

static void
finish(struct story *s, const struct captured *c)
{
	zvon_calls_end_all(s->tracker, ZV_STR("end_of_input"), (int64_t)c->n * STEP_MS,
			   0);
}

/* The same connections of two servers, one a few packets behind the other: each tells what
 * it tells alone. */
static void
test_fault_023_equal_ids(void **state)
{
	static const size_t behind[] = { 0, 1, 7, 100 };
	struct captured c = captured_read();
	struct story alone;

	(void)state;
	begin(&alone, "alone");
	for (size_t i = 0; i < c.n; i++)
		feed(&alone, &c, i);
	finish(&alone, &c);
	assert_true(alone.events > 1000);
	for (size_t b = 0; b < N_OF(behind); b++) {
		struct story one, other;

		begin(&one, "one");
		begin(&other, "other");
		for (size_t i = 0; i < c.n + behind[b]; i++) {
			feed(&one, &c, i);
			if (i >= behind[b])
				feed(&other, &c, i - behind[b]);
		}
		finish(&one, &c);
		finish(&other, &c);
		assert_string_equal(one.text, alone.text);
		assert_string_equal(other.text, alone.text);
		end(&one);
		end(&other);
	}
	end(&alone);
	captured_free(&c);
}

/* An event of one server with an id that only the other knows does nothing there. */
static void
test_fault_023_the_others_channel(void **state)
{
	const struct zv_str up = ZV_STR(
		"Event: Newchannel\r\nChannel: PJSIP/101-1\r\nChannelState: 4\r\n"
		"ChannelStateDesc: Ring\r\nExten: 102\r\nUniqueid: 1.1\r\nLinkedid: "
		"1.1\r\n\r\n");
	const struct zv_str down =
		ZV_STR("Event: Hangup\r\nChannel: PJSIP/101-1\r\nCause: "
		       "17\r\nUniqueid: 1.1\r\n"
		       "Linkedid: 1.1\r\n\r\n");
	struct zv_packet *begun = packet_of(up), *ended = packet_of(down);
	struct story one, other;

	(void)state;
	begin(&one, "one");
	begin(&other, "other");
	assert_int_equal(zvon_calls_feed(one.tracker, begun, 1, 0), 0);
	assert_int_equal(zvon_calls_feed(other.tracker, ended, 2, 0), 0);
	assert_non_null(zvon_calls_next(one.tracker, NULL));
	assert_null(zvon_calls_next(other.tracker, NULL));
	assert_int_equal(zvon_calls_feed(one.tracker, ended, 3, 0), 0);
	assert_null(zvon_calls_next(one.tracker, NULL));
	zvon_packet_free(begun);
	zvon_packet_free(ended);
	end(&one);
	end(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_023_equal_ids),
		cmocka_unit_test(test_fault_023_the_others_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
