/* mxml, as all versions send it:
 *
 *   <ajax-response>
 *   <response type='object' id='unknown'><generic event='Hangup' … /></response>
 *   </ajax-response>
 *
 * An XML parser would give up at the first bad byte, and Asterisk sends bad bytes: text
 * that is not UTF-8, control characters (from the middle of a value), an attribute twice
 * (`Same:` and `SAME:`), an attribute without a name (a line `: x`). So this reader knows
 * that shape and no more: inside <ajax-response> every element but <response> is a
 * packet, wherever it stands, whatever its name (the request's ajaxobjtype). What is
 * wrong in a packet ends there: at the latest a `<response` or `</response` begins anew,
 * in the middle of a value, too, for there Asterisk sends '<' as `&lt;`. */
#include "ajam/codec.h"

#include "ajam/assemble.h"
#include "ajam/chars.h"
#include "base/mem.h"

#define WORD_MAX 16 /* longer than each of the words below */

struct mxml;

/* Uses bytes from the front of [p, end): at least one, or it changes the state. */
typedef const char *step_fn(struct mxml *m, const char *p, const char *end);

struct mxml {
	struct zv_assembly assembly;
	struct zv_ajam_chars chars;
	step_fn *step;
	const struct zv_packet *packet; /* complete, when rc is 1 */
	int rc;		      /* of a step: 1 a packet is complete, < 0 failure */
	bool is_begun;	      /* <ajax-response> was seen */
	bool is_over;	      /* and nothing is open behind </ajax-response> */
	bool has_declaration; /* `<!` was seen: its rest in front of the root is skipped */
	char quote;
	char word[WORD_MAX]; /* a tag's name, as far as it has come */
	size_t n_word;
};

static step_fn in_text, in_tag, in_markup, in_declaration, in_comment, in_attributes,
	in_name, in_junk, behind_name, before_value, in_value, in_value_tag;

/* Bytes of an attribute's name: Asterisk sends a-z, 0-9, '_', and '-' for a count. What
 * else stands in front of a '=' is kept, but for what ends or would forge a line. */
static const bool ends_name[256] = {
	['\t'] = true, ['\n'] = true, ['\r'] = true, [' '] = true,
	['='] = true,  ['\''] = true, ['"'] = true,  ['/'] = true,
	['<'] = true,  ['>'] = true,  [':'] = true,
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
go(struct mxml *m, step_fn *step, const char *p)
{
	m->step = step;
	return p;
}

/* ---- tags ------------------------------------------------------------------------- */

static const char *
begin_tag(struct mxml *m, const char *p)
{
	m->n_word = 0;
	m->is_over = false;
	return go(m, in_tag, p);
}

static bool
may_stand_before_root(const struct mxml *m, char c)
{
	/* a byte order mark, and what a declaration with '>' in it leaves */
	return is_blank(c) || m->has_declaration || strchr("\xef\xbb\xbf", c);
}

static const char *
in_text(struct mxml *m, const char *p, const char *end)
{
	const char *tag;

	for (; !m->is_begun && p < end && *p != '<'; p++)
		if (!*p || !may_stand_before_root(m, *p)) {
			m->rc = ZV_EPROTO;
			return p;
		}
	tag = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL;
	return tag ? begin_tag(m, tag + 1) : end;
}

static bool
word_is(const struct mxml *m, const char *word)
{
	return zvon_str_equal((struct zv_str){ m->word, m->n_word }, zvon_str(word));
}

/* The tag's name is complete; p stands behind it. */
static const char *
begin_element(struct mxml *m, const char *p)
{
	if (word_is(m, "ajax-response")) {
		m->is_begun = true;
	} else if (!m->is_begun) {
		m->rc = ZV_EPROTO;
	} else if (word_is(m, "/ajax-response")) {
		m->is_over = true;
	} else if (m->word[0] != '/' && !word_is(m, "response")) {
		zv_assembly_begin(&m->assembly);
		m->chars.n = 0;
		return go(m, in_attributes, p);
	}
	return go(m, in_markup, p);
}

static const char *
in_tag(struct mxml *m, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (m->n_word == 0 && *p == '?')
			return go(m, in_markup, p + 1);
		if (m->n_word == 0 && *p == '!')
			return go(m, in_declaration, p + 1);
		if (is_blank(*p) || *p == '>' || *p == '<' || (*p == '/' && m->n_word))
			return begin_element(m, p);
		if (m->n_word < WORD_MAX)
			m->word[m->n_word++] = *p;
	}
	return p;
}

