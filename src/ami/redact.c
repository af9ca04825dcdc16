#include "zvon/redact.h"

#include "base/str.h"

static const struct {
	const char *start; /* of a line, compared without case */
	bool only_to_server;
} secrets[] = {
	{ "Secret:", false },
	{ "Password:", false },
	{ "Md5Cred:", false },
	{ "ReceivedHash:", false },
	{ "ExpectedResponse:", false },
	{ "PasswordDigest:", false }, /* these three: AuthList, AuthDetail of 22 */
	{ "OauthSecret:", false },
	{ "RefreshToken:", false },
	{ "Key:", true },
	{ "JSON:", false }, /* GetConfigJSON: a whole file in one line */
};

/* GetConfig prints `Line-000000-000003: secret=abc`: the part behind the number. */
static const char
	*const settings[] = {
		"secret",	"password",	 "md5secret", "remotesecret",
		"md5_cred",	"vmsecret",	 "dbpass",    "auth",
		"oauth_secret", "refresh_token", "register", /* user:secret@host */
	};

/* Behind the digits and dashes of `Line-000000-000003: `. */
static struct zv_str
setting_of(struct zv_str head)
{
	size_t i = 0;

	while (i < head.n && head.p[i] != ':')
		i++;
	return zv_str_trim(zv_str_from(head, i + 1));
}

static bool
is_secret_setting(struct zv_str head)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (zvon_str_equal_nocase(head, zvon_str(settings[i])))
			return true;
	return false;
}

/* Is what follows `head` (it ends in ':' or '=') to be hidden? */
static bool
is_secret(const struct zv_redactor *r, struct zv_str head)
{
	if (head.p[head.n - 1] == '=')
		return zv_str_starts_nocase(head, ZV_STR("Line-")) &&
		       is_secret_setting(zv_str_trim(
			       setting_of((struct zv_str){ head.p, head.n - 1 })));
	if (r->to_server && zv_str_starts_nocase(head, ZV_STR("Value-")))
		return true;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if ((r->to_server || !secrets[i].only_to_server) &&
		    zvon_str_equal_nocase(head, zvon_str(secrets[i].start)))
			return true;
	return false;
}

void
zvon_redact(struct zv_redactor *r, char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\n') {
			r->n = 0;
			r->hiding = false;
		} else if (r->hiding) {
			if (c != '\r' && !(c == ' ' && r->n))
				bytes[i] = '*';
			r->n = 0;
		} else if (r->n < ZV_REDACT_HEAD) {
			r->head[r->n++] = c;
			if (c == ':' || c == '=')
				r->hiding =
					is_secret(r, (struct zv_str){ r->head, r->n });
		}
	}
}
