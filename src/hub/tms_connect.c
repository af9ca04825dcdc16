/* The library, the connection of a user, and the loss of the PBX. */
#include "hub/tms.h"

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "hub/jobs.h"
#include "json/reader.h"

/* ---- helpers ------------------------------------------------------------------------ */

/* An id that nobody can guess. */
static void
random_guid(struct zv_session *s, char out[ZV_TMS_GUID])
{
	uint64_t chance[2] = { zv_hub_random(zv_session_hub(s)),
			       zv_hub_random(zv_session_hub(s)) };
	const struct zv_str text = { (const char *)chance, sizeof chance };

	zv_tms_guid_of(&text, 1, out);
}

static bool
is_up(const struct zv_session *s, size_t server)
{
	struct zv_hub *h = zv_session_hub(s);

	return zv_hub_find_server(h, server) && zv_hub_server_is_up(h, server);
}

/* Where its line has been seen; else the first that is up. */
int
zv_tms_home(const struct zv_session *s)
{
	const struct zv_hub *h = zv_session_hub(s);
	struct zv_str line = zvon_str(zv_tms_of(s)->line);
	int found = -1;

	for (size_t i = 0; i < zv_hub_n_servers(h); i++) {
		const struct zv_hub_server *on = zv_hub_find_server(h, i);

		if (!is_up(s, i))
			continue;
		if (on->calls && zvon_calls_find_line(on->calls, line))
			return (int)i;
		found = found < 0 ? (int)i : found;
	}
	return found;
}

/* ---- the library ----------------------------------------------------------------------- */

void
zv_tms_load_library(struct zv_session *s, struct zv_str assembly)
{
	struct zv_tms *t = zv_tms_of(s);

	if (!zv_tms_is_our_library(assembly, &t->family)) {
		zv_tms_say_error(
			s, ZV_TMS_ERROR_LIBRARY, "unknown_library",
			ZV_STR("there is no such library here: choose the one "
			       "for Asterisk in the system setting SysMsgLib"));
		return;
	}
	if (!*t->library)
		random_guid(s, t->library);
	zv_tms_say(s, ZV_TMS_LIBRARY_INITIALIZED, zvon_str(t->library));
}

/* ---- the connection ---------------------------------------------------------------------- */

static void
refuse(struct zv_session *s, enum zv_tms_error type, const char *code, const char *text)
{
	zv_log(zv_hub_log(zv_session_hub(s)), ZV_LOG_INFO, "panel",
	       "connection refused user=%.*s from=%.*s why=%s: %s",
	       ZV_ARG(zv_session_user(s)->name), ZV_ARG(zv_session_remote(s)), code,
	       text);
	zv_tms_say_error(s, type, code, zvon_str(text));
}

/* false: refused. */
static bool
take_line(struct zv_session *s, struct zv_str line)
{
	struct zv_error err = { 0 };

	if (!line.n || line.n >= ZV_TMS_LINE_MAX) {
		refuse(s, ZV_TMS_ERROR_CONFIG, "no_line",
		       "connectionParams has no ExtensionName: enter the number in the "
		       "user's telephony settings");
		return false;
	}
	if (zv_session_set_lines(s, &line, 1, &err) < 0) {
		refuse(s,
		       err.code == ZV_ENOMEM ? ZV_TMS_ERROR_GENERAL
					     : ZV_TMS_ERROR_AUTHENTICATION,
		       "line_not_allowed", err.text);
		return false;
	}
	zv_tms_copy(zv_tms_of(s)->line, ZV_TMS_LINE_MAX, line);
	return true;
}

/* A context decides what a number means, so a panel cannot have any it likes. */
static void
take_context(struct zv_session *s, struct zv_str context)
{
	struct zv_error err = { 0 };

	if (context.n && zv_session_set_context(s, context, &err) < 0)
		refuse(s, ZV_TMS_ERROR_CONFIG, "context_not_allowed", err.text);
}

/* Two users with one line: both get its calls. The vendor's guide says that this "can
 * cause errors"; here it causes a line in the log. */
static void
note_others(struct zv_session *s)
{
	struct zv_tms *t = zv_tms_of(s);
	const struct zv_user *user = NULL;

	while ((user = zv_hub_next_user(zv_session_hub(s), user)))
		for (size_t i = 0; user != zv_session_user(s) && i < user->n_lines; i++)
			if (zvon_str_equal(zv_tms_plain_line(user->lines[i]),
					   zvon_str(t->line)))
				zv_log(zv_hub_log(zv_session_hub(s)), ZV_LOG_WARN,
				       "panel",
				       "one line, two users line=%s user=%.*s "
				       "other=%.*s",
				       t->line, ZV_ARG(zv_session_user(s)->name),
				       ZV_ARG(user->name));
}

