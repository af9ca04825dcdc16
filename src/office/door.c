#include "office/door.h"

#include <stdio.h>

#include "base/md5.h"
#include "zvon/error.h"

void
zv_door_open(struct zv_door *d, struct zv_str banner, const struct zv_door_user *users,
	     const struct zv_door_handlers *handlers, void *owner, uint64_t seed,
	     int64_t now_ms)
{
	*d = (struct zv_door){
		.users = users,
		.handlers = handlers,
		.owner = owner,
		.chance = { seed },
		.auth_by_ms = now_ms + ZV_DOOR_AUTH_MS,
		.refuse_at_ms = INT64_MAX,
	};
	zv_buf_add(&d->out, banner);
	zv_buf_add(&d->out, ZV_STR("\r\n"));
}

void
zv_door_deinit(struct zv_door *d)
{
	zv_reader_deinit(&d->reader);
	zv_buf_deinit(&d->out);
	zv_buf_deinit(&d->held);
	zv_buf_deinit(&d->refused);
	for (size_t i = 0; i < d->n_filters; i++)
		zv_buf_deinit(&d->filters[i].text);
}

/* ---- answers --------------------------------------------------------------- */

void
zv_door_begin(struct zv_door *d, const char *response, const struct zv_asked *asked)
{
	struct zv_str id = asked ? zv_asked_get(asked, "ActionID") : ZV_STR("");

	zv_buf_printf(&d->out, "Response: %s\r\n", response);
	if (id.n == 0)
		return;
	zv_buf_add(&d->out, ZV_STR("ActionID: "));
	zv_buf_add(&d->out, id);
	zv_buf_add(&d->out, ZV_STR("\r\n"));
}

void
zv_door_end(struct zv_door *d)
{
	zv_buf_add(&d->out, ZV_STR("\r\n"));
}

void
zv_door_success(struct zv_door *d, const struct zv_asked *asked, const char *message)
{
	zv_door_begin(d, "Success", asked);
	if (message)
		zv_buf_printf(&d->out, "Message: %s\r\n", message);
	zv_door_end(d);
}

void
zv_door_error(struct zv_door *d, const struct zv_asked *asked, const char *format, ...)
{
	va_list args;

	zv_door_begin(d, "Error", asked);
	zv_buf_add(&d->out, ZV_STR("Message: "));
	va_start(args, format);
	zv_buf_vprintf(&d->out, format, args);
	va_end(args);
	zv_buf_add(&d->out, ZV_STR("\r\n"));
	zv_door_end(d);
}

void
zv_door_unknown(struct zv_door *d, const struct zv_asked *asked)
{
	zv_door_error(d, asked,
		      "Invalid/unknown command: %.*s. Use Action: ListCommands to show "
		      "available commands.",
		      ZV_ARG(zv_asked_get(asked, "Action")));
}

void
zv_door_ping(struct zv_door *d, const struct zv_asked *asked, int64_t epoch_ms)
{
	zv_door_begin(d, "Success", asked);
	zv_buf_printf(&d->out, "Ping: Pong\r\nTimestamp: %lld.%03d000\r\n",
		      (long long)(epoch_ms / 1000), (int)(epoch_ms % 1000));
	zv_door_end(d);
}

void
zv_door_events(struct zv_door *d, const struct zv_asked *asked)
{
	if (zv_class_parse_mask(zv_asked_get(asked, "EventMask"), &d->mask) < 0) {
		zv_door_error(d, asked, "Invalid event mask");
		return;
	}
	zv_door_begin(d, "Success", asked);
	zv_buf_printf(&d->out, "Events: %s\r\n", d->mask ? "On" : "Off");
	zv_door_end(d);
}

/* ---- login ----------------------------------------------------------------- */

static void
challenge(struct zv_door *d, const struct zv_asked *asked)
{
	if (!zvon_str_equal_nocase(zv_asked_get(asked, "AuthType"), ZV_STR("MD5"))) {
		zv_door_error(d, asked, "Must specify AuthType");
		return;
	}
	snprintf(d->challenge, sizeof d->challenge, "%d",
		 zv_chance_between(&d->chance, 100000000, 999999999));
	zv_door_begin(d, "Success", asked);
	zv_buf_printf(&d->out, "Challenge: %s\r\n", d->challenge);
	zv_door_end(d);
}

