#include "hist/cells.h"

#include "base/str.h"

#define BOM "\xef\xbb\xbf"

/* What begins a formula in Excel, LibreOffice and Google Sheets. */
static bool
is_formula(struct zv_str text)
{
	return text.n && memchr("=+-@\t\r", text.p[0], 6) != NULL;
}

static bool
needs_quotes(struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (memchr("\",;\r\n\t", text.p[i], 6))
			return true;
	return text.n && (text.p[0] == ' ' || text.p[text.n - 1] == ' ');
}

void
zv_csv_cell(struct zv_buf *out, struct zv_str text)
{
	bool quotes = needs_quotes(text);
	struct zv_str part;

	if (quotes)
		zv_buf_add_char(out, '"');
	if (is_formula(text))
		zv_buf_add_char(out, '\'');
	while (zv_str_split(&text, '"', &part)) {
		zv_buf_add(out, part);
		if (text.p)
			zv_buf_add(out, ZV_STR("\"\""));
	}
	if (quotes)
		zv_buf_add_char(out, '"');
}

static size_t
n_columns(const struct zv_history_fields *fields)
{
	return fields->n ? fields->n : zv_n_history_fields;
}

static const struct zv_history_field *
column(const struct zv_history_fields *fields, size_t i)
{
	return &zv_history_fields[fields->n ? fields->list[i] : i];
}

void
zv_history_csv_head(struct zv_buf *out, const struct zv_history_fields *fields,
		    bool bom)
{
	if (bom)
		zv_buf_add(out, ZV_STR(BOM));
	for (size_t i = 0; i < n_columns(fields); i++)
		zv_buf_printf(out, "%s%s", i ? "," : "", column(fields, i)->name);
	zv_buf_add(out, ZV_STR("\r\n"));
}

void
zv_history_csv_row(struct zv_buf *out, const struct zv_history_fields *fields,
		   const struct zv_conversation *c, const struct zv_zone *zone)
{
	struct zv_buf text = { 0 };

	for (size_t i = 0; i < n_columns(fields); i++) {
		zv_buf_clear(&text);
		column(fields, i)->write(&text, c, zone);
		if (i)
			zv_buf_add_char(out, ',');
		zv_csv_cell(out, zv_buf_str(&text));
	}
	zv_buf_add(out, ZV_STR("\r\n"));
	out->failed |= zv_buf_failed(&text);
	zv_buf_deinit(&text);
}
