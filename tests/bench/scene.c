#include "scene.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_IDS 256 /* different ones in one recording */

enum piece_kind {
	PIECE_TEXT,
	PIECE_UNIQUE_ID, /* 1795225247.118 */
	PIECE_CHANNEL,	 /* 0000001d of PJSIP/101-0000001d */
	PIECE_BRIDGE,	 /* 60da6365-064f-4fe3-8e90-728aee9bbaa2 */
	PIECE_WORD,	 /* 101: one of `words` */
};

struct piece {
	enum piece_kind kind;
	const char *p; /* as recorded */
	size_t n;
	unsigned which; /* the how manieth id of that kind; the word */
};

struct packet {
	int64_t ms;
	size_t first, n; /* pieces */
	size_t bytes;
};

struct seen {
	const char *p[MOST_IDS];
	size_t n;
};

struct scene {
	char *bytes;
	size_t n_bytes;
	struct piece *pieces;
	size_t n_pieces;
	struct packet *packets;
	size_t n_packets;
	struct seen unique_ids, channels, bridges;
};

/* Words of the laboratory that each slot has its own of: lines, parking spaces, a room, a
 * queue. At most five digits: a peer with such a name is a line. */
static const struct word {
	const char *text, *prefix;
	unsigned base, step;
} words[] = {
	{ "101", "", 10000, 4 }, { "102", "", 10001, 4 },
	{ "103", "", 10002, 4 }, { "109", "", 10003, 4 },
	{ "701", "", 70000, 1 }, { "702", "", 80000, 1 },
	{ "801", "", 90000, 1 }, { "support", "support", 0, 1 },
};

#define MOST_SLOTS_OF_WORDS 10000
#define WORDS		    (sizeof words / sizeof *words)

/* Events that tell of no call, and the test framework's, which production does not have. */
static const char *const left_out[] = { "TestEvent", "FullyBooted", "SuccessfulAuth",
					"ChallengeSent" };

/* ---- what is replaced ---------------------------------------------------------------- */

static size_t
digits(const char *p, const char *end, int (*is)(int))
{
	const char *from = p;

	while (p < end && is((unsigned char)*p))
		p++;
	return (size_t)(p - from);
}

static int
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int
is_hex(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The length of what begins at p, or 0. */
static size_t
unique_id_at(const char *p, const char *end)
{
	size_t n;

	if (digits(p, end, is_digit) != 10 || p + 10 == end || p[10] != '.')
		return 0;
	n = digits(p + 11, end, is_digit);
	return n ? 11 + n : 0;
}

static size_t
bridge_at(const char *p, const char *end)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	const char *from = p;

	for (size_t i = 0; i < 5; i++) {
		if (digits(p, end, is_hex) != groups[i])
			return 0;
		p += groups[i];
		if (i < 4 && (p == end || *p++ != '-'))
			return 0;
	}
	return (size_t)(p - from);
}

static size_t
channel_at(const char *p, const char *end)
{
	return p[-1] == '-' && digits(p, end, is_hex) == 8 ? 8 : 0;
}

static size_t
word_at(const char *p, const char *end, unsigned *which)
{
	for (unsigned i = 0; i < WORDS; i++) {
		size_t n = strlen(words[i].text);

		if ((size_t)(end - p) >= n && memcmp(p, words[i].text, n) == 0 &&
		    (p + n == end || !isalnum((unsigned char)p[n]))) {
			*which = i;
			return n;
		}
	}
	return 0;
}

static unsigned
index_of(struct seen *s, const char *p, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->p[i], p, n) == 0 && !is_hex((unsigned char)s->p[i][n]))
			return (unsigned)i;
	if (s->n == MOST_IDS)
		abort(); /* a recording that is not for us */
	s->p[s->n] = p;
	return (unsigned)s->n++;
}

/* What begins at p, where a word may begin; text of length 0 when it stays. */
static struct piece
piece_at(struct scene *s, const char *p, const char *end)
{
	struct piece piece = { PIECE_TEXT, p, 0, 0 };

	if ((piece.n = unique_id_at(p, end))) {
		piece.kind = PIECE_UNIQUE_ID;
		piece.which = index_of(&s->unique_ids, p, piece.n);
	} else if ((piece.n = bridge_at(p, end))) {
		piece.kind = PIECE_BRIDGE;
		piece.which = index_of(&s->bridges, p, piece.n);
	} else if ((piece.n = channel_at(p, end))) {
		piece.kind = PIECE_CHANNEL;
		piece.which = index_of(&s->channels, p, piece.n);
	} else if ((piece.n = word_at(p, end, &piece.which))) {
		piece.kind = PIECE_WORD;
	}
	return piece;
}

static void
add_piece(struct scene *s, struct piece piece)
{
	if (piece.n == 0)
		return;
	if ((s->n_pieces & (s->n_pieces - 1)) == 0)
		s->pieces =
			realloc(s->pieces, (2 * s->n_pieces + 1) * sizeof *s->pieces);
	s->pieces[s->n_pieces++] = piece;
}

/* ---- loading -------------------------------------------------------------------------- */

static int
is_named(const char *packet, const char *name)
{
	size_t n = strlen(name);

	return strncmp(packet, "Event: ", 7) == 0 &&
	       strncmp(packet + 7, name, n) == 0 && packet[7 + n] == '\r';
}

static int
is_wanted(const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
		if (is_named(p, left_out[i]))
			return 0;
	/* an item of a list that a client asked for */
	return strncmp(p, "Event: ", 7) == 0 &&
	       (is_named(p, "OriginateResponse") || !memmem(p, n, "\nActionID: ", 11));
}