static bool
is_secret(struct zv_door *d, const struct zv_door_user *user,
	  const struct zv_asked *asked)
{
	struct zv_str parts[] = { zvon_str(d->challenge), zvon_str(user->secret) };
	char hex[ZV_MD5_HEX + 1];

	if (!zvon_str_equal_nocase(zv_asked_get(asked, "AuthType"), ZV_STR("MD5")))
		return zvon_str_equal(zv_asked_get(asked, "Secret"), parts[1]);
	if (!parts[0].n)
		return false;
	zv_md5_hex(parts, 2, hex);
	return zvon_str_equal(zv_asked_get(asked, "Key"), zvon_str(hex));
}

static const struct zv_door_user *
find_user(struct zv_door *d, const struct zv_asked *asked)
{
	struct zv_str name = zv_asked_get(asked, "Username");
	const struct zv_door_user *u;

	for (u = d->users; u->name; u++)
		if (zvon_str_equal(zvon_str(u->name), name))
			return is_secret(d, u, asked) ? u : NULL;
	return u->read || u->write ? u : NULL;
}

static void
refuse(struct zv_door *d, const struct zv_asked *asked, int64_t now_ms)
{
	d->refuse_at_ms = now_ms + ZV_DOOR_REFUSAL_MS;
	zv_buf_clear(&d->refused);
	if (zv_buf_add(&d->refused, zv_asked_get(asked, "ActionID")) < 0)
		d->failed = true;
	zv_door_block(d);
}

static void
login(struct zv_door *d, const struct zv_asked *asked, int64_t now_ms)
{
	struct zv_str name = zv_asked_get(asked, "Username");
	const struct zv_door_user *user;

	if (d->user) {
		zv_door_success(d, asked, "Already authenticated");
		return;
	}
	user = find_user(d, asked);
	if (!user) {
		refuse(d, asked, now_ms);
		return;
	}
	d->user = user;
	snprintf(d->name, sizeof d->name, "%.*s", ZV_ARG(name));
	d->mask = ZV_CLASS_ALL;
	zv_class_parse_mask(zv_asked_get(asked, "Events"), &d->mask);
	zv_door_success(d, asked, "Authentication accepted");
	d->handlers->on_login(d->owner, now_ms);
}

static void
end_refusal(struct zv_door *d)
{
	struct zv_asked asked;

	zv_asked_of_id(&asked, zv_buf_str(&d->refused));
	d->refuse_at_ms = INT64_MAX;
	zv_door_error(d, &asked, "Authentication failed");
	d->closing = true;
}

static void
logoff(struct zv_door *d, const struct zv_asked *asked)
{
	zv_door_begin(d, "Goodbye", asked);
	zv_buf_add(&d->out, ZV_STR("Message: Thanks for all the fish.\r\n"));
	zv_door_end(d);
	d->closing = true;
}

/* ---- requests -------------------------------------------------------------- */

static bool
is_named(const struct zv_asked *asked, const char *name)
{
	return zvon_str_equal_nocase(zv_asked_get(asked, "Action"), zvon_str(name));
}

static void
answer(struct zv_door *d, const struct zv_asked *asked, int64_t now_ms)
{
	if (asked->fault == ZV_ASKED_MANY_LINES)
		zv_door_error(d, NULL,
			      "Too many lines in message or allocation failure");
	else if (asked->fault == ZV_ASKED_LONG_LINE)
		zv_door_error(d, asked, "Failed to parse message: line too long");
	else if (zv_asked_get(asked, "Action").n == 0)
		zv_door_error(d, asked, "Missing action in request");
	else if (is_named(asked, "Logoff"))
		logoff(d, asked);
	else if (is_named(asked, "Login"))
		login(d, asked, now_ms);
	else if (is_named(asked, "Challenge"))
		challenge(d, asked);
	else if (!d->user)
		zv_door_error(d, asked, "Permission denied");
	else
		d->handlers->on_action(d->owner, asked, now_ms);
}

