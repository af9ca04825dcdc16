/* link_desk_impl.h - what link_desk.c (its life) and link_desk_new.c (its beginning) share. */
#ifndef ZV_ONEC_LINK_DESK_IMPL_H
#define ZV_ONEC_LINK_DESK_IMPL_H

#include "onec/link_desk.h"

struct zv_link_desk {
	struct zv_desk desk;
	struct zv_desk_handlers handlers;
	void *user;
	struct zv_link *pbx;
	struct zv_calls *calls;
	struct zv_hub *hub;
	struct zv_session *session;
	size_t server;
	struct zv_role role;
	struct zv_user account;
	struct zv_legacy *view;
	struct zv_log log;

	bool in_process, is_closing;
	bool has_input; /* a command was given: process soon */
	bool is_up, is_synced;
	int ami_major; /* of the last login */
	int64_t ready_by_ms;

	/* What is to be told when the messages were. */
	bool was_down; /* since it was told last */
	enum zv_desk_state state, told;
	struct zv_error why;
	int retry_ms;
};

extern const struct zv_link_kind zv_link_desk_kind;
extern const struct zv_client_handlers zv_link_desk_handlers; /* of the client's */

void zv_link_desk_on_call(void *context, const struct zv_call_event *event);

/* The hub's. */
int zv_link_desk_send_action(void *context, size_t server,
			     const struct zv_request *request, int timeout_ms,
			     uint64_t ticket, struct zv_error *err);

int zv_link_desk_send(struct zv_desk *desk, struct zv_str json, struct zv_error *err);
struct zv_client *zv_link_desk_client(struct zv_desk *desk);

void zv_link_desk_free(struct zv_link_desk *d);

#endif
