/* Does the office speak like Asterisk 22? Each of its events and list items must have
 * the keys, in the order, in which a real server (22.10.1) was seen to send them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "desk.h"

/* Keys that depend on how the recorded servers were set up (channelvars, cdr_manager)
 * or on the phone (TechCause), and where the ActionID stands in an item is a matter of
 * its own. */
static bool
is_of_setup(struct zv_str key)
{
	static const char *const keys[] = { "ActionID", "TechCause", "LabCallID",
					    "LinkedID" };

	for (size_t i = 0; i < N_OF(keys); i++)
		if (zvon_str_equal(key, zvon_str(keys[i])))
			return true;
	return zv_str_find(key, ZV_STR("ChanVariable")) < key.n;
}

/* "Hangup: Event Privilege Channel …"; empty for what is no event. */
static void
shape_of(const struct zv_packet *p, struct zv_buf *out)
{
	zv_buf_clear(out);
	if (p->kind != ZV_PACKET_EVENT)
		return;
	zv_buf_add(out, p->name);
	zv_buf_add_char(out, ':');
	for (size_t i = 0; i < p->n_fields; i++) {
		if (is_of_setup(p->fields[i].key))
			continue;
		zv_buf_add_char(out, ' ');
		zv_buf_add(out, p->fields[i].key);
	}
}

static void
keep_shape(struct zv_map *shapes, struct zv_str shape)
{
	char *text;

	if (!shape.n || zv_map_find(shapes, shape))
		return;
	text = strndup(shape.p, shape.n);
	assert_non_null(text);
	assert_int_equal(zv_map_add(shapes, zvon_str(text), text), 0);
}

/* asterisk-22.keys: taken from recordings of a real server. */
static void
read_real(struct zv_map *shapes)
{
	const char *root = getenv("ZVON_SOURCE_ROOT");
	struct zv_str bytes, rest, line;
	char path[500];

	assert_non_null(root);
	snprintf(path, sizeof path, "%s/tests/unit/asterisk-22.keys", root);
	bytes = rest = read_file(path);
	while (zv_str_split(&rest, '\n', &line)) {
		if (line.n && line.p[0] != '#')
			keep_shape(shapes, line);
	}
	free((char *)bytes.p);
	assert_true(shapes->n > 50);
}

static void
free_shapes(struct zv_map *shapes)
{
	size_t cursor = 0;
	void *text;

	while ((text = zv_map_next(shapes, &cursor)))
		free(text);
	zv_map_deinit(shapes);
}

/* Of these the office sends some of the keys only. */
static bool
is_cut_short(struct zv_str name)
{
	return zvon_str_equal(name, ZV_STR("EndpointDetail")) ||
	       zvon_str_equal(name, ZV_STR("AorDetail")) ||
	       zvon_str_equal(name, ZV_STR("ContactList"));
}

static void
ask_for_all(struct desk *d)
{
	static const char *const rest = "Context: internal\nExten: 204\nPriority: 1\n"
					"Data: 1\nAsync: true\nCallerID: A <1>\n"
					"Account: x\nQueue: sales\nPenalty: 2\n"
					"RingInUse: 1\nDigit: 1\nReceive: 1\n"
					"Variable: V\nValue: 1\nTimeout: 0";
	static const char *const asked[] = {
		"CoreShowChannels",
		"Status",
		"QueueStatus",
		"QueueSummary",
		"DeviceStateList",
		"ExtensionStateList",
		"BridgeList",
		"PJSIPShowEndpoints",
		"Originate\nChannel: PJSIP/203\nChannelId: first",
		"Originate\nChannel: PJSIP/210\nApplication: Wait",
		"QueuePause\nInterface: PJSIP/202\nPaused: 1",
		"QueuePause\nInterface: PJSIP/202\nPaused: 0",
		"QueueAdd\nInterface: PJSIP/205",
		"QueuePenalty\nInterface: PJSIP/205",
		"QueueMemberRingInUse\nInterface: PJSIP/205",
		"QueueRemove\nInterface: PJSIP/205",
		"MixMonitor\nChannel: first",
		"StopMixMonitor\nChannel: first",
		"PlayDTMF\nChannel: first",
		"Setvar",
		"WaitEvent",
	};

	for (size_t i = 0; i < N_OF(asked); i++) {
		char lines[500];

		snprintf(lines, sizeof lines, "Action: %s\nActionID: 1\n%s", asked[i],
			 rest);
		desk_ask(d, lines);
	}
}

static void
test_events_have_the_keys_of_asterisk(void **state)
{
	struct zv_map real = { 0 }, ours = { 0 };
	struct zv_buf shape = { 0 };
	const struct zv_packet *p;
	struct desk d;
	int unknown = 0;

	read_real(&real);
	desk_new(&d, 1, 30, 1);
	desk_login(&d, "demo", "on");
	for (int minute = 0; minute < 10; minute++) {
		desk_pass(&d, 60000);
		ask_for_all(&d);
		while ((p = desk_next(&d))) {
			shape_of(p, &shape);
			keep_shape(&ours, zv_buf_str(&shape));
			if (!shape.n || is_cut_short(p->name) ||
			    zv_map_find(&real, zv_buf_str(&shape)))
				continue;
			print_error("no real server sent %.*s\n", (int)shape.n,
				    shape.p);
			unknown++;
		}
		desk_forget(&d);
	}
	assert_int_equal(unknown, 0);
	assert_true(ours.n > 45);
	desk_free(&d);
	free_shapes(&real);
	free_shapes(&ours);
	zv_buf_deinit(&shape);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_have_the_keys_of_asterisk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
