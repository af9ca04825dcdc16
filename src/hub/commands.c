/* The table of commands: one row each. */
#include "hub/command.h"

extern const struct zv_command zv_cmd_call_make, zv_cmd_call_answer, zv_cmd_call_drop,
	zv_cmd_call_hold, zv_cmd_call_resume, zv_cmd_call_transfer, zv_cmd_call_consult,
	zv_cmd_call_complete, zv_cmd_call_cancel, zv_cmd_call_conference,
	zv_cmd_call_park, zv_cmd_call_pickup, zv_cmd_call_dtmf, zv_cmd_call_record,
	zv_cmd_call_mute, zv_cmd_call_volume, zv_cmd_call_spy, zv_cmd_queue_add,
	zv_cmd_queue_remove, zv_cmd_queue_pause, zv_cmd_agent_state,
	zv_cmd_agent_wrap_up, zv_cmd_line_dnd, zv_cmd_ami_action;

const struct zv_command *const zv_commands[] = {
	&zv_cmd_call_make,
	&zv_cmd_call_answer,
	&zv_cmd_call_drop,
	&zv_cmd_call_hold,
	&zv_cmd_call_resume,
	&zv_cmd_call_transfer,
	&zv_cmd_call_consult,
	&zv_cmd_call_complete,
	&zv_cmd_call_cancel,
	&zv_cmd_call_conference,
	&zv_cmd_call_park,
	&zv_cmd_call_pickup,
	&zv_cmd_call_dtmf,
	&zv_cmd_call_record,
	&zv_cmd_call_mute,
	&zv_cmd_call_volume,
	&zv_cmd_call_spy,
	&zv_cmd_queue_add,
	&zv_cmd_queue_remove,
	&zv_cmd_queue_pause,
	&zv_cmd_agent_state,
	&zv_cmd_agent_wrap_up,
	&zv_cmd_line_dnd,
	&zv_cmd_ami_action,
	NULL,
};

const struct zv_command *
zv_command_find(struct zv_str name)
{
	for (const struct zv_command *const *c = zv_commands; *c; c++)
		if (zvon_str_equal(zvon_str((*c)->name), name))
			return *c;
	return NULL;
}
