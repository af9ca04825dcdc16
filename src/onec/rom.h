/* rom.h - the three classes of the ROM-Asterisk family from inside: rom.c opens an object,
 * rom_method.c and rom_property.c are called by the script, rom_connection.c lives on the
 * network thread, rom_filter.c decides what passes. profile_rom.c has the tables. */
#ifndef ZV_ONEC_ROM_H
#define ZV_ONEC_ROM_H

#include "onec/component.h"
#include "zvon/filter.h"
#include "zvon/legacy.h"

#define ZV_ROM_PORT	  5038
#define ZV_ROM_HOST_MAX	  253  /* bytes: more no name has */
#define ZV_ROM_KEY_MAX	  1024 /* bytes of the product key that is kept */
#define ZV_ROM_HELD_MAX	  ((size_t)1024 * 1024) /* bytes before the first ListenMode */
#define ZV_ROM_REASON_MAX 160

/* As whom events of AMI 2 and up (Asterisk 12 and later) appear. */
enum zv_rom_view {
	ZV_ROM_AUTO = 0, /* as the class says */
	ZV_ROM_LEGACY,	 /* as AMI 1.x sent them, see zvon/legacy.h */
	ZV_ROM_NATIVE,	 /* as sent */
	ZV_ROM_BOTH,	 /* as sent, and those that AMI 1.x alone has beside them */
	ZV_ROM_N_VIEWS,
};

/* What differs between the generations. */
struct zv_rom_kind {
	const struct zv_class *class;
	const char *version;				 /* old code may compare */
	const char *source;				 /* of events */
	const char *connected, *received, *disconnected; /* their names */
	const char *disconnected_data;
	const char *bad_regex; /* event of a bad expression; NULL: it had none */
	enum zv_filter_newlines newlines;
	enum zv_rom_view view;
	bool booleans;	      /* Истина and Ложь, else 1 and 0 */
	bool tells_port;      /* Connected: "Server:… Port:…", else the host */
	bool judges_connect;  /* Connected passes the filter or is not told */
	bool connect_answers; /* a failed Connect answers Ложь, else raises */
	bool plain_regex;     /* what stands in a packet as it is written passes too */
};

/* The two filters of one object. */
struct zv_rom_filter {
	struct zv_buf text, regex; /* "" is off */
	struct zv_filter *filter;  /* NULL: everything passes */
	bool is_plain; /* plain_regex: the expression cannot be compiled at all */
	bool is_off;   /* it has switched itself off, and that was told */
};

struct zv_rom {
	const struct zv_rom_kind *kind;
	struct zv_component *component;

	/* ---- under zv_component_lock ---- */
	bool is_connected, is_listening, error_as_event;
	enum zv_rom_view view;
	int port;		   /* of the last Connect */
	struct zv_buf text, regex; /* as the properties show them */
	struct zv_buf key;
	uint64_t n_received, n_filtered, n_forgotten;
	char reason[ZV_ROM_REASON_MAX]; /* why the last one was filtered; "" */

	/* ---- network thread ---- */
	struct zv_link *link;		  /* the component's; NULL: none */
	char place[ZV_ROM_HOST_MAX + 32]; /* data of Connected */
	struct zv_rom_filter filter;
	struct zv_legacy *legacy; /* NULL: events as sent */
	bool keeps_native;	  /* with legacy: ZV_ROM_BOTH */
	bool holds; /* nobody has said ListenMode since the connection was made */
	struct zv_buf held; /* each: its length (size_t), its bytes */
	struct zv_buf shown;
};

/* The one question to the network thread, and what it asks for. */
struct zv_rom_target {
	char host[ZV_ROM_HOST_MAX + 1];
	int port;
	bool tls;
	int timeout_ms;
	enum zv_rom_view view;
};

extern const struct zv_rom_kind zv_rom_kinds[];
extern const size_t zv_rom_n_kinds;

/* rom.c */
void *zv_rom_open(struct zv_component *c);
void zv_rom_free(void *own);

/* rom_address.c: "pbx", "amis://pbx", "[::1]". 0, or ZV_EINVAL and *err. */
int zv_rom_read_address(struct zv_str text, bool russian, struct zv_rom_target *out,
			struct zv_error *err);
/* Why no connection came about, in words of use. */
void zv_rom_explain(const struct zv_rom_target *target, const struct zv_error *why,
		    bool russian, struct zv_error *err);

/* rom_method.c: struct zv_method.call */
int zv_rom_connect(struct zv_component *c, const struct zv_method *m,
		   struct zv_value *arguments, struct zv_value *result,
		   struct zv_error *err);
int zv_rom_disconnect(struct zv_component *c, const struct zv_method *m,
		      struct zv_value *arguments, struct zv_value *result,
		      struct zv_error *err);
int zv_rom_send(struct zv_component *c, const struct zv_method *m,
		struct zv_value *arguments, struct zv_value *result,
		struct zv_error *err);
int zv_rom_listen(struct zv_component *c, const struct zv_method *m,
		  struct zv_value *arguments, struct zv_value *result,
		  struct zv_error *err);
int zv_rom_set_text(struct zv_component *c, const struct zv_method *m,
		    struct zv_value *arguments, struct zv_value *result,
		    struct zv_error *err);
int zv_rom_set_regex(struct zv_component *c, const struct zv_method *m,
		     struct zv_value *arguments, struct zv_value *result,
		     struct zv_error *err);
int zv_rom_set_depth(struct zv_component *c, const struct zv_method *m,
		     struct zv_value *arguments, struct zv_value *result,
		     struct zv_error *err);

/* rom_property.c */
#define ZV_ROM_PROPERTIES 21
extern const struct zv_property zv_rom_properties[ZV_ROM_PROPERTIES];

/* rom_connection.c: zv_ask_fn. ask->data: struct zv_rom_target (connect); ask->number:
 * the flag (listen), is it the expression (filter); ask->in: the text. */
void zv_rom_do_connect(struct zv_component *c, struct zv_ask *ask);
void zv_rom_on_late_connect(struct zv_component *c, struct zv_ask *ask);
void zv_rom_do_disconnect(struct zv_component *c, struct zv_ask *ask);
void zv_rom_do_send(struct zv_component *c, struct zv_ask *ask);
void zv_rom_do_listen(struct zv_component *c, struct zv_ask *ask);
void zv_rom_do_filter(struct zv_component *c, struct zv_ask *ask);

/* rom_filter.c */
void zv_rom_filter_deinit(struct zv_rom_filter *f);
/* Sets the expression, or the text; on failure all stays as it was. */
int zv_rom_filter_set(struct zv_rom_filter *f, const struct zv_rom_kind *kind,
		      bool is_regex, struct zv_str text, struct zv_error *err);
enum zv_filter_verdict zv_rom_filter_judge(struct zv_rom_filter *f,
					   const struct zv_rom_kind *kind,
					   struct zv_str shown, int64_t now_ms);
/* std::regex's name of what is wrong with an expression, of PCRE2's number. */
const char *zv_rom_regex_error(int system);

#endif
