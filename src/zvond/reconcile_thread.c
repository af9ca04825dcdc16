/* reconcile_thread.c - on the thread that reads a PBX's records. */
#include "base/err.h"
#include "base/str.h"
#include "zvond/reconcile_impl.h"
#include "zvond/zone.h"

static int
open_zone(struct zv_reconciler *r)
{
	if (!r->zone)
		r->zone = zv_zone_open(zvon_str(r->config->cdr.timezone), &r->err);
	return r->zone ? 0 : r->err.code;
}

static int
open_source(struct zv_reconciler *r, enum zv_record_kind kind, const char *url)
{
	const struct zv_config_cdr *c = &r->config->cdr;
	bool is_cdr = kind == ZV_RECORD_CDR;
	const struct zv_source_options o = {
		.db = { .url = zvon_str(url),
			.secret = zvon_str(c->secret),
			.timeout_ms = ZV_RECONCILER_TIMEOUT_MS },
		.kind = kind,
		.preset = zvon_str(c->preset),
		.table = zvon_str(is_cdr ? c->table : NULL),
		.columns = c->columns,
		.n_columns = is_cdr ? c->n_columns : 0,
		.zone = r->zone,
	};
	struct zv_source *s;

	if (!url)
		return 0;
	s = zv_source_open(&o, &r->err);
	if (!s)
		return r->err.code ? r->err.code : ZV_EIO;
	atomic_store(&r->sources[kind], s);
	zv_buf_printf(&r->report, "%s%s %s", r->report.n ? "; " : "", zv_source_name(s),
		      zv_source_report(s));
	return 0;
}

static void
note_lost(struct zv_reconciler *r)
{
	for (int i = 0; i < ZV_RECORD_KINDS; i++) {
		struct zv_source *s = atomic_load(&r->sources[i]);
		const char *warning = s ? zv_source_warning(s) : NULL;

		if (warning)
			zv_buf_printf(&r->warning, "%s%s", r->warning.n ? "; " : "",
				      warning);
	}
}

static int
begin(struct zv_reconciler *r)
{
	const struct zv_config_server *c = r->config;
	int rc = open_zone(r);

	zv_buf_clear(&r->report);
	if (rc == 0)
		rc = open_source(r, ZV_RECORD_CDR, c->cdr.url);
	if (rc == 0)
		rc = open_source(r, ZV_RECORD_CEL, c->cdr.cel);
	if (rc == 0) {
		const struct zv_reconcile_options o = {
			.cdr = atomic_load(&r->sources[ZV_RECORD_CDR]),
			.cel = atomic_load(&r->sources[ZV_RECORD_CEL]),
			.stitch = { .server = c->hub.name,
				    .trunks = c->trunks,
				    .n_trunks = c->n_trunks,
				    .lines = c->lines,
				    .n_lines = c->n_lines,
				    .settle_ms = (int64_t)c->cdr.settle_s * 1000 },
			.position = zv_buf_str(&r->mark),
			.from_ms = r->mark.n ? 0 : r->from_ms,
			.calls = ZV_RECONCILER_CALLS,
		};

		r->reading = zv_reconcile_new(&o, &r->err);
		rc = r->reading ? 0 : r->err.code ? r->err.code : ZV_ENOMEM;
		note_lost(r);
	}
	return rc;
}

void
zv_reconciler_read(void *reconciler)
{
	struct zv_reconciler *r = reconciler;

	r->rc = r->reading ? 0 : begin(r);
	if (r->rc == 0)
		r->rc = zv_reconcile_read(r->reading, &r->batch, &r->err);
	if (r->rc < 0)
		return;
	r->rows += r->batch.rows;
	r->is_last = r->batch.is_last;
	zv_reconcile_count(r->reading, &r->stitched);
}

void
zv_reconciler_close(void *reconciler)
{
	struct zv_reconciler *r = reconciler;

	zv_reconcile_free(r->reading);
	r->reading = NULL;
	for (int i = 0; i < ZV_RECORD_KINDS; i++)
		zv_source_close(atomic_exchange(&r->sources[i], NULL));
	zv_reconcile_batch_deinit(&r->batch);
}

void
zv_reconciler_interrupt(struct zv_reconciler *r)
{
	for (int i = 0; i < ZV_RECORD_KINDS; i++) {
		struct zv_source *s = atomic_load(&r->sources[i]);

		if (s)
			zv_source_interrupt(s);
	}
}
