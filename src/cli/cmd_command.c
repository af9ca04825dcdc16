/* zvon command - a command of Asterisk's own command line. */
#include "base/str.h"
#include "cli/cli.h"
#include "cli/link.h"
#include "cli/out.h"
#include "term/reason.h"

static struct zv_request *
make_request(const char *text)
{
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(ZV_STR("Command"), &err);

	if (r && zvon_request_set(r, "Command", text, &err) == 0)
		return r;
	zv_say_reason(&err);
	zvon_request_free(r);
	return NULL;
}

static int
print(const struct zv_result *result, int code)
{
	const struct zv_packet *response = result->response;
	struct zv_str line;
	struct zv_out out;
	size_t cursor = 0;

	if (!response)
		return code;
	zv_out_init(&out, 0);
	while (zvon_packet_next_output(response, &cursor, &line))
		if (zv_out_line(&out, line) < 0)
			break;
	if (code == ZV_EXIT_NEGATIVE && !zvon_packet_has_output(response)) {
		struct zv_str why =
			zv_str_trim(zvon_packet_get(response, ZV_STR("Message")));

		zv_say_error("the server refused: %.*s", "сервер отказал: %.*s",
			     ZV_ARG(why));
	}
	return zv_out_finish(&out, code);
}

static int
run(char **args, int n)
{
	(void)n;
	return zv_link_ask(args[0], make_request(args[1]), print);
}

const struct zv_cmd zv_cmd_command = {
	.name = "command",
	.arguments = "URL 'COMMAND'",
	.summary = { "run a command of Asterisk's own command line",
		     "выполнить команду консоли Asterisk" },
	.about = { "Prints what Asterisk's console would print, as plain text. The "
		   "account "
		   "needs the write class `command`. A command that does not exist "
		   "ends "
		   "with exit code 1 on Asterisk 14 and later; older ones do not tell.",
		   "Печатает простым текстом то, что напечатала бы консоль Asterisk. "
		   "Учётной записи нужен класс записи `command`. Для несуществующей "
		   "команды код завершения 1 в Asterisk 14 и новее; старые не "
		   "сообщают." },
	.connects = true,
	.least = 2,
	.most = 2,
	.run = run,
};
