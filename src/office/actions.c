#include "office/actions.h"

#include "base/num.h"
#include "base/date.h"
#include "office/write.h"
#include "zvon/error.h"

/* ---- helpers of all actions ------------------------------------------------ */

void
zv_list_start(struct zv_office_session *s, const struct zv_asked *asked,
	      const char *message)
{
	zv_door_begin(&s->door, "Success", asked);
	zv_put_text(&s->door.out, "EventList", "start");
	zv_put_text(&s->door.out, "Message", message);
	zv_door_end(&s->door);
}

struct zv_buf *
zv_item(struct zv_office_session *s, const char *event)
{
	zv_put_text(&s->door.out, "Event", event);
	return &s->door.out;
}

void
zv_put_action_id(struct zv_buf *out, const struct zv_asked *asked)
{
	struct zv_str id = zv_asked_get(asked, "ActionID");

	if (id.n)
		zv_put(out, "ActionID", id);
}

struct zv_buf *
zv_list_complete(struct zv_office_session *s, const struct zv_asked *asked,
		 const char *event, int items)
{
	struct zv_buf *out = zv_item(s, event);

	zv_put_action_id(out, asked);
	zv_put_text(out, "EventList", "Complete");
	zv_put_int(out, "ListItems", items);
	return out;
}

bool
zv_asked_int(const struct zv_asked *asked, const char *key, int *out)
{
	struct zv_str text = zv_asked_get(asked, key);
	long long number;

	if (text.n == 0)
		return true;
	if (zv_num_parse(text, -1, 1000000000, &number) < 0)
		return false;
	*out = (int)number;
	return true;
}

bool
zv_asked_bool(const struct zv_asked *asked, const char *key)
{
	unsigned mask = 0;

	return zv_class_parse_mask(zv_asked_get(asked, key), &mask) == 0 &&
	       (mask == ZV_CLASS_ALL || mask == 1);
}

/* ---- small actions --------------------------------------------------------- */

static ZV_ACTION(ping)
{
	zv_door_ping(&s->door, asked, s->office->start_ms + s->office->now_ms);
}

static ZV_ACTION(events)
{
	zv_door_events(&s->door, asked);
}

static ZV_ACTION(core_status)
{
	struct zv_buf *out = &s->door.out;
	struct zv_date d = zv_date_of(s->office->start_ms / 1000);
	struct zv_node *node, *next;
	int calls = 0;

	ZV_EACH(&s->office->channels, node, next)
	calls++;
	zv_door_begin(&s->door, "Success", asked);
	for (int i = 0; i < 2; i++) {
		const char *what = i ? "Reload" : "Startup";

		zv_buf_printf(out, "Core%sDate: %04d-%02d-%02d\r\n", what, d.year,
			      d.month, d.day);
		zv_buf_printf(out, "Core%sTime: %02d:%02d:%02d\r\n", what, d.hour,
			      d.minute, d.second);
	}
	zv_put_int(out, "CoreCurrentCalls", calls);
	zv_put_int(out, "CoreProcessedCalls", s->office->processed);
	zv_door_end(&s->door);
}

static ZV_ACTION(core_settings)
{
	static const struct {
		const char *key, *value;
	} settings[] = {
		{ "AMIversion", "11.0.0" },
		{ "AsteriskVersion", "22.10.1" },
		{ "SystemName", "" },
		{ "CoreMaxCalls", "0" },
		{ "CoreMaxLoadAvg", "0.000000" },
		{ "CoreRunUser", "" },
		{ "CoreRunGroup", "" },
		{ "CoreMaxFilehandles", "0" },
		{ "CoreRealTimeEnabled", "No" },
		{ "CoreCDRenabled", "Yes" },
		{ "CoreHTTPenabled", "No" },
		{ "SoundsSearchCustomDir", "No" },
	};

	zv_door_begin(&s->door, "Success", asked);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		zv_put_text(&s->door.out, settings[i].key, settings[i].value);
	zv_door_end(&s->door);
}

/* The lines of the action but its name, as they came. */
static ZV_ACTION(user_event)
{
	struct zv_buf *e;

	zv_door_success(&s->door, asked, "Event Sent");
	e = zv_event(s->office, "UserEvent", ZV_CLASS_USER);
	zv_put(e, "UserEvent", zv_asked_get(asked, "UserEvent"));
	for (size_t i = 0; i < asked->n; i++) {
		struct zv_str key = asked->fields[i].key;

		if (zvon_str_equal_nocase(key, ZV_STR("Action")) ||
		    zvon_str_equal_nocase(key, ZV_STR("UserEvent")))
			continue;
		zv_buf_add(e, asked->lines[i]);
		zv_buf_add(e, ZV_STR("\r\n"));
	}
	zv_event_send(s->office);
}