static int
answer_all(struct zv_door *d, int64_t now_ms)
{
	const struct zv_asked *asked;

	while (!d->blocked && !d->closing && (asked = zv_reader_next(&d->reader)))
		answer(d, asked, now_ms);
	if (zv_buf_failed(&d->out) || zv_buf_failed(&d->held) || d->reader.failed)
		d->failed = true;
	return d->failed ? ZV_ENOMEM : 0;
}

int
zv_door_input(struct zv_door *d, struct zv_str bytes, int64_t now_ms)
{
	if (d->closing)
		return 0;
	if (d->reader.in.n - d->reader.at + bytes.n > ZV_DOOR_MAX_WAITING) {
		d->closing = true;
		return 0;
	}
	if (zv_reader_feed(&d->reader, bytes) < 0)
		return ZV_ENOMEM;
	return answer_all(d, now_ms);
}

int64_t
zv_door_deadline(const struct zv_door *d)
{
	if (d->closing)
		return INT64_MAX;
	if (d->resume)
		return INT64_MIN;
	if (d->user)
		return d->refuse_at_ms;
	return d->refuse_at_ms < d->auth_by_ms ? d->refuse_at_ms : d->auth_by_ms;
}

int
zv_door_tick(struct zv_door *d, int64_t now_ms)
{
	if (now_ms >= d->refuse_at_ms)
		end_refusal(d);
	if (!d->user && now_ms >= d->auth_by_ms)
		d->closing = true;
	d->resume = false;
	return answer_all(d, now_ms);
}

void
zv_door_block(struct zv_door *d)
{
	d->blocked = true;
}

void
zv_door_unblock(struct zv_door *d)
{
	d->blocked = false;
	d->resume = true;
	d->failed |= zv_buf_failed(&d->held);
	zv_buf_add(&d->out, zv_buf_str(&d->held));
	zv_buf_clear(&d->held);
}

/* ---- events ---------------------------------------------------------------- */

bool
zv_door_wants(const struct zv_door *d, unsigned class)
{
	return d->user && !d->closing && (d->user->read & class) == class &&
	       (d->mask & class) == class;
}

static bool
matches_at(struct zv_str text, struct zv_str pattern)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] != '.' && pattern.p[i] != text.p[i])
			return false;
	return true;
}

static bool
matches(struct zv_str text, struct zv_str pattern)
{
	for (size_t i = 0; i + pattern.n <= text.n; i++)
		if (matches_at(zv_str_from(text, i), pattern))
			return true;
	return false;
}

/* Excluding ones win; including ones alone let pass only what they match. */
static bool
passes_filters(const struct zv_door *d, struct zv_str packet)
{
	bool any_include = false, included = false;

	for (size_t i = 0; i < d->n_filters; i++) {
		bool hit = matches(packet, zv_buf_str(&d->filters[i].text));

		if (d->filters[i].exclude && hit)
			return false;
		if (!d->filters[i].exclude) {
			any_include = true;
			included |= hit;
		}
	}
	return !any_include || included;
}

void
zv_door_event(struct zv_door *d, unsigned class, struct zv_str packet)
{
	if (!zv_door_wants(d, class) || !passes_filters(d, packet))
		return;
	zv_buf_add(d->blocked ? &d->held : &d->out, packet);
	if (d->held.n > ZV_DOOR_MAX_HELD)
		d->closing = true;
}

static bool
is_plain(struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("[](){}*+?|^$\\", text.p[i]))
			return false;
	return true;
}

int
zv_door_add_filter(struct zv_door *d, struct zv_str text)
{
	bool exclude = text.n && text.p[0] == '!';

	if (exclude)
		text = zv_str_from(text, 1);
	if (!is_plain(text))
		return ZV_EINVAL;
	if (d->n_filters == ZV_DOOR_MAX_FILTERS)
		return ZV_EBUSY;
	if (zv_buf_add(&d->filters[d->n_filters].text, text) < 0)
		return ZV_ENOMEM;
	d->filters[d->n_filters++].exclude = exclude;
	return 0;
}
