/* tms_command.h - a frame of the panel and the row of its command. */
#ifndef ZV_HUB_TMS_COMMAND_H
#define ZV_HUB_TMS_COMMAND_H

#include "hub/tms.h"

struct zv_tms_row;

struct zv_tms_frame {
	struct zv_session *s;
	struct zv_tms *t;
	const struct zv_tms_row *row;
	const json_t *frame, *parameters;
	struct zv_tms_call *call; /* the executor */
};

enum zv_tms_when {
	ZV_TMS_ALWAYS,
	ZV_TMS_CONNECTED,
	ZV_TMS_WITH_CALL,
	ZV_TMS_CALL_CENTRE,
	ZV_TMS_NEVER, /* the server cannot: error type 4 says so */
};

struct zv_tms_row {
	const char *name;
	enum zv_tms_when when;
	void (*run)(const struct zv_tms_frame *f);
	const char *command;   /* of the hub */
	const char *from, *to; /* the parameter that becomes an argument */
};

/* NULL: no such command. */
const struct zv_tms_row *zv_tms_find_row(struct zv_str name);

void zv_tms_refuse_frame(const struct zv_tms_frame *f, const char *code,
			 const char *text);
/* A call comes as JSON text (or as an object): only its id counts. Or NULL. */
struct zv_tms_call *zv_tms_call_in(const struct zv_tms_frame *f, const json_t *object,
				   const char *key);

#endif
