/* out.h - results on standard output: packets in one of several formats, gathered in
 * one buffer and written with write(2). */
#ifndef ZV_CLI_OUT_H
#define ZV_CLI_OUT_H

#include "base/buf.h"
#include "term/options.h"
#include "zvon/packet.h"

/* How a format shows a packet. */
struct zv_out_style {
	bool color;
	bool terminal; /* control characters must not reach it */
};

typedef void (*zv_out_format_fn)(struct zv_buf *out, const struct zv_packet *packet,
				 const struct zv_out_style *style);

void zv_out_json(struct zv_buf *out, const struct zv_packet *packet,
		 const struct zv_out_style *style);
/* For JSON on a terminal: escapes what a JSON string may hold but a terminal obeys, from
 * that byte of *out on. */
void zv_out_escape_controls(struct zv_buf *out, size_t from);

void zv_out_ami(struct zv_buf *out, const struct zv_packet *packet,
		const struct zv_out_style *style);

void zv_out_xml(struct zv_buf *out, const struct zv_packet *packet,
		const struct zv_out_style *style);

/* A row for option tables: `--format json|ami|xml` into *var. */
#define ZV_OUT_FORMAT_OPTION(var)                                                      \
 ZV_OPT_CHOICE("format", 0, "json|ami|xml", var,                                       \
	       "JSON, one object a line (default); packets as sent; or AJAM's XML",    \
	       "JSON, объект на строку (по умолчанию); пакеты как есть; или XML AJAM")

/* A row for main.c, and what it means: 0 auto, 1 always, 2 never. */
#define ZV_OUT_COLOR_OPTION(var)                                                       \
 ZV_OPT_CHOICE("color", 0, "auto|always|never", var,                                   \
	       "colors; auto: only on a terminal", "цвета; auto: только на терминале")
void zv_out_setup(int color);

struct zv_out {
	struct zv_buf buf;
	size_t sent; /* of buf */
	zv_out_format_fn format;
	struct zv_out_style style;
	int error; /* errno of the write that failed; EPIPE: nobody reads any more */
};

/* format: position in the words of ZV_OUT_FORMAT_OPTION. */
void zv_out_init(struct zv_out *o, int format);

/* Adds a packet; writes when much has gathered. 0, or < 0: see zv_out_finish. */
int zv_out_packet(struct zv_out *o, const struct zv_packet *packet);

/* The same when something was added to o->buf. */
int zv_out_more(struct zv_out *o);

/* Adds a line of text from a server and a line end. */
int zv_out_line(struct zv_out *o, struct zv_str line);

/* Writes all that has gathered; waits for a slow reader, until a signal that stop.h
 * knows arrives. 0 or < 0. */
int zv_out_flush(struct zv_out *o);

/* Writes the rest and frees. After a stop signal a reader that does not read for half a
 * second is left. What to exit with: `code`, or, when output was lost, 0 if nobody
 * wanted it (EPIPE, stopped), else ZV_EXIT_NEGATIVE; the reason is said. */
int zv_out_finish(struct zv_out *o, int code);

/* Adds s so that a terminal shows it and does not obey it: control characters but
 * TAB become ^X, those of 8 bits and bytes that are not UTF-8 U+FFFD. */
void zv_out_add_safe(struct zv_buf *out, struct zv_str s);

#endif
