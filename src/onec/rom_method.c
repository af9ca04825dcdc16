/* What the script calls; what needs the network is asked of rom_connection.c. */
#include "base/err.h"
#include "base/mem.h"
#include "onec/rom.h"

static struct zv_rom *
rom_of(struct zv_component *c)
{
	return zv_component_own(c);
}

static int
give(struct zv_component *c, struct zv_value *result, bool value)
{
	if (rom_of(c)->kind->booleans)
		zv_value_set_bool(result, value);
	else
		zv_value_set_int(result, value);
	return 0;
}

/* The interface answers "no" to this, and LastError says why. */
static int
give_no(struct zv_component *c, struct zv_value *result, const struct zv_error *err)
{
	zv_component_set_error(c, err);
	return give(c, result, false);
}

/* Waits for the answer. 0, or why there is none, or what the answer is. The ask is gone. */
static int
ask_network(struct zv_component *c, struct zv_ask *ask, struct zv_error *err)
{
	int rc = zv_component_ask(c, ask, -1, err);

	if (rc == 0 && ask->status < 0) {
		rc = ask->status;
		if (!err->code)
			*err = ask->err;
		if (!err->code)
			zv_fail(err, rc, "%s", zvon_err_name(rc));
	}
	zv_ask_drop(ask);
	return rc;
}

/* ---- Connect, Disconnect ---------------------------------------------------------------------- */

/* The connection gives up a little before the script does, so that it can say why. */
static int
connect_ms(struct zv_component *c)
{
	int answer_ms = zv_component_answer_ms(c);

	return answer_ms - (answer_ms > 1000 ? 200 : answer_ms / 5);
}

static int
read_target(struct zv_component *c, const struct zv_value *arguments,
	    struct zv_rom_target *t, struct zv_error *err)
{
	struct zv_rom *r = rom_of(c);
	bool russian = zv_component_is_russian(c);
	int rc = zv_rom_read_address(zv_buf_str(&arguments[0].bytes), russian, t, err);

	if (rc < 0)
		return rc;
	if (arguments[1].integer < 1 || arguments[1].integer > 65535)
		return zv_fail(err, ZV_EINVAL,
			       russian ? "порт %lld неверен: укажите число от 1 до "
					 "65535, обычно 5038"
				       : "bad port %lld: give a number from 1 to "
					 "65535, usually 5038",
			       arguments[1].integer);
	t->port = (int)arguments[1].integer;
	t->timeout_ms = connect_ms(c);
	zv_component_lock(c);
	t->view = r->view ? r->view : r->kind->view;
	r->port = t->port;
	zv_component_unlock(c);
	return 0;
}

static int
ask_connect(struct zv_component *c, const struct zv_rom_target *t, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(zv_rom_do_connect);

	if (!ask || !(ask->data = zv_malloc(sizeof *t))) {
		zv_ask_drop(ask);
		return zv_fail_nomem(err);
	}
	*(struct zv_rom_target *)ask->data = *t;
	ask->free_data = zv_free;
	ask->on_late = zv_rom_on_late_connect;
	return ask_network(c, ask, err);
}

int
zv_rom_connect(struct zv_component *c, const struct zv_method *m,
	       struct zv_value *arguments, struct zv_value *result,
	       struct zv_error *err)
{
	struct zv_rom_target target = { 0 };
	struct zv_error why = { 0 }, said = { 0 };
	int rc = read_target(c, arguments, &target, err);

	if (rc < 0)
		return rc;
	rc = ask_connect(c, &target, &why);
	if (rc == 0)
		return give(c, result, true);
	zv_rom_explain(&target, &why, zv_component_is_russian(c), &said);
	if (rom_of(c)->kind->connect_answers)
		return give_no(c, result, &said);
	*err = said;
	return rc;
}

int
zv_rom_disconnect(struct zv_component *c, const struct zv_method *m,
		  struct zv_value *arguments, struct zv_value *result,
		  struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(zv_rom_do_disconnect);
	int rc = ask ? ask_network(c, ask, err) : zv_fail_nomem(err);

	return rc < 0 ? rc : give(c, result, true);
}

/* ---- the others --------------------------------------------------------------------------------- */

/* One text, or one number, to the network thread. */
static int
ask_simple(struct zv_component *c, zv_ask_fn fn, const struct zv_value *text,
	   long number, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(fn);

	if (!ask)
		return zv_fail_nomem(err);
	ask->in.secret = true; /* a Login may be in it */
	ask->number = number;
	if (text && zv_buf_add(&ask->in, zv_buf_str(&text->bytes)) < 0) {
		zv_ask_drop(ask);
		return zv_fail_nomem(err);
	}
	return ask_network(c, ask, err);
}

int
zv_rom_send(struct zv_component *c, const struct zv_method *m,
	    struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	struct zv_error why = { 0 };
	int rc = ask_simple(c, zv_rom_do_send, &arguments[0], 0, &why);

	if (rc == 0)
		return give(c, result, true);
	if (rc == ZV_ECLOSED && zv_component_is_russian(c)) {
		why = (struct zv_error){ 0 };
		zv_fail(&why, rc,
			"нет соединения: сначала Подключиться (Connect), команда не "
			"отправлена");
	}
	return give_no(c, result, &why);
}

int
zv_rom_listen(struct zv_component *c, const struct zv_method *m,
	      struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	int rc = ask_simple(c, zv_rom_do_listen, NULL, arguments[0].boolean, err);

	return rc < 0 ? rc : give(c, result, true);
}

int
zv_rom_set_text(struct zv_component *c, const struct zv_method *m,
		struct zv_value *arguments, struct zv_value *result,
		struct zv_error *err)
{
	int rc = ask_simple(c, zv_rom_do_filter, &arguments[0], false, err);

	return rc < 0 ? rc : give(c, result, true);
}

/* The class's event, and words for the exception. */
static void
tell_bad_regex(struct zv_component *c, const struct zv_error *why, struct zv_error *err)
{
	const struct zv_rom_kind *kind = rom_of(c)->kind;

	if (kind->bad_regex)
		zv_component_event(c, zvon_str(kind->source), zvon_str(kind->bad_regex),
				   zvon_str(zv_rom_regex_error(why->system)));
	zv_fail(err, why->code,
		zv_component_is_russian(c)
			? "регулярное выражение неверно, прежнее осталось в силе: %s"
			: "bad regular expression, the one before stays: %s",
		why->text);
}

int
zv_rom_set_regex(struct zv_component *c, const struct zv_method *m,
		 struct zv_value *arguments, struct zv_value *result,
		 struct zv_error *err)
{
	struct zv_error why = { 0 };
	int rc = ask_simple(c, zv_rom_do_filter, &arguments[0], true, &why);

	if (rc == 0)
		return give(c, result, true);
	if (rc == ZV_EINVAL || rc == ZV_ETOOBIG)
		tell_bad_regex(c, &why, err);
	else
		*err = why;
	return rc;
}

int
zv_rom_set_depth(struct zv_component *c, const struct zv_method *m,
		 struct zv_value *arguments, struct zv_value *result,
		 struct zv_error *err)
{
	struct zv_error why = { 0 };
	int rc = zv_component_set_event_depth(c, arguments[0].integer, &why);

	if (rc == ZV_EINVAL) {
		*err = why;
		return rc;
	}
	return rc < 0 ? give_no(c, result, &why) : give(c, result, true);
}
