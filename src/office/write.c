#include "office/write.h"

#include "base/utf.h"
#include "office/session.h"

void
zv_copy(char *to, size_t size, struct zv_str s)
{
	size_t n = zv_utf8_cut(s, size - 1);

	if (n)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

void
zv_put(struct zv_buf *out, const char *key, struct zv_str value)
{
	zv_buf_add(out, zvon_str(key));
	zv_buf_add(out, ZV_STR(": "));
	zv_buf_add(out, value);
	zv_buf_add(out, ZV_STR("\r\n"));
}

void
zv_put_text(struct zv_buf *out, const char *key, const char *value)
{
	zv_put(out, key, zvon_str(value));
}

void
zv_put_int(struct zv_buf *out, const char *key, long long value)
{
	zv_buf_printf(out, "%s: %lld\r\n", key, value);
}

/* ---- snapshots ------------------------------------------------------------- */

/* As ast_escape_c_alloc() does since Asterisk 12, for names and VarSet values. */
static void
put_escaped(struct zv_buf *out, const char *s)
{
	static const char plain[] = "\a\b\f\n\r\t\v\\'\"?", letters[] = "abfnrtv\\'\"?";

	for (; *s; s++) {
		const char *at = strchr(plain, *s);

		if (at)
			zv_buf_add_char(out, '\\');
		zv_buf_add_char(out, at ? letters[at - plain] : *s);
	}
}

static void
put_prefixed(struct zv_buf *out, const char *prefix, const char *key, const char *value)
{
	zv_buf_printf(out, "%s%s: %s\r\n", prefix, key, value);
}

static void
put_party(struct zv_buf *out, const char *prefix, const char *key,
	  const struct zv_party *p)
{
	zv_buf_printf(out, "%s%sNum: %s\r\n%s%sName: ", prefix, key,
		      p->number[0] ? p->number : "<unknown>", prefix, key);
	put_escaped(out, p->name[0] ? p->name : "<unknown>");
	zv_buf_add(out, ZV_STR("\r\n"));
}

const char *
zv_channel_state_name(enum zv_channel_state state)
{
	switch (state) {
	case ZV_CHANNEL_DOWN:
		return "Down";
	case ZV_CHANNEL_RING:
		return "Ring";
	case ZV_CHANNEL_RINGING:
		return "Ringing";
	case ZV_CHANNEL_UP:
		return "Up";
	case ZV_CHANNEL_BUSY:
		return "Busy";
	}
	return "Unknown";
}

void
zv_put_channel(struct zv_buf *out, const char *prefix, const struct zv_channel *c)
{
	put_prefixed(out, prefix, "Channel", c->name);
	zv_buf_printf(out, "%sChannelState: %d\r\n", prefix, (int)c->state);
	put_prefixed(out, prefix, "ChannelStateDesc", zv_channel_state_name(c->state));
	put_party(out, prefix, "CallerID", &c->caller);
	put_party(out, prefix, "ConnectedLine", &c->connected);
	put_prefixed(out, prefix, "Language", "en");
	put_prefixed(out, prefix, "AccountCode", c->account);
	put_prefixed(out, prefix, "Context", c->context);
	put_prefixed(out, prefix, "Exten", c->exten);
	zv_buf_printf(out, "%sPriority: %d\r\n", prefix, c->priority);
	put_prefixed(out, prefix, "Uniqueid", c->id);
	put_prefixed(out, prefix, "Linkedid", c->linked_id);
}

void
zv_put_bridge(struct zv_buf *out, const struct zv_bridge *b)
{
	zv_put_text(out, "BridgeUniqueid", b->id);
	zv_put_text(out, "BridgeType", "basic");
	zv_put_text(out, "BridgeTechnology", "simple_bridge");
	zv_put_text(out, "BridgeCreator", "<unknown>");
	zv_put_text(out, "BridgeName", "<unknown>");
	zv_put_int(out, "BridgeNumChannels", !!b->members[0] + !!b->members[1]);
	zv_put_text(out, "BridgeVideoSourceMode", "none");
}

/* ---- events ---------------------------------------------------------------- */

struct zv_buf *
zv_event(struct zv_office *o, const char *name, unsigned class)
{
	zv_buf_clear(&o->event);
	o->event_class = class;
	zv_put_text(&o->event, "Event", name);
	zv_buf_add(&o->event, ZV_STR("Privilege: "));
	zv_class_format(&o->event, class);
	zv_buf_add(&o->event, ZV_STR("\r\n"));
	return &o->event;
}

void
zv_event_send(struct zv_office *o)
{
	if (zv_buf_add(&o->event, ZV_STR("\r\n")) < 0)
		o->failed = true;
	else
		zv_sessions_event(o, o->event_class, zv_buf_str(&o->event));
}

struct zv_buf *
zv_event_of(struct zv_channel *c, const char *name, unsigned class)
{
	struct zv_buf *e = zv_event(c->office, name, class);

	zv_put_channel(e, "", c);
	return e;
}

void
zv_event_plain(struct zv_channel *c, const char *name)
{
	zv_event_of(c, name, ZV_CLASS_CALL);
	zv_event_send(c->office);
}

void
zv_event_varset(struct zv_office *o, struct zv_channel *c, const char *name,
		const char *value)
{
	struct zv_buf *e = zv_event(o, "VarSet", ZV_CLASS_DIALPLAN);

	if (c) {
		zv_put_channel(e, "", c);
	} else {
		zv_put_text(e, "Channel", "none");
		zv_put_text(e, "Uniqueid", "none");
	}
	zv_put_text(e, "Variable", name);
	zv_buf_add(e, ZV_STR("Value: "));
	put_escaped(e, value);
	zv_buf_add(e, ZV_STR("\r\n"));
	zv_event_send(o);
}

void
zv_event_newexten(struct zv_channel *c)
{
	struct zv_buf *e = zv_event_of(c, "Newexten", ZV_CLASS_DIALPLAN);

	zv_put_text(e, "Extension", c->exten);
	zv_put_text(e, "Application", c->app);
	zv_put_text(e, "AppData", c->data);
	zv_event_send(c->office);
}

void
zv_event_dial(struct zv_channel *caller, struct zv_channel *callee, const char *name,
	      const char *last, const char *value)
{
	struct zv_buf *e = zv_event(callee->office, name, ZV_CLASS_CALL);

	if (caller)
		zv_put_channel(e, "", caller);
	zv_put_channel(e, "Dest", callee);
	zv_put_text(e, last, value);
	zv_event_send(callee->office);
}
