#include "ws/extension.h"

#include "base/num.h"
#include "base/str.h"

static bool
take_flag(struct zv_str value, bool *flag)
{
	if (value.p || *flag)
		return false;
	*flag = true;
	return true;
}

/* A number, in quotes or without (RFC 6455, 9.1); leading zeros are none. */
static bool
take_bits(struct zv_str value, int *bits)
{
	long long number;

	if (*bits)
		return false;
	if (value.n > 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		value = (struct zv_str){ value.p + 1, value.n - 2 };
	if (!value.n || value.p[0] == '0' || zv_num_parse(value, 8, 15, &number) < 0)
		return false;
	*bits = (int)number;
	return true;
}

static bool
take_parameter(struct zv_ws_deflate_terms *terms, struct zv_str text)
{
	struct zv_str value = text, name;

	zv_str_split(&value, '=', &name);
	name = zv_str_trim(name);
	if (value.p)
		value = zv_str_trim(value);
	if (zvon_str_equal_nocase(name, ZV_STR("server_no_context_takeover")))
		return take_flag(value, &terms->server_no_context);
	if (zvon_str_equal_nocase(name, ZV_STR("client_no_context_takeover")))
		return take_flag(value, &terms->client_no_context);
	if (zvon_str_equal_nocase(name, ZV_STR("server_max_window_bits")))
		return take_bits(value, &terms->server_bits);
	if (!zvon_str_equal_nocase(name, ZV_STR("client_max_window_bits")))
		return false;
	if (value.p || terms->client_bits)
		return take_bits(value, &terms->client_bits);
	terms->client_bits = -1;
	return true;
}

bool
zv_ws_read_terms(struct zv_str element, struct zv_ws_deflate_terms *terms)
{
	struct zv_str rest = element, part;

	*terms = (struct zv_ws_deflate_terms){ 0 };
	if (!zv_http_list_next(&rest, ';', &part) ||
	    !zvon_str_equal_nocase(part, ZV_STR("permessage-deflate")))
		return false;
	while (zv_http_list_next(&rest, ';', &part))
		if (!take_parameter(terms, part))
			return false;
	return true;
}
