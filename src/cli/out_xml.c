/* Packets as the elements that AJAM's mxml makes of them, one after another. */
#include "cli/out.h"
#include "xml/generic.h"

void
zv_out_xml(struct zv_buf *out, const struct zv_packet *packet,
	   const struct zv_out_style *style)
{
	struct zv_buf element = { 0 };

	if (!style->terminal) {
		zv_xml_generic(packet, out);
	} else if (zv_xml_generic(packet, &element) == 0) {
		zv_out_add_safe(out, zv_buf_str(&element));
	} else {
		out->failed = true;
	}
	zv_buf_deinit(&element);
	zv_buf_add_char(out, '\n');
}
