/* profile_rom.c - ROM-Asterisk (2012) and its two public successors, one implementation:
 * what they were made of is in docs/onec/rom-asterisk.md. */
#include "onec/rom.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

static const struct zv_argument_row address[] = {
	{ "Host", ZV_WANT_TEXT, NULL },
	{ "Port", ZV_WANT_INT, "5038" },
};
static const struct zv_argument_row command[] = { { "Command", ZV_WANT_TEXT, NULL } };
static const struct zv_argument_row flag[] = { { "Flag", ZV_WANT_BOOL, NULL } };
static const struct zv_argument_row filter[] = { { "Filter", ZV_WANT_TEXT, "" } };
static const struct zv_argument_row depth[] = { { "Depth", ZV_WANT_INT, NULL } };

/* All have a value and may be called as procedures: the originals did nothing then. */
static const struct zv_method methods[] = {
	{ "Connect", "Подключиться", NULL, address, N_OF(address), false,
	  zv_rom_connect },
	{ "Disconnect", "Отключиться", NULL, NULL, 0, false, zv_rom_disconnect },
	{ "SendCommand", "ВыполнитьКоманду", NULL, command, N_OF(command), false,
	  zv_rom_send },
	{ "ListenMode", "РежимПрослушивания", NULL, flag, N_OF(flag), false,
	  zv_rom_listen },
	{ "SetFilter", "УстановитьФильтр", NULL, filter, N_OF(filter), false,
	  zv_rom_set_text },
	{ "SetRegEx", "УстановитьРегулярноеВыражение", "УстановитьРегВыражение", filter,
	  N_OF(filter), false, zv_rom_set_regex },
	{ "SetBufferDepth", "УстановитьГлубинуБуфера", NULL, depth, N_OF(depth), false,
	  zv_rom_set_depth },
};

#define ROM_CLASS(is_called)                                                           \
 .name = is_called, .prog_id = is_called, .errors = ZV_ERRORS_RAISE,                   \
 .properties = zv_rom_properties, .n_properties = ZV_ROM_PROPERTIES,                   \
 .methods = methods, .n_methods = N_OF(methods), .open = zv_rom_open,                  \
 .free = zv_rom_free

const struct zv_class zv_class_rom = { ROM_CLASS("ROM-Asterisk") };
const struct zv_class zv_class_rom_native = { ROM_CLASS("ROM-Asterisk-Native") };
const struct zv_class zv_class_brom = { ROM_CLASS("BROM-Asterisk-Native") };

const struct zv_rom_kind zv_rom_kinds[] = {
	{
		/* the names of its events are guessed: Winsock's, of which C2 kept one */
		.class = &zv_class_rom,
		.version = "1.1.0.7", /* the last free one, as C1's authors say */
		.source = "ROM-Asterisk",
		.connected = "FD_CONNECT",
		.received = "FD_READ",
		.disconnected = "FD_CLOSE",
		.disconnected_data = "",
		.newlines = ZV_NEWLINES_KEPT,
		.view = ZV_ROM_LEGACY,
	},
	{
		.class = &zv_class_brom,
		.version = "1.0.0",
		.source = "BROM-Asterisk",
		.connected = "Connected",
		.received = "Recived", /* sic */
		.disconnected = "Disconnect",
		.disconnected_data = "",
		.newlines = ZV_NEWLINES_KEPT,
		.view = ZV_ROM_LEGACY,
		.plain_regex = true,
	},
	{
		.class = &zv_class_rom_native,
		.version = "1.0.1.11",
		.source = "ROM-Asterisk-Native",
		.connected = "Connected",
		.received = "FD_READ",
		.disconnected = "Disconnected",
		.disconnected_data = "Disconnected",
		.bad_regex = "Некорректная Строка Regex",
		.newlines = ZV_NEWLINES_DASHED,
		.view = ZV_ROM_BOTH,
		.booleans = true,
		.tells_port = true,
		.judges_connect = true,
		.connect_answers = true,
	},
};
const size_t zv_rom_n_kinds = N_OF(zv_rom_kinds);