static ZV_ACTION(filter)
{
	struct zv_str text = zv_asked_get(asked, "Filter");
	int rc;

	if (!zvon_str_equal_nocase(zv_asked_get(asked, "Operation"), ZV_STR("Add"))) {
		zv_door_error(&s->door, asked, "Unknown operation");
		return;
	}
	rc = text.n && !zv_asked_get(asked, "MatchCriteria").n
		     ? zv_door_add_filter(&s->door, text)
		     : ZV_ENOTFOUND;
	if (rc == ZV_ENOMEM)
		s->office->failed = true;
	else if (rc == 0)
		zv_door_success(&s->door, asked, "Success");
	else
		zv_door_error(&s->door, asked,
			      "Filter %s.  Check the syntax of the filter given.",
			      rc == ZV_EINVAL ? "did not compile"
					      : "was formatted incorrectly");
}

static ZV_ACTION(module_check)
{
	static const char *const modules[] = {
		"app_dial",	  "app_queue",	 "app_echo",   "app_playback",
		"app_mixmonitor", "cdr_manager", "chan_pjsip", "pbx_config",
	};
	struct zv_str name = zv_asked_get(asked, "Module");

	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		if (!zvon_str_equal(name, zvon_str(modules[i])))
			continue;
		zv_door_begin(&s->door, "Success", asked);
		zv_put_text(&s->door.out, "Version", "");
		zv_door_end(&s->door);
		return;
	}
	zv_door_error(&s->door, asked, "Module not loaded");
}

static ZV_ACTION(get_config)
{
	if (zv_asked_get(asked, "Filename").n)
		zv_door_error(&s->door, asked, "Config file not found");
	else
		zv_door_error(&s->door, asked, "Filename not specified");
}

static ZV_ACTION(wait_event)
{
	int seconds = -1;

	zv_asked_int(asked, "Timeout", &seconds);
	zv_session_wait_event(s, asked, seconds < 0 ? -1 : (int64_t)seconds * 1000);
}

/* ---- the table ------------------------------------------------------------- */

static ZV_ACTION(list_commands);

