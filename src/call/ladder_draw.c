#include <stdio.h>

#include "base/printf.h"
#include "base/utf.h"
#include "call/ladder_impl.h"

#define WIDTH	  80 /* of a terminal; charts of 5 and more parties are wider */
#define FIRST_X	  10 /* of the first line of life: the time stands before it */
#define NOTE_ROOM 22 /* behind the last one */
#define NEAR	  16 /* between two of them at least */
#define FAR	  28

#define MAX_WIDTH (FIRST_X + (ZV_LADDER_MAX_PARTIES - 1) * NEAR + NOTE_ROOM)

/* The characters that a chart is drawn with. */
static const struct pen {
	const char *up, *ringing, *start, *end, *branch_right, *branch_left, *line,
		*head_right, *head_left, *talk, *talk_right, *talk_left, *cut, *to;
} pens[] = {
	{ "│", "┊", "●", "╳", "├", "┤", "─", "▶", "◀", "═", "╞", "╡", "…", "→" },
	{ "|", ":", "o", "x", "|", "|", "-", ">", "<", "=", "|", "|", "~", "->" },
};

/* One line of the chart, a character in each cell. */
struct canvas {
	struct cell {
		char p[4];
		size_t n;
	} cells[MAX_WIDTH];
	int width;
};

struct drawing {
	const struct zv_ladder_chart *c;
	const char *const *words;
	const struct pen *pen;
	struct zv_buf *out;
	struct zv_buf label;
	struct canvas row;
	int spacing;
	enum zv_ladder_life lives[ZV_LADDER_MAX_PARTIES];
};

/* ---- a row of characters ------------------------------------------------------------ */

static void
clear(struct canvas *row)
{
	for (int i = 0; i < row->width; i++)
		row->cells[i] = (struct cell){ " ", 1 };
}

static void
put_one(struct canvas *row, int x, struct zv_str character)
{
	if (x < 0 || x >= row->width)
		return;
	row->cells[x].n = character.n;
	memcpy(row->cells[x].p, character.p, character.n);
}

static void
put(struct canvas *row, int x, const char *character)
{
	put_one(row, x, zvon_str(character));
}

/* The first character of s, fit to be shown, and how many bytes it took. */
static struct zv_str
first_of(struct zv_str s, size_t *took)
{
	size_t bad = 1, n = zv_utf8_char(s, &bad);
	unsigned char c = (unsigned char)s.p[0];

	*took = n ? n : bad;
	if (n == 0)
		return ZV_STR("\xef\xbf\xbd");
	if (c < 0x20 || c == 0x7f ||
	    (n == 2 && c == 0xc2 && (unsigned char)s.p[1] < 0xa0))
		return ZV_STR(" ");
	return (struct zv_str){ s.p, n };
}

static int
length(struct zv_str s)
{
	size_t took;
	int n = 0;

	for (; s.n; s = zv_str_from(s, took), n++)
		first_of(s, &took);
	return n;
}

/* At most `most` characters; what is longer ends with a mark. */
static void
write_text(struct drawing *d, int x, int most, struct zv_str s)
{
	size_t took;
	int n = length(s);

	for (int i = 0; i < most && s.n; i++, x++) {
		put_one(&d->row, x, first_of(s, &took));
		s = zv_str_from(s, took);
	}
	if (n > most && most > 0)
		put(&d->row, x - 1, d->pen->cut);
}

static void
end_row(struct drawing *d)
{
	int n = d->row.width;

	while (n > 0 && d->row.cells[n - 1].p[0] == ' ')
		n--;
	for (int i = 0; i < n; i++)
		zv_buf_add(d->out,
			   (struct zv_str){ d->row.cells[i].p, d->row.cells[i].n });
	zv_buf_add_char(d->out, '\n');
	clear(&d->row);
}

/* ---- places -------------------------------------------------------------------------- */

static int
x_of(const struct drawing *d, int party)
{
	return FIRST_X + party * d->spacing;
}

static void
lay_out(struct drawing *d)
{
	int n = d->c->n_parties, last;

	d->spacing = n > 1 ? (WIDTH - FIRST_X - NOTE_ROOM) / (n - 1) : FAR;
	if (d->spacing < NEAR)
		d->spacing = NEAR;
	if (d->spacing > FAR)
		d->spacing = FAR;
	last = x_of(d, n > 0 ? n - 1 : 0);
	d->row.width = last + NOTE_ROOM > WIDTH ? last + NOTE_ROOM : WIDTH;
	clear(&d->row);
}

/* ---- head and foot ------------------------------------------------------------------- */

