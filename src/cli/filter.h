/* filter.h - which packets the user wants to see: --event and --filter. */
#ifndef ZV_CLI_FILTER_H
#define ZV_CLI_FILTER_H

#include "cli/options.h"
#include "zvon/packet.h"

/* Filled by the rows of ZV_FILTER_OPTIONS. */
struct zv_filter {
	struct zv_opt_list events; /* each "Hangup,Newstate" */
	struct zv_opt_list texts;
};

#define ZV_FILTER_OPTIONS(filter)                                                      \
 ZV_OPT_LIST("event", 0, "NAMES", &(filter)->events,                                   \
	     "only these events: Hangup,Newstate (letter case is ignored)",            \
	     "только эти события: Hangup,Newstate (регистр не важен)"),                \
	 ZV_OPT_LIST("filter", 0, "TEXT", &(filter)->texts,                            \
		     "only packets that contain TEXT; several: all of them",           \
		     "только пакеты, где есть TEXT; несколько: все сразу")

/* 0, or ZV_EXIT_USAGE: a list without a name in it, and the reason was said. */
int zv_filter_check(const struct zv_filter *f);

bool zv_filter_passes(const struct zv_filter *f, const struct zv_packet *packet);

#endif
