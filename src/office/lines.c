#include "office/lines.h"

#include "office/queue.h"
#include "office/write.h"

static const struct zv_line lines[ZV_LINES] = {
	{ .number = "200", .name = "Анна Смирнова" },
	{ .number = "201", .name = "John Smith" },
	{ .number = "202", .name = "Мария Иванова" },
	{ .number = "203", .name = "Peter Brown" },
	{ .number = "204", .name = "Олег Кузнецов" },
	{ .number = "205", .name = "Kate O'Neil" },
	{ .number = "206", .name = "Дмитрий Волков" },
	{ .number = "207", .name = "Linda Green" },
	{ .number = "208", .name = "Переговорная", .mood = ZV_MOOD_AWAY },
	{ .number = "209", .name = "Quiet Room", .mood = ZV_MOOD_DECLINES },
	{ .number = "210", .name = "Факс", .mood = ZV_MOOD_BUSY },
	{ .number = "211", .name = "Warehouse", .mood = ZV_MOOD_UNREGISTERED },
	{ .number = "provider", .is_trunk = true },
};

static const struct {
	const char *number, *name;
} outside[] = {
	{ "79161234567", "ООО 'Ромашка'" },   { "79035550142", "Иван Петров" },
	{ "442079460123", "Acme Ltd" },	      { "79265550177", "" },
	{ "74957770088", "Стройсервис & К" }, { "12025550164", "Mary \"May\" Jones" },
	{ "79855550130", "Ольга" },	      { "493055500125", "Müller GmbH" },
};

#define N_OUTSIDE (int)(sizeof outside / sizeof *outside)

void
zv_lines_init(struct zv_office *o)
{
	memcpy(o->lines, lines, sizeof lines);
	for (size_t i = 0; i < ZV_LINES; i++) {
		struct zv_line *l = &o->lines[i];

		l->context = l->is_trunk ? "inbound" : "internal";
		l->device = l->mood == ZV_MOOD_UNREGISTERED ? ZV_DEVICE_UNAVAILABLE
							    : ZV_DEVICE_NOT_INUSE;
	}
}

struct zv_line *
zv_line_find(struct zv_office *o, struct zv_str number)
{
	for (size_t i = 0; i < ZV_LINES; i++)
		if (zvon_str_equal(zvon_str(o->lines[i].number), number))
			return &o->lines[i];
	return NULL;
}

struct zv_line *
zv_line_of_device(struct zv_office *o, struct zv_str device)
{
	struct zv_str technology = ZV_STR("PJSIP/");

	if (!zv_str_starts_nocase(device, technology))
		return NULL;
	return zv_line_find(o, zv_str_from(device, technology.n));
}

struct zv_line *
zv_line_trunk(struct zv_office *o)
{
	return &o->lines[ZV_LINES - 1];
}

int
zv_line_channels(struct zv_office *o, const struct zv_line *l)
{
	struct zv_node *node, *next;
	int n = 0;

	ZV_EACH(&o->channels, node, next)
	n += ZV_OWNER(node, struct zv_channel, node)->line == l;
	return n;
}

bool
zv_line_is_free(struct zv_office *o, const struct zv_line *l)
{
	return l->mood != ZV_MOOD_UNREGISTERED && zv_line_channels(o, l) == 0;
}

struct zv_line *
zv_line_any_free(struct zv_office *o)
{
	int from = zv_chance_between(&o->chance, 0, ZV_LINES - 2);

	for (int i = 0; i < ZV_LINES - 1; i++) {
		struct zv_line *l = &o->lines[(from + i) % (ZV_LINES - 1)];

		if (l->mood == ZV_MOOD_FRIENDLY && zv_line_is_free(o, l))
			return l;
	}
	return NULL;
}

struct zv_line *
zv_line_any_other(struct zv_office *o, const struct zv_line * not )
{
	int i = zv_chance_between(&o->chance, 0, ZV_LINES - 3);

	return &o->lines[&o->lines[i] == not ? ZV_LINES - 2 : i];
}

enum zv_mood
zv_mood_of_number(struct zv_str number)
{
	static const struct {
		const char *end;
		enum zv_mood mood;
	} ends[] = {
		{ "17", ZV_MOOD_BUSY },
		{ "19", ZV_MOOD_AWAY },
		{ "21", ZV_MOOD_DECLINES },
		{ "34", ZV_MOOD_CONGESTED },
	};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (zv_str_ends(number, zvon_str(ends[i].end)))
			return ends[i].mood;
	return ZV_MOOD_FRIENDLY;
}

