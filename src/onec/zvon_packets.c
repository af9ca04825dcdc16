/* Packets as they are: which, how they are shown, in which format. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "json/reader.h"
#include "json/writer.h"
#include "onec/link_desk.h"
#include "onec/text16.h"
#include "xml/generic.h"

/* ---- formats ----------------------------------------------------------------------------------- */

static void
write_ami(struct zv_buf *out, const struct zv_packet *p)
{
	for (size_t i = 0; i < p->n_fields; i++) {
		zv_buf_add(out, p->fields[i].key);
		zv_buf_add(out, ZV_STR(": "));
		zv_buf_add(out, p->fields[i].value);
		zv_buf_add(out, ZV_STR("\r\n"));
	}
	if (p->has_body)
		zv_buf_add(out, p->body);
	zv_buf_add(out, ZV_STR("\r\n"));
}

static void
write_xml(struct zv_buf *out, const struct zv_packet *p)
{
	zv_xml_generic(p, out);
}

/* As `zvon listen --format json` writes it: keys may repeat, so pairs. */
static void
write_json(struct zv_buf *out, const struct zv_packet *p)
{
	struct zv_json j = { .out = out };
	struct zv_str line;
	size_t cursor = 0;

	zv_json_begin_object(&j);
	zv_json_member(&j, "kind", zvon_str(zvon_packet_kind_name(p->kind)));
	zv_json_member(&j, "name", p->name);
	zv_json_key(&j, "fields");
	zv_json_begin_array(&j);
	for (size_t i = 0; i < p->n_fields; i++) {
		zv_json_begin_array(&j);
		zv_json_string(&j, p->fields[i].key);
		zv_json_string(&j, p->fields[i].value);
		zv_json_end_array(&j);
	}
	zv_json_end_array(&j);
	if (p->has_body) {
		zv_json_key(&j, "output");
		zv_json_begin_array(&j);
		while (zvon_packet_next_output(p, &cursor, &line))
			zv_json_string(&j, line);
		zv_json_end_array(&j);
	}
	zv_json_end_object(&j);
}

static const struct {
	const char *name;
	void (*write)(struct zv_buf *out, const struct zv_packet *p);
} formats[ZV_SCRIPT_FORMATS] = {
	[ZV_SCRIPT_AMI] = { "ami", write_ami },
	[ZV_SCRIPT_XML] = { "xml", write_xml },
	[ZV_SCRIPT_JSON] = { "json", write_json },
};

int
zv_script_write_packet(struct zv_buf *out, const struct zv_packet *packet,
		       enum zv_script_format format)
{
	formats[format].write(out, packet);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* ---- network thread: to the script ------------------------------------------------------------- */

/* What the script has set last. */
struct wish {
	bool wants_packets;
	enum zv_script_format format;
	bool has_filter;
	struct zv_filter *filter;
};

static struct wish
take_wish(struct zv_script *s)
{
	struct wish w;

	zv_component_lock(s->component);
	s->shared.packets++;
	w = (struct wish){ s->shared.wants_packets, s->shared.format,
			   s->shared.has_next_filter, s->shared.next_filter };
	s->shared.has_next_filter = false;
	s->shared.next_filter = NULL;
	zv_component_unlock(s->component);
	return w;
}

static void
count_filtered(struct zv_script *s)
{
	zv_component_lock(s->component);
	s->shared.filtered++;
	zv_component_unlock(s->component);
}

/* Told once; the filter lets nothing pass until another is set. */
static void
tell_off(struct zv_script *s)
{
	static const struct zv_error why = {
		.code = ZV_ETOOBIG,
		.text = "the regular expression took too long 100 times in a minute "
			"and is off: set a simpler one",
	};

	zvon_filter_free(s->net.filter);
	s->net.filter = NULL;
	s->net.is_filter_off = true;
	zv_component_set_error(s->component, &why);
	zv_script_tell(s, "filter.off", zvon_str(why.text));
}

static bool
passes(struct zv_script *s, const struct zv_packet *packet)
{
	if (s->net.is_filter_off)
		return false;
	if (!s->net.filter)
		return true;
	if (zvon_filter_judge(s->net.filter, packet, zv_clock_ms()) == ZV_FILTER_PASSES)
		return true;
	if (zvon_filter_is_off(s->net.filter))
		tell_off(s);
	return false;
}

void
zv_script_on_packet(void *user, const struct zv_packet *packet)
{
	struct zv_script *s = user;
	struct wish w = take_wish(s);

	if (w.has_filter) {
		zvon_filter_free(s->net.filter);
		s->net.filter = w.filter;
		s->net.is_filter_off = false;
	}
	if (!w.wants_packets)
		return;
	if (!passes(s, packet)) {
		count_filtered(s);
		return;
	}
	zv_buf_clear(&s->net.packet);
	if (zv_script_write_packet(&s->net.packet, packet, w.format) == 0)
		zv_script_tell(s, "packet", zv_buf_str(&s->net.packet));
}

void
zv_script_apply_view(struct zv_script *s)
{
	static const struct zv_legacy_options legacy = { 0 };

	if (s->net.desk && zv_desk_is_direct(s->net.desk))
		zv_link_desk_set_view(s->net.desk, s->net.is_legacy ? &legacy : NULL);
}

/* ---- network thread: packets of a daemon ------------------------------------------------------- */

/* zvond tells packets to who watches, and has the right `raw`. */
void
zv_script_watch(struct zv_script *s)
{
	bool wants;

	zv_component_lock(s->component);
	wants = s->shared.wants_packets;
	zv_component_unlock(s->component);
	if (!s->net.desk || !s->net.was_ready || zv_desk_is_direct(s->net.desk) ||
	    wants == s->net.watches)
		return;
	if (s->net.desk->send(
		    s->net.desk,
		    wants ? ZV_STR("{\"type\":\"watch\",\"id\":\"packets\"}")
			  : ZV_STR("{\"type\":\"unwatch\",\"id\":\"packets\"}"),
		    NULL) == 0)
		s->net.watches = wants;
}

bool
zv_script_packet_of(const json_t *pairs,
		    void (*fn)(void *context, const struct zv_packet *packet),
		    void *context)
{
	size_t n = json_array_size(pairs);
	struct zv_packet p = { .kind = ZV_PACKET_OTHER, .n_fields = n };
	struct zv_field *fields = zv_calloc(n ? n : 1, sizeof *fields);
	struct zv_buf text = { 0 };

	for (size_t i = 0; fields && i < n; i++) {
		const json_t *pair = json_array_get(pairs, i);
		const json_t *key = json_array_get(pair, 0),
			     *value = json_array_get(pair, 1);

		fields[i].key = (struct zv_str){ json_string_value(key),
						 json_string_length(key) };
		fields[i].value = (struct zv_str){ json_string_value(value),
						   json_string_length(value) };
	}
	p.fields = fields;
	if (fields && n) {
		p.name = fields[0].value;
		p.kind = zvon_str_equal_nocase(fields[0].key, ZV_STR("Event"))
				 ? ZV_PACKET_EVENT
				 : ZV_PACKET_RESPONSE;
		write_ami(&text, &p);
		p.text = zv_buf_str(&text);
		if (p.text.n >= 2) /* without the empty line */
			p.text.n -= 2;
	}
	n = fields && n && !zv_buf_failed(&text);
	if (n)
		fn(context, &p);
	zv_buf_deinit(&text);
	zv_free(fields);
	return n;
}

void
zv_script_on_watched(struct zv_script *s, const json_t *message)
{
	zv_script_packet_of(json_object_get(message, "fields"), zv_script_on_packet, s);
}

/* ---- host's thread: properties -------------------------------------------------------------------- */

static void
apply(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);