/* Login, Logoff and Challenge are done at the door; the rows are for the list. */
static const struct action {
	const char *name;
	unsigned class; /* one of these write classes is needed; 0: none */
	void (*run)(struct zv_office_session *s, const struct zv_asked *asked);
	const char *synopsis;
} actions[] = {
	{ "Atxfer", ZV_CLASS_CALL, zv_act_atxfer, "Attended transfer." },
	{ "BlindTransfer", ZV_CLASS_CALL, zv_act_blind_transfer,
	  "Blind transfer channel(s) to the given destination" },
	{ "Bridge", ZV_CLASS_CALL, zv_act_bridge,
	  "Bridge two channels already in the PBX." },
	{ "BridgeList", 0, zv_act_bridge_list, "Get a list of bridges in the system." },
	{ "Challenge", 0, NULL, "Generate Challenge for MD5 Auth." },
	{ "Command", ZV_CLASS_COMMAND, zv_act_command,
	  "Execute Asterisk CLI Command." },
	{ "CoreSettings", ZV_CLASS_SYSTEM | ZV_CLASS_REPORTING, zv_act_core_settings,
	  "Show PBX core settings (version etc)." },
	{ "CoreShowChannels", ZV_CLASS_SYSTEM | ZV_CLASS_REPORTING,
	  zv_act_core_show_channels, "List currently active channels." },
	{ "CoreStatus", ZV_CLASS_SYSTEM | ZV_CLASS_REPORTING, zv_act_core_status,
	  "Show PBX core status variables." },
	{ "DeviceStateList", ZV_CLASS_CALL | ZV_CLASS_REPORTING,
	  zv_act_device_state_list, "List the current known device states." },
	{ "Events", 0, zv_act_events, "Control Event Flow." },
	{ "ExtensionState", ZV_CLASS_CALL | ZV_CLASS_REPORTING, zv_act_extension_state,
	  "Check Extension Status." },
	{ "ExtensionStateList", ZV_CLASS_CALL | ZV_CLASS_REPORTING,
	  zv_act_extension_state_list, "List the current known extension states." },
	{ "Filter", ZV_CLASS_SYSTEM, zv_act_filter,
	  "Dynamically add filters for the current manager session." },
	{ "GetConfig", ZV_CLASS_SYSTEM | ZV_CLASS_CONFIG, zv_act_get_config,
	  "Retrieve configuration." },
	{ "Getvar", ZV_CLASS_CALL | ZV_CLASS_REPORTING, zv_act_getvar,
	  "Gets a channel variable or function value." },
	{ "Hangup", ZV_CLASS_SYSTEM | ZV_CLASS_CALL, zv_act_hangup, "Hangup channel." },
	{ "Hold", ZV_CLASS_CALL, zv_act_hold,
	  "Press the hold button of an office phone (this office only)." },
	{ "ListCommands", 0, zv_act_list_commands, "List available manager commands." },
	{ "Login", 0, NULL, "Login Manager." },
	{ "Logoff", 0, NULL, "Logoff Manager." },
	{ "MixMonitor", ZV_CLASS_SYSTEM, zv_act_mix_monitor,
	  "Record a call and mix the audio during the recording." },
	{ "ModuleCheck", ZV_CLASS_SYSTEM, zv_act_module_check,
	  "Check if module is loaded." },
	{ "MuteAudio", ZV_CLASS_SYSTEM, zv_act_mute_audio, "Mute an audio stream." },
	{ "Originate", ZV_CLASS_ORIGINATE, zv_act_originate, "Originate a call." },
	{ "Ping", 0, zv_act_ping, "Keepalive command." },
	{ "PJSIPNotify", ZV_CLASS_SYSTEM, zv_act_pjsip_notify,
	  "Send a NOTIFY to either an endpoint, an arbitrary URI, or inside a SIP "
	  "dialog." },
	{ "PJSIPShowContacts", ZV_CLASS_SYSTEM, zv_act_pjsip_contacts,
	  "Lists PJSIP Contacts." },
	{ "PJSIPShowEndpoint", ZV_CLASS_SYSTEM, zv_act_pjsip_endpoint,
	  "Detail listing of an endpoint and its objects." },
	{ "PJSIPShowEndpoints", ZV_CLASS_SYSTEM, zv_act_pjsip_endpoints,
	  "Lists PJSIP endpoints." },
	{ "PlayDTMF", ZV_CLASS_CALL, zv_act_play_dtmf,
	  "Play DTMF signal on a specific channel." },
	{ "QueueAdd", ZV_CLASS_AGENT, zv_act_queue_add, "Add interface to queue." },
	{ "QueueMemberRingInUse", ZV_CLASS_AGENT, zv_act_queue_ring_in_use,
	  "Set the ringinuse value for a queue member." },
	{ "QueuePause", ZV_CLASS_AGENT, zv_act_queue_pause,
	  "Makes a queue member temporarily unavailable." },
	{ "QueuePenalty", ZV_CLASS_AGENT, zv_act_queue_penalty,
	  "Set the penalty for a queue member." },
	{ "QueueRemove", ZV_CLASS_AGENT, zv_act_queue_remove,
	  "Remove interface from queue." },
	{ "QueueStatus", 0, zv_act_queue_status, "Show queue status." },
	{ "QueueSummary", 0, zv_act_queue_summary, "Show queue summary." },
	{ "Redirect", ZV_CLASS_CALL, zv_act_redirect, "Redirect (transfer) a call." },
	{ "Setvar", ZV_CLASS_CALL, zv_act_setvar,
	  "Sets a channel variable or function value." },
	{ "Status", ZV_CLASS_SYSTEM | ZV_CLASS_CALL | ZV_CLASS_REPORTING, zv_act_status,
	  "List channel status." },
	{ "StopMixMonitor", ZV_CLASS_SYSTEM | ZV_CLASS_CALL, zv_act_stop_mix_monitor,
	  "Stop recording a call through MixMonitor, and free the recording's file "
	  "handle." },
	{ "Unhold", ZV_CLASS_CALL, zv_act_unhold,
	  "Release the hold button of an office phone (this office only)." },
	{ "UserEvent", ZV_CLASS_USER, zv_act_user_event, "Send an arbitrary event." },
	{ "WaitEvent", 0, zv_act_wait_event, "Wait for an event to occur." },
};

#define N_ACTIONS (sizeof actions / sizeof *actions)

static bool
is_allowed(const struct zv_office_session *s, const struct action *a)
{
	return !a->class || (s->door.user->write & a->class);
}

static ZV_ACTION(list_commands)
{
	struct zv_buf *out = &s->door.out;

	zv_door_begin(&s->door, "Success", asked);
	for (size_t i = 0; i < N_ACTIONS; i++) {
		if (!is_allowed(s, &actions[i]))
			continue;
		zv_buf_printf(out, "%s: %s  (Priv: ", actions[i].name,
			      actions[i].synopsis);
		zv_class_format(out, actions[i].class);
		zv_buf_add(out, ZV_STR(")\r\n"));
	}
	zv_door_end(&s->door);
}

void
zv_action_run(struct zv_office_session *s, const struct zv_asked *asked)
{
	struct zv_str name = zv_asked_get(asked, "Action");

	for (size_t i = 0; i < N_ACTIONS; i++) {
		if (!zvon_str_equal_nocase(zvon_str(actions[i].name), name))
			continue;
		if (is_allowed(s, &actions[i]))
			actions[i].run(s, asked);
		else
			zv_door_error(&s->door, asked, "Permission denied");
		return;
	}
	zv_door_unknown(&s->door, asked);
}
