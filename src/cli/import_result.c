#include "cli/import_result.h"

#include <stdio.h>

#include "cli/cli.h"
#include "term/reason.h"

static int
exit_of(int code)
{
	static const struct {
		int code, exit;
	} exits[] = {
		{ ZV_EINVAL, ZV_EXIT_USAGE },	  { ZV_ENOTFOUND, ZV_EXIT_USAGE },
		{ ZV_ETOOBIG, ZV_EXIT_USAGE },	  { ZV_EIO, ZV_EXIT_CONNECT },
		{ ZV_ECLOSED, ZV_EXIT_CONNECT },  { ZV_ETLS, ZV_EXIT_CONNECT },
		{ ZV_EAUTH, ZV_EXIT_LOGIN },	  { ZV_EPROTO, ZV_EXIT_PROTOCOL },
		{ ZV_ETIMEOUT, ZV_EXIT_TIMEOUT }, { ZV_EBUSY, ZV_EXIT_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof exits / sizeof *exits; i++)
		if (exits[i].code == code)
			return exits[i].exit;
	return ZV_EXIT_NEGATIVE;
}

int
zv_import_fail(const char *what, const struct zv_error *err)
{
	zv_say_reason_at(what, err);
	return exit_of(err->code);
}

static void
print_result(const struct zv_import *i)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "rows", i->rows },
		{ "calls", i->calls },
		{ "new", i->written.added },
		{ "changed", i->written.changed },
		{ "same", i->written.same },
		{ "going_on", i->written.held },
		{ "strange", i->stitched.strange },
		{ "duplicates", i->stitched.duplicates },
	};

	putchar('{');
	for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
		printf("\"%s\":%llu,", numbers[k].name,
		       (unsigned long long)numbers[k].value);
	printf("\"complete\":%s}\n", i->stopped ? "false" : "true");
	fflush(stdout);
}

int
zv_import_tell(const struct zv_import *i, int rc, const struct zv_error *err)
{
	char why[ZV_REASON_MAX];

	print_result(i);
	if (rc < 0) {
		zv_say_error("%s: %s; what was written stays, the next run goes on "
			     "there",
			     "%s: %s; записанное остаётся, следующий запуск продолжит "
			     "с этого места",
			     i->store_fault ? "--to" : "--from",
			     zv_reason(err->text, why));
		return i->store_fault && err->code == ZV_EIO ? ZV_EXIT_NEGATIVE
							     : exit_of(err->code);
	}
	if (i->stopped) {
		zv_say_note("stopped; the next run goes on there",
			    "остановлено; следующий запуск продолжит с этого места");
		return ZV_EXIT_NEGATIVE;
	}
	if (i->written.held)
		zv_say_note("%llu calls go on, as zvond sees them, and are left for a "
			    "later "
			    "run",
			    "%llu звонков ещё идут, как видит zvond: они оставлены "
			    "следующему запуску",
			    (unsigned long long)i->written.held);
	return ZV_EXIT_DONE;
}