/* The rest of a tag that is no packet. */
static const char *
in_markup(struct mxml *m, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '>')
			return go(m, in_text, p + 1);
		if (*p == '<')
			return begin_tag(m, p + 1);
	}
	return p;
}

/* Behind `<!`. Whatever it declares is not believed, so that its end may be the first
 * '>'; only of a comment the end matters, it may have hidden packets. */
static const char *
in_declaration(struct mxml *m, const char *p, const char *end)
{
	m->has_declaration = true;
	for (; p < end; p++) {
		if (*p != '-')
			return go(m, in_markup, p);
		m->word[m->n_word++] = *p;
		if (m->n_word == 2) {
			m->n_word = 0;
			return go(m, in_comment, p + 1);
		}
	}
	return p;
}

/* Up to `-->`. */
static const char *
in_comment(struct mxml *m, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '>' && m->n_word == 2)
			return go(m, in_text, p + 1);
		if (*p != '-')
			m->n_word = 0;
		else if (m->n_word < 2)
			m->n_word++;
	}
	return p;
}

/* ---- packets ---------------------------------------------------------------------- */

static void
finish_packet(struct mxml *m)
{
	m->rc = zv_assembly_finish(&m->assembly, &m->packet);
}

/* In front of an attribute, or of the end. All of an attribute that is plain and whole is
 * done here; what is not goes through the steps below. */
static const char *
in_attributes(struct mxml *m, const char *p, const char *end)
{
	struct zv_assembly *a = &m->assembly;

	while (p < end) {
		const char *name;

		if (is_blank(*p) || *p == '/') {
			p++;
			continue;
		}
		if (*p == '>' || *p == '<') {
			finish_packet(m);
			return go(m, in_text, *p == '>' ? p + 1 : p);
		}
		for (name = p; p < end && !ends_name[(unsigned char)*p];)
			p++;
		zv_assembly_add(a, (struct zv_str){ name, (size_t)(p - name) });
		if (end - p < 2 || *p != '=' || (p[1] != '\'' && p[1] != '"'))
			return go(m, in_name, p);
		zv_assembly_end_key(a);
		m->quote = p[1];
		p = zv_ajam_chars_read(&m->chars, a, p + 2, end, m->quote);
		if (a->error || p == end || *p != m->quote)
			return go(m, in_value, p);
		zv_assembly_end_value(a);
		p++;
	}
	return p;
}

static const char *
in_name(struct mxml *m, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == ':')
			zv_assembly_add(&m->assembly, ZV_STR("_"));
		else if (ends_name[(unsigned char)*p])
			return go(m, behind_name, p);
		else
			zv_assembly_add(&m->assembly, (struct zv_str){ p, 1 });
	}
	return p;
}

static const char *
in_junk(struct mxml *m, const char *p, const char *end)
{
	for (; p < end; p++)
		if (is_blank(*p) || *p == '>' || *p == '<')
			return go(m, in_attributes, p);
	return p;
}

static const char *
behind_name(struct mxml *m, const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	if (p == end)
		return p;
	if (*p != '=') { /* a name without a value: here begins the next one, or junk */
		zv_assembly_drop_line(&m->assembly);
		return go(m, ends_name[(unsigned char)*p] ? in_junk : in_attributes, p);
	}
	zv_assembly_end_key(&m->assembly);
	return go(m, before_value, p + 1);
}

static const char *
before_value(struct mxml *m, const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	if (p == end)
		return p;
	if (*p != '\'' && *p != '"') { /* a value without quotes: nothing to go by */
		zv_assembly_drop_line(&m->assembly);
		return go(m, in_junk, p);
	}
	m->quote = *p;
	return go(m, in_value, p + 1);
}

