/* Packets being written: one text for all that come out of one packet, and where in it
 * each key and value stands; pointers are made when a packet is given out, for the text
 * may move while it grows. */
#include "base/mem.h"
#include "base/str.h"
#include "legacy/impl.h"

#define FIRST_CAP 32

/* ---- room ---------------------------------------------------------------------------- */

/* Room for one more of `size` bytes behind *n; the table, or NULL. */
static void *
one_more(void *table, size_t n, size_t *cap, size_t size)
{
	size_t bigger = *cap ? *cap * 2 : FIRST_CAP;
	void *moved;

	if (n < *cap)
		return table;
	moved = zv_realloc(table, bigger * size);
	if (moved)
		*cap = bigger;
	return moved;
}

static bool
room_for_field(struct zv_old_out *o)
{
	size_t cap = o->cap_spans;
	struct zv_old_span *spans;
	struct zv_field *fields;

	if (o->n_spans < o->cap_spans)
		return true;
	fields = zv_realloc(o->fields, (cap ? cap * 2 : FIRST_CAP) * sizeof *o->fields);
	if (!fields)
		return false;
	o->fields = fields;
	spans = one_more(o->spans, o->n_spans, &o->cap_spans, sizeof *spans);
	if (spans)
		o->spans = spans;
	return spans != NULL;
}

static struct zv_old_packet *
new_packet(struct zv_legacy *l)
{
	struct zv_old_out *o = &l->out;
	struct zv_old_packet *packets =
		one_more(o->packets, o->n_packets, &o->cap_packets, sizeof *packets);

	if (!packets) {
		l->failed = true;
		return NULL;
	}
	o->packets = packets;
	packets[o->n_packets] = (struct zv_old_packet){
		.text = o->text.n,
		.first_field = o->n_spans,
	};
	return &packets[o->n_packets++];
}

void
zv_old_out_clear(struct zv_old_out *o)
{
	zv_buf_clear(&o->text);
	o->n_spans = o->n_packets = o->given = 0;
}

void
zv_old_out_deinit(struct zv_old_out *o)
{
	zv_buf_deinit(&o->text);
	zv_free(o->spans);
	zv_free(o->fields);
	zv_free(o->packets);
}

/* ---- lines ----------------------------------------------------------------------------- */

/* A value of 12+ may hold line ends, once its escapes are undone: they must not make a
 * line of their own, which a caller could choose (1.x let them). */
static void
make_harmless(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\t')
			p[i] = ' ';
}

/* … nor may a key end early: that is, have ": " in it. */
void
zv_old_make_key(struct zv_buf *key)
{
	make_harmless(key->p, key->n);
	for (size_t i = 1; i < key->n; i++)
		if (key->p[i] == ' ' && key->p[i - 1] == ':')
			key->p[i] = '_';
}

static bool
is_pjsip_name(const struct zv_legacy *l, const char *p, size_t n)
{
	return l->options.sip_names && n > 6 && memcmp(p, "PJSIP/", 6) == 0;
}

/* How a line is written. */
enum manner {
	PLAIN,
	ESCAPED, /* the value has escapes, which are undone */
	AS_SENT, /* nothing is looked at: the server itself made that line */
};

/* The bytes at the end of the text that were just added, made ready; how many they are. */
static size_t
finish_value(struct zv_legacy *l, size_t at, enum manner manner)
{
	struct zv_buf *text = &l->out.text;
	size_t n = text->n - at;

	if (manner != AS_SENT)
		make_harmless(text->p + at, n);
	if (!is_pjsip_name(l, text->p + at, n))
		return n;
	memmove(text->p + at, text->p + at + 2, n - 2);
	text->n -= 2;
	return n - 2;
}

static void
add_line(struct zv_legacy *l, struct zv_str key, struct zv_str value,
	 enum manner manner)
{
	struct zv_old_out *o = &l->out;
	struct zv_buf *text = &o->text;
	struct zv_old_span *span;
	size_t at = text->n;

	if (!room_for_field(o) ||
	    zv_buf_reserve(text, key.n + value.n + sizeof ": \r\n") < 0) {
		l->failed = true;
		return;
	}
	span = &o->spans[o->n_spans++];
	zv_buf_add(text, key);
	zv_buf_add(text, ZV_STR(": "));
	*span = (struct zv_old_span){ at, key.n, text->n, 0 };
	if (manner == ESCAPED)
		text->n += zvon_unescape(value, text->p + text->n);
	else
		zv_buf_add(text, value);
	span->value_n = finish_value(l, span->value, manner);
	zv_buf_add(text, ZV_STR("\r\n"));
	o->packets[o->n_packets - 1].n_fields++;
	o->packets[o->n_packets - 1].text_n =
		text->n - o->packets[o->n_packets - 1].text;
}

