#include "cli/originate_order.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "call/originate.h"
#include "cli/cli.h"
#include "term/reason.h"

#define DIGITS	 "0123456789"
#define LETTERS	 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NUMBER	 DIGITS "*#+"
#define WORD	 DIGITS LETTERS "-_."
#define CHANNEL	 WORD "/@:+*#"
#define NAME	 DIGITS LETTERS "_"
#define MAX_TEXT 200 /* bytes of a number or a name; Asterisk cuts at 80 or 256 */

/* ---- checks ---------------------------------------------------------------- */

static int
bad_character(const char *field, char c, const char *allowed)
{
	char shown[8];

	snprintf(shown, sizeof shown, c > 0x20 && c < 0x7f ? "'%c'" : "\\x%02x",
		 (unsigned char)c);
	zv_say_error("%s: %s is not allowed; allowed are %s", "%s: %s нельзя; можно %s",
		     field, shown, allowed);
	return ZV_EXIT_USAGE;
}

static const char *
show_set(const char *set)
{
	if (strcmp(set, NUMBER) == 0)
		return "0-9 * # + (--allow-letters: a-z A-Z)";
	if (strcmp(set, NUMBER LETTERS) == 0)
		return "0-9 a-z A-Z * # +";
	if (strcmp(set, CHANNEL) == 0)
		return "0-9 a-z A-Z - _ . / @ : + * #";
	return "0-9 a-z A-Z - _ .";
}

/* Not empty, not too long, and nothing but the characters of the set. */
static int
check_set(const char *field, struct zv_str text, const char *set)
{
	if (text.n == 0) {
		zv_say_error("%s: is empty", "%s: пусто", field);
		return ZV_EXIT_USAGE;
	}
	if (text.n > MAX_TEXT) {
		zv_say_error("%s: longer than %d bytes", "%s: длиннее %d байт", field,
			     MAX_TEXT);
		return ZV_EXIT_USAGE;
	}
	for (size_t i = 0; i < text.n; i++)
		if (!strchr(set, text.p[i]))
			return bad_character(field, text.p[i], show_set(set));
	return 0;
}

static int
check_number(const struct zv_order *o, const char *field, struct zv_str text)
{
	return check_set(field, text, o->allow_letters ? NUMBER LETTERS : NUMBER);
}

bool
zv_order_is_channel(const char *text)
{
	return strchr(text, '/') != NULL;
}

/* TECHNOLOGY/peer… */
static int
check_channel(const char *field, const char *text)
{
	size_t technology = strspn(text, NAME);

	if (technology == 0 || text[technology] != '/' || !text[technology + 1]) {
		zv_say_error("%s: '%s' is no channel; it looks like PJSIP/200 or "
			     "Local/200@context",
			     "%s: '%s' — не канал; канал выглядит как PJSIP/200 или "
			     "Local/200@context",
			     field, text);
		return ZV_EXIT_USAGE;
	}
	return check_set(field, zvon_str(text), CHANNEL);
}

static int
check_from(const struct zv_order *o)
{
	if (!o->from && !o->channel) {
		zv_say_error("--from is missing: the line that rings first, as 200",
			     "нет --from: линия, которая звонит первой, например 200");
		return ZV_EXIT_USAGE;
	}
	if (!o->from)
		return 0;
	if (zv_order_is_channel(o->from))
		return check_channel("--from", o->from);
	return check_number(o, "--from", zvon_str(o->from));
}

static int
check_to(const struct zv_order *o)
{
	if (o->to)
		return check_number(o, "--to", zvon_str(o->to));
	zv_say_error("--to is missing: the number to call",
		     "нет --to: номер, на который звонить");
	return ZV_EXIT_USAGE;
}

