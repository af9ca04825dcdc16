/* miko.h - the class MIKO from inside: profile_miko.c, miko_*.c only. */
#ifndef ZV_ONEC_MIKO_H
#define ZV_ONEC_MIKO_H

#include "onec/component.h"
#include "onec/miko_table.h"
#include "zvon/client.h"

#define ZV_MIKO_SOURCE "MikoAjamEvent"
#define ZV_MIKO_LOADS_MAX                                                              \
 20 /* LoadFunctions of one object, with the file of the machine */
#define ZV_MIKO_FILE "miko-functions.conf"

/* A text of functions that the table was made of, beside ours. */
struct zv_miko_source {
	struct zv_buf where, text;
};

/* What Connect takes along; owned. */
struct zv_miko_target {
	struct zv_buf url, user, secret, events, ca_file, pin, proxy;
	bool insecure, is_legacy;
	struct zv_legacy_options legacy;
};

struct zv_miko {
	struct zv_component *component;
	struct zv_buf own_id; /* what ActionIDs of ours begin with; never changed */

	/* host's threads */
	struct zv_miko_table
		*tables[ZV_MIKO_LOADS_MAX + 1]; /* the last one is in use */
	size_t n_tables;
	struct zv_miko_source sources[ZV_MIKO_LOADS_MAX];
	size_t n_sources;
	struct zv_error file_error;	/* of the machine's file: Connect tells it */
	struct zv_miko_target settings; /* url, user and secret are empty */
	bool raises, keeps_percent;
	unsigned long last_id; /* atomic */

	/* network thread */
	struct zv_ask *connecting; /* waits for READY */
	bool is_open;		   /* else what the link still tells is not heard */
	bool was_ready;
	struct zv_buf data; /* of the event being told */

	/* zv_component_lock */
	enum zv_client_state state;
	char reason[ZV_ERROR_TEXT_MAX]; /* of the last loss */
	char ami_version[32];
	unsigned long losses;
};

/* miko_call.c: the function of every AMI method. */
int zv_miko_call(struct zv_component *c, const struct zv_method *method,
		 struct zv_value *arguments, struct zv_value *result,
		 struct zv_error *err);
/* The end of a method that failed: an exception, or Ложь and LastError, as RaiseErrors
 * says. */
int zv_miko_fail(struct zv_miko *m, const struct zv_error *why, struct zv_value *result,
		 struct zv_error *err);

/* miko_connection.c: struct zv_method.call */
int zv_miko_connect(struct zv_component *c, const struct zv_method *method,
		    struct zv_value *arguments, struct zv_value *result,
		    struct zv_error *err);
int zv_miko_disconnect(struct zv_component *c, const struct zv_method *method,
		       struct zv_value *arguments, struct zv_value *result,
		       struct zv_error *err);
int zv_miko_diagnose(struct zv_component *c, const struct zv_method *method,
		     struct zv_value *arguments, struct zv_value *result,
		     struct zv_error *err);
void zv_miko_target_deinit(struct zv_miko_target *t);
/* Network thread: the connection is over because it was asked for. */
void zv_miko_hang_up(struct zv_miko *m);
/* Network thread: an event of Asterisk to the script. */
void zv_miko_tell(struct zv_miko *m, const struct zv_packet *event);

/* miko_load.c */
int zv_miko_load_functions(struct zv_component *c, const struct zv_method *method,
			   struct zv_value *arguments, struct zv_value *result,
			   struct zv_error *err);
int zv_miko_show_functions(struct zv_component *c, const struct zv_method *method,
			   struct zv_value *arguments, struct zv_value *result,
			   struct zv_error *err);
/* Our table, and the file of the machine behind it if there is one. 0 or ZV_ENOMEM; what is
 * wrong with the file is in m->file_error. */
int zv_miko_load_first(struct zv_miko *m);
void zv_miko_unload(struct zv_miko *m);

/* miko_property.c */
#define ZV_MIKO_PROPERTIES 21
extern const struct zv_property zv_miko_properties[ZV_MIKO_PROPERTIES];

/* profile_miko.c */
#define ZV_MIKO_OWN_METHODS 5
extern const struct zv_method zv_miko_methods[ZV_MIKO_OWN_METHODS];

#endif
