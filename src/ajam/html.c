/* manager: a page with a form, then a table of two columns, all versions alike:
 *
 *   <tr><td>Event</td><td>Hangup</td></tr>
 *   <tr><td>Opaque-data</td><td>a line without a colon<br>
 *   and those behind it</td></tr>
 *   <tr><td colspan="2"><hr></td></tr>		closes the packet
 *
 * The form's rows have attributes in their <td>, or are <th>: only a bare <td> is a cell.
 * In a cell Asterisk sends '<' as `&lt;`, so what looks like one of the tags above is
 * one, and ends a cell whose own end is missing. */
#include "ajam/codec.h"

#include "ajam/assemble.h"
#include "ajam/chars.h"
#include "base/mem.h"

#define WORD_MAX 16 /* longer than each of the tags below */
#define TITLE	 "Asterisk&trade; Manager Interface"

struct html;

/* Uses bytes from the front of [p, end): at least one, or it changes the state. */
typedef const char *step_fn(struct html *h, const char *p, const char *end);

enum cell {
	CELL_NONE, /* in front of the key */
	CELL_KEY,
	CELL_BETWEEN,
	CELL_VALUE,
	CELL_DONE,
};

struct html {
	struct zv_assembly assembly;
	struct zv_ajam_chars chars;
	step_fn *step;
	enum cell cell;
	const struct zv_packet *packet; /* complete, when rc is 1 */
	int rc;		     /* of a step: 1 a packet is complete, < 0 failure */
	bool is_ours;	     /* the title was seen */
	bool is_over;	     /* </body> was seen */
	bool has_packet;     /* a row since the last <hr> */
	char word[WORD_MAX]; /* a tag, as far as it has come */
	size_t n_word;
	size_t n_title;
};

static step_fn in_page, in_tag, in_markup, in_title, in_cell, in_cell_tag;

static const char *
go(struct html *h, step_fn *step, const char *p)
{
	h->step = step;
	return p;
}

/* ---- rows -------------------------------------------------------------------------- */

static void
finish_packet(struct html *h)
{
	if (h->has_packet)
		h->rc = zv_assembly_finish(&h->assembly, &h->packet);
	h->has_packet = false;
	h->cell = CELL_NONE;
}

/* What would end or forge a line; Asterisk sends none of it. */
static void
clean_key(struct zv_assembly *a)
{
	for (size_t i = a->line; i < a->text.n; i++)
		if (a->text.p[i] == ':' || a->text.p[i] == '\n')
			a->text.p[i] = '_';
}

static void
end_cell(struct html *h)
{
	if (h->cell == CELL_KEY) {
		clean_key(&h->assembly);
		zv_assembly_end_key(&h->assembly);
		h->cell = CELL_BETWEEN;
	} else if (h->cell == CELL_VALUE) {
		zv_assembly_end_value(&h->assembly);
		h->cell = CELL_DONE;
	}
}

static void
begin_row(struct html *h)
{
	end_cell(h);
	if (h->has_packet)
		zv_assembly_drop_line(&h->assembly); /* a key without a value */
	h->cell = CELL_NONE;
}

static step_fn *
begin_cell(struct html *h)
{
	end_cell(h);
	if (h->cell == CELL_DONE)
		return in_page; /* a third column is nothing of ours */
	if (!h->has_packet)
		zv_assembly_begin(&h->assembly);
	h->has_packet = true;
	h->cell = h->cell == CELL_NONE ? CELL_KEY : CELL_VALUE;
	h->chars.n = 0;
	return in_cell;
}

/* What the tags of a row do, and where it goes on behind them. */
static step_fn *
on_td(struct html *h)
{
	return begin_cell(h);
}

static step_fn *
on_end_td(struct html *h)
{
	end_cell(h);
	return in_page;
}

static step_fn *
on_tr(struct html *h)
{
	begin_row(h);
	return in_page;
}

static step_fn *
on_hr(struct html *h)
{
	begin_row(h);
	finish_packet(h);
	return in_page;
}

/* In a value; the line feed stands behind it. */
static step_fn *
on_br(struct html *h)
{
	return h->cell == CELL_KEY || h->cell == CELL_VALUE ? in_cell : in_page;
}

#define TAG(literal)                                                                   \
 {                                                                                     \
  literal, sizeof literal - 1                                                          \
 }

static const struct {
	struct zv_str tag;
	step_fn *(*run)(struct html *h);
} row_tags[] = {
	{ TAG("<td>"), on_td },	    { TAG("</td>"), on_end_td }, { TAG("<tr>"), on_tr },
	{ TAG("</tr>"), on_tr },    { TAG("<hr>"), on_hr },	 { TAG("<br>"), on_br },
	{ TAG("</table>"), on_hr },
};

#define N_ROW_TAGS (sizeof row_tags / sizeof *row_tags)

static struct zv_str
word_of(const struct html *h)
{
	return (struct zv_str){ h->word, h->n_word };
}

/* Is the word a tag of the table? Its row; N_ROW_TAGS: it may become one; -1: no. */
static int
find_row_tag(const struct html *h)
{
	char last = h->word[h->n_word - 1];
	int found = -1;

	for (size_t i = 0; i < N_ROW_TAGS; i++) {
		struct zv_str tag = row_tags[i].tag;

		/* the last byte tells nearly always */
		if (tag.n < h->n_word || tag.p[h->n_word - 1] != last ||
		    memcmp(tag.p, h->word, h->n_word) != 0)
			continue;
		if (tag.n == h->n_word)
			return (int)i;
		found = (int)N_ROW_TAGS;
	}
	return found;
}