static void
add_packet(struct scene *s, const char *p, const char *end, int64_t ms)
{
	struct packet packet = { ms, s->n_pieces, 0, (size_t)(end - p) };
	const char *text = p;

	for (p += 7; p < end; p++) {
		struct piece piece;

		if (isalnum((unsigned char)p[-1]) || p[-1] == '.')
			continue;
		piece = piece_at(s, p, end);
		if (piece.kind == PIECE_TEXT)
			continue;
		add_piece(s, (struct piece){ PIECE_TEXT, text, (size_t)(p - text), 0 });
		add_piece(s, piece);
		text = p + piece.n;
		p = text - 1;
	}
	add_piece(s, (struct piece){ PIECE_TEXT, text, (size_t)(end - text), 0 });
	packet.n = s->n_pieces - packet.first;
	if ((s->n_packets & (s->n_packets - 1)) == 0)
		s->packets = realloc(s->packets,
				     (2 * s->n_packets + 1) * sizeof *s->packets);
	s->packets[s->n_packets++] = packet;
}

static char *
read_file(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	char *p = NULL;
	long size;

	if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
		rewind(file);
		p = calloc(1, (size_t)size + 64); /* words are compared beyond it */
		*n = p ? fread(p, 1, (size_t)size, file) : 0;
	}
	if (file)
		fclose(file);
	return p;
}

/* Goes on in the .idx ("ms < offset length") to the read in which byte `at` came. */
static int64_t
time_of(const char **idx, size_t at, int64_t before)
{
	while (*idx && **idx) {
		long ms;
		size_t offset, n;
		char direction;

		if (sscanf(*idx, "%ld %c %zu %zu", &ms, &direction, &offset, &n) == 4 &&
		    direction == '<' && offset + n > at)
			return ms;
		*idx = strchr(*idx, '\n');
		*idx += *idx != NULL;
	}
	return before;
}

static void
cut_into_packets(struct scene *s, const char *idx, const char *until)
{
	const char *p = s->bytes, *end = s->bytes + s->n_bytes, *stop;
	int64_t ms = 0;

	while (p < end && (stop = memmem(p, (size_t)(end - p), "\r\n\r\n", 4))) {
		stop += 4;
		ms = time_of(&idx, (size_t)(stop - 1 - s->bytes), ms);
		if (until && is_named(p, until))
			return;
		if (is_wanted(p, (size_t)(stop - p)))
			add_packet(s, p, stop, ms);
		p = stop;
	}
}

struct scene *
scene_load(const char *path, const char *until)
{
	struct scene *s = calloc(1, sizeof *s);
	char idx_path[4096], *idx = NULL;
	size_t n;

	if (!s || !(s->bytes = read_file(path, &s->n_bytes)))
		goto failed;
	snprintf(idx_path, sizeof idx_path, "%.*s.idx", (int)strlen(path) - 4, path);
	idx = read_file(idx_path, &n);
	cut_into_packets(s, idx, until);
	free(idx);
	if (s->n_packets)
		return s;
failed:
	scene_free(s);
	return NULL;
}

void
scene_free(struct scene *s)
{
	if (!s)
		return;
	free(s->bytes);
	free(s->pieces);
	free(s->packets);
	free(s);
}

/* ---- writing -------------------------------------------------------------------------- */

size_t
scene_packets(const struct scene *s)
{
	return s->n_packets;
}

int64_t
scene_ms(const struct scene *s, size_t packet)
{
	return s->packets[packet].ms - s->packets[0].ms;
}

size_t
scene_ids(const struct scene *s)
{
	size_t n = s->unique_ids.n > s->channels.n ? s->unique_ids.n : s->channels.n;

	return n > s->bridges.n ? n : s->bridges.n;
}

size_t
scene_banner(const struct scene *s, const char **line)
{
	const char *end = memmem(s->bytes, s->n_bytes, "\r\n", 2);

	*line = s->bytes;
	return end ? (size_t)(end + 2 - s->bytes) : 0;
}

size_t
scene_room(const struct scene *s, size_t packet)
{
	return s->packets[packet].bytes + s->packets[packet].n * SCENE_GROWTH;
}

static size_t
write_piece(const struct piece *piece, unsigned slot, uint64_t id, char *out)
{
	const struct word *word = &words[piece->which % WORDS];

	switch (piece->kind) {
	case PIECE_UNIQUE_ID:
		return (size_t)sprintf(out, "1795225247.%llu", (unsigned long long)id);
	case PIECE_CHANNEL:
		return (size_t)sprintf(out, "%08x", (unsigned)id);
	case PIECE_BRIDGE:
		return (size_t)sprintf(out, "%08x%.28s", (unsigned)id, piece->p + 8);
	case PIECE_WORD:
		slot %= MOST_SLOTS_OF_WORDS;
		return (size_t)sprintf(out, "%s%05u", word->prefix,
				       word->base + word->step * slot);
	default:
		memcpy(out, piece->p, piece->n);
		return piece->n;
	}
}

size_t
scene_write(const struct scene *s, size_t packet, unsigned slot, uint64_t ids,
	    char *out)
{
	const struct packet *p = &s->packets[packet];
	char *at = out;

	for (size_t i = p->first; i < p->first + p->n; i++)
		at += write_piece(&s->pieces[i], slot, ids + s->pieces[i].which, at);
	return (size_t)(at - out);
}
