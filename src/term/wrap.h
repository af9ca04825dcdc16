/* wrap.h - text on standard output, broken into lines of 80 columns. */
#ifndef ZV_TERM_WRAP_H
#define ZV_TERM_WRAP_H

/* The words of text from `column` on; the cursor is at `at`. */
void zv_wrap(const char *text, int column, int at);

/* `left`, and from that column on `text`. */
void zv_help_row(const char *left, int column, const char *text);

#endif
