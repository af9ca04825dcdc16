#include "office/channel.h"

#include <stdio.h>

#include "base/mem.h"
#include "office/cdr.h"
#include "office/lines.h"
#include "office/write.h"

static void
name_it(struct zv_channel *c, const struct zv_channel *linked, struct zv_str id)
{
	struct zv_office *o = c->office;

	snprintf(c->name, sizeof c->name, "PJSIP/%s-%08x", c->line->number,
		 o->last_channel++);
	if (id.n)
		ZV_COPY(c->id, id);
	else
		snprintf(c->id, sizeof c->id, "%lld.%u",
			 (long long)zv_office_epoch_s(o), o->last_id++);
	ZV_COPY(c->linked_id, zvon_str(linked ? linked->linked_id : c->id));
}

struct zv_channel *
zv_channel_new(struct zv_office *o, struct zv_line *line, enum zv_channel_state state,
	       const struct zv_party *caller, const char *exten,
	       const struct zv_channel *linked, struct zv_str id)
{
	struct zv_channel *c = zv_calloc(1, sizeof *c);

	if (!c) {
		o->failed = true;
		return NULL;
	}
	c->office = o;
	c->line = line;
	c->state = state;
	c->caller = *caller;
	c->created_ms = o->now_ms;
	c->priority = 1;
	ZV_COPY(c->exten, zvon_str(exten));
	ZV_COPY(c->context, zvon_str(line->context));
	zv_list_init(&c->variables);
	zv_list_init(&c->cdrs);
	name_it(c, linked, id);
	zv_list_append(&o->channels, &c->node);
	o->processed++;
	zv_event_plain(c, "Newchannel");
	zv_line_update(o, line);
	return c;
}

struct zv_channel *
zv_channel_find(struct zv_office *o, struct zv_str name_or_id)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		if (zvon_str_equal_nocase(zvon_str(c->name), name_or_id) ||
		    zvon_str_equal(zvon_str(c->id), name_or_id))
			return c;
	}
	return NULL;
}

void
zv_channel_set_state(struct zv_channel *c, enum zv_channel_state state)
{
	if (c->state == state)
		return;
	c->state = state;
	if (state == ZV_CHANNEL_UP)
		c->answered_ms = c->office->now_ms;
	zv_event_plain(c, "Newstate");
	zv_line_update(c->office, c->line);
}

void
zv_channel_set_app(struct zv_channel *c, const char *app, const char *data)
{
	ZV_COPY(c->app, zvon_str(app));
	ZV_COPY(c->data, zvon_str(data));
}

/* ---- variables ------------------------------------------------------------- */

static struct zv_variable *
find_variable(struct zv_node *variables, struct zv_str name)
{
	struct zv_node *node, *next;

	ZV_EACH(variables, node, next)
	{
		struct zv_variable *v = ZV_OWNER(node, struct zv_variable, node);

		if (zvon_str_equal(zvon_str(v->name), name))
			return v;
	}
	return NULL;
}

static void
free_variable(struct zv_variable *v)
{
	zv_list_remove(&v->node);
	zv_free(v->name);
	zv_free(v->value);
	zv_free(v);
}

static bool
store(struct zv_node *variables, const char *name, const char *value)
{
	struct zv_variable *v = find_variable(variables, zvon_str(name));
	char *copy = zv_strdup(value);

	if (!v) {
		v = zv_calloc(1, sizeof *v);
		if (v) {
			v->name = zv_strdup(name);
			zv_list_append(variables, &v->node);
		}
	}
	if (!v || !v->name || !copy) {
		if (v)
			free_variable(v);
		zv_free(copy);
		return false;
	}
	zv_free(v->value);
	v->value = copy;
	return true;
}

void
zv_channel_set(struct zv_office *o, struct zv_channel *c, const char *name,
	       const char *value)
{
	if (!store(c ? &c->variables : &o->globals, name, value))
		o->failed = true;
	zv_event_varset(o, c, name, value);
}

void
zv_channel_set_int(struct zv_channel *c, const char *name, long long value)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", value);
	zv_channel_set(c->office, c, name, text);
}

const char *
zv_channel_get(struct zv_office *o, struct zv_channel *c, struct zv_str name)
{
	struct zv_variable *v = c ? find_variable(&c->variables, name) : NULL;

	if (!v)
		v = find_variable(&o->globals, name);
	return v ? v->value : "";
}

void
zv_variables_free(struct zv_node *variables)
{
	struct zv_node *node;

	while ((node = zv_list_first(variables)))
		free_variable(ZV_OWNER(node, struct zv_variable, node));
}

/* ---- the end --------------------------------------------------------------- */

int64_t
zv_channel_age_s(const struct zv_channel *c)
{
	return (c->office->now_ms - c->created_ms) / 1000;
}

const char *
zv_channel_cause_text(int cause)
{
	static const struct {
		int cause;
		const char *text;
	} causes[] = {
		{ 16, "Normal Clearing" },
		{ 17, "User busy" },
		{ 19, "User alerting, no answer" },
		{ 20, "Subscriber absent" },
		{ 21, "Call Rejected" },
		{ 26, "Answered elsewhere" },
		{ 34, "Circuit/channel congestion" },
		{ 127, "Interworking, unspecified" },
	};

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].cause == cause)
			return causes[i].text;
	return "Unknown";
}

void
zv_event_request(struct zv_channel *c, const char *name, int cause, int sip)
{
	struct zv_buf *e = zv_event_of(c, name, ZV_CLASS_CALL);

	if (cause >= 0)
		zv_put_int(e, "Cause", cause);
	if (sip)
		zv_put_int(e, "TechCause", sip);
	zv_event_send(c->office);
}

static void
hangup_event(struct zv_channel *c)
{
	struct zv_buf *e = zv_event_of(c, "Hangup", ZV_CLASS_CALL);

	zv_put_int(e, "Cause", c->cause);
	zv_put_text(e, "Cause-txt", zv_channel_cause_text(c->cause));
	if (c->sip)
		zv_put_int(e, "TechCause", c->sip);
	zv_event_send(c->office);
}

void
zv_channel_bury(struct zv_channel *c)
{
	zv_office_timer_stop(&c->timer);
	zv_office_timer_stop(&c->patience);
	hangup_event(c);
	zv_list_remove(&c->node);
	zv_list_append(&c->office->dead, &c->node);
	zv_line_update(c->office, c->line);
	zv_cdr_send(c);
}

void
zv_channel_free(struct zv_channel *c)
{
	zv_office_timer_stop(&c->timer);
	zv_office_timer_stop(&c->patience);
	zv_list_remove(&c->node);
	zv_variables_free(&c->variables);
	zv_cdr_free(c);
	zv_free(c);
}

void
zv_channel_sweep(struct zv_office *o)
{
	struct zv_node *node;

	while ((node = zv_list_first(&o->dead)))
		zv_channel_free(ZV_OWNER(node, struct zv_channel, node));
}
