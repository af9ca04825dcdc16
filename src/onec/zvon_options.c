/* SetOption: what a desk of our own must know of the server, by the names that it has in
 * zvond.conf, [server]. They count from the next Connect on. */
#include "onec/zvon_script.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "onec/link_desk.h"

enum kind {
	TEXT, /* struct zv_str */
	WORD, /* const char * */
	SWITCH,
	NUMBER,
	TRUNKS,
	LINES,
};

#define AT(member) offsetof(struct zv_link_desk_options, member)

static const struct row {
	const char *name;
	enum kind kind;
	size_t at;
	const char *otherwise;
	int least, most;
} rows[] = {
	{ "name", TEXT, AT(server.name), "asterisk", 0, 0 },
	{ "context", TEXT, AT(server.context), "from-internal", 0, 0 },
	{ "transfer_context", TEXT, AT(server.transfer_context), "", 0, 0 },
	{ "technology", TEXT, AT(server.technology), "PJSIP", 0, 0 },
	{ "parking", TEXT, AT(server.parking), "", 0, 0 },
	{ "conference_context", TEXT, AT(server.conference_context), "", 0, 0 },
	{ "recordings", TEXT, AT(server.recordings), "", 0, 0 },
	{ "queue_interface", TEXT, AT(server.queue_interface), "", 0, 0 },
	{ "caller_id", TEXT, AT(server.caller_id), "", 0, 0 },
	{ "dnd", TEXT, AT(server.dnd), "", 0, 0 },
	{ "auto_answer", TEXT, AT(server.auto_answer), "", 0, 0 },
	{ "notify_answer", SWITCH, AT(server.notify_answer), "no", 0, 0 },
	{ "notify_hold", SWITCH, AT(server.notify_hold), "no", 0, 0 },
	{ "ring_ms", NUMBER, AT(server.ring_ms), "30000", 1000, 600000 },
	{ "trunks", TRUNKS, 0, "", 0, 0 },
	{ "lines", LINES, 0, "", 0, 0 },
	{ "ca_file", WORD, AT(client.ca_file), "", 0, 0 },
	{ "pin", WORD, AT(client.pin), "", 0, 0 },
	{ "insecure", SWITCH, AT(client.insecure), "no", 0, 0 },
	{ "proxy", WORD, AT(client.proxy), "", 0, 0 },
	{ "connect_timeout_ms", NUMBER, AT(client.connect_timeout_ms), "4500", 100,
	  60000 },
	{ "login_timeout_ms", NUMBER, AT(client.login_timeout_ms), "4500", 100, 60000 },
	{ "action_timeout_ms", NUMBER, AT(client.action_timeout_ms), "10000", 100,
	  600000 },
};

#define N_ROWS (sizeof rows / sizeof *rows)

#define LIST_MOST 100 /* trunks, lines */

struct zv_script_options {
	char *texts[N_ROWS];
	struct zv_str trunks[LIST_MOST], lines[LIST_MOST];
};

/* ---- life ------------------------------------------------------------------------------ */

void
zv_script_options_free(struct zv_script_options *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < N_ROWS; i++)
		zv_free(o->texts[i]);
	zv_free(o);
}

static struct zv_script_options *
make(char *const *texts)
{
	struct zv_script_options *o = zv_calloc(1, sizeof *o);

	for (size_t i = 0; o && i < N_ROWS; i++) {
		o->texts[i] = zv_strdup(texts ? texts[i] : rows[i].otherwise);
		if (!o->texts[i]) {
			zv_script_options_free(o);
			o = NULL;
		}
	}
	return o;
}

struct zv_script_options *
zv_script_options_new(void)
{
	return make(NULL);
}

struct zv_script_options *
zv_script_options_copy(const struct zv_script_options *o)
{
	return make(o->texts);
}

/* ---- for a desk ---------------------------------------------------------------------------- */

static size_t
fill_list(const char *text, struct zv_str *list)
{
	struct zv_str rest = zvon_str(text), part;
	size_t n = 0;

	while (n < LIST_MOST && zv_str_split(&rest, ',', &part)) {
		part = zv_str_trim(part);
		if (part.n)
			list[n++] = part;
	}
	return n;
}

void
zv_script_options_fill(struct zv_script_options *o, struct zv_link_desk_options *out)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const char *text = o->texts[i];
		char *at = (char *)out + rows[i].at;

		switch (rows[i].kind) {
		case TEXT:
			*(struct zv_str *)(void *)at = zvon_str(text);
			break;
		case WORD:
			*(const char **)(void *)at = *text ? text : NULL;
			break;
		case SWITCH:
			*(bool *)at = strcmp(text, "yes") == 0;
			break;
		case NUMBER:
			*(int *)(void *)at = atoi(text);
			break;
		case TRUNKS:
			out->n_trunks = fill_list(text, o->trunks);
			out->trunks = o->trunks;
			break;
		case LINES:
			out->n_lines = fill_list(text, o->lines);
			out->lines = o->lines;
			break;
		}
	}
}