static const char *
in_value(struct mxml *m, const char *p, const char *end)
{
	p = zv_ajam_chars_read(&m->chars, &m->assembly, p, end, m->quote);
	if (p == end || m->assembly.error)
		return p;
	if (*p == m->quote) {
		zv_assembly_end_value(&m->assembly);
		return go(m, in_attributes, p + 1);
	}
	m->n_word = 0;
	return go(m, in_value_tag, p);
}

#define TAG(literal)                                                                   \
 {                                                                                     \
  literal, sizeof literal - 1                                                          \
 }

/* Does the word begin one of ours? 1: it is one of them; 0: may be; -1: no. */
static int
is_our_tag(const struct mxml *m)
{
	static const struct zv_str ours[] = { TAG("<response"), TAG("</response"),
					      TAG("</ajax-response") };
	char last = m->word[m->n_word - 1];
	int rc = -1;

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		/* the last byte tells nearly always */
		if (ours[i].n < m->n_word || ours[i].p[m->n_word - 1] != last ||
		    memcmp(ours[i].p, m->word, m->n_word) != 0)
			continue;
		if (ours[i].n == m->n_word)
			return 1;
		rc = 0;
	}
	return rc;
}

/* A '<' in a value: the quote behind the value is missing, or somebody else than
 * Asterisk has written it. */
static const char *
in_value_tag(struct mxml *m, const char *p, const char *end)
{
	while (p < end) {
		int is_ours;

		m->word[m->n_word++] = *p;
		is_ours = is_our_tag(m);
		if (is_ours < 0) {
			m->n_word--;
			zv_assembly_add(&m->assembly,
					(struct zv_str){ m->word, m->n_word });
			return go(m, in_value, p);
		}
		p++;
		if (is_ours) {
			zv_assembly_end_value(&m->assembly);
			finish_packet(m);
			m->is_over = word_is(m, "</ajax-response");
			return go(m, in_markup, p);
		}
	}
	return p;
}

/* ---- the row ------------------------------------------------------------------------ */

static void
mxml_reset(void *codec)
{
	struct mxml *m = codec;

	zv_assembly_reset(&m->assembly);
	m->chars.n = 0;
	m->step = in_text;
	m->is_begun = m->is_over = m->has_declaration = false;
}

static void *
mxml_create(const struct zv_parser_limits *limits)
{
	struct mxml *m = zv_calloc(1, sizeof *m);

	if (!m)
		return NULL;
	zv_assembly_init(&m->assembly, limits, ZV_STR("opaque_data"));
	mxml_reset(m);
	return m;
}

static void
mxml_destroy(void *codec)
{
	struct mxml *m = codec;

	if (!m)
		return;
	zv_assembly_deinit(&m->assembly);
	zv_free(m);
}

static int
mxml_next(void *codec, struct zv_str *in, const struct zv_packet **out)
{
	struct mxml *m = codec;
	const char *p = in->p, *end = in->n ? p + in->n : p;

	m->rc = 0;
	while (p < end && m->rc == 0 && !m->assembly.error)
		p = m->step(m, p, end);
	*in = (struct zv_str){ p, (size_t)(end - p) };
	if (m->assembly.error)
		return m->assembly.error;
	if (m->rc > 0)
		*out = m->packet;
	return m->rc;
}

static bool
mxml_is_whole(const void *codec)
{
	const struct mxml *m = codec;

	return m->is_over && (m->step == in_text || m->step == in_markup);
}

static const char *
mxml_error(const void *codec)
{
	const struct mxml *m = codec;

	return m->assembly.reason;
}

const struct zv_ajam_codec zv_ajam_mxml = {
	.name = "mxml",
	.create = mxml_create,
	.destroy = mxml_destroy,
	.reset = mxml_reset,
	.next = mxml_next,
	.is_whole = mxml_is_whole,
	.error = mxml_error,
};
