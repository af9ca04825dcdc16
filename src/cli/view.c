#include "cli/view.h"

#include "cli/cli.h"

enum {
	VIEW_NATIVE, /* as in ZV_VIEW_OPTIONS */
	VIEW_LEGACY,
};

int
zv_view_options(const struct zv_view_wish *wish, const struct zv_legacy_options **out)
{
	const struct zv_legacy_options *o = &wish->legacy;

	*out = wish->view == VIEW_LEGACY ? o : NULL;
	if (*out || !(o->unlink_as_bridge || o->sip_names || o->keep_new))
		return 0;
	zv_say_error("--unlink-as-bridge, --sip-names and --keep-new go with "
		     "--view legacy",
		     "--unlink-as-bridge, --sip-names и --keep-new бывают только с "
		     "--view legacy");
	return ZV_EXIT_USAGE;
}
