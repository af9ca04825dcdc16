/* dial.c - one connection of src/io, from outside: how it went, in one line. For the systems
 * that the tests of libzvon do not run on.
 *
 *   dial ami|amis|http|https HOST PORT [ca=FILE] [pin=KEY] [insecure] [timeout=MS]
 *
 * "up" and what is said first, or the error's code, what fault it is (http), and the text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/clock.h"
#include "io/dial.h"
#include "io/fetch.h"
#include "io/wait.h"

static void
tell(const struct zv_error *err, int fault)
{
	printf("%s %d %s\n", zvon_err_name(err->code), fault, err->text);
}

/* ---- AMI: a stream ------------------------------------------------------------------- */

static int
dial(const struct zv_dial_options *o)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	struct zv_dial *d = zv_dial_new();
	struct zv_error err = { 0 };
	int rc = zv_dial_open(d, o, &err);

	while (rc == 0 && (rc = zv_dial_process(d, &err)) == 0) {
		size_t n = zv_dial_descriptors(d, false, fds, ZV_MAX_DESCRIPTORS);

		zv_wait(fds, n, zv_dial_timeout(d));
	}
	if (rc > 0) {
		char greeting[100];
		long got = 0;

		while (got == 0) {
			zv_wait(fds, zv_dial_descriptors(d, false, fds, 1), 5000);
			got = zv_dial_recv(d, greeting, sizeof greeting, &err);
		}
		printf("up %.*s\n", got > 0 ? (int)got : 0, greeting);
	} else {
		tell(&err, 0);
	}
	zv_dial_free(d);
	return rc > 0 ? 0 : 1;
}

/* ---- HTTP: a request ------------------------------------------------------------------- */

/* 1: ended well, -1: with an error, 0: not yet */
static int
look_at_news(struct zv_fetch *f)
{
	struct zv_fetch_news news;

	while (zv_fetch_next(f, &news)) {
		if (news.kind != ZV_FETCH_END)
			continue;
		if (!news.err.code)
			return 1;
		tell(&news.err, (int)news.fault);
		return -1;
	}
	return 0;
}

static int
fetch(const struct zv_dial_options *o)
{
	const struct zv_fetch_request request = {
		.target = { "/", 1 },
		.timeout_ms = 10000,
	};
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	struct zv_fetch *f = zv_fetch_new();
	struct zv_error err = { 0 };
	int rc = 0;

	if (zv_fetch_open(f, o, &err) < 0 || zv_fetch_start(f, &request, &err) < 0) {
		tell(&err, 0);
		rc = -1;
	}
	while (rc == 0) {
		zv_fetch_process(f);
		rc = look_at_news(f);
		if (rc == 0)
			zv_wait(fds, zv_fetch_descriptors(f, fds, ZV_MAX_DESCRIPTORS),
				zv_fetch_timeout(f));
	}
	if (rc > 0)
		printf("up\n");
	zv_fetch_free(f);
	return rc > 0 ? 0 : 1;
}

/* ---- */

static void
read_option(struct zv_dial_options *o, const char *text)
{
	if (strncmp(text, "ca=", 3) == 0)
		o->ca_file = text + 3;
	else if (strncmp(text, "pin=", 4) == 0)
		o->pin = text + 4;
	else if (strncmp(text, "timeout=", 8) == 0)
		o->connect_timeout_ms = atoi(text + 8);
	else if (strcmp(text, "insecure") == 0)
		o->insecure = true;
}

int
main(int n, char **arguments)
{
	struct zv_dial_options o = { .connect_timeout_ms = 10000 };

	if (n < 4)
		return 2;
	o.host = arguments[2];
	o.port = atoi(arguments[3]);
	o.tls = arguments[1][strlen(arguments[1]) - 1] == 's';
	for (int i = 4; i < n; i++)
		read_option(&o, arguments[i]);
	return strncmp(arguments[1], "ami", 3) == 0 ? dial(&o) : fetch(&o);
}
