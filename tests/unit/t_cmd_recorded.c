/* Commands in recorded scenes of 1.8, 11, 16 and 22: what Asterisk was sent there is what
 * the command sends, its answer and its events are what the command gets. */
#include "captures.h"
#include "cmdrig.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

struct scene_row {
	const char *version, *ami, *scene;
	int nth; /* the answer to this action of the recording is ours: lab-N */
	const char *user; /* his line is put here */
	const char *name, *args;
	const char *sent; /* with channels as C1 (own), C2 (far) */
	const char *outcome;
	int status;
};

/* ---- the recording in packets --------------------------------------------------------- */

struct player {
	struct cmdrig rig;
	const struct scene_row *row;
	struct zv_str lines[1];
	bool commanded;
	struct zv_str own, far;
	char own_channel[80], far_channel[80];
};

static bool
is_answer(const struct player *p, const struct zv_packet *packet)
{
	char id[16];

	snprintf(id, sizeof id, "lab-%d", p->row->nth);
	return packet->kind == ZV_PACKET_RESPONSE &&
	       zvon_str_equal(zvon_packet_get(packet, ZV_STR("ActionID")),
			      zvon_str(id));
}

static void
remember_channels(struct player *p)
{
	const struct zv_call *call = zvon_calls_next(p->rig.calls, NULL);

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg;
	     leg = leg->next) {
		char *out = zvon_str_equal(leg->line, p->lines[0]) ? p->own_channel
								   : p->far_channel;

		snprintf(out, sizeof p->own_channel, "%.*s", ZV_ARG(leg->channel));
	}
}

/* The channels' names change from recording to recording. */
static void
add_sent(struct player *p, struct zv_buf *out)
{
	struct zv_str sent = zv_buf_str(&p->rig.sent);

	while (sent.n) {
		const char *name = NULL;
		size_t n = 0;

		if (p->own_channel[0] &&
		    zv_str_starts(sent, zvon_str(p->own_channel))) {
			name = "C1";
			n = strlen(p->own_channel);
		} else if (p->far_channel[0] &&
			   zv_str_starts(sent, zvon_str(p->far_channel))) {
			name = "C2";
			n = strlen(p->far_channel);
		}
		if (name)
			zv_buf_add(out, zvon_str(name));
		else
			zv_buf_add_char(out, sent.p[0]);
		sent = zv_str_from(sent, name ? n : 1);
	}
}

static void
on_our_moment(struct player *p, const struct zv_packet *answer)
{
	struct zv_buf sent = { 0 };
	uint64_t ticket;

	remember_channels(p);
	cmdrig_command(&p->rig, "101", p->row->name, p->row->args);
	add_sent(p, &sent);
	if (p->row->sent)
		check_text(p->row->scene, zv_buf_str(&sent), zvon_str(p->row->sent));
	zv_buf_deinit(&sent);
	ticket = p->rig.ticket;
	zv_hub_on_reply(p->rig.hub, ticket, ZV_REPLY_RESPONSE, 0, answer,
			p->rig.now_ms);
	zv_hub_on_reply(p->rig.hub, ticket, ZV_REPLY_DONE, 0, NULL, p->rig.now_ms);
	p->commanded = true;
}

static void
play(struct player *p, struct zv_str bytes)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(parser, bytes), 0);
	while (zvon_parser_next(parser, &packet) == 1) {
		p->rig.now_ms += 2;
		if (!p->commanded && is_answer(p, packet))
			on_our_moment(p, packet);
		else
			cmdrig_packet(&p->rig, packet);
		zvon_calls_tick(p->rig.calls, p->rig.now_ms, 0);
		zv_hub_tick(p->rig.hub, p->rig.now_ms);
	}
	zvon_parser_free(parser);
}

static void
run_row(const struct scene_row *row)
{
	struct player p = { .row = row };
	char path[400];
	struct zv_str bytes;

	snprintf(path, sizeof path, "%s/%s/%s.ami", getenv("ZVON_CAPTURES_DIR"),
		 row->version, row->scene);
	bytes = read_file(path);
	cmdrig_begin(&p.rig, row->ami);
	p.lines[0] = zvon_str(row->user);
	p.rig.users[0].lines = p.lines;
	p.rig.server.recordings = ZV_STR("/var/spool/asterisk/monitor");
	cmdrig_configure(&p.rig);
	play(&p, bytes);
	cmdrig_wait(&p.rig, 40000);
	if (!p.commanded)
		fail_msg("%s %s: no answer lab-%d", row->version, row->scene, row->nth);
	snprintf(path, sizeof path, "%s %s %s", row->version, row->scene, row->name);
	assert_int_equal(p.rig.outcomes, 1);
	cmdrig_check_has(&p.rig, path, row->status, row->outcome);
	cmdrig_end(&p.rig);
	free((void *)(uintptr_t)bytes.p);
}

#define BOTH_NEW(...)                                                                  \
 { "16.28.0", "5.0.4", __VA_ARGS__ },                                                  \
 {                                                                                     \
  "22.10.1", "11.0.0", __VA_ARGS__                                                     \
 }
#define BOTH_OLD(...)                                                                  \
 { "1.8.32.3", "1.1", __VA_ARGS__ },                                                   \
 {                                                                                     \
  "11.25.3", "1.3", __VA_ARGS__                                                        \
 }