/* ---- cells -------------------------------------------------------------------------- */

static const char *
in_cell(struct html *h, const char *p, const char *end)
{
	p = zv_ajam_chars_read(&h->chars, &h->assembly, p, end, '<');
	if (p == end || h->assembly.error)
		return p;
	h->n_word = 0;
	return go(h, in_cell_tag, p);
}

static const char *
in_cell_tag(struct html *h, const char *p, const char *end)
{
	while (p < end) {
		int found;

		h->word[h->n_word++] = *p;
		found = find_row_tag(h);
		if (found < 0) {
			h->n_word--;
			zv_assembly_add(&h->assembly, word_of(h));
			return go(h, in_cell, p);
		}
		p++;
		if (found < (int)N_ROW_TAGS)
			return go(h, row_tags[found].run(h), p);
	}
	return p;
}

/* ---- the page ------------------------------------------------------------------------ */

static const char *
in_page(struct html *h, const char *p, const char *end)
{
	const char *tag;

	for (; !h->is_ours && p < end && *p != '<'; p++)
		if (*p != ' ' && *p != '\t' && *p != '\r' && *p != '\n') {
			h->rc = ZV_EPROTO;
			return p;
		}
	tag = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL;
	if (!tag)
		return end;
	h->word[0] = '<';
	h->n_word = 1;
	return go(h, in_tag, tag + 1);
}

/* In front of the title stands nothing but these. */
static bool
may_stand_before_title(const struct html *h)
{
	static const char *const tags[] = { "<html>", "<head>", "<!DOCTYPE" };

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (zvon_str_equal(word_of(h), zvon_str(tags[i])))
			return true;
	return false;
}

/* A tag outside of cells is complete, or the name of one that has more in it. */
static step_fn *
run_tag(struct html *h, bool is_whole)
{
	int found = is_whole ? find_row_tag(h) : -1;

	if (!h->is_ours) {
		if (zvon_str_equal(word_of(h), ZV_STR("<title>")))
			return in_title;
		if (!may_stand_before_title(h))
			h->rc = ZV_EPROTO;
	} else if (found >= 0 && found < (int)N_ROW_TAGS) {
		return row_tags[found].run(h);
	} else if (zvon_str_equal(word_of(h), ZV_STR("</body>"))) {
		h->is_over = true;
	}
	return is_whole ? in_page : in_markup;
}

static const char *
in_tag(struct html *h, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '<')
			return go(h, in_page, p);
		if (*p == '>') {
			h->word[h->n_word++] = *p;
			return go(h, run_tag(h, true), p + 1);
		}
		if (*p == ' ' || h->n_word == WORD_MAX - 1)
			return go(h, run_tag(h, false), p);
		h->word[h->n_word++] = *p;
	}
	return p;
}

static const char *
in_markup(struct html *h, const char *p, const char *end)
{
	const char *stop = memchr(p, '>', (size_t)(end - p));

	return stop ? go(h, in_page, stop + 1) : end;
}

static const char *
in_title(struct html *h, const char *p, const char *end)
{
	static const char title[] = TITLE;

	for (; p < end; p++) {
		if (*p != title[h->n_title]) {
			h->rc = ZV_EPROTO;
			return p;
		}
		if (!title[++h->n_title]) {
			h->is_ours = true;
			return go(h, in_page, p + 1);
		}
	}
	return p;
}

/* ---- the row ------------------------------------------------------------------------ */

static void
html_reset(void *codec)
{
	struct html *h = codec;

	zv_assembly_reset(&h->assembly);
	h->chars.n = 0;
	h->step = in_page;
	h->cell = CELL_NONE;
	h->is_ours = h->is_over = h->has_packet = false;
	h->n_title = 0;
}

static void *
html_create(const struct zv_parser_limits *limits)
{
	struct html *h = zv_calloc(1, sizeof *h);

	if (!h)
		return NULL;
	zv_assembly_init(&h->assembly, limits, ZV_STR("Opaque-data"));
	html_reset(h);
	return h;
}

static void
html_destroy(void *codec)
{
	struct html *h = codec;

	if (!h)
		return;
	zv_assembly_deinit(&h->assembly);
	zv_free(h);
}

static int
html_next(void *codec, struct zv_str *in, const struct zv_packet **out)
{
	struct html *h = codec;
	const char *p = in->p, *end = in->n ? p + in->n : p;

	h->rc = 0;
	while (p < end && h->rc == 0 && !h->assembly.error)
		p = h->step(h, p, end);
	*in = (struct zv_str){ p, (size_t)(end - p) };
	if (h->assembly.error)
		return h->assembly.error;
	if (h->rc > 0)
		*out = h->packet;
	return h->rc;
}

static bool
html_is_whole(const void *codec)
{
	const struct html *h = codec;

	return h->is_over && !h->has_packet;
}

static const char *
html_error(const void *codec)
{
	const struct html *h = codec;

	return h->assembly.reason;
}

const struct zv_ajam_codec zv_ajam_manager = {
	.name = "manager",
	.create = html_create,
	.destroy = html_destroy,
	.reset = html_reset,
	.next = html_next,
	.is_whole = html_is_whole,
	.error = html_error,
};