void
zv_outside_party(struct zv_office *o, struct zv_party *party)
{
	int i = zv_chance_between(&o->chance, 0, N_OUTSIDE - 1);

	ZV_COPY(party->number, zvon_str(outside[i].number));
	ZV_COPY(party->name, zvon_str(outside[i].name));
}

/* ---- device states --------------------------------------------------------- */

static const struct {
	const char *name, *words;
	int status;
	const char *text;
} devices[] = {
	[ZV_DEVICE_UNKNOWN] = { "UNKNOWN", "Unknown", 4, "Unavailable" },
	[ZV_DEVICE_NOT_INUSE] = { "NOT_INUSE", "Not in use", 0, "Idle" },
	[ZV_DEVICE_INUSE] = { "INUSE", "In use", 1, "InUse" },
	[ZV_DEVICE_BUSY] = { "BUSY", "Busy", 2, "Busy" },
	[ZV_DEVICE_INVALID] = { "INVALID", "Invalid", 4, "Unavailable" },
	[ZV_DEVICE_UNAVAILABLE] = { "UNAVAILABLE", "Unavailable", 4, "Unavailable" },
	[ZV_DEVICE_RINGING] = { "RINGING", "Ringing", 8, "Ringing" },
	[ZV_DEVICE_RINGINUSE] = { "RINGINUSE", "Ring+Inuse", 9, "InUse&Ringing" },
	[ZV_DEVICE_ONHOLD] = { "ONHOLD", "On Hold", 16, "Hold" },
};

const char *
zv_device_name(enum zv_device d)
{
	return devices[d].name;
}

const char *
zv_device_words(enum zv_device d)
{
	return devices[d].words;
}

int
zv_device_extension_status(enum zv_device d, const char **text)
{
	*text = devices[d].text;
	return devices[d].status;
}

void
zv_device_event(struct zv_office *o, const char *device, enum zv_device d)
{
	struct zv_buf *e = zv_event(o, "DeviceStateChange", ZV_CLASS_CALL);

	zv_put_text(e, "Device", device);
	zv_put_text(e, "State", zv_device_name(d));
	zv_event_send(o);
}

static bool
is_on_hold(const struct zv_channel *c)
{
	return c->bridge && c->bridge->holder && c->bridge->holder != c;
}

/* As chan_pjsip adds up the channels of an endpoint: the one that is put on hold by
 * the other side shows it. */
static enum zv_device
device_of(struct zv_office *o, const struct zv_line *l)
{
	bool ringing = false, in_use = false, held = false;
	struct zv_node *node, *next;

	if (l->mood == ZV_MOOD_UNREGISTERED)
		return ZV_DEVICE_UNAVAILABLE;
	ZV_EACH(&o->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		if (c->line != l || c->state == ZV_CHANNEL_DOWN)
			continue;
		ringing |= c->state == ZV_CHANNEL_RINGING;
		held |= is_on_hold(c);
		in_use |= c->state != ZV_CHANNEL_RINGING && !is_on_hold(c);
	}
	if (ringing)
		return in_use || held ? ZV_DEVICE_RINGINUSE : ZV_DEVICE_RINGING;
	if (in_use)
		return ZV_DEVICE_INUSE;
	return held ? ZV_DEVICE_ONHOLD : ZV_DEVICE_NOT_INUSE;
}

static void
extension_event(struct zv_office *o, const struct zv_line *l)
{
	struct zv_buf *e = zv_event(o, "ExtensionStatus", ZV_CLASS_CALL);
	const char *text;
	int status = zv_device_extension_status(l->device, &text);

	zv_put_text(e, "Exten", l->number);
	zv_put_text(e, "Context", l->context);
	zv_buf_printf(e, "Hint: PJSIP/%s\r\n", l->number);
	zv_put_int(e, "Status", status);
	zv_put_text(e, "StatusText", text);
	zv_event_send(o);
}

void
zv_line_update(struct zv_office *o, struct zv_line *l)
{
	enum zv_device now = device_of(o, l);
	char device[ZV_NAME_MAX] = "PJSIP/";

	if (now == l->device)
		return;
	l->device = now;
	zv_copy(device + strlen(device), sizeof device - strlen(device),
		zvon_str(l->number));
	zv_device_event(o, device, now);
	if (l->is_trunk)
		return;
	extension_event(o, l);
	zv_queue_device_changed(o, l);
}
