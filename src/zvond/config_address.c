/* config_address.c - "10.0.0.0/8", and "127.0.0.1:2013" of bind. */
#include <arpa/inet.h>

#include "base/num.h"
#include "base/str.h"
#include "zvond/config_value.h"

bool
zv_config_network_parse(struct zv_str text, struct zv_config_network *out)
{
	char address[INET6_ADDRSTRLEN];
	struct zv_str rest = text, part;
	long long bits;
	bool v4;

	zv_str_split(&rest, '/', &part);
	if (part.n == 0 || part.n >= sizeof address || memchr(part.p, '\0', part.n))
		return false;
	memcpy(address, part.p, part.n);
	address[part.n] = '\0';
	memset(out, 0, sizeof *out);
	v4 = inet_pton(AF_INET, address, out->address + 12) == 1;
	if (v4)
		out->address[10] = out->address[11] = 0xff;
	else if (inet_pton(AF_INET6, address, out->address) != 1)
		return false;
	bits = v4 ? 32 : 128;
	if (part.n < text.n && zv_num_parse(rest, 0, bits, &bits) < 0)
		return false;
	out->bits = (int)bits + (v4 ? 96 : 0);
	return true;
}

bool
zv_config_network_has(const struct zv_config_network *list, size_t n,
		      const unsigned char address[16])
{
	for (size_t i = 0; i < n; i++) {
		int whole = list[i].bits / 8, rest = list[i].bits % 8;
		unsigned mask = 0xffu << (8 - rest) & 0xff;

		if (memcmp(list[i].address, address, (size_t)whole) == 0 &&
		    (rest == 0 ||
		     ((list[i].address[whole] ^ address[whole]) & mask) == 0))
			return true;
	}
	return false;
}

/* The port behind the last ':' of "127.0.0.1:2013" and "[::]:2013"; -1: none there. */
static bool
cut_port(struct zv_str *address, long long *port)
{
	size_t colon = address->n;
	struct zv_str digits;

	*port = -1;
	if (zv_str_starts(*address, ZV_STR("["))) {
		size_t close = zv_str_find(*address, ZV_STR("]"));

		if (close == address->n)
			return false;
		digits = zv_str_from(*address, close + 1);
		*address = (struct zv_str){ address->p + 1, close - 1 };
		if (digits.n == 0)
			return true;
		if (digits.p[0] != ':')
			return false;
		digits = zv_str_from(digits, 1);
	} else {
		while (colon && address->p[colon - 1] != ':')
			colon--;
		if (colon == 0 || memchr(address->p, ':', colon - 1))
			return true; /* no port: an IPv6 address without brackets too */
		digits = zv_str_from(*address, colon);
		address->n = colon - 1;
	}
	return zv_num_parse(digits, 0, 65535, port) == 0;
}

bool
zv_config_store_bind(const struct zv_config_value *v)
{
	struct zv_config_listen *listen = v->o->at;
	struct zv_str address = v->s->value;
	struct zv_config_network network;
	long long port;

	if (zv_str_starts_nocase(address, ZV_STR("systemd:")) && address.n > 8) {
		listen->activated = address.p + 8;
		listen->address = NULL;
		return true;
	}
	if (!cut_port(&address, &port) || memchr(address.p, '/', address.n) ||
	    !zv_config_network_parse(address, &network)) {
		zv_config_wrong(
			v->r, ZV_AT(v->s),
			"bind = %s: write ADDRESS:PORT, as 127.0.0.1:2013, [::]:2013, "
			"or systemd:NAME",
			"bind = %s: пишите АДРЕС:ПОРТ, например 127.0.0.1:2013, "
			"[::]:2013, или systemd:ИМЯ",
			v->s->value.p);
		return false;
	}
	listen->activated = NULL;
	listen->address = zv_config_text(v->r, "%.*s", ZV_ARG(address));
	if (port >= 0)
		listen->port = (int)port;
	return true;
}
