/* view.h - how the user wants to see events: as sent, or as Asterisk 1.8 sent them. */
#ifndef ZV_CLI_VIEW_H
#define ZV_CLI_VIEW_H

#include "term/options.h"
#include "zvon/legacy.h"

/* Filled by the rows of ZV_VIEW_OPTIONS. */
struct zv_view_wish {
	int view; /* position in the words of --view */
	struct zv_legacy_options legacy;
};

#define ZV_VIEW_OPTIONS(wish)                                                                                \
 ZV_OPT_CHOICE("view", 0, "native|legacy", &(wish)->view,                                                    \
	       "legacy: events of Asterisk 12 and later as 1.8 sent them (Dial, "                            \
	       "Bridge…); filters look at those",                                                            \
	       "legacy: события Asterisk 12 и новее в виде, как слала 1.8 (Dial, " \
	       "Bridge…); фильтры смотрят на них"),                                                          \
	 ZV_OPT_FLAG("unlink-as-bridge", 0, &(wish)->legacy.unlink_as_bridge,                                \
		     "with legacy: Unlink as in Asterisk 11, a Bridge with "                                 \
		     "Bridgestate: Unlink",                                                                  \
		     "с legacy: Unlink как в Asterisk 11, Bridge с Bridgestate: "                      \
		     "Unlink"),                                                                              \
	 ZV_OPT_FLAG("sip-names", 0, &(wish)->legacy.sip_names,                                              \
		     "with legacy: PJSIP/200 reads SIP/200",                                                 \
		     "с legacy: PJSIP/200 пишется SIP/200"),                                                 \
	 ZV_OPT_FLAG("keep-new", 0, &(wish)->legacy.keep_new,                                                \
		     "with legacy: events that Asterisk 1.8 did not have, too",                              \
		     "с legacy: и события, которых в Asterisk 1.8 не было")

/* *out: the options of the legacy view, borrowed from the wish; NULL: native. 0, or the
 * exit code and the reason was said. */
int zv_view_options(const struct zv_view_wish *wish,
		    const struct zv_legacy_options **out);

#endif