void
zv_old_add(struct zv_legacy *l, struct zv_str key, struct zv_str value)
{
	if (!l->failed)
		add_line(l, key, value, PLAIN);
}

void
zv_old_add_escaped(struct zv_legacy *l, struct zv_str key, struct zv_str value)
{
	if (!l->failed)
		add_line(l, key, value, ESCAPED);
}

void
zv_old_add_text(struct zv_legacy *l, const char *key, const char *value)
{
	zv_old_add(l, zvon_str(key), zvon_str(value));
}

static bool
has_colon(const struct zv_packet *p, const struct zv_field *f)
{
	const char *end = p->text.p + p->text.n;

	/* a line without key and colon would be an empty one, and end the packet */
	return f->key.n == 0 || f->value.n ||
	       (f->key.p + f->key.n < end && f->key.p[f->key.n] == ':');
}

void
zv_old_add_as_sent(struct zv_legacy *l, const struct zv_packet *p, size_t field)
{
	const struct zv_field *f = &p->fields[field];
	struct zv_old_out *o = &l->out;
	struct zv_old_packet *packet;
	struct zv_old_span *span;

	if (!l->failed)
		add_line(l, f->key, f->value, AS_SENT);
	if (l->failed || has_colon(p, f))
		return;
	span = &o->spans[o->n_spans - 1]; /* `NoColon`, as UserEvent echoes it */
	packet = &o->packets[o->n_packets - 1];
	o->text.n = span->key + span->key_n;
	span->value = o->text.n;
	zv_buf_add(&o->text, ZV_STR("\r\n"));
	packet->text_n = o->text.n - packet->text;
}

/* ---- packets --------------------------------------------------------------------------- */

void
zv_old_pass(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_packet *packet = new_packet(l);

	if (packet)
		packet->unchanged = p;
}

/* What Asterisk puts in front of the body, in this order, if it is configured; 1.x had no
 * SystemName. */
static const struct head {
	struct zv_str key;
	bool is_old;
} heads[] = {
	{ { "Privilege", 9 }, true },
	{ { "Timestamp", 9 }, true },
	{ { "SequenceNumber", 14 }, true },
	{ { "File", 4 }, true },
	{ { "Line", 4 }, true },
	{ { "Func", 4 }, true },
	{ { "SystemName", 10 }, false },
};

static const struct head *
head_of(struct zv_str key)
{
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (zvon_str_equal_nocase(heads[i].key, key))
			return &heads[i];
	return NULL;
}

bool
zv_old_begin_bare(struct zv_legacy *l)
{
	return !l->failed && new_packet(l);
}

void
zv_old_begin(struct zv_legacy *l, const char *name, const char *privilege,
	     const struct zv_packet *like)
{
	const struct head *head;

	if (!zv_old_begin_bare(l))
		return;
	zv_old_add_text(l, "Event", name);
	for (size_t i = 1;
	     i < like->n_fields && (head = head_of(like->fields[i].key)) != NULL; i++) {
		if (head == heads && privilege)
			zv_old_add_text(l, "Privilege", privilege);
		else if (head->is_old)
			zv_old_add(l, head->key, like->fields[i].value);
	}
}

bool
zvon_legacy_next(struct zv_legacy *l, const struct zv_packet **out)
{
	struct zv_old_out *o = &l->out;
	const struct zv_old_packet *packet;
	const char *text = o->text.p;

	if (o->given == o->n_packets)
		return false;
	packet = &o->packets[o->given++];
	l->counters.out++;
	l->counters.unchanged += packet->unchanged != NULL;
	*out = packet->unchanged;
	if (packet->unchanged)
		return true;
	for (size_t i = packet->first_field; i < packet->first_field + packet->n_fields;
	     i++) {
		const struct zv_old_span *s = &o->spans[i];

		o->fields[i] = (struct zv_field){ { text + s->key, s->key_n },
						  { text + s->value, s->value_n } };
	}
	o->packet = (struct zv_packet){
		.kind = ZV_PACKET_EVENT,
		.name = o->fields[packet->first_field].value,
		.fields = o->fields + packet->first_field,
		.n_fields = packet->n_fields,
		.text = { text + packet->text, packet->text_n },
	};
	*out = &o->packet;
	return true;
}
