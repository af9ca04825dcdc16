/* config_value.h - one setting on its way into the struct of its section: what the files
 * that store values by type share. */
#ifndef ZV_ZVOND_CONFIG_VALUE_H
#define ZV_ZVOND_CONFIG_VALUE_H

#include "zvond/config_impl.h"

struct zv_config_value {
	struct zv_config_reader *r;
	struct zv_config_object *o;
	const struct zv_option *option;
	const struct zv_conf_setting *s;
	char *to;
};

/* Each stores the value where the row says. false: what is wrong was said. */
bool zv_config_store_texts(const struct zv_config_value *v);
bool zv_config_store_networks(const struct zv_config_value *v);
bool zv_config_store_dial(const struct zv_config_value *v);
bool zv_config_store_bind(const struct zv_config_value *v);

#endif
