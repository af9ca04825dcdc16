/* Values that Asterisk 12 and later C-escape. Which ones: seen on 13, 16 and 22
 * (caller names of every snapshot, VarSet's Value, ChanVariable); CallerIDNum,
 * Exten, AppData, Getvar, CEL, Cdr and UserEvent are never escaped. */
#include "zvon/packet.h"

#include "base/str.h"

static char
plain_of(char escape)
{
	static const char pairs[] = "\\\\''\"\"??a\ab\bf\fn\nr\rt\tv\v";

	for (size_t i = 0; pairs[i]; i += 2)
		if (pairs[i] == escape)
			return pairs[i + 1];
	return '\0';
}

size_t
zvon_unescape(struct zv_str value, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		char plain = value.p[i] == '\\' && i + 1 < value.n
				     ? plain_of(value.p[i + 1])
				     : '\0';

		if (plain)
			i++;
		out[n++] = plain ? plain : value.p[i];
	}
	return n;
}

bool
zvon_key_is_escaped(struct zv_str key, int ami_major)
{
	/* in this case only: the `CallerIDname` of CEL is not escaped */
	return ami_major >= 2 && (zv_str_ends(key, ZV_STR("CallerIDName")) ||
				  zv_str_ends(key, ZV_STR("ConnectedLineName")) ||
				  zv_str_ends(key, ZV_STR("ChanVariable")) ||
				  zvon_str_equal(key, ZV_STR("Value")));
}
