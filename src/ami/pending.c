#include "ami/pending.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* Lists of Asterisk 1.8 and 11, which send items without `EventList: start`, and
 * WaitEvent, which ends with an event in all versions. */
static const char *const old_lists[] = {
	"Agents",
	"ConfbridgeList",
	"ConfbridgeListRooms",
	"CoreShowChannels",
	"DAHDIShowChannels",
	"DBGet",
	"IAXpeerlist",
	"IAXpeers",
	"IAXregistry",
	"MeetmeList",
	"MeetmeListRooms",
	"ParkedCalls",
	"Parkinglots",
	"QueueStatus",
	"QueueSummary",
	"ShowDialPlan",
	"SIPpeers",
	"SIPshowregistry",
	"SKINNYdevices",
	"SKINNYlines",
	"Status",
	"VoicemailUsersList",
	"WaitEvent",
};

static bool
may_be_list(struct zv_str action)
{
	for (size_t i = 0; i < sizeof old_lists / sizeof *old_lists; i++)
		if (zvon_str_equal_nocase(action, zvon_str(old_lists[i])))
			return true;
	return false;
}

void
zv_pending_init(struct zv_pending_table *t, uint64_t seed, size_t max)
{
	*t = (struct zv_pending_table){
		.by_id = { .seed = seed },
		.max = max,
		.mark = (unsigned)(seed >> 32),
	};
	zv_list_init(&t->all);
	zv_list_init(&t->unsent);
}

static void
free_pending(struct zv_pending *p)
{
	if (!p)
		return;
	zvon_request_free(p->request);
	zv_free(p->action_id);
	zv_free(p);
}

void
zv_pending_deinit(struct zv_pending_table *t)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->all, node, next)
	free_pending(ZV_OWNER(node, struct zv_pending, node));
	zv_map_deinit(&t->by_id);
}

/* Most have the same time to live, so the place is nearly always at the end. */
static void
insert_by_deadline(struct zv_pending_table *t, struct zv_pending *p)
{
	struct zv_node *at = t->all.prev;

	while (at != &t->all &&
	       ZV_OWNER(at, struct zv_pending, node)->deadline_ms > p->deadline_ms)
		at = at->prev;
	zv_list_append(at->next, &p->node);
}

int
zv_pending_add(struct zv_pending_table *t, const struct zv_request *request,
	       struct zv_str action_id, int64_t deadline_ms, struct zv_pending **out)
{
	struct zv_pending *p = zv_calloc(1, sizeof *p);
	int rc = ZV_ENOMEM;

	if (!p)
		return ZV_ENOMEM;
	p->request = zv_request_copy(request);
	p->action_id = zv_memdup(action_id.p, action_id.n);
	p->deadline_ms = deadline_ms;
	p->may_be_list = may_be_list(zv_request_name(request));
	if (p->request && p->action_id)
		rc = zv_map_add(&t->by_id, zvon_str(p->action_id), p);
	if (rc < 0) {
		free_pending(p);
		return rc == ZV_EBUSY ? ZV_EINVAL : rc;
	}
	insert_by_deadline(t, p);
	zv_list_append(&t->unsent, &p->unsent);
	t->n++;
	*out = p;
	return 0;
}

struct zv_str
zv_pending_next_id(struct zv_pending_table *t, char out[ZV_ACTION_ID_MAX])
{
	struct zv_str id = { out, 0 };

	do { /* a user may have taken it */
		id.n = (size_t)snprintf(out, ZV_ACTION_ID_MAX, "zvon-%08x-%lu", t->mark,
					++t->last_id);
	} while (zv_pending_find(t, id));
	return id;
}

int
zv_pending_add_own(struct zv_pending_table *t, const struct zv_request *request,
		   int64_t deadline_ms, zvon_reply_fn fn, void *user,
		   struct zv_pending **out)
{
	char id[ZV_ACTION_ID_MAX];

	if (zv_pending_add(t, request, zv_pending_next_id(t, id), deadline_ms, out) < 0)
		return ZV_ENOMEM;
	(*out)->fn = fn;
	(*out)->user = user;
	return 0;
}

int
zv_pending_ask(struct zv_pending_table *t, const struct zv_request *request,
	       int64_t deadline_ms, zvon_reply_fn fn, void *user,
	       struct zv_pending **out, struct zv_error *err)
{
	struct zv_str id = zv_request_action_id(request);
	char own[ZV_ACTION_ID_MAX];
	int rc;

