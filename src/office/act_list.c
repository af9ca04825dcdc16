/* Lists of what there is just now: channels, bridges, states of devices. */
#include <stdio.h>

#include "office/actions.h"
#include "office/channel.h"
#include "office/lines.h"
#include "office/plan.h"
#include "office/queue.h"
#include "office/write.h"

/* ---- channels -------------------------------------------------------------- */

ZV_ACTION(core_show_channels)
{
	struct zv_node *node, *next;
	int n = 0;

	zv_list_start(s, asked, "Channels will follow");
	ZV_EACH(&s->office->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);
		struct zv_buf *out = zv_item(s, "CoreShowChannel");
		long long age = zv_channel_age_s(c);

		zv_put_action_id(out, asked);
		zv_put_channel(out, "", c);
		zv_put_text(out, "Application", c->app);
		zv_put_text(out, "ApplicationData", c->data);
		zv_buf_printf(out, "Duration: %02lld:%02lld:%02lld\r\n", age / 3600,
			      age / 60 % 60, age % 60);
		zv_put_text(out, "BridgeId", c->bridge ? c->bridge->id : "");
		zv_door_end(&s->door);
		n++;
	}
	zv_list_complete(s, asked, "CoreShowChannelsComplete", n);
	zv_door_end(&s->door);
}

static void
put_wanted_variables(struct zv_buf *out, struct zv_channel *c, struct zv_str names)
{
	struct zv_str name;

	while (names.n && zv_str_split(&names, ',', &name))
		zv_buf_printf(out, "Variable: %.*s=%s\r\n", ZV_ARG(name),
			      zv_channel_get(c->office, c, name));
}

static void
put_all_variables(struct zv_buf *out, struct zv_channel *c)
{
	struct zv_node *node, *next;

	ZV_EACH(&c->variables, node, next)
	{
		struct zv_variable *v = ZV_OWNER(node, struct zv_variable, node);

		zv_buf_printf(out, "Variable: %s=%s\r\n", v->name, v->value);
	}
}

static void
put_status(struct zv_buf *out, struct zv_channel *c, const struct zv_asked *asked)
{
	static const char *const codecs =
		"Nativeformats: (ulaw)\r\nReadformat: ulaw\r\nReadtrans: \r\n"
		"Writeformat: ulaw\r\nWritetrans: \r\nCallgroup: 0\r\n"
		"Pickupgroup: 0\r\n";
	const char *number = c->connected.number, *name = c->connected.name;

	zv_put_text(out, "Privilege", "Call");
	zv_put_channel(out, "", c);
	zv_put_text(out, "Type", "PJSIP");
	zv_put_text(out, "DNID", c->extension ? c->exten : "");
	zv_put_text(out, "EffectiveConnectedLineNum", number[0] ? number : "<unknown>");
	zv_put_text(out, "EffectiveConnectedLineName", name[0] ? name : "<unknown>");
	zv_put_int(out, "TimeToHangup", 0);
	zv_put_text(out, "BridgeID", c->bridge ? c->bridge->id : "");
	zv_put_text(out, "Application", c->app);
	zv_put_text(out, "Data", c->data);
	zv_buf_add(out, zvon_str(codecs));
	zv_put_int(out, "Seconds", zv_channel_age_s(c));
	put_wanted_variables(out, c, zv_asked_get(asked, "Variables"));
	if (zv_asked_bool(asked, "AllVariables"))
		put_all_variables(out, c);
	zv_put_action_id(out, asked);
}

ZV_ACTION(status)
{
	struct zv_str name = zv_asked_get(asked, "Channel");
	struct zv_channel *only = zv_channel_find(s->office, name);
	struct zv_node *node, *next;
	int n = 0;

	if (name.n && !only) {
		zv_door_error(&s->door, asked, "No such channel");
		return;
	}
	zv_list_start(s, asked, "Channel status will follow");
	ZV_EACH(&s->office->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		if (name.n && c != only)
			continue;
		put_status(zv_item(s, "Status"), c, asked);
		zv_door_end(&s->door);
		n++;
	}
	zv_put_int(zv_list_complete(s, asked, "StatusComplete", n), "Items", n);
	zv_door_end(&s->door);
}

