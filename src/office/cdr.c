#include "office/cdr.h"

#include "base/mem.h"
#include "base/date.h"
#include "office/write.h"

static struct zv_cdr *
open_record(struct zv_channel *c)
{
	struct zv_cdr *r;

	if (zv_list_is_empty(&c->cdrs))
		return NULL;
	r = ZV_OWNER(c->cdrs.prev, struct zv_cdr, node);
	return r->closed ? NULL : r;
}

static struct zv_cdr *
begin(struct zv_channel *c)
{
	struct zv_cdr *r = zv_calloc(1, sizeof *r);

	if (!r) {
		c->office->failed = true;
		return NULL;
	}
	r->start_s = zv_office_epoch_s(c->office);
	if (c->state == ZV_CHANNEL_UP)
		r->answer_s = r->start_s;
	zv_list_append(&c->cdrs, &r->node);
	return r;
}

/* With a party still in it, the channel goes from one call to the next. */
void
zv_cdr_begin(struct zv_channel *c)
{
	struct zv_cdr *r = open_record(c);

	if (r && !r->callee[0])
		return;
	if (r)
		zv_cdr_close(c, r->answer_s ? "ANSWERED" : "NO ANSWER");
	begin(c);
}

void
zv_cdr_party(struct zv_channel *c, const struct zv_channel *callee)
{
	struct zv_cdr *r = open_record(c);

	if (!r)
		r = begin(c);
	if (!r)
		return;
	ZV_COPY(r->callee, zvon_str(callee->name));
	ZV_COPY(r->app, zvon_str(c->app));
	ZV_COPY(r->data, zvon_str(c->data));
}

void
zv_cdr_answered(struct zv_channel *c)
{
	struct zv_cdr *r = open_record(c);

	if (r && !r->answer_s)
		r->answer_s = zv_office_epoch_s(c->office);
}

void
zv_cdr_close(struct zv_channel *c, const char *disposition)
{
	struct zv_cdr *r = open_record(c);

	if (!r)
		return;
	if (!r->callee[0]) {
		ZV_COPY(r->app, zvon_str(c->app));
		ZV_COPY(r->data, zvon_str(c->data));
	}
	r->end_s = zv_office_epoch_s(c->office);
	r->disposition = disposition;
	r->closed = true;
}

static void
put_date(struct zv_buf *e, const char *key, int64_t at_s)
{
	char text[ZV_DATE_TEXT] = "";

	zv_put_text(e, key, at_s ? zv_date_text(at_s, text) : text);
}

static void
send_record(struct zv_channel *c, const struct zv_cdr *r)
{
	struct zv_buf *e = zv_event(c->office, "Cdr", ZV_CLASS_CDR);

	zv_put_text(e, "AccountCode", c->account);
	zv_put_text(e, "Source", c->caller.number);
	zv_put_text(e, "Destination", c->exten);
	zv_put_text(e, "DestinationContext", c->context);
	zv_buf_printf(e, "CallerID: \"%s\" <%s>\r\n", c->caller.name, c->caller.number);
	zv_put_text(e, "Channel", c->name);
	zv_put_text(e, "DestinationChannel", r->callee);
	zv_put_text(e, "LastApplication", r->app);
	zv_put_text(e, "LastData", r->data);
	put_date(e, "StartTime", r->start_s);
	put_date(e, "AnswerTime", r->answer_s);
	put_date(e, "EndTime", r->end_s);
	zv_put_int(e, "Duration", r->end_s - r->start_s);
	zv_put_int(e, "BillableSeconds", r->answer_s ? r->end_s - r->answer_s : 0);
	zv_put_text(e, "Disposition", r->disposition);
	zv_put_text(e, "AMAFlags", "DOCUMENTATION");
	zv_put_text(e, "UniqueID", c->id);
	zv_put_text(e, "UserField", "");
	zv_event_send(c->office);
}

/* What a record says that ends with the channel. */
static const char *
disposition_of(const struct zv_channel *c, const struct zv_cdr *r)
{
	if (r->answer_s)
		return "ANSWERED";
	switch (c->cause) {
	case 17:
		return "BUSY";
	case 34:
		return "CONGESTION";
	case 19:
	case 127:
		return "NO ANSWER";
	default:
		return "FAILED";
	}
}

void
zv_cdr_send(struct zv_channel *c)
{
	struct zv_cdr *open = open_record(c);
	struct zv_node *node, *next;

	if (open)
		zv_cdr_close(c, disposition_of(c, open));
	ZV_EACH(&c->cdrs, node, next)
	send_record(c, ZV_OWNER(node, struct zv_cdr, node));
}

void
zv_cdr_free(struct zv_channel *c)
{
	struct zv_node *node;

	while ((node = zv_list_first(&c->cdrs))) {
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct zv_cdr, node));
	}
}
