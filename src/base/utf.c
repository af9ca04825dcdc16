#include "base/utf.h"

/* The Unicode Standard 15, table 3-7: what the second byte may be decides over
 * overlong forms, surrogates and the end at U+10FFFF. */
static const struct lead {
	unsigned char first, last; /* the lead byte */
	unsigned char low, high;   /* the second byte */
	unsigned char length;
} leads[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct lead *
lead_of(unsigned char c)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if (c >= leads[i].first && c <= leads[i].last)
			return &leads[i];
	return NULL;
}

size_t
zv_utf8_char(struct zv_str s, size_t *bad)
{
	const unsigned char *p = (const unsigned char *)s.p;
	const struct lead *lead;
	size_t n = 1;

	if (p[0] < 0x80)
		return 1;
	*bad = 1;
	lead = lead_of(p[0]);
	if (!lead)
		return 0;
	if (s.n < 2 || p[1] < lead->low || p[1] > lead->high)
		return 0;
	for (n = 2; n < lead->length; n++) {
		if (n >= s.n || p[n] < 0x80 || p[n] > 0xbf) {
			*bad = n;
			return 0;
		}
	}
	return n;
}

/* Eight bytes at a time while all of them are ASCII. */
static size_t
ascii_run(struct zv_str s)
{
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t word;

		memcpy(&word, s.p + i, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

size_t
zv_utf8_valid(struct zv_str s)
{
	size_t i = 0, bad;

	while (i < s.n) {
		size_t n;

		i += ascii_run((struct zv_str){ s.p + i, s.n - i });
		if (i == s.n)
			break;
		n = zv_utf8_char((struct zv_str){ s.p + i, s.n - i }, &bad);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

/* What a state of zv_utf8_feed holds: how many bytes are missing, and between which
 * bounds the next of them must be. */
static uint32_t
state_of(unsigned missing, unsigned low, unsigned high)
{
	return missing | low << 8 | high << 16;
}

/* After that byte, which may not belong here: false. */
static bool
feed_byte(uint32_t *state, unsigned char c)
{
	const struct lead *lead;

	if (*state) {
		unsigned missing = *state & 0xff;

		if (c < (*state >> 8 & 0xff) || c > *state >> 16)
			return false;
		*state = missing > 1 ? state_of(missing - 1, 0x80, 0xbf) : 0;
		return true;
	}
	if (c < 0x80)
		return true;
	lead = lead_of(c);
	if (lead)
		*state = state_of(lead->length - 1u, lead->low, lead->high);
	return lead;
}

size_t
zv_utf8_feed(uint32_t *state, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!*state)
			i += ascii_run((struct zv_str){ s.p + i, s.n - i });
		if (i == s.n)
			break;
		if (!feed_byte(state, (unsigned char)s.p[i]))
			return i;
	}
	return s.n;
}

size_t
zv_utf8_cut(struct zv_str s, size_t most)
{
	size_t n = s.n < most ? s.n : most;

	/* step back over continuation bytes to the start of the cut character; more
	 * than three of them are no character */
	for (size_t back = 0; back < 4 && back <= n && n < s.n; back++)
		if (((unsigned char)s.p[n - back] & 0xc0) != 0x80)
			return n - back;
	return n;
}

static bool
is_control(struct zv_str character)
{
	unsigned char c = (unsigned char)character.p[0];

	if (character.n == 2) /* U+0080 to U+009F: a terminal obeys some of them */
		return c == 0xc2 && (unsigned char)character.p[1] < 0xa0;
	return c < 0x20 || c == 0x7f;
}

void
zv_utf8_make_line(char *text)
{
	struct zv_str s = zvon_str(text);
	size_t i = 0, n, bad = 1;

	for (; i < s.n; i += n ? n : bad) {
		struct zv_str rest = { s.p + i, s.n - i };

		n = zv_utf8_char(rest, &bad);
		if (n == 0 && bad == rest.n && lead_of((unsigned char)rest.p[0]))
			text[i] = '\0';
		else if (n == 0)
			memset(text + i, '?', bad);
		else if (is_control((struct zv_str){ rest.p, n }))
			memset(text + i, ' ', n);
	}
}
