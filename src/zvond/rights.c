/* What the account at the server may do, compared with what our roles need. Asterisk tells
 * it without any right: ListCommands names the actions that this account may send. */
#include "base/str.h"
#include "zvond/server.h"

#define LIST_MS 10000

/* One action that only the write class gives, and the rights of ours that need the class.
 * Source: what ListCommands of Asterisk 11 to 22 says of each ("Priv: …"). */
static const struct {
	const char *action, *class;
	unsigned rights; /* 0: none of ours does */
} rows[] = {
	{ "Originate", "originate",
	  1u << ZV_RIGHT_DIAL | 1u << ZV_RIGHT_PICKUP | 1u << ZV_RIGHT_SPY },
	{ "Redirect", "call",
	  1u << ZV_RIGHT_CONTROL | 1u << ZV_RIGHT_TRANSFER |
		  1u << ZV_RIGHT_CONFERENCE },
	{ "QueuePause", "agent", 1u << ZV_RIGHT_AGENT },
	{ "ModuleLoad", "system", 1u << ZV_RIGHT_RECORD },
	{ "Command", "command", 0 },
	{ "UpdateConfig", "config", 0 },
	{ "AGI", "agi", 0 },
};

static unsigned
rights_of_roles(const struct zv_config *c)
{
	unsigned rights = 0;

	for (size_t i = 0; i < c->n_roles; i++)
		rights |= c->roles[i].rights;
	return rights;
}

/* A role with `raw` names it: then it is wanted. */
static bool
is_listed(const struct zv_config *c, const char *action)
{
	for (size_t i = 0; i < c->n_roles; i++)
		for (size_t k = 0; k < c->roles[i].n_actions; k++)
			if (zvon_str_equal_nocase(c->roles[i].actions[k],
						  zvon_str(action)))
				return true;
	return false;
}

static void
compare(struct zv_server *s, const struct zv_packet *list)
{
	const struct zv_config *c = zv_daemon_config(s->daemon);
	unsigned rights = rights_of_roles(c);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool allowed =
			zvon_packet_get(list, zvon_str(rows[i].action)).p != NULL;
		bool needed = rows[i].rights & rights || is_listed(c, rows[i].action);

		if (needed && !allowed)
			zv_log(s->daemon->log, ZV_LOG_WARN, "rights",
			       "the account lacks the write class %s, which commands "
			       "of "
			       "your roles need (manager.conf) server=%.*s",
			       rows[i].class, ZV_ARG(s->config->hub.name));
		if (!needed && allowed)
			zv_log(s->daemon->log, ZV_LOG_WARN, "rights",
			       "the account may more than your roles need: take the "
			       "write class %s from it (manager.conf) server=%.*s",
			       rows[i].class, ZV_ARG(s->config->hub.name));
	}
}

static void
on_list(void *user, enum zv_reply_part part, int status, const struct zv_packet *packet)
{
	if (part == ZV_REPLY_RESPONSE &&
	    zvon_str_equal_nocase(packet->name, ZV_STR("Success")))
		compare(user, packet);
}

void
zv_server_check_rights(struct zv_server *s)
{
	struct zv_request *r = zvon_request_new(ZV_STR("ListCommands"), NULL);

	if (r)
		zvon_client_send(s->client, r, LIST_MS, on_list, s, NULL);
	zvon_request_free(r);
}
