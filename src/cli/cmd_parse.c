/* zvon parse - packets of a recording. */
#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/out.h"
#include "cli/recording.h"
#include "cli/view.h"

static struct zv_filter_wish wish;
static struct zv_view_wish view;
static int format;

static const struct zv_opt options[] = {
	ZV_FILTER_OPTIONS(&wish),
	ZV_VIEW_OPTIONS(&view),
	ZV_OUT_FORMAT_OPTION(&format),
	ZV_OPT_END,
};

struct printing {
	struct zv_filter *filter;
	struct zv_legacy *legacy; /* NULL: the native view */
	struct zv_out out;
};

static int
print(struct printing *p, const struct zv_packet *packet)
{
	return zv_filter_lets(p->filter, packet) ? zv_out_packet(&p->out, packet) : 0;
}

static int
on_packet(void *user, const struct zv_packet *packet)
{
	struct printing *p = user;
	int rc;

	if (!p->legacy)
		return print(p, packet);
	rc = zvon_legacy_feed(p->legacy, packet);
	while (rc == 0 && zvon_legacy_next(p->legacy, &packet))
		rc = print(p, packet);
	return rc;
}

static int
on_pause(void *user)
{
	struct printing *p = user;

	return zv_out_flush(&p->out);
}

static int
run(char **args, int n)
{
	static const struct zv_recording_handlers handlers = { on_packet, on_pause };
	const struct zv_legacy_options *legacy;
	struct printing p = { 0 };
	int code = zv_view_options(&view, &legacy);

	(void)n;
	if (!code)
		code = zv_filter_make(&wish, &p.filter);
	if (code)
		return code;
	if (legacy && !(p.legacy = zvon_legacy_new(legacy))) {
		zv_say_error("out of memory", "нет памяти");
		zvon_filter_free(p.filter);
		return ZV_EXIT_NEGATIVE;
	}
	zv_out_init(&p.out, format);
	code = zv_out_finish(&p.out, zv_recording_read(args[0], &handlers, &p));
	zvon_filter_free(p.filter);
	zvon_legacy_free(p.legacy);
	return code;
}

const struct zv_cmd zv_cmd_parse = {
	.name = "parse",
	.arguments = "FILE|-",
	.summary = { "show the packets of a recording", "показать пакеты записи" },
	.about = { "Prints each packet of FILE (what a server sent: a .ami file of "
		   "`zvon "
		   "capture`) as one line of JSON. Nothing is lost: pairs stand in "
		   "order, repeated keys too, values as sent. A file that ends within "
		   "a packet gives a warning, the exit code stays 0.",
		   "Печатает каждый пакет из FILE (то, что прислал сервер: файл .ami "
		   "команды `zvon capture`) строкой JSON. Ничего не теряется: пары по "
		   "порядку, повторы ключей тоже, значения как присланы. Если файл "
		   "обрывается внутри пакета, будет предупреждение, код останется 0." },
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