/* ---- what a script may say --------------------------------------------------------------------- */

static int
check_switch(struct zv_component *c, struct zv_str name, const struct zv_value *in,
	     struct zv_buf *text, struct zv_error *err)
{
	bool on;

	if (!zv_value_as_bool(in, &on))
		return zv_fail(err, ZV_EINVAL,
			       ZV_SCRIPT_SAY(c, "%.*s: здесь нужно Истина или Ложь",
					     "%.*s: true or false is wanted"),
			       ZV_ARG(name));
	zv_buf_clear(text);
	return zv_buf_add(text, on ? ZV_STR("yes") : ZV_STR("no"));
}

static int
check_number(struct zv_component *c, const struct row *row, struct zv_str text,
	     struct zv_error *err)
{
	long long number;

	if (zv_num_parse(text, row->least, row->most, &number) == 0)
		return 0;
	return zv_fail(err, ZV_EINVAL,
		       ZV_SCRIPT_SAY(c, "%s: целое число от %d до %d",
				     "%s: a whole number from %d to %d"),
		       row->name, row->least, row->most);
}

static int
check_list(struct zv_component *c, const struct row *row, struct zv_str text,
	   struct zv_error *err)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == ',';
	if (n <= LIST_MOST)
		return 0;
	return zv_fail(err, ZV_ETOOBIG,
		       ZV_SCRIPT_SAY(c, "%s: больше %d имён", "%s: more than %d names"),
		       row->name, LIST_MOST);
}

/* "Local/{0}@from-queue/n": {0} is the line. */
static int
check_queue(struct zv_component *c, const struct row *row, struct zv_str text,
	    struct zv_error *err)
{
	if (row->at != AT(server.queue_interface) || row->kind != TEXT || !text.n ||
	    zv_str_find(text, ZV_STR("{0}")) < text.n)
		return 0;
	return zv_fail(
		err, ZV_EINVAL,
		ZV_SCRIPT_SAY(c, "%s: нет {0}, места для номера линии",
			      "%s: {0} is missing, where the line's number goes"),
		row->name);
}

static int
check(struct zv_component *c, const struct row *row, const struct zv_value *in,
      struct zv_buf *text, struct zv_error *err)
{
	switch (row->kind) {
	case SWITCH:
		return check_switch(c, zvon_str(row->name), in, text, err);
	case NUMBER:
		return check_number(c, row, zv_buf_str(text), err);
	case TRUNKS:
	case LINES:
		return check_list(c, row, zv_buf_str(text), err);
	default:
		return check_queue(c, row, zv_buf_str(text), err);
	}
}

static size_t
fail_unknown(struct zv_component *c, struct zv_str name, struct zv_error *err)
{
	struct zv_buf names = { 0 };

	for (size_t i = 0; i < N_ROWS; i++)
		zv_buf_printf(&names, "%s%s", i ? " " : "", rows[i].name);
	zv_fail(err, ZV_ENOTFOUND,
		ZV_SCRIPT_SAY(c, "нет параметра \"%.*s\"; есть: %s",
			      "there is no option \"%.*s\", but: %s"),
		(int)(name.n > 60 ? 60 : name.n), name.p, zv_buf_cstr(&names));
	zv_buf_deinit(&names);
	return N_ROWS;
}

/* N_ROWS: there is none, and *err says which there are. */
static size_t
find(struct zv_component *c, struct zv_str name, struct zv_error *err)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (zvon_str_equal_nocase(zvon_str(rows[i].name), name))
			return i;
	return fail_unknown(c, name, err);
}

ZV_SCRIPT_METHOD(set_option)
{
	struct zv_script *s = zv_script_of(c);
	size_t row = find(c, zv_buf_str(&arguments[0].bytes), err);
	struct zv_buf text = { 0 };
	char *copy;
	int rc;

	if (row == N_ROWS)
		return ZV_ENOTFOUND;
	rc = zv_script_set_text(c, &text, &arguments[1], ZV_SCRIPT_TEXT, err);
	if (rc == 0)
		rc = check(c, &rows[row], &arguments[1], &text, err);
	copy = rc == 0 ? zv_memdup(text.p ? text.p : "", text.n) : NULL;
	zv_buf_deinit(&text);
	if (rc < 0)
		return rc;
	if (!copy)
		return zv_script_fail_nomem(c, err);
	zv_free(s->set.options->texts[row]);
	s->set.options->texts[row] = copy;
	return 0;
}

ZV_SCRIPT_METHOD(option)
{
	size_t row = find(c, zv_buf_str(&arguments[0].bytes), err);

	if (row == N_ROWS)
		return ZV_ENOTFOUND;
	return zv_script_give(c, zvon_str(zv_script_of(c)->set.options->texts[row]),
			      result, err);
}