static void
created(struct zv_session *s)
{
	zv_tms_learn(s);
	zv_tms_say(s, ZV_TMS_CONNECTION_CREATED, ZV_STR(""));
	zv_tms_tell_line(s, true);
	zv_tms_agent_is_back(s);
	zv_tms_tell_agent(s, true);
}

static void
open_with(struct zv_session *s, const json_t *config)
{
	struct zv_tms *t = zv_tms_of(s);

	if (!take_line(s, zv_tms_config_line(config)))
		return;
	if (zv_tms_home(s) < 0) {
		refuse(s, ZV_TMS_ERROR_CONNECTION, "pbx_down",
		       "there is no connection to Asterisk at the moment");
		return;
	}
	take_context(s, zv_tms_config_context(config));
	t->no_call_centre = zv_tms_config_is(config, "disableCallCentre");
	t->debug = zv_tms_config_is(config, "debugMode");
	t->is_open = true;
	t->is_lost = false;
	random_guid(s, t->connection);
	note_others(s);
	zv_session_listen(s, true);
	created(s);
}

/* Who the CRM's user is, for the log and back to his panel: it proves nothing. */
static void
note_user(struct zv_session *s, const json_t *parameters)
{
	json_t *service = zv_tms_object_of(parameters, "sessionServiceParams");
	char who[ZV_TMS_GUID] = "", where[ZV_TMS_PARTY_MAX] = "";

	zv_tms_copy(who, sizeof who, zv_json_text(service, "UserUId"));
	zv_tms_copy(where, sizeof where, zv_json_text(service, "ServiceUrl"));
	zv_tms_copy(zv_tms_of(s)->contact, ZV_TMS_GUID,
		    zv_json_text(service, "UserContactUId"));
	zv_log(zv_hub_log(zv_session_hub(s)), ZV_LOG_INFO, "panel",
	       "connected user=%.*s line=%s from=%.*s crm_user=%s crm=%s",
	       ZV_ARG(zv_session_user(s)->name), zv_tms_of(s)->line,
	       ZV_ARG(zv_session_remote(s)), who, where);
	json_decref(service);
}

void
zv_tms_open_connection(struct zv_session *s, const json_t *parameters)
{
	struct zv_tms *t = zv_tms_of(s);
	json_t *config = zv_tms_object_of(parameters, "connectionParams");

	zv_session_listen(s, false);
	t->is_open = false;
	if (!*t->library)
		refuse(s, ZV_TMS_ERROR_COMMAND, "not_initialized",
		       "LoadLibrary comes first");
	else if (!config)
		refuse(s, ZV_TMS_ERROR_CONFIG, "bad_connection_params",
		       "connectionParams is no JSON text of an object");
	else
		open_with(s, config);
	if (t->is_open)
		note_user(s, parameters);
	json_decref(config);
}

void
zv_tms_close_connection(struct zv_session *s)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_session_listen(s, false);
	t->is_open = false;
	zv_tms_calls_free(t);
	zv_tms_say_typed(s, ZV_TMS_DISCONNECTED, ZV_STR("\"closed\""), "",
			 "{\"ignoreTryReconnection\":true}");
	zv_session_end(s, 1000, "closed");
}

/* ---- the loss of the PBX --------------------------------------------------------------------- */

/* The calls may go on, so no RING_FINISHED is told: the snapshot after the reconnect is
 * the truth. */
void
zv_tms_server_lost(struct zv_session *s, size_t server)
{
	struct zv_tms *t = zv_tms_of(s);

	for (size_t i = 0; i < zv_hub_n_servers(zv_session_hub(s)); i++)
		if (i != server && is_up(s, i))
			return;
	if (!t->is_open || t->is_lost)
		return;
	t->is_lost = true;
	zv_tms_calls_free(t);
	zv_tms_say_typed(s, ZV_TMS_DISCONNECTED, ZV_STR("\"pbx_down\""), "",
			 "{\"ignoreTryReconnection\":false}");
}

/* A panel that has not come back by itself goes on. */
void
zv_tms_server_synced(struct zv_session *s, size_t server)
{
	struct zv_tms *t = zv_tms_of(s);

	if (!t->is_open)
		return;
	if (!t->is_lost) {
		zv_tms_compare(s, server);
		return;
	}
	t->is_lost = false;
	created(s);
}
