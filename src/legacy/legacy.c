/* The face of the legacy view: one packet in, some out. */
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "legacy/impl.h"

#define LEAST_CHANNELS 2 /* a caller and whom it dials */

/* ---- life ------------------------------------------------------------------------------- */

static int
add_rules(struct zv_legacy *l)
{
	for (size_t i = 0; zv_legacy_tables[i]; i++)
		for (const struct zv_legacy_rule *r = zv_legacy_tables[i]; r->name; r++)
			if (zv_map_add(&l->rules, zvon_str(r->name),
				       (void *)(uintptr_t)r) < 0)
				return ZV_ENOMEM;
	return 0;
}

static size_t
or_default(size_t wish)
{
	if (wish == 0)
		return ZV_LEGACY_MAX_CHANNELS;
	return wish < LEAST_CHANNELS ? LEAST_CHANNELS : wish;
}

struct zv_legacy *
zvon_legacy_new(const struct zv_legacy_options *options)
{
	struct zv_legacy *l = zv_calloc(1, sizeof *l);

	if (!l)
		return NULL;
	if (options)
		l->options = *options;
	l->options.max_channels = or_default(l->options.max_channels);
	zv_old_state_init(l);
	if (add_rules(l) < 0) {
		zvon_legacy_free(l);
		return NULL;
	}
	return l;
}

void
zvon_legacy_free(struct zv_legacy *l)
{
	if (!l)
		return;
	zv_old_state_clear(l);
	zv_old_out_deinit(&l->out);
	zv_map_deinit(&l->rules);
	zv_map_deinit(&l->channels);
	zv_map_deinit(&l->bridges);
	zv_buf_deinit(&l->key);
	zv_free(l);
}

void
zvon_legacy_begin(struct zv_legacy *l, int ami_major)
{
	zv_old_state_clear(l);
	l->ami_major = ami_major;
}

void
zvon_legacy_count(const struct zv_legacy *l, struct zv_legacy_counters *out)
{
	*out = l->counters;
	out->channels = l->channels.n;
}

/* ---- which AMI is it? ---------------------------------------------------------------------- */

/* "Asterisk Call Manager/5.0.4"; 0: something else. */
static int
major_of(struct zv_str banner)
{
	struct zv_str version = zv_str_from(banner, zv_str_find(banner, ZV_STR("/")));
	struct zv_str number;
	long long major;

	version = zv_str_from(version, 1);
	if (!zv_str_split(&version, '.', &number) ||
	    zv_num_parse(number, 1, 1000, &major) < 0)
		return 0;
	return (int)major;
}

/* Of a recording without a banner, or AJAM: each event of a channel has a Linkedid in
 * 12+, none in 1.x. */
static int
guess_major(const struct zv_packet *p)
{
	static const struct zv_str telling[] = {
		{ "Newchannel", 10 }, { "Newstate", 8 }, { "Hangup", 6 },
		{ "Newexten", 8 },    { "Hold", 4 },	 { "NewCallerid", 11 },
	};
	static const struct zv_str of_12[] = {
		{ "DialBegin", 9 },	{ "DialEnd", 7 },
		{ "BridgeEnter", 11 },	{ "BridgeLeave", 11 },
		{ "BridgeCreate", 12 }, { "DeviceStateChange", 17 },
	};

	for (size_t i = 0; i < sizeof of_12 / sizeof *of_12; i++)
		if (zvon_str_equal(p->name, of_12[i]))
			return 2;
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
		if (zvon_str_equal(p->name, telling[i]))
			return zvon_packet_find(p, ZV_STR("Linkedid")) ? 2 : 1;
	return 0;
}

/* ---- packets -------------------------------------------------------------------------------- */

static void
pass_all(struct zv_legacy *l, const struct zv_packet *p)
{
	if (!l->options.sip_names) {
		zv_old_pass(l, p);
		return;
	}
	/* with other names it is another packet */
	if (!zv_old_begin_bare(l))
		return;
	zv_old_add(l, p->fields[0].key, p->fields[0].value);
	for (size_t i = 1; i < p->n_fields; i++)
		zv_old_add_as_sent(l, p, i);
}

/* Items of lists have no Privilege: who asked a new server for a new list shall get it. */
static bool
is_item(const struct zv_packet *p)
{
	return !zvon_packet_find(p, ZV_STR("Privilege"));
}

/* What comes out is AMI 1.x: so says its banner, to those who read it further. */
static void
on_banner(struct zv_legacy *l, const struct zv_packet *p)
{
	static const struct zv_str as_18 = { "Asterisk Call Manager/1.1", 25 };
	static const struct zv_str as_11 = { "Asterisk Call Manager/1.3", 25 };
	struct zv_packet *banner = &l->banner;

	zvon_legacy_begin(l, major_of(p->name));
	if (l->ami_major >= 2) {
		*banner = (struct zv_packet){ .kind = ZV_PACKET_BANNER };
		banner->name = l->options.unlink_as_bridge ? as_11 : as_18;
		banner->text = banner->name;
		p = banner;
	}
	zv_old_pass(l, p);
}

static void
on_event(struct zv_legacy *l, const struct zv_packet *p)
{
	const struct zv_legacy_rule *rule = zv_map_find(&l->rules, p->name);

	if (!rule)
		pass_all(l, p);
	else if (rule->fn)
		rule->fn(l, rule, p);
	else if (rule->lines)
		zv_old_row(l, rule, p);
	if (rule && rule->is_new && (l->options.keep_new || is_item(p)))
		pass_all(l, p);
}

int
zvon_legacy_feed(struct zv_legacy *l, const struct zv_packet *p)
{
	zv_old_out_clear(&l->out);
	l->failed = false;
	l->counters.in++;
	if (p->kind == ZV_PACKET_EVENT && l->ami_major == 0)
		l->ami_major = guess_major(p);

	if (p->kind == ZV_PACKET_BANNER)
		on_banner(l, p);
	else if (p->kind == ZV_PACKET_EVENT && l->ami_major >= 2)
		on_event(l, p);
	else
		zv_old_pass(l, p);

	if (l->failed)
		zv_old_out_clear(&l->out);
	else if (l->out.n_packets == 0)
		l->counters.dropped++;
	return l->failed ? ZV_ENOMEM : 0;
}
