/* zvon filter - why packets of a recording are kept or dropped, and what it costs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/filter_why.h"
#include "cli/out.h"
#include "cli/recording.h"
#include "io/clock.h"
#include "json/writer.h"

#define N_VERDICTS (ZV_FILTER_OFF + 1)

enum {
	FORMAT_TEXT,
	FORMAT_JSON,
};

static struct zv_filter_wish wish;
static int format;

static const struct zv_opt options[] = {
	ZV_FILTER_OPTIONS(&wish),
	ZV_OPT_CHOICE("format", 0, "text|json", &format,
		      "a summary (default), or JSON: an object for each packet, one at "
		      "the end",
		      "сводка (по умолчанию) или JSON: объект на каждый пакет и один в "
		      "конце"),
	ZV_OPT_END,
};

struct trial {
	struct zv_filter *filter;
	struct zv_out out;
	long long packets;
	long long verdicts[N_VERDICTS];
	long long off_at; /* the first packet the filter was off for; 0: none */
	float *us;	  /* what each packet took */
	size_t cap;
	long long slowest; /* its number */
	char slowest_name[40];
};

/* ---- judging -------------------------------------------------------------------------- */

/* The count of the packet that is judged is still missing. */
static int
keep_time(struct trial *t, const struct zv_packet *packet, float us)
{
	size_t at = (size_t)t->packets;

	if (at == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 4096;
		float *bigger = zv_realloc(t->us, cap * sizeof *bigger);

		if (!bigger) {
			zv_say_error("out of memory", "нет памяти");
			return -1;
		}
		t->us = bigger;
		t->cap = cap;
	}
	t->us[at] = us;
	if (t->slowest == 0 || us > t->us[t->slowest - 1]) {
		t->slowest = t->packets + 1;
		snprintf(t->slowest_name, sizeof t->slowest_name, "%.*s",
			 ZV_ARG(packet->name));
	}
	return 0;
}

static void
print_packet(struct trial *t, const struct zv_packet *packet,
	     enum zv_filter_verdict verdict, float us)
{
	struct zv_json j = { .out = &t->out.buf };
	struct zv_buf why = { 0 };

	zv_filter_why(&why, &wish, t->filter, packet, verdict);
	zv_json_begin_object(&j);
	zv_json_key(&j, "n");
	zv_json_int(&j, t->packets);
	zv_json_member(&j, "name", packet->name);
	zv_json_member(&j, "verdict", zvon_str(zvon_filter_verdict_name(verdict)));
	zv_json_member(&j, "why", zv_buf_str(&why));
	zv_json_key(&j, "us");
	zv_json_decimal(&j, (double)us, 2);
	zv_json_end_object(&j);
	t->out.buf.failed |= why.failed;
	zv_buf_deinit(&why);
}

static int
on_packet(void *user, const struct zv_packet *packet)
{
	struct trial *t = user;
	int64_t start = zv_clock_ns();
	enum zv_filter_verdict verdict =
		zvon_filter_judge(t->filter, packet, start / 1000000);
	float us = (float)(zv_clock_ns() - start) / 1000;

	if (keep_time(t, packet, us) < 0)
		return -1;
	t->packets++;
	t->verdicts[verdict]++;
	if (verdict == ZV_FILTER_OFF && !t->off_at)
		t->off_at = t->packets;
	if (format != FORMAT_JSON)
		return 0;
	print_packet(t, packet, verdict, us);
	return zv_out_line(&t->out, ZV_STR(""));
}

static int
on_pause(void *user)
{
	struct trial *t = user;

	return zv_out_flush(&t->out);
}

/* ---- the summary ---------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

struct cost {
	double median, p99, most;
};

/* Sorts the times. */
static struct cost
cost_of(struct trial *t)
{
	size_t n = (size_t)t->packets;
	struct cost c = { 0 };

	if (n == 0)
		return c;
	qsort(t->us, n, sizeof *t->us, compare);
	c.median = (double)t->us[(n - 1) / 2];
	c.p99 = (double)t->us[(n - 1) * 99 / 100];
	c.most = (double)t->us[n - 1];
	return c;
}

static void
print_json_summary(struct trial *t, struct cost c)
{
	struct zv_json j = { .out = &t->out.buf };

	zv_json_begin_object(&j);
	zv_json_key(&j, "packets");
	zv_json_int(&j, t->packets);
	zv_json_key(&j, "passed");
	zv_json_int(&j, t->verdicts[ZV_FILTER_PASSES]);
	zv_json_key(&j, "dropped");
	zv_json_int(&j, t->packets - t->verdicts[ZV_FILTER_PASSES]);
	for (int v = 1; v < N_VERDICTS; v++) {
		zv_json_key(&j, zvon_filter_verdict_name((enum zv_filter_verdict)v));
		zv_json_int(&j, t->verdicts[v]);
	}
	zv_json_key(&j, "us");
	zv_json_begin_object(&j);
	zv_json_key(&j, "median");
	zv_json_decimal(&j, c.median, 2);
	zv_json_key(&j, "p99");
	zv_json_decimal(&j, c.p99, 2);
	zv_json_key(&j, "max");
	zv_json_decimal(&j, c.most, 2);
	zv_json_end_object(&j);
	zv_json_key(&j, "slowest");
	zv_json_int(&j, t->slowest);
	zv_json_end_object(&j);
	zv_out_line(&t->out, ZV_STR(""));
}