static const struct scene_row rows[] = {
	BOTH_NEW("blind-transfer-ami", 2, "102", "call.transfer",
		 "{\"call\":\"%\",\"to\":\"103\"}",
		 "BlindTransfer|Channel=C1|Context=internal|Exten=103",
		 "\"seen\":\"ringing\"", 200),
	BOTH_NEW("attended-transfer-ami", 2, "102", "call.consult",
		 "{\"call\":\"%\",\"to\":\"103\"}",
		 "Atxfer|Channel=C1|Context=internal|Exten=103", "\"seen\":\"ringing\"",
		 200),
	BOTH_OLD("attended-transfer-ami", 2, "102", "call.consult",
		 "{\"call\":\"%\",\"to\":\"103\"}",
		 "Atxfer|Channel=C1|Context=internal|Exten=103", "\"seen\":\"ringing\"",
		 200),
	BOTH_NEW("parking", 2, "102", "call.park",
		 "{\"call\":\"%\",\"lot\":\"default\"}",
		 "Park|Channel=C2|TimeoutChannel=C1|AnnounceChannel=C1|Parkinglot="
		 "default",
		 "\"space\":\"701\"", 200),
	BOTH_OLD("parking", 2, "102", "call.park",
		 "{\"call\":\"%\",\"lot\":\"default\"}",
		 "Park|Channel=C2|Channel2=C1|Parkinglot=default", "pbx_refused", 502),
	BOTH_NEW("recording-mixmonitor", 2, "101", "call.record",
		 "{\"call\":\"%\",\"action\":\"start\"}", NULL,
		 "\"file\":\"/var/spool/", 200),
	BOTH_NEW("recording-mixmonitor", 6, "101", "call.record",
		 "{\"call\":\"%\",\"action\":\"stop\"}", "StopMixMonitor|Channel=C1",
		 "\"file\":\"/var/spool/", 200),
	BOTH_NEW("recording-mixmonitor", 3, "101", "call.record",
		 "{\"call\":\"%\",\"action\":\"pause\"}",
		 "MixMonitorMute|Channel=C1|Direction=both|State=1", "{\"ok\":true}",
		 200),
	BOTH_NEW("live-actions", 12, "101", "call.mute",
		 "{\"call\":\"%\",\"on\":true,\"direction\":\"all\"}",
		 "MuteAudio|Channel=C1|Direction=all|State=on", "{\"ok\":true}", 200),
	BOTH_OLD("live-actions", 12, "101", "call.mute",
		 "{\"call\":\"%\",\"on\":true,\"direction\":\"all\"}",
		 "MuteAudio|Channel=C1|Direction=all|State=on", "{\"ok\":true}", 200),
	BOTH_OLD("live-actions", 18, "102", "call.transfer",
		 "{\"call\":\"%\",\"to\":\"103\"}",
		 "Redirect|Channel=C2|Context=internal|Exten=103|Priority=1",
		 "\"seen\":\"ringing\"", 200),
	BOTH_NEW("live-actions", 21, "101", "call.drop", "{\"call\":\"%\"}",
		 "Hangup|Channel=C1", "{\"ok\":true}", 200),
	BOTH_NEW("queue-members", 4, "103", "queue.add",
		 "{\"queue\":\"support\",\"penalty\":1}",
		 "QueueAdd|Queue=support|Interface=PJSIP/103|Penalty=1",
		 "{\"ok\":true}", 200),
	BOTH_OLD("queue-members", 4, "103", "queue.add",
		 "{\"queue\":\"support\",\"penalty\":1}",
		 "QueueAdd|Queue=support|Interface=SIP/103|Penalty=1", "{\"ok\":true}",
		 200),
	BOTH_NEW("queue-members", 5, "103", "queue.add", "{\"queue\":\"support\"}",
		 "QueueAdd|Queue=support|Interface=PJSIP/103|Penalty=0",
		 "QueueAdd: Unable to add interface: Already there", 502),
	BOTH_NEW("queue-members", 2, "101", "queue.pause",
		 "{\"on\":true,\"queue\":\"support\",\"reason\":\"обед\"}",
		 "QueuePause|Interface=PJSIP/101|Paused=true|Queue=support|Reason=обед",
		 "{\"ok\":true}", 200),
	BOTH_OLD("queue-members", 2, "101", "queue.pause",
		 "{\"on\":true,\"queue\":\"support\",\"reason\":\"обед\"}",
		 "QueuePause|Interface=SIP/101|Paused=true|Queue=support|Reason=обед",
		 "{\"ok\":true}", 200),
	BOTH_NEW("queue-members", 9, "103", "queue.remove", "{\"queue\":\"support\"}",
		 "QueueRemove|Queue=support|Interface=PJSIP/103", "{\"ok\":true}", 200),
	BOTH_OLD("queue-members", 9, "103", "queue.remove", "{\"queue\":\"support\"}",
		 "QueueRemove|Queue=support|Interface=SIP/103", "{\"ok\":true}", 200),
	BOTH_NEW("queue-members", 10, "103", "queue.remove", "{\"queue\":\"support\"}",
		 "QueueRemove|Queue=support|Interface=PJSIP/103",
		 "Unable to remove interface: Not there", 502),
	BOTH_NEW("dtmf", 4, "101", "call.dtmf", "{\"call\":\"%\",\"digits\":\"7\"}",
		 "PlayDTMF|Channel=C1|Digit=7|Receive=true", "{\"ok\":true}", 200),
	BOTH_OLD("dtmf", 3, "101", "call.dtmf", "{\"call\":\"%\",\"digits\":\"7\"}", "",
		 "not_possible", 409),
	BOTH_NEW("permission-denied", 2, "101", "call.make", "{\"to\":\"604\"}", NULL,
		 "Originate: Permission denied", 502),
};

static void
test_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		run_row(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
