#include "onec/property.h"

int
zv_property_version(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	return zv_value_set_text(out, ZV_STR(ZVON_PROJECT_VERSION));
}

int
zv_property_last_error(struct zv_component *c, struct zv_value *out,
		       struct zv_error *err)
{
	struct zv_buf text = { 0 };
	int rc = zv_component_last_error(c, &text);

	if (rc == 0)
		rc = zv_value_set_text(out, zv_buf_str(&text));
	zv_buf_deinit(&text);
	return rc;
}

int
zv_property_answer_ms(struct zv_component *c, struct zv_value *out,
		      struct zv_error *err)
{
	zv_value_set_int(out, zv_component_answer_ms(c));
	return 0;
}

int
zv_property_event_depth(struct zv_component *c, struct zv_value *out,
			struct zv_error *err)
{
	zv_value_set_int(out, zv_component_event_depth(c));
	return 0;
}

int
zv_property_delivered(struct zv_component *c, struct zv_value *out,
		      struct zv_error *err)
{
	struct zv_component_counters n;

	zv_component_count(c, &n);
	zv_value_set_int(out, (long long)n.delivered);
	return 0;
}

int
zv_property_waiting(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	struct zv_component_counters n;

	zv_component_count(c, &n);
	zv_value_set_int(out, (long long)n.waiting);
	return 0;
}