static void
print_row(struct trial *t, struct zv_text name, const char *indent, long long n)
{
	const char *word = zv_say_pick(name);
	int letters = 0;

	for (const char *c = word; *c; c++)
		letters += ((unsigned char)*c & 0xc0) != 0x80;
	zv_buf_printf(&t->out.buf, "%s%s%*s%9lld\n", indent, word,
		      34 - letters - (int)strlen(indent), "", n);
}

static void
print_verdicts(struct trial *t)
{
	static const struct zv_text names[N_VERDICTS] = {
		[ZV_FILTER_EVENT] = { "not one of the events", "не из этих событий" },
		[ZV_FILTER_TEXT] = { "without the text", "без этого текста" },
		[ZV_FILTER_FIELD] = { "other value of a field",
				      "другое значение поля" },
		[ZV_FILTER_REGEX] = { "expression not found", "выражение не найдено" },
		[ZV_FILTER_LIMIT] = { "search given up at a limit",
				      "поиск прерван пределом" },
		[ZV_FILTER_OFF] = { "filter was off", "фильтр был отключён" },
	};
	long long passed = t->verdicts[ZV_FILTER_PASSES];

	print_row(t, (struct zv_text){ "packets", "пакетов" }, "", t->packets);
	print_row(t, (struct zv_text){ "passed", "прошло" }, "", passed);
	print_row(t, (struct zv_text){ "dropped", "отброшено" }, "",
		  t->packets - passed);
	for (int v = 1; v < N_VERDICTS; v++)
		if (t->verdicts[v])
			print_row(t, names[v], "  ", t->verdicts[v]);
}

static void
print_text_summary(struct trial *t, struct cost c)
{
	struct zv_buf *out = &t->out.buf;

	print_verdicts(t);
	if (t->packets) {
		zv_buf_printf(
			out,
			zv_say_lang() == ZV_LANG_RU
				? "на пакет: медиана %.2f мкс, 99 %% до %.2f мкс, "
				  "самый долгий %.2f мкс (пакет %lld, "
				: "each packet: median %.2f us, 99 %% up to %.2f us, "
				  "the slowest %.2f us (packet %lld, ",
			c.median, c.p99, c.most, t->slowest);
		zv_out_add_safe(out, zvon_str(t->slowest_name));
		zv_buf_add(out, ZV_STR(")\n"));
	}
	zv_out_flush(&t->out);
	if (t->off_at)
		zv_say_warning("from packet %lld on the filter was off: in %d packets "
			       "before, the search was given up; live that happens "
			       "when it is within a minute",
			       "с пакета %lld фильтр был отключён: до этого поиск "
			       "прерван %d раз; вживую так будет, если это случится "
			       "за минуту",
			       t->off_at, ZV_FILTER_MAX_HITS);
}

static void
summarize(struct trial *t)
{
	struct cost c = cost_of(t);

	if (format == FORMAT_JSON)
		print_json_summary(t, c);
	else
		print_text_summary(t, c);
}

static int
run(char **args, int n)
{
	static const struct zv_recording_handlers handlers = { on_packet, on_pause };
	struct trial t = { 0 };
	int code = zv_filter_make(&wish, &t.filter);

	(void)n;
	if (code)
		return code;
	zv_out_init(&t.out, 0);
	code = zv_recording_read(args[0], &handlers, &t);
	if (code == 0) {
		summarize(&t);
		code = t.verdicts[ZV_FILTER_PASSES] ? ZV_EXIT_DONE : ZV_EXIT_NEGATIVE;
	}
	code = zv_out_finish(&t.out, code);
	zv_free(t.us);
	zvon_filter_free(t.filter);
	return code;
}

const struct zv_cmd zv_cmd_filter = {
	.name = "filter",
	.arguments = "FILE|-",
	.summary = { "why packets are kept or dropped, and the cost",
		     "почему пакеты проходят или нет, и сколько это стоит" },
	.about = { "Tries a filter on the packets of a recording (see `zvon capture`): "
		   "how many pass, why the others do not, how long it takes, and how "
		   "often a regular expression had to be given up. Exit code 1: "
		   "nothing "
		   "passed.",
		   "Пробует фильтр на пакетах записи (см. `zvon capture`): сколько "
		   "проходит, почему не проходят остальные, сколько это занимает и "
		   "как часто поиск по регулярному выражению пришлось прервать. Код 1: "
		   "ничего не прошло." },
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