	s->net.is_legacy = ask->number;
	zv_script_apply_view(s);
	zv_script_watch(s);
	zv_ask_answer(ask, 0);
}

/* The network thread has learnt of it when this returns: the next packet is as wanted. */
static int
apply_now(struct zv_component *c, struct zv_error *err)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_ask *ask;
	bool is_open;

	zv_component_lock(c);
	is_open = s->shared.is_open;
	zv_component_unlock(c);
	if (!is_open)
		return 0;
	ask = zv_ask_new(apply);
	if (!ask)
		return zv_script_fail_nomem(c, err);
	ask->number = s->set.is_legacy;
	return zv_script_ask(c, ask, NULL, err);
}

ZV_SCRIPT_SET(packets)
{
	struct zv_script *s = zv_script_of(c);
	bool on;
	int rc = zv_script_read_switch(c, in, &on, err);

	if (rc < 0)
		return rc;
	s->set.wants_packets = on;
	zv_component_lock(c);
	s->shared.wants_packets = on;
	zv_component_unlock(c);
	return apply_now(c, err);
}

ZV_SCRIPT_GET(packets)
{
	zv_value_set_bool(out, zv_script_of(c)->set.wants_packets);
	return 0;
}

ZV_SCRIPT_SET(format)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_buf name = { 0 };
	int rc = zv_script_set_text(c, &name, in, ZV_SCRIPT_TEXT, err);
	size_t i = 0;

	while (rc == 0 && i < ZV_SCRIPT_FORMATS &&
	       !zv_name_equal(zv_buf_str(&name), zvon_str(formats[i].name)))
		i++;
	zv_buf_deinit(&name);
	if (rc < 0)
		return rc;
	if (i == ZV_SCRIPT_FORMATS)
		return zv_fail(err, ZV_EINVAL, "%s",
			       ZV_SCRIPT_SAY(c, "Формат: ami, xml или json",
					     "Format: ami, xml or json"));
	s->set.format = (enum zv_script_format)i;
	zv_component_lock(c);
	s->shared.format = s->set.format;
	zv_component_unlock(c);
	return 0;
}

ZV_SCRIPT_GET(format)
{
	return zv_script_give(c, zvon_str(formats[zv_script_of(c)->set.format].name),
			      out, err);
}

ZV_SCRIPT_SET(view)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_buf name = { 0 };
	int rc = zv_script_set_text(c, &name, in, ZV_SCRIPT_TEXT, err);
	bool is_legacy = zv_name_equal(zv_buf_str(&name), ZV_STR("legacy"));
	bool is_native = zv_name_equal(zv_buf_str(&name), ZV_STR("native"));

	zv_buf_deinit(&name);
	if (rc < 0)
		return rc;
	if (!is_legacy && !is_native)
		return zv_fail(err, ZV_EINVAL, "%s",
			       ZV_SCRIPT_SAY(c, "Вид: native или legacy",
					     "View: native or legacy"));
	s->set.is_legacy = is_legacy;
	return apply_now(c, err);
}

ZV_SCRIPT_GET(view)
{
	return zv_script_give(
		c, zv_script_of(c)->set.is_legacy ? ZV_STR("legacy") : ZV_STR("native"),
		out, err);
}
