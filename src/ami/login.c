#include "ami/login.h"

#include "base/err.h"
#include "base/md5.h"
#include "base/num.h"
#include "base/str.h"

/* How servers of other kinds begin to speak. */
static const struct {
	const char *start;
	const char *what;
} strangers[] = {
	{ "SSH-", "an SSH server" },
	{ "HTTP/", "an HTTP server (AJAM is reached by http://)" },
	{ "<", "an HTTP server (AJAM is reached by http://)" },
	{ "220", "a mail or FTP server" },
	{ "+OK", "a mail server" },
	{ "* OK", "a mail server" },
	{ "RFB ", "a VNC server" },
	{ "\x15\x03", "a TLS server (use amis:// for AMI over TLS)" },
	{ "\x16\x03", "a TLS server (use amis:// for AMI over TLS)" },
};

int
zv_login_check_greeting(struct zv_str head, struct zv_error *err)
{
	struct zv_str start = ZV_STR(ZV_BANNER_START);
	size_t n = head.n < start.n ? head.n : start.n;

	if (memcmp(head.p, start.p, n) == 0)
		return n == start.n;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		if (zv_str_starts(head, zvon_str(strangers[i].start)))
			return zv_fail(
				err, ZV_EPROTO,
				"this is not Asterisk's manager port: %s answers "
				"there; see port in manager.conf (usually 5038)",
				strangers[i].what);
	if (head.n < ZV_BANNER_PEEK && !memchr(head.p, '\n', head.n))
		return 0; /* a little more may tell who it is */
	return zv_fail(err, ZV_EPROTO,
		       "this is not Asterisk's manager port: it greets with something "
		       "else; see port in manager.conf (usually 5038)");
}

struct zv_str
zv_login_version(struct zv_str banner, int *major)
{
	struct zv_str version =
		zv_str_trim(zv_str_from(banner, strlen(ZV_BANNER_START)));
	struct zv_str rest = version, first = version;
	long long number = 2;

	zv_str_split(&rest, '.', &first);
	*major = zv_num_parse(first, 1, 1000, &number) < 0 ? 2 : (int)number;
	return version;
}

struct zv_request *
zv_login_challenge(struct zv_error *err)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Challenge"), err);

	if (r && zvon_request_set(r, "AuthType", "MD5", err) == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}

static struct zv_request *
login(struct zv_str user, const char *key, struct zv_str value, struct zv_str events,
      struct zv_error *err)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Login"), err);

	if (r && zvon_request_add(r, ZV_STR("Username"), user, err) == 0 &&
	    zvon_request_add(r, zvon_str(key), value, err) == 0 &&
	    (events.n == 0 || zvon_request_add(r, ZV_STR("Events"), events, err) == 0))
		return r;
	zvon_request_free(r);
	return NULL;
}

struct zv_request *
zv_login_plain(struct zv_str user, struct zv_str secret, struct zv_str events,
	       struct zv_error *err)
{
	return login(user, "Secret", secret, events, err);
}

struct zv_request *
zv_login_md5(struct zv_str user, struct zv_str secret, struct zv_str challenge,
	     struct zv_str events, struct zv_error *err)
{
	struct zv_str parts[] = { challenge, secret };
	char hex[ZV_MD5_HEX + 1];
	struct zv_request *r;

	zv_md5_hex(parts, 2, hex);
	r = login(user, "Key", zvon_str(hex), events, err);
	if (r && zvon_request_set(r, "AuthType", "MD5", err) < 0) {
		zvon_request_free(r);
		return NULL;
	}
	return r;
}

/* There is no way back to the plain secret by itself: whoever sits in between could ask
 * for it that way. */
int
zv_login_read_challenge(const struct zv_packet *response, struct zv_str *challenge,
			struct zv_error *err)
{
	*challenge = zvon_packet_get(response, ZV_STR("Challenge"));
	if (zvon_str_equal_nocase(response->name, ZV_STR("Success")) && challenge->n)
		return 0;
	return zv_fail(err, ZV_EAUTH,
		       "the server refused the MD5 challenge (%.*s): plain login must "
		       "be asked for",
		       ZV_ARG(zvon_packet_get(response, ZV_STR("Message"))));
}

/* As Asterisk reads a mask: a word for all, or names of classes. */
static bool
has_system(struct zv_str mask)
{
	static const char *const all[] = { "", "on", "yes", "true", "y", "t", "1" };
	struct zv_str rest = mask, name;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (zvon_str_equal_nocase(mask, zvon_str(all[i])))
			return true;
	while (zv_str_split(&rest, ',', &name))
		if (zvon_str_equal(name, ZV_STR("system")) ||
		    zvon_str_equal(name, ZV_STR("all")))
			return true;
	return false;
}

struct zv_str
zv_login_held_events(struct zv_str wanted)
{
	return has_system(wanted) ? ZV_STR("system") : ZV_STR("off");
}

int
zv_login_refused(struct zv_str user, const struct zv_packet *response,
		 struct zv_error *err)
{
	struct zv_str message =
		zv_str_trim(zvon_packet_get(response, ZV_STR("Message")));
	const char *advice =
		"check secret, deny and permit of that user in manager.conf";

	if (zvon_str_equal_nocase(message, ZV_STR("Login Already In Use")))
		advice = "that user is logged in already and allowmultiplelogin = no "
			 "in manager.conf";
	return zv_fail(err, ZV_EAUTH, "login refused for user '%.*s' (%.*s): %s",
		       (int)(user.n < 64 ? user.n : 64), user.p,
		       (int)(message.n < 100 ? message.n : 100), message.p, advice);
}