ZV_ACTION(bridge_list)
{
	struct zv_node *node, *next;
	int n = 0;

	zv_list_start(s, asked, "Bridge listing will follow");
	ZV_EACH(&s->office->bridges, node, next)
	{
		struct zv_buf *out = zv_item(s, "BridgeListItem");

		zv_put_action_id(out, asked);
		zv_put_bridge(out, ZV_OWNER(node, struct zv_bridge, node));
		zv_door_end(&s->door);
		n++;
	}
	zv_list_complete(s, asked, "BridgeListComplete", n);
	zv_door_end(&s->door);
}

/* ---- states ---------------------------------------------------------------- */

static void
device_item(struct zv_office_session *s, const struct zv_asked *asked,
	    const char *technology, const char *name, enum zv_device d)
{
	struct zv_buf *out = zv_item(s, "DeviceStateChange");

	zv_put_action_id(out, asked);
	zv_buf_printf(out, "Device: %s%s\r\n", technology, name);
	zv_put_text(out, "State", zv_device_name(d));
	zv_door_end(&s->door);
}

ZV_ACTION(device_state_list)
{
	struct zv_queue *q = &s->office->queue;

	zv_list_start(s, asked, "Device State Changes will follow");
	for (int i = 0; i < ZV_LINES; i++)
		device_item(s, asked, "PJSIP/", s->office->lines[i].number,
			    s->office->lines[i].device);
	device_item(s, asked, "Queue:", ZV_QUEUE_NAME, q->device);
	device_item(s, asked, "Queue:", ZV_QUEUE_NAME "_avail", q->available);
	zv_list_complete(s, asked, "DeviceStateListComplete", ZV_LINES + 2);
	zv_door_end(&s->door);
}

static void
put_extension(struct zv_buf *out, struct zv_str exten, struct zv_str context,
	      const struct zv_line *l, int status, const char *text)
{
	zv_put(out, "Exten", exten);
	zv_put(out, "Context", context);
	zv_buf_printf(out, "Hint: %s%s\r\n", l ? "PJSIP/" : "", l ? l->number : "");
	zv_put_int(out, "Status", status);
	zv_put_text(out, "StatusText", text);
}

ZV_ACTION(extension_state_list)
{
	int n = 0;

	zv_list_start(s, asked, "Extension Statuses will follow");
	for (int i = 0; i < ZV_LINES; i++) {
		const struct zv_line *l = &s->office->lines[i];
		struct zv_buf *out;
		const char *text;
		int status = zv_device_extension_status(l->device, &text);

		if (l->is_trunk)
			continue;
		out = zv_item(s, "ExtensionStatus");
		zv_put_action_id(out, asked);
		put_extension(out, zvon_str(l->number), zvon_str(l->context), l, status,
			      text);
		zv_door_end(&s->door);
		n++;
	}
	zv_list_complete(s, asked, "ExtensionStateListComplete", n);
	zv_door_end(&s->door);
}

ZV_ACTION(extension_state)
{
	struct zv_str exten = zv_asked_get(asked, "Exten");
	struct zv_str context = zv_asked_get(asked, "Context");
	const struct zv_line *l = zv_line_find(s->office, exten);
	const char *text = "Unknown";
	int status = -1;

	if (!exten.n) {
		zv_door_error(&s->door, asked, "Extension not specified");
		return;
	}
	if (!context.n)
		context = ZV_STR("default");
	if (l && (l->is_trunk || !zvon_str_equal(context, zvon_str(l->context))))
		l = NULL;
	if (l)
		status = zv_device_extension_status(l->device, &text);
	zv_door_begin(&s->door, "Success", asked);
	zv_put_text(&s->door.out, "Message", "Extension Status");
	put_extension(&s->door.out, exten, context, l, status, text);
	zv_door_end(&s->door);
}
