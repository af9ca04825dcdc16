/* actions.h - what a manager may ask. actions.c has the table: a new action is one
 * function in the fitting act_*.c and one row there. */
#ifndef ZV_OFFICE_ACTIONS_H
#define ZV_OFFICE_ACTIONS_H

#include "office/model.h"
#include "office/session.h"

/* Finds, checks the right, runs. */
void zv_action_run(struct zv_office_session *s, const struct zv_asked *asked);

/* Lists: "EventList: start"; items begin with zv_item; the …Complete event ends them
 * (more lines may be added, then zv_door_end). */
void zv_list_start(struct zv_office_session *s, const struct zv_asked *asked,
		   const char *message);
struct zv_buf *zv_item(struct zv_office_session *s, const char *event);
void zv_put_action_id(struct zv_buf *out, const struct zv_asked *asked);
struct zv_buf *zv_list_complete(struct zv_office_session *s,
				const struct zv_asked *asked, const char *event,
				int items);

/* A number in a field. false: it is there and is none. Absent: *out stays. */
bool zv_asked_int(const struct zv_asked *asked, const char *key, int *out);
bool zv_asked_bool(const struct zv_asked *asked, const char *key);

#define ZV_ACTION(name)                                                                \
 void zv_act_##name(struct zv_office_session *s, const struct zv_asked *asked)

/* act_channel.c */
ZV_ACTION(blind_transfer);
ZV_ACTION(atxfer);
ZV_ACTION(bridge);
ZV_ACTION(getvar);
ZV_ACTION(hangup);
ZV_ACTION(hold);
ZV_ACTION(mix_monitor);
ZV_ACTION(mute_audio);
ZV_ACTION(pjsip_notify);
ZV_ACTION(play_dtmf);
ZV_ACTION(redirect);
ZV_ACTION(setvar);
ZV_ACTION(stop_mix_monitor);
ZV_ACTION(unhold);

/* act_list.c */
ZV_ACTION(bridge_list);
ZV_ACTION(core_show_channels);
ZV_ACTION(device_state_list);
ZV_ACTION(extension_state);
ZV_ACTION(extension_state_list);
ZV_ACTION(status);

/* act_pjsip.c */
ZV_ACTION(pjsip_contacts);
ZV_ACTION(pjsip_endpoint);
ZV_ACTION(pjsip_endpoints);

/* act_queue.c */
ZV_ACTION(queue_add);
ZV_ACTION(queue_pause);
ZV_ACTION(queue_penalty);
ZV_ACTION(queue_remove);
ZV_ACTION(queue_ring_in_use);
ZV_ACTION(queue_status);
ZV_ACTION(queue_summary);

/* act_originate.c, act_command.c */
ZV_ACTION(originate);
ZV_ACTION(command);

#endif