static void say(struct drawing *d, const char *format, ...) ZV_PRINTF(2, 3);

static void
say(struct drawing *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (zv_buf_vprintf(&d->label, format, args) < 0)
		d->out->failed = true;
	va_end(args);
}

static void
say_line(struct drawing *d, int x)
{
	write_text(d, x, d->row.width - x, zv_buf_str(&d->label));
	zv_buf_clear(&d->label);
	end_row(d);
}

static const char *
word(const struct drawing *d, int word)
{
	return d->words[word];
}

static int
word_of_direction(const struct zv_call *call)
{
	static const enum zv_ladder_word words[] = {
		[ZV_DIRECTION_INTERNAL] = ZV_LADDER_INTERNAL,
		[ZV_DIRECTION_IN] = ZV_LADDER_IN,
		[ZV_DIRECTION_OUT] = ZV_LADDER_OUT,
	};

	return (int)words[call->direction];
}

static void
draw_title(struct drawing *d, const struct zv_call *call)
{
	say(d, "%s %.*s, %s", word(d, ZV_LADDER_CALL), ZV_ARG(call->id),
	    word(d, word_of_direction(call)));
	say_line(d, 0);
	if (call->from_number.n)
		say(d, "%.*s", ZV_ARG(call->from_number));
	else
		say(d, "%s", word(d, ZV_LADDER_WITHHELD));
	if (call->from_name.n && !zvon_str_equal(call->from_name, call->from_number))
		say(d, " %.*s", ZV_ARG(call->from_name));
	if (call->to_number.n)
		say(d, " %s %.*s", d->pen->to, ZV_ARG(call->to_number));
	if (call->did.n && !zvon_str_equal(call->did, call->to_number))
		say(d, ", %s %.*s", word(d, ZV_LADDER_DID), ZV_ARG(call->did));
	if (call->queue.n)
		say(d, ", %s %.*s", word(d, ZV_LADDER_QUEUE), ZV_ARG(call->queue));
	say_line(d, 0);
}

/* Its number; below it its name, or that of the trunk. */
static void
draw_heads(struct drawing *d)
{
	bool has_names = false;

	for (int i = 0; i < d->c->n_parties; i++) {
		const struct zv_ladder_party *p = &d->c->parties[i];
		const char *head = p->number[0] ? p->number : p->line;

		write_text(d, x_of(d, i), d->spacing - 2, zvon_str(head));
	}
	end_row(d);
	for (int i = 0; i < d->c->n_parties; i++) {
		const struct zv_ladder_party *p = &d->c->parties[i];
		const char *name = p->name[0] || !p->is_trunk ? p->name : p->line;

		has_names |= name[0] != '\0';
		write_text(d, x_of(d, i), d->spacing - 2, zvon_str(name));
	}
	if (has_names)
		end_row(d);
}

static void
draw_time(struct drawing *d, int64_t at_ms)
{
	say(d, "%8.3f", (double)(at_ms - d->c->start_ms) / 1000);
	write_text(d, 0, FIRST_X - 1, zv_buf_str(&d->label));
	zv_buf_clear(&d->label);
}

static void
draw_foot(struct drawing *d, const struct zv_call *call, struct zv_str reason)
{
	const struct zv_ladder_chart *c = d->c;

	if (call->ended_ms)
		draw_time(d, call->ended_ms);
	else if (c->n_steps)
		draw_time(d, c->steps[c->n_steps - 1]->at_ms);
	if (call->state == ZV_CALL_STATE_ENDED || call->result)
		say(d, "%s", word(d, ZV_LADDER_RESULT + (int)call->result));
	if (call->state != ZV_CALL_STATE_ENDED)
		say(d, "%s%s", call->result ? ", " : "", word(d, ZV_LADDER_OPEN));
	if (reason.n)
		say(d, " (%.*s)", ZV_ARG(reason));
	if (call->talked)
		say(d, "; %s: ", word(d, ZV_LADDER_TALKED));
	for (const struct zv_call_text *t = call->talked; t; t = t->next)
		say(d, "%.*s%s", ZV_ARG(t->text), t->next ? ", " : "");
	say_line(d, FIRST_X);
}

/* ---- steps --------------------------------------------------------------------------- */

static void
draw_lives(struct drawing *d)
{
	for (int i = 0; i < d->c->n_parties; i++) {
		if (d->lives[i] == ZV_LIFE_UP)
			put(&d->row, x_of(d, i), d->pen->up);
		else if (d->lives[i] == ZV_LIFE_RINGING)
			put(&d->row, x_of(d, i), d->pen->ringing);
	}
}