/* `Name <number>`, or the number alone. Asterisk cuts at the last < and >. */
static int
check_caller_id(const struct zv_order *o)
{
	const char *less = strrchr(o->caller_id, '<');
	struct zv_str number = zvon_str(less ? less + 1 : o->caller_id);

	for (const char *c = o->caller_id; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return bad_character("--caller-id", *c, "'Name <number>'");
	if (strlen(o->caller_id) > MAX_TEXT) {
		zv_say_error("--caller-id: longer than %d bytes",
			     "--caller-id: длиннее %d байт", MAX_TEXT);
		return ZV_EXIT_USAGE;
	}
	if (less && number.p[number.n - (number.n > 0)] == '>')
		number.n--;
	return check_number(o, "--caller-id", number);
}

/* NAME=VALUE; a name like SHELL(x) would be a function call in the server. */
static int
check_variable(const char *text)
{
	size_t name = strspn(text, NAME);

	if (name && text[name] == '=' && !strchr(DIGITS, text[0])) {
		if (!strpbrk(text, "\r\n"))
			return 0;
		zv_say_error("--variable %.*s: line ends are not allowed in a value",
			     "--variable %.*s: в значении нельзя переводы строки",
			     (int)name, text);
	} else {
		zv_say_error("--variable: '%s' is not NAME=VALUE with a name of "
			     "letters, digits and _",
			     "--variable: '%s' — не NAME=VALUE с именем из букв, цифр "
			     "и _",
			     text);
	}
	return ZV_EXIT_USAGE;
}

static int
check_words(const struct zv_order *o)
{
	const struct {
		const char *field, *text;
	} words[] = {
		{ "--context", o->context },
		{ "--priority", o->priority },
		{ "--account", o->account },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof words / sizeof *words && rc == 0; i++)
		if (words[i].text)
			rc = check_set(words[i].field, zvon_str(words[i].text), WORD);
	return rc;
}

/* A request made and thrown away shows whether lengths and counts will do. */
static int
check_sizes(const struct zv_order *o)
{
	struct zv_request *r =
		zv_order_request(o, o->channel ? o->channel : o->from,
				 o->context ? o->context : "", "1234567890.zvon", 1);

	zvon_request_free(r);
	return r ? 0 : ZV_EXIT_USAGE;
}

int
zv_order_check(const struct zv_order *order)
{
	int rc = check_from(order);

	if (rc == 0 && order->channel)
		rc = check_channel("--channel", order->channel);
	if (rc == 0)
		rc = check_to(order);
	if (rc == 0)
		rc = check_words(order);
	if (rc == 0 && order->caller_id)
		rc = check_caller_id(order);
	for (int i = 0; i < order->variables.n && rc == 0; i++)
		rc = check_variable(order->variables.texts[i]);
	return rc ? rc : check_sizes(order);
}

/* ---- the action -------------------------------------------------------------- */

static int
add(struct zv_request *r, const char *key, const char *value)
{
	struct zv_error err = { 0 };

	if (!value || zvon_request_set(r, key, value, &err) == 0)
		return 0;
	zv_say_reason(&err);
	return -1;
}

/* One line may hold several variables, split at commas, quotes taken off: a backslash
 * keeps them in the value (measured on 1.8 to 22). */
static int
add_variable(struct zv_request *r, const char *text)
{
	struct zv_buf line = { 0 };
	int rc;

	for (; *text; text++) {
		if (strchr(",\"\\", *text))
			zv_buf_add_char(&line, '\\');
		zv_buf_add_char(&line, *text);
	}
	rc = add(r, "Variable", zv_buf_cstr(&line));
	if (zv_buf_failed(&line))
		rc = -1;
	zv_buf_deinit(&line);
	return rc;
}

static int
add_variables(struct zv_request *r, const struct zv_order *order)
{
	int rc = 0;

	for (int i = 0; i < order->variables.n && rc == 0; i++)
		rc = add_variable(r, order->variables.texts[i]);
	return rc;
}

/* How our channel will be known: see call/originate.h. */
static int
add_mark(struct zv_request *r, const char *id, int ami_major)
{
	char line[128];

	if (ami_major > 1)
		return add(r, "ChannelId", id);
	snprintf(line, sizeof line, ZV_ORIGINATE_VARIABLE "=%s", id);
	return add(r, "Variable", line);
}

struct zv_request *
zv_order_request(const struct zv_order *order, const char *channel, const char *context,
		 const char *id, int ami_major)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), NULL);
	char timeout[16];

	snprintf(timeout, sizeof timeout, "%d", order->ring_timeout_ms);
	if (r && add(r, "ActionID", id) == 0 && add(r, "Channel", channel) == 0 &&
	    add(r, "Context", context) == 0 && add(r, "Exten", order->to) == 0 &&
	    add(r, "Priority", order->priority ? order->priority : "1") == 0 &&
	    add(r, "CallerID", order->caller_id) == 0 &&
	    add(r, "Account", order->account) == 0 && add(r, "Timeout", timeout) == 0 &&
	    add(r, "EarlyMedia", order->early_media ? "true" : NULL) == 0 &&
	    add(r, "Async", "true") == 0 && add_mark(r, id, ami_major) == 0 &&
	    add_variables(r, order) == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}
