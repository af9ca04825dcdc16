#include "zvond/options.h"

#include "base/str.h"

#define G(member)     offsetof(struct zv_config, member), 0
#define LIMIT(member) offsetof(struct zv_config, limits.member), 0
#define H(member)     offsetof(struct zv_config_history, member), 0
#define A(member)     offsetof(struct zv_config_recordings, member), 0
#define A_N(member)                                                                    \
 offsetof(struct zv_config_recordings, places.member),                                 \
	 offsetof(struct zv_config_recordings, places.n_##member)
#define L(member) offsetof(struct zv_config_listen, member), 0
#define L_N(member)                                                                    \
 offsetof(struct zv_config_listen, member),                                            \
	 offsetof(struct zv_config_listen, n_##member)
#define S(member) offsetof(struct zv_config_station, member), 0
#define S_N(member)                                                                    \
 offsetof(struct zv_config_station, server.member),                                    \
	 offsetof(struct zv_config_station, server.n_##member)
#define C_N(member)                                                                    \
 offsetof(struct zv_config_station, server.cdr.member),                                \
	 offsetof(struct zv_config_station, server.cdr.n_##member)
#define R(member) offsetof(struct zv_role, member), 0
#define R_N(member)                                                                    \
 offsetof(struct zv_role, member), offsetof(struct zv_role, n_##member)
#define U(member) offsetof(struct zv_config_account, member), 0
#define U_N(group, member)                                                             \
 offsetof(struct zv_config_account, group.member),                                     \
	 offsetof(struct zv_config_account, group.n_##member)

#define NOWHERE	 0, 0
#define MS_MAX	 86400000 /* a day */
#define MEGABYTE (1024 * 1024)
#define RIGHTS_OF                                                                      \
 "view|dial|control|transfer|pickup|conference|record|agent|spy|raw|admin"

/* clang-format off */
const struct zv_option zv_config_options[] = {
#define ROW(type, key, aliases, legacy, least, most, standard, words, at, sentence) \
	{ SECTION, ZV_OPTION_##type, key, aliases, legacy, least, most, standard, words, at, sentence },

#define SECTION ZV_SECTION_GENERAL
	ROW(TEXT, "state", "statedir state_folder", NULL, 0, 0, "/var/lib/zvond", NULL, G(state),
	    "Folder in which the numbering of events, the replay ring and sessions are kept across restarts; empty: nothing is kept")
	ROW(CHOICE, "log", "log_level", NULL, 0, 0, "info", "error|warn|info|debug|trace", G(log_level),
	    "How much is logged")
	ROW(NUMBER, "session_token_s", NULL, NULL, 60, 31536000, "43200", NULL, G(session_token_s),
	    "How long a session that was opened with a password is good")
	ROW(NUMBER, "gather_ms", NULL, NULL, 0, 100, "1", NULL, G(gather_ms),
	    "How long messages to one client are collected under load; 0: not at all")
	ROW(YES, "letters_in_numbers", "allow_letters", NULL, 0, 0, "no", NULL, G(letters_in_numbers),
	    "May letters stand in numbers that are dialled?")
	ROW(SIZE, "ring_events", NULL, NULL, 1, 1000000, "10000", NULL, LIMIT(ring_events),
	    "Events that are kept for clients that come back")
	ROW(NUMBER, "ring_ms", NULL, NULL, 1, MS_MAX, "60000", NULL, LIMIT(ring_ms),
	    "How long they are kept")
	ROW(SIZE, "session_bytes", NULL, NULL, 16384, 64 * MEGABYTE, "262144", NULL, LIMIT(session_bytes),
	    "Bytes that may wait for one client; beyond, it is closed and comes back by number")
	ROW(SIZE, "session_messages", NULL, NULL, 10, 100000, "1000", NULL, LIMIT(session_messages),
	    "Messages that may wait for one client")
	ROW(SIZE, "input_bytes", NULL, NULL, 1024, MEGABYTE, "65536", NULL, LIMIT(input_bytes),
	    "The longest message that a client may send")
	ROW(SIZE, "sessions", NULL, NULL, 1, 1000000, "10000", NULL, LIMIT(sessions),
	    "Sessions at once")
	ROW(SIZE, "sessions_of_a_user", "sessions_of_user", NULL, 1, 10000, "20", NULL, LIMIT(sessions_of_a_user),
	    "Sessions at once of one user: browser tabs, programs")
	ROW(SIZE, "jobs_of_a_session", NULL, NULL, 1, 1000, "32", NULL, LIMIT(jobs_of_a_session),
	    "Commands of one session that are not finished yet")
	ROW(SIZE, "watches_of_a_session", NULL, NULL, 1, 1000, "64", NULL, LIMIT(watches_of_a_session),
	    "Raw filters of one session")
	ROW(CHOICE, "jwt_algorithm", NULL, NULL, 0, 0, "none", "none|HS256|RS256|ES256", G(jwt_algorithm),
	    "The one algorithm of signed tokens (JWT) that are accepted")
	ROW(TEXT, "jwt_key_file", NULL, NULL, 0, 0, NULL, NULL, G(jwt_key_file),
	    "File with the public key (PEM), or with the shared secret for HS256")
	ROW(TEXT, "jwt_audience", NULL, NULL, 0, 0, NULL, NULL, G(jwt_audience),
	    "What `aud` of such a token must be")
	ROW(TEXT, "jwt_issuer", NULL, NULL, 0, 0, NULL, NULL, G(jwt_issuer),
	    "What `iss` of such a token must be")
#undef SECTION

#define SECTION ZV_SECTION_HISTORY
	ROW(TEXT, "store", NULL, NULL, 0, 0, "history.db", NULL, H(store),
	    "Where calls are kept: a file, from the state folder on, or mysql://user@host/database, postgresql://user@host/database; temporary: until zvond ends; no: nowhere")
	ROW(TEXT, "secret_file", "secretfile", NULL, 0, 0, NULL, NULL, H(secret_file),
	    "File whose first line is the password of that database's user, for nobody else to read")
	ROW(NUMBER, "keep_days", "keep", NULL, 0, 36500, "0", NULL, H(keep_days),
	    "After so many days a call is deleted; 0: never")
	ROW(NUMBER, "anonymise_days", "anonymise anonymize", NULL, 0, 36500, "0", NULL, H(anonymise_days),
	    "After so many days numbers and names of those outside are taken out of it; 0: never")
	ROW(TEXT, "clean_at", NULL, NULL, 0, 0, "03:30", NULL, H(clean_at),
	    "When that is done, each day in the time zone of this machine")
	ROW(NAME, "country", NULL, NULL, 0, 0, "7", NULL, H(numbers.country),
	    "The country's own number: +7, 8 and 007 before a number are then the same")
	ROW(NAME, "trunk", NULL, NULL, 0, 0, "8", NULL, H(numbers.trunk),
	    "What is dialled before a number of the same country")
	ROW(NAME, "international", NULL, NULL, 0, 0, "810", NULL, H(numbers.international),
	    "What is dialled before a number of another country, besides 00 and +")
	ROW(NUMBER, "national_digits", NULL, NULL, 4, 14, "10", NULL, H(numbers.national_digits),
	    "How many digits a number of this country has, without the country's own")
	ROW(NAME, "area", NULL, NULL, 0, 0, NULL, NULL, H(numbers.area),
	    "What belongs before a number of 5 to 7 digits; empty: it stays as it is")
#undef SECTION

#define SECTION ZV_SECTION_RECORDINGS
	ROW(TEXTS, "root", "roots", NULL, 0, ZV_RECORDING_ROOTS, NULL, NULL, A_N(roots),
	    "Folders in which recordings lie here, beneath which alone they are looked for; none: there are no recordings")
	ROW(TEXTS, "from", NULL, NULL, 0, ZV_RECORDING_ROOTS, "/var/spool/asterisk/monitor", NULL, A_N(from),
	    "What the PBX calls these folders, in the same order")
	ROW(TEXTS, "template", "templates", NULL, 0, ZV_RECORDING_TEMPLATES, "{file},%Y/%m/%d/{file},%Y-%m/%d/{file},%Y/%m/%d/%H/{file}", NULL, A_N(templates),
	    "Where a file lies of which only the name is told, by the date in the name, else that of the call")
	ROW(YES, "decode", NULL, NULL, 0, 0, "yes", NULL, A(decode),
	    "Are gsm, wav49, ulaw, alaw and sln given as WAV, which each browser plays?")
	ROW(YES, "links", NULL, NULL, 0, 0, "yes", NULL, A(links),
	    "May users get links that play without a login until they expire?")
	ROW(NUMBER, "link_s", NULL, NULL, 10, 604800, "3600", NULL, A(link_s),
	    "How long such a link is good, if no shorter time is asked for")
	ROW(NUMBER, "wait_ms", NULL, NULL, 100, 60000, "5000", NULL, A(wait_ms),
	    "How long the file system may take for one step; then 503")
	ROW(NUMBER, "misses", NULL, NULL, 1, 100000, "20", NULL, A(misses),
	    "Ids that do not exist, of one user or address, that cost nothing; then each one waits, up to 30 s")
#undef SECTION

#define SECTION ZV_SECTION_LISTEN
	ROW(BIND, "bind", "bindaddr tlsbindaddr", NULL, 0, 0, "127.0.0.1:2013", NULL, L(address),
	    "Address and port, [IPv6]:port, or systemd:NAME for a socket that systemd opened")
	ROW(NUMBER, "port", "bindport", NULL, 0, 65535, NULL, NULL, L(port),
	    "The port, when it does not stand in bind")
	ROW(TEXT, "tls_certificate", "tlscertfile", NULL, 0, 0, NULL, NULL, L(certificate),
	    "File with the certificate and those above it (PEM): HTTPS and WSS instead of HTTP and WS")
	ROW(TEXT, "tls_key", "tlsprivatekey", NULL, 0, 0, NULL, NULL, L(key),
	    "File with its key (PEM), for nobody else to read")
	ROW(CHOICE, "tls_min", NULL, NULL, 12, 0, "1.2", "1.2|1.3", L(tls_min),
	    "The oldest version of TLS")
	ROW(FLAGS, "faces", NULL, NULL, 0, 0, "zvon,tms,http,page,operations", "zvon|tms|http|page|operations", L(faces),
	    "What is served here: the zvon.v1 protocol, the panels of Creatio, the HTTP API, the page, metrics and health")
	ROW(TEXTS, "origins", "allowed_origins", NULL, 0, 0, NULL, NULL, L_N(origins),
	    "Web pages whose scripts may connect, exactly, as https://crm.example; none: only our own page")
	ROW(TEXTS, "hosts", NULL, NULL, 0, 0, NULL, NULL, L_N(hosts),
	    "Names of this server that browsers may use; none: localhost and addresses")
	ROW(NETWORKS, "addresses", "permit", NULL, 0, 0, NULL, NULL, L_N(addresses),
	    "From where panels of Creatio may come without a login, as 10.0.0.0/8")
	ROW(WORD, "panel_role", "tms_role", NULL, 0, 0, NULL, NULL, L(panel_role_name),
	    "The role of such panels; none: each must have a user's token in its URL")
	ROW(SECRET, "panel_token", "tms_token", NULL, 0, 0, NULL, NULL, L(panel_token),
	    "What such panels must have in their URL besides, as `zvond token` prints it: sha256:...")
	ROW(TEXTS, "contexts", NULL, NULL, 0, 0, NULL, NULL, L_N(contexts),
	    "Contexts in which such panels may choose to dial")
	ROW(NETWORKS, "operations", NULL, NULL, 0, 0, "127.0.0.1/32,::1/128", NULL, L_N(operations),
	    "From where /metrics may be read without a login")
	ROW(YES, "token_in_url", NULL, NULL, 0, 0, "no", NULL, L(token_in_url),
	    "May a token stand in the URL, where proxies and browsers keep it?")
	ROW(YES, "client_id_token", NULL, NULL, 0, 0, "yes", NULL, L(client_id_token),
	    "May CLIENT_ID of POST /history be a user's token, for programs that send no Authorization?")
	ROW(YES, "deflate", NULL, NULL, 0, 0, "yes", NULL, L(deflate),
	    "Are messages to clients compressed that can read it?")
	ROW(NUMBER, "head_timeout_ms", NULL, NULL, 100, MS_MAX, "10000", NULL, L(head_timeout_ms),
	    "The head of a request must be here by then")
	ROW(NUMBER, "keep_alive_ms", "session_keep_alive", NULL, 0, MS_MAX, "30000", NULL, L(keep_alive_ms),
	    "How long a connection may be idle between two requests")
	ROW(NUMBER, "login_timeout_ms", NULL, NULL, 100, MS_MAX, "10000", NULL, L(login_timeout_ms),
	    "By then a WebSocket must have said who it is")
	ROW(NUMBER, "ping_ms", NULL, NULL, 100, MS_MAX, "20000", NULL, L(ping_ms),
	    "How often a WebSocket is asked whether it is still there")
	ROW(NUMBER, "pong_ms", NULL, NULL, 100, MS_MAX, "25000", NULL, L(pong_ms),
	    "How long it has for its answer; then it is gone")
	ROW(NUMBER, "body_rate", NULL, NULL, 0, MEGABYTE, "1024", NULL, L(body_rate),
	    "Bytes a second that a request's body must come with at least")
	ROW(NUMBER, "body_grace_ms", NULL, NULL, 100, MS_MAX, "5000", NULL, L(body_grace_ms),
	    "How much later than by that rate it may be")
	ROW(NUMBER, "unauthenticated", "authlimit", NULL, 1, 1000000, "512", NULL, L(unauthenticated),
	    "Connections at once that have not said who they are; the oldest goes for one more")
	ROW(NUMBER, "connections", "sessionlimit", NULL, 1, 1000000, "10000", NULL, L(connections),
	    "Connections at once")
#undef SECTION

#define SECTION ZV_SECTION_SERVER
	ROW(TEXT, "url", NULL, NULL, 0, 0, NULL, NULL, S(server.url),
	    "The Asterisk: ami://user@host:5038, amis:// for TLS, or http:// and https:// for AJAM")
	ROW(TEXT, "secret_file", "secretfile", NULL, 0, 0, NULL, NULL, S(server.secret_file),
	    "File whose first line is the secret of that user, for nobody else to read")
	ROW(SECRET, "secret", NULL, NULL, 0, 0, NULL, NULL, S(server.secret),
	    "The secret itself; this file may then be read by nobody else")
	ROW(WORD, "host", NULL, NULL, 0, 0, NULL, NULL, S(host),
	    "The Asterisk's name or address, where there is no url")
	ROW(NUMBER, "port", NULL, NULL, 0, 65535, NULL, NULL, S(port),
	    "Its port, with host; 0: 5038")
	ROW(WORD, "user", NULL, "userName", 0, 0, NULL, NULL, S(user),
	    "The user in manager.conf, with host")
	ROW(TEXT, "ca_file", "cafile tlscafile", NULL, 0, 0, NULL, NULL, S(server.ca_file),
	    "CA certificates that are trusted instead of the system's (PEM)")
	ROW(TEXT, "pin", NULL, NULL, 0, 0, NULL, NULL, S(server.pin),
	    "The server's public key, as sha256//BASE64")
	ROW(YES, "insecure", "tlsdontverifyserver", NULL, 0, 0, "no", NULL, S(server.insecure),
	    "Take any certificate: only to try things out")
	ROW(YES, "demo", NULL, NULL, 0, 0, "no", NULL, S(server.demo),
	    "A simulated office instead of an Asterisk")
	ROW(NUMBER, "demo_rate", NULL, NULL, 0, 600, "12", NULL, S(server.demo_rate),
	    "Calls a minute that come by themselves in it")
	ROW(TEXT, "replay", NULL, "filePath", 0, 0, NULL, NULL, S(server.replay),
	    "A capture (zvon capture) that is played instead of an Asterisk")
	ROW(YES, "replay_loop", NULL, NULL, 0, 0, "no", NULL, S(server.replay_loop),
	    "Does it begin again at its end?")
	ROW(FACTOR, "replay_speed", NULL, NULL, 1, 1000000, "1", NULL, S(server.replay_speed),
	    "How many times as fast as it was")
	ROW(TEXTS, "trunks", "trunk", NULL, 0, 0, NULL, NULL, S_N(trunks),
	    "Peers that lead outside, as provider or DAHDI/*")
	ROW(TEXTS, "lines", "line", NULL, 0, 0, NULL, NULL, S_N(lines),
	    "Peers that are lines though they look like trunks")
	ROW(NAME, "technology", NULL, "protocol", 0, 0, "PJSIP", NULL, S(server.hub.technology),
	    "Channel technology of lines: PJSIP, SIP, or Local through the dialplan")
	ROW(NAME, "context", "originate_context", "originateContext", 0, 0, "from-internal", NULL, S(server.hub.context),
	    "Context of the dialplan in which calls are dialled")
	ROW(NAME, "transfer_context", NULL, NULL, 0, 0, NULL, NULL, S(server.hub.transfer_context),
	    "Context in which transfers are dialled; empty: as context")
	ROW(NAME, "parking", "parkinglot", "parkingLotContext", 0, 0, NULL, NULL, S(server.hub.parking),
	    "The parking lot; empty: the default one")
	ROW(NAME, "conference_context", NULL, NULL, 0, 0, NULL, NULL, S(server.hub.conference_context),
	    "Context in which the number of a room is dialled to enter it")
	ROW(VIEW, "recordings", NULL, NULL, 0, 0, NULL, NULL, S(server.hub.recordings),
	    "Folder on the Asterisk for recordings that are started here; empty: Asterisk's own")
	ROW(VIEW, "queue_interface", NULL, "queueExtensionFormat", 0, 0, NULL, NULL, S(server.hub.queue_interface),
	    "How a line stands in queues, {0} is its number: Local/{0}@from-queue/n; empty: by technology")
	ROW(VIEW, "caller_id", "callerid", NULL, 0, 0, NULL, NULL, S(server.hub.caller_id),
	    "What the phones show of calls that are made here; empty: the line")
	ROW(VIEW, "auto_answer", NULL, NULL, 0, 0, NULL, NULL, S(server.hub.auto_answer),
	    "SIP header that makes the own phone answer by itself, as Alert-Info: info=alert-autoanswer")
	ROW(YES, "notify_answer", NULL, NULL, 0, 0, "no", NULL, S(server.hub.notify_answer),
	    "Do the phones answer at a NOTIFY with Event: talk?")
	ROW(YES, "notify_hold", NULL, NULL, 0, 0, "no", NULL, S(server.hub.notify_hold),
	    "Do they hold at a NOTIFY with Event: hold?")
	ROW(NAME, "dnd", NULL, NULL, 0, 0, NULL, NULL, S(server.hub.dnd),
	    "Family of Asterisk's database in which the dialplan looks up who is not to be disturbed, as DND; empty: line.dnd is refused")
	ROW(YES, "ring_on_state", NULL, "sendRingStartedOnRingingState", 0, 0, "yes", NULL, S(server.hub.ring_on_state),
	    "Is a call shown to panels when the phone rings (queues need it), not when it is dialled?")
	ROW(NUMBER, "ring_ms", NULL, NULL, 1000, 600000, "30000", NULL, S(server.hub.ring_ms),
	    "How long the own phone rings when a call is made")
	ROW(NOTHING, "async_originate", NULL, "asyncOriginate", 0, 0, NULL, NULL, NOWHERE,
	    "Taken and not used: calls are always made with Async: true, or one would hold up all others")
	ROW(YES, "auto_pause", NULL, "autoPauseOnCommutationStart", 0, 0, "no", NULL, S(server.auto_pause),
	    "What auto_pause is for users who do not say")
	ROW(YES, "trace_queues", NULL, "traceQueuesState", 0, 0, "no", NULL, S(server.trace_queues),
	    "Are states of queue members logged?")
	ROW(NOTHING, "packet_info", NULL, "packetInfoConfig", 0, 0, NULL, NULL, NOWHERE,
	    "Taken and not used: clients choose fields themselves (watches of zvon.v1)")
	ROW(TEXT, "cdr", NULL, NULL, 0, 0, NULL, NULL, S(server.cdr.url),
	    "The PBX's own records (CDR): csv:FILE, sqlite:FILE, mysql://user@host/database, postgresql://user@host/database; read after each interruption and each night, so that no call is missing from the history")
	ROW(TEXT, "cdr_preset", NULL, NULL, 0, 0, NULL, NULL, S(server.cdr.preset),
	    "Whose table that is: asterisk, freepbx, mikopbx, pt1c, issabel, csv; empty: what it looks like")
	ROW(TEXT, "cdr_table", NULL, NULL, 0, 0, NULL, NULL, S(server.cdr.table),
	    "Its name, if it is another one")
	ROW(TEXTS, "cdr_columns", "cdr_column", NULL, 0, 0, NULL, NULL, C_N(columns),
	    "Where a column of Asterisk's stands there under another name, as src=cnum")
	ROW(TEXT, "cdr_timezone", NULL, NULL, 0, 0, "local", NULL, S(server.cdr.timezone),
	    "Time zone of the times there: Europe/Moscow, UTC; local: of this machine")
	ROW(TEXT, "cdr_secret_file", NULL, NULL, 0, 0, NULL, NULL, S(server.cdr.secret_file),
	    "File whose first line is the password of that database's user, for nobody else to read")
	ROW(NUMBER, "cdr_settle_s", NULL, NULL, 1, 86400, "300", NULL, S(server.cdr.settle_s),
	    "Records are written so late at most: in cdr.conf, with batch=yes, time")
	ROW(TEXT, "cel", NULL, NULL, 0, 0, NULL, NULL, S(server.cdr.cel),
	    "Channel event records (CEL) of the same PBX, as cdr")
#undef SECTION

#define SECTION ZV_SECTION_ROLE
	ROW(FLAGS, "may", "rights", NULL, 1, 0, "view", RIGHTS_OF, R(rights),
	    "What users of the role may do")
	ROW(CHOICE, "see", NULL, NULL, 0, 0, "own", "own|queues|all", R(sees),
	    "Whose calls and lines they see: their own, also those of their queues, or all")
	ROW(CHOICE, "control", NULL, NULL, 0, 0, "own", "own|queues|all", R(controls),
	    "Whose calls they may act on")
	ROW(CHOICE, "history", NULL, NULL, 1, 0, NULL, "none|own|queues|all", R(history),
	    "Whose finished calls they see: nobody's, their own, also those that were in their queues, or all; not said: as see")
	ROW(CHOICE, "recordings", NULL, NULL, 1, 0, NULL, "none|own|queues|all", R(recordings),
	    "Whose recordings they may hear, never more than history; not said: their own")
	ROW(DIAL, "dial", NULL, NULL, 0, 0, NULL, NULL, R_N(dial),
	    "allow PATTERN or deny PATTERN as in extensions.conf; the first that fits decides; then own numbers of 2 to 6 digits are allowed and all else is denied")
	ROW(NUMBER, "calls_a_minute", NULL, NULL, -1, 10000, "6", NULL, R(calls_a_minute),
	    "Calls that one user may make in a minute; -1: any number")
	ROW(NUMBER, "calls_at_once", "call_limit", NULL, -1, 10000, "2", NULL, R(calls_at_once),
	    "Calls made by one user that are up at once; -1: any number")
	ROW(TEXTS, "actions", NULL, NULL, 0, 0, NULL, NULL, R_N(actions),
	    "AMI actions that ami.action may send, by their names; none: no action")
#undef SECTION

#define SECTION ZV_SECTION_USER
	ROW(SECRET, "password_hash", NULL, NULL, 0, 0, NULL, NULL, U(secrets.password_hash),
	    "The password, as `zvond passwd` prints it: $argon2id$...")
	ROW(TEXT, "password_file", NULL, NULL, 0, 0, NULL, NULL, U(secrets.password_file),
	    "File whose first line is that hash")
	ROW(SECRETS, "token", "tokens", NULL, 0, 0, NULL, NULL, U_N(secrets, tokens),
	    "A token, as `zvond token` prints it: sha256:...; repeats")
	ROW(WORD, "role", NULL, NULL, 0, 0, "operator", NULL, U(role_name),
	    "One of the roles: operator, supervisor, viewer, or a [role NAME]")
	ROW(TEXTS, "lines", "line", NULL, 0, ZV_USER_LINES_MAX, NULL, NULL, U_N(user, lines),
	    "What he sits at, as 101, or SERVER/101; the first one dials")
	ROW(TEXTS, "queues", "queue", NULL, 0, ZV_USER_QUEUES_MAX, NULL, NULL, U_N(user, queues),
	    "Queues that he serves or supervises")
	ROW(NAME, "context", NULL, NULL, 0, 0, NULL, NULL, U(user.context),
	    "Context in which his calls are dialled; empty: the server's")
	ROW(TEXTS, "contexts", NULL, NULL, 0, 0, NULL, NULL, U_N(user, contexts),
	    "Further contexts that he may choose in his panel")
	ROW(VIEW, "interface", NULL, NULL, 0, 0, NULL, NULL, U(user.interface),
	    "Channel of his line, as PJSIP/101-desk; empty: technology and line")
	ROW(VIEW, "full_name", "fullname", NULL, 0, 0, NULL, NULL, U(user.full_name),
	    "The name that is shown")
	ROW(YES, "auto_pause", "autopause", NULL, 0, 0, NULL, NULL, U(user.auto_pause),
	    "Is he paused in all queues while he talks? Not said: as the server's")
	ROW(NUMBER, "wrap_up_s", "wrapuptime", NULL, 0, 86400, "0", NULL, U(user.wrap_up_s),
	    "How long the pause goes on after a call")
#undef SECTION
};
/* clang-format on */

const size_t zv_n_config_options = sizeof zv_config_options / sizeof *zv_config_options;

const char *const zv_section_names[ZV_SECTIONS + 1] = {
	"general", "history", "recordings", "listen", "server", "role", "user", NULL,
};

static bool
is_among(const char *words, struct zv_str key)
{
	struct zv_str rest = zvon_str(words), word;

	while (words && zv_str_split(&rest, ' ', &word))
		if (zvon_str_equal_nocase(word, key))
			return true;
	return false;
}

bool
zv_option_is_legacy(const struct zv_option *o, struct zv_str key)
{
	return is_among(o->legacy, key) && !is_among(o->key, key) &&
	       !is_among(o->aliases, key);
}

const struct zv_option *
zv_option_find(enum zv_option_section section, struct zv_str key)
{
	const struct zv_option *legacy = NULL;

	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *o = &zv_config_options[i];

		if (o->section != section)
			continue;
		if (is_among(o->key, key) || is_among(o->aliases, key))
			return o;
		if (is_among(o->legacy, key))
			legacy = o;
	}
	return legacy;
}

void
zv_options_print_table(struct zv_buf *out)
{
	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *o = &zv_config_options[i];

		zv_buf_printf(out, "%s\t%s\t%s\t%s\t%s\t%s\n",
			      zv_section_names[o->section], o->key,
			      o->aliases ? o->aliases : "", o->legacy ? o->legacy : "",
			      o->standard ? o->standard : "", o->sentence);
	}
}
