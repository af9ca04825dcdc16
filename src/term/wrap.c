#include "term/wrap.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 80

static int
characters(const char *s, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* Words of text from `column` on; the cursor is at `at`. */
void
zv_wrap(const char *text, int column, int at)
{
	while (*text) {
		size_t n = strcspn(text, " \n");
		int width = characters(text, n);

		if (at > column && at + 1 + width > WIDTH) {
			putchar('\n');
			at = 0;
		}
		if (at < column)
			at += printf("%*s", column - at, "");
		else if (at > column)
			at += printf(" ");
		fwrite(text, 1, n, stdout);
		at += width;
		text += n;
		if (*text == '\n') {
			putchar('\n');
			at = 0;
		}
		text += *text != '\0';
	}
	putchar('\n');
}

void
zv_help_row(const char *left, int column, const char *text)
{
	int at = printf("%s", left);

	if (at >= column) {
		putchar('\n');
		at = 0;
	}
	zv_wrap(text, column, at);
}
