/* config_general.c - [general]: what the table cannot say of it. */
#include "base/str.h"
#include "zvond/config_impl.h"

void
zv_config_check_general(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config *c = r->config;
	const struct zv_conf_setting *file = zv_config_seen(o, "jwt_key_file");
	bool wanted = c->jwt_algorithm != ZV_JWT_NONE;

	if (!c->state)
		c->state = "";
	if (*c->state && *c->state != '/')
		ZV_CONFIG_WRONG(r, o, "state",
				"state = %s: write the whole path, from / on",
				"state = %s: пишите полный путь, от /", c->state);
	if (wanted && !file) {
		ZV_CONFIG_WRONG(r, o, "jwt_algorithm",
				"jwt_algorithm needs jwt_key_file",
				"для jwt_algorithm нужен jwt_key_file");
	} else if (file && !wanted) {
		ZV_CONFIG_WRONG(r, o, "jwt_key_file",
				"jwt_key_file needs jwt_algorithm",
				"для jwt_key_file нужен jwt_algorithm");
	} else if (file) {
		bool hs = c->jwt_algorithm == ZV_JWT_HS256;

		c->jwt_key_file = zv_config_path(r, file);
		c->jwt_key = zv_config_secret(r, file, !hs, !hs, &c->jwt_key_bytes);
		if (hs && c->jwt_key && c->jwt_key_bytes < 32)
			ZV_CONFIG_WRONG(r, o, "jwt_key_file",
					"the secret of HS256 has %zu bytes; RFC 7518 "
					"wants 32 at "
					"least",
					"секрет HS256 — %zu байт; по RFC 7518 нужно не "
					"меньше 32",
					c->jwt_key_bytes);
	}
}