	if (t->n >= t->max)
		return zv_fail(err, ZV_EBUSY,
			       "%zu actions wait for an answer (max_pending)", t->n);
	rc = zv_pending_add(t, request, id.n ? id : zv_pending_next_id(t, own),
			    deadline_ms, out);
	if (rc == ZV_EINVAL)
		return zv_fail(err, rc, "ActionID '%.*s' is in use", ZV_ARG(id));
	if (rc < 0)
		return zv_fail_nomem(err);
	(*out)->fn = fn;
	(*out)->user = user;
	return 0;
}

struct zv_pending *
zv_pending_find(struct zv_pending_table *t, struct zv_str action_id)
{
	return zv_map_find(&t->by_id, action_id);
}

struct zv_pending *
zv_pending_first(struct zv_pending_table *t)
{
	struct zv_node *node = zv_list_first(&t->all);

	return node ? ZV_OWNER(node, struct zv_pending, node) : NULL;
}

int64_t
zv_pending_deadline(const struct zv_pending_table *t)
{
	const struct zv_node *node = zv_list_first(&t->all);

	return node ? ZV_OWNER(node, struct zv_pending, node)->deadline_ms : INT64_MAX;
}

void
zv_pending_sent(struct zv_pending *p)
{
	zv_list_remove(&p->unsent);
	zvon_request_free(p->request);
	p->request = NULL;
}

static void
take_out(struct zv_pending_table *t, struct zv_pending *p)
{
	zv_map_remove(&t->by_id, zvon_str(p->action_id));
	zv_list_remove(&p->node);
	if (zv_list_is_linked(&p->unsent))
		zv_list_remove(&p->unsent);
	t->n_lists -= p->is_list;
	if (p->is_late)
		t->n_late--;
	else
		t->n--;
}

static struct zv_pending *
unsent_of(struct zv_node *node)
{
	return ZV_OWNER(node, struct zv_pending, unsent);
}

void
zv_pending_put_first(struct zv_pending_table *t, struct zv_pending *p)
{
	struct zv_node *at;

	zv_list_remove(&p->unsent);
	at = t->unsent.next;
	while (at != &t->unsent && unsent_of(at)->is_first)
		at = at->next;
	zv_list_append(at, &p->unsent);
	p->is_first = true;
}

size_t
zv_pending_recall(struct zv_pending_table *t)
{
	struct zv_node *node;
	size_t n = 0;

	for (; (node = zv_list_first(&t->unsent)) && unsent_of(node)->is_first; n++) {
		struct zv_pending *p = unsent_of(node);

		take_out(t, p);
		free_pending(p);
	}
	return n;
}

void
zv_pending_finish(struct zv_pending_table *t, struct zv_pending *p, int status)
{
	zvon_reply_fn fn = p->is_late ? NULL : p->fn;
	void *user = p->user;

	take_out(t, p);
	free_pending(p);
	if (fn)
		fn(user, ZV_REPLY_DONE, status, NULL);
}

/* The late one that has waited longest: late ones stand at the end of the list, where
 * no deadline comes. */
static struct zv_pending *
oldest_late(struct zv_pending_table *t)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->all, node, next)
	{
		struct zv_pending *p = ZV_OWNER(node, struct zv_pending, node);

		if (p->is_late)
			return p;
	}
	return NULL;
}

void
zv_pending_expire(struct zv_pending_table *t, struct zv_pending *p)
{
	zvon_reply_fn fn = p->fn;

	if (!p->is_list) {
		zv_pending_finish(t, p, ZV_ETIMEOUT);
		return;
	}
	if (t->n_late == ZV_PENDING_MAX_LATE)
		zv_pending_finish(t, oldest_late(t), ZV_ETIMEOUT);
	p->is_late = true;
	t->n--;
	t->n_late++;
	p->deadline_ms = INT64_MAX;
	zv_list_remove(&p->node);
	zv_list_append(&t->all, &p->node);
	if (fn)
		fn(p->user, ZV_REPLY_DONE, ZV_ETIMEOUT, NULL);
}

void
zv_pending_end(struct zv_pending_table *t, bool for_good)
{
	struct zv_node ended, *node, *next;

	zv_list_init(&ended);
	/* collected first: a handler may ask again, and that must stay */
	ZV_EACH(&t->all, node, next)
	{
		struct zv_pending *p = ZV_OWNER(node, struct zv_pending, node);

		if (for_good || !p->request || p->is_first) {
			zv_list_remove(node);
			zv_list_append(&ended, node);
		}
	}
	while ((node = zv_list_first(&ended)))
		zv_pending_finish(t, ZV_OWNER(node, struct zv_pending, node),
				  ZV_ECLOSED);
}
