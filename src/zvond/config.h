/* config.h - what zvond.conf says, read whole and checked: from the sections of conf/conf.h
 * by the table of options.c (name, type, least, most, default, one sentence). Never changed
 * afterwards: a reload reads a new one. */
#ifndef ZV_ZVOND_CONFIG_H
#define ZV_ZVOND_CONFIG_H

#include "base/buf.h"
#include "conf/conf.h"
#include "hist/number.h"
#include "hist/recording.h"
#include "hub/hub.h"

struct zv_config_network {	   /* an address and how many of its bits count */
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;
};

enum zv_face { /* bits of `faces` */
	       ZV_FACE_ZVON = 1,
	       ZV_FACE_TMS = 2,
	       ZV_FACE_HTTP = 4,
	       ZV_FACE_PAGE = 8,
	       ZV_FACE_OPERATIONS = 16,
};

struct zv_config_listen {
	const char *name;
	const char *address;   /* "127.0.0.1", "::", or NULL with activated */
	int port;	       /* 2013 */
	const char *activated; /* FileDescriptorName= of a systemd socket, or NULL */
	const char *certificate, *key; /* PEM files, or NULL: plain */
	int tls_min;		       /* 12 or 13 */
	unsigned faces;		       /* default: all */
	const struct zv_str *origins;  /* exact; none: the same host only */
	size_t n_origins;
	const struct zv_str *hosts; /* names of Host; none: localhost and addresses */
	size_t n_hosts;
	const struct zv_config_network
		*addresses; /* who may be a panel without login */
	size_t n_addresses;
	const char *panel_role_name;	  /* or NULL */
	const struct zv_role *panel_role; /* NULL: panels need a token of a user */
	const struct zv_str *contexts;	  /* which panels may choose to dial in */
	size_t n_contexts;
	const char *panel_token; /* in the URL of panels: hash as of users; or NULL */
	const struct zv_config_network *operations; /* metrics without login */
	size_t n_operations;
	bool token_in_url;
	bool client_id_token; /* yes: of POST /history */
	bool deflate;	      /* yes */
	int head_timeout_ms, keep_alive_ms, login_timeout_ms;
	int ping_ms, pong_ms; /* of WebSockets: 20 s, 25 s */
	int body_rate;	      /* bytes a second at least … */
	int body_grace_ms;    /* … after that time: 5 s */
	int unauthenticated;  /* at once: 512 */
	int connections;      /* at once: 10000 */
};

struct zv_config_cdr {	       /* of a [server]: the PBX's own records */
	const char *url, *cel; /* NULL: none are read */
	const char *preset, *table;
	const struct zv_str *columns; /* "src=cnum" */
	size_t n_columns;
	const char *timezone;
	const char *secret; /* of the database, or NULL; wiped when freed */
	const char *secret_file;
	int settle_s;  /* rows come so late */
	int at_minute; /* of the day, local time: when all is looked at once more */
};

struct zv_config_server {
	const char *url;	 /* without secret; NULL: demo or replay */
	char *secret;		 /* wiped when freed */
	const char *secret_file; /* from which it was read, or NULL */
	const char *ca_file, *pin;
	bool insecure;
	bool demo;
	const char *replay; /* a capture that is played instead */
	bool replay_loop;
	double replay_speed;
	int demo_rate; /* calls a minute that come by themselves; 0: none */
	const struct zv_str *trunks, *lines; /* as in call.h */
	size_t n_trunks, n_lines;
	bool trace_queues;
	bool auto_pause;	  /* what users have who do not say */
	struct zv_hub_server hub; /* name and what commands need; calls is not set */
	struct zv_config_cdr cdr;
};

struct zv_config_secrets {	     /* of one user */
	const char *password_hash;   /* argon2id, or NULL: no password */
	const char *password_file;   /* from which it was read, or NULL */
	const struct zv_str *tokens; /* "sha256:" and 64 hex digits */
	size_t n_tokens;
};

struct zv_config_history { /* [history] */
	const char
		*store; /* URL, or the file's whole path; NULL: there is no history */
	bool is_temporary;  /* in a folder that goes with the daemon; store is NULL */
	const char *secret; /* of the database, or NULL; wiped when freed */
	const char *secret_file;
	int keep_days;	    /* 0: for ever */
	int anonymise_days; /* 0: never */
	int clean_minute;   /* of the day, local time */
	const char *clean_at;
	struct zv_number_rules numbers;
};

enum zv_jwt_algorithm {
	ZV_JWT_NONE, /* signed tokens are not accepted */
	ZV_JWT_HS256,
	ZV_JWT_RS256,
	ZV_JWT_ES256,
};

struct zv_config_recordings { /* [recordings] */
	struct zv_recording_places places;
	bool links, decode;
	int link_s;
	int wait_ms; /* what the file system may take */
	int misses;  /* of a user or an address, that cost nothing */
};

struct zv_config {
	struct zv_conf *text; /* what all the others are borrowed from */
	const char *file;
	const char *state; /* folder; "": nothing is kept across restarts */
	enum zv_log_level log_level;
	int session_token_s; /* 12 h */
	int gather_ms;	     /* frames to one client are collected: 1; 0: never */
	bool letters_in_numbers;
	struct zv_hub_limits limits;
	enum zv_jwt_algorithm jwt_algorithm;
	const char *jwt_key; /* PEM text, or the secret's bytes; wiped when freed */
	size_t jwt_key_bytes;
	const char *jwt_key_file;
	const char *jwt_audience, *jwt_issuer; /* or NULL */
	struct zv_config_history history;
	struct zv_config_recordings recordings;
	struct zv_config_listen *listens;
	size_t n_listens;
	struct zv_config_server *servers;
	size_t n_servers;
	struct zv_user *users; /* users[i] has secrets[i] */
	struct zv_config_secrets *secrets;
	size_t n_users;
	const struct zv_role *roles;
	size_t n_roles;
};

/* Reads the file and what it includes. NULL: all that is wrong is in *complaints, one line
 * each: file:line: what, and what to do. Warnings too may be there on success. */
struct zv_config *zv_config_read(const char *file, struct zv_buf *complaints);
/* The same of a text; what it includes is found beside `name`. */
struct zv_config *zv_config_parse(const char *name, struct zv_str text,
				  struct zv_buf *complaints);
/* What zvond --demo runs with: the simulated office, users demo and supervisor. state: a
 * folder, or NULL: nothing is kept. rate: calls a minute. */
struct zv_config *zv_config_demo(int port, const char *state, int rate,
				 struct zv_buf *complaints);
void zv_config_free(struct zv_config *c); /* NULL is fine */

/* As a file that would read the same, with defaults as comments, secrets as ***. */
void zv_config_print(const struct zv_config *c, struct zv_buf *out);

/* What auto_pause is for whom no section says it: as any of the servers has it. */
bool zv_config_auto_pause(const struct zv_config *c);

/* Adds the keys whose new values only a restart takes over: "ring_ms, state". */
void zv_config_add_changed(const struct zv_config *old, const struct zv_config *now,
			   struct zv_buf *out);

bool zv_config_network_has(const struct zv_config_network *list, size_t n,
			   const unsigned char address[16]);

#endif
