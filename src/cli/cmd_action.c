/* zvon action - one action and its whole answer. */
#include <string.h>

#include "cli/cli.h"
#include "cli/link.h"
#include "cli/out.h"
#include "term/reason.h"

static int format;

static const struct zv_opt options[] = {
	ZV_OUT_FORMAT_OPTION(&format),
	ZV_OPT_END,
};

static int
add_field(struct zv_request *r, const char *text, struct zv_error *err)
{
	const char *equal = strchr(text, '=');

	if (!equal) {
		zv_say_error("'%s' is no field: write Key=Value",
			     "'%s' — не поле: пишите Key=Value", text);
		return ZV_EXIT_USAGE;
	}
	return zvon_request_add(r, (struct zv_str){ text, (size_t)(equal - text) },
				zvon_str(equal + 1), err);
}

/* NULL: something in it is refused, and the reason was said. Comes before connecting,
 * so that nothing at all is sent then. */
static struct zv_request *
make_request(char **args)
{
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(zvon_str(*args), &err);
	int rc = r ? 0 : err.code;

	while (rc == 0 && *++args)
		rc = add_field(r, *args, &err);
	if (rc == 0)
		return r;
	if (err.code)
		zv_say_reason(&err);
	zvon_request_free(r);
	return NULL;
}

static int
print(const struct zv_result *result, int code)
{
	struct zv_out out;

	zv_out_init(&out, format);
	if (result->response)
		zv_out_packet(&out, result->response);
	for (size_t i = 0; i < result->n_items; i++)
		zv_out_packet(&out, result->items[i]);
	return zv_out_finish(&out, code);
}

static int
run(char **args, int n)
{
	(void)n;
	return zv_link_ask(args[0], make_request(args + 1), print);
}

const struct zv_cmd zv_cmd_action = {
	.name = "action",
	.arguments = "URL NAME [Key=Value ...]",
	.summary = { "send an action, print the answer",
		     "отправить действие, напечатать ответ" },
	.about = { "Sends the manager action NAME with its fields, and prints the "
		   "response "
		   "and, if it is a list, each item and the closing event: one line of "
		   "JSON each. The first = splits a field; keys may repeat "
		   "(Variable=). "
		   "A field that Asterisk would misread (CR, LF, too long) is refused "
		   "before anything is sent.",
		   "Отправляет действие NAME с полями и печатает ответ, а если это "
		   "список, каждый элемент и завершающее событие: по строке JSON. "
		   "Поле делит первый знак =; ключи могут повторяться (Variable=). "
		   "Поле, которое Asterisk поймёт неверно (CR, LF, слишком длинное), "
		   "отклоняется до отправки." },
	.options = options,
	.connects = true,
	.least = 2,
	.most = -1,
	.run = run,
};