/* Behind the line of life, or before it where there is no room behind. */
static void
draw_note(struct drawing *d, int party, const char *mark_right, const char *mark_left)
{
	struct zv_str text = zv_buf_str(&d->label);
	int x = x_of(d, party), n = length(text), room = d->row.width - x - 2;

	if (n > room && n <= x - 2 - FIRST_X) {
		put(&d->row, x, mark_left);
		write_text(d, x - 1 - n, n, text);
	} else {
		put(&d->row, x, mark_right);
		write_text(d, x + 2, room, text);
	}
}

static void
draw_label(struct drawing *d, int from, int room)
{
	struct zv_str text = zv_buf_str(&d->label);
	int n = length(text);

	if (n > room - 2)
		n = room - 2;
	from += (room - n - 2) / 2;
	put(&d->row, from, " ");
	write_text(d, from + 1, n, text);
	put(&d->row, from + 1 + n, " ");
}

static void
draw_arrow(struct drawing *d, int from, int to)
{
	int left = x_of(d, from < to ? from : to),
	    right = x_of(d, from < to ? to : from);
	bool rightward = from < to;

	for (int x = left + 1; x < right; x++)
		put(&d->row, x, d->pen->line);
	put(&d->row, x_of(d, from),
	    rightward ? d->pen->branch_right : d->pen->branch_left);
	if (d->lives[to] == ZV_LIFE_NONE)
		put(&d->row, x_of(d, to), d->pen->up);
	if (rightward)
		put(&d->row, right - 1, d->pen->head_right);
	else
		put(&d->row, left + 1, d->pen->head_left);
	draw_label(d, left + (rightward ? 2 : 3), right - left - 4);
}

static void
draw_talk(struct drawing *d, int a, int b)
{
	int left = x_of(d, a < b ? a : b), right = x_of(d, a < b ? b : a);

	for (int x = left + 1; x < right; x++)
		put(&d->row, x, d->pen->talk);
	put(&d->row, left, d->pen->talk_right);
	put(&d->row, right, d->pen->talk_left);
	draw_label(d, left + 2, right - left - 3);
}

static void
say_step(struct drawing *d, const struct zv_ladder_step *s)
{
	say(d, "%s", word(d, (int)s->word));
	if (s->text[0])
		say(d, " %s", s->text);
}

/* An arrow to somebody without a column is a note. */
static void
draw_shape(struct drawing *d, const struct zv_ladder_step *s)
{
	enum zv_ladder_shape shape = s->shape;
	int to = s->toward ? zv_ladder_find(d->c, zvon_str(s->toward)) : s->to;

	say_step(d, s);
	if ((shape == ZV_SHAPE_ARROW || shape == ZV_SHAPE_TALK) &&
	    (to < 0 || to == s->from)) {
		shape = ZV_SHAPE_NOTE;
		if (s->toward)
			say(d, " %s %s", d->pen->to, s->toward);
	}
	if (shape == ZV_SHAPE_ARROW)
		draw_arrow(d, s->from, to);
	else if (shape == ZV_SHAPE_TALK)
		draw_talk(d, s->from, to);
	else if (shape == ZV_SHAPE_START)
		draw_note(d, s->from, d->pen->start, d->pen->start);
	else if (shape == ZV_SHAPE_END)
		draw_note(d, s->from, d->pen->end, d->pen->end);
	else
		draw_note(d, s->from, d->pen->branch_right, d->pen->branch_left);
	zv_buf_clear(&d->label);
}

static void
draw_step(struct drawing *d, const struct zv_ladder_step *s)
{
	for (size_t i = 0; i < s->n_lives; i++)
		d->lives[s->lives[i].party] = s->lives[i].life;
	draw_time(d, s->at_ms);
	draw_lives(d);
	if (s->from < d->c->n_parties)
		draw_shape(d, s);
	end_row(d);
}

void
zv_ladder_draw_chart(const struct zv_ladder_chart *c, const struct zv_call *call,
		     struct zv_str reason, const char *const *words, bool ascii,
		     struct zv_buf *out)
{
	struct drawing d = { .c = c, .words = words, .pen = &pens[ascii], .out = out };

	lay_out(&d);
	draw_title(&d, call);
	draw_heads(&d);
	for (size_t i = 0; i < c->n_steps; i++)
		draw_step(&d, c->steps[i]);
	if (c->left_out) {
		say(&d, "%s %zu %s", d.pen->cut, c->left_out, word(&d, ZV_LADDER_MORE));
		say_line(&d, FIRST_X);
	}
	draw_foot(&d, call, reason);
	zv_buf_deinit(&d.label);
}
