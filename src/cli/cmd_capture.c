/* zvon capture - every byte of a connection into files, secrets removed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/link.h"
#include "cli/stop.h"
#include "io/clock.h"
#include "io/whole_file.h"
#include "term/reason.h"
#include "zvon/redact.h"

#define DAY_MS	       (24 * 60 * 60 * 1000)
#define PATH_MAX_BYTES 4000

static const char *output, *events = "on";
static bool force;
static int for_ms;

static const struct zv_opt options[] = {
	ZV_OPT_TEXT("output", 'o', "FILE", &output,
		    "write FILE.ami, FILE.sent and FILE.idx",
		    "писать FILE.ami, FILE.sent и FILE.idx"),
	ZV_OPT_FLAG("force", 0, &force, "replace files that exist",
		    "заменять существующие файлы"),
	ZV_OPT_SECONDS("for", 0, "SECONDS", &for_ms, DAY_MS,
		       "end after so many seconds", "завершиться через столько секунд"),
	ZV_OPT_TEXT("events", 0, "MASK", &events,
		    "classes the server shall send: call,agent (default: on, all)",
		    "классы, которые присылать серверу: call,agent (по умолчанию: on, "
		    "все)"),
	ZV_OPT_END,
};

/* One way of the connection. */
struct way {
	int fd;
	char mark; /* in the index */
	long long bytes;
	struct zv_redactor redactor;
};

struct capture {
	struct way ways[2]; /* by enum zv_direction */
	int index_fd;
	struct zv_buf scratch;
	int64_t start_ms; /* the connection is open since */
	int error;	  /* errno of a write that failed */

	struct zv_client *client;
	const char *place;
	enum zv_client_state state, lost_during;
	int reason;
	char text[ZV_ERROR_TEXT_MAX];
};

/* ---- files ------------------------------------------------------------------------ */

/* With --force the old file goes first: a new one has our mode, and a link there
 * leads nowhere else. */
static int
create(const char *stem, const char *suffix)
{
	char path[PATH_MAX_BYTES + 16], why[ZV_REASON_MAX];
	int fd;

	snprintf(path, sizeof path, "%s%s", stem, suffix);
	if (force)
		unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0 && errno == EEXIST)
		zv_say_error("%s exists; --force replaces it",
			     "%s уже есть; --force заменит его", path);
	else if (fd < 0)
		zv_say_error("cannot create %s: %s", "не создать %s: %s", path,
			     zv_file_reason(errno, why));
	return fd;
}

static int
create_files(struct capture *c, const char *stem)
{
	c->ways[ZV_FROM_SERVER].fd = create(stem, ".ami");
	if (c->ways[ZV_FROM_SERVER].fd >= 0)
		c->ways[ZV_TO_SERVER].fd = create(stem, ".sent");
	if (c->ways[ZV_TO_SERVER].fd >= 0)
		c->index_fd = create(stem, ".idx");
	return c->index_fd >= 0 ? 0 : ZV_EXIT_USAGE;
}

static void
close_files(struct capture *c)
{
	const int fds[] = { c->ways[0].fd, c->ways[1].fd, c->index_fd };

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0 && close(fds[i]) < 0 && !c->error)
			c->error = errno;
}

static int
stem_of_output(char stem[PATH_MAX_BYTES])
{
	struct zv_str name = zvon_str(output);

	if (zv_str_ends(name, ZV_STR(".ami")))
		name.n -= strlen(".ami");
	if (name.n == 0 || name.p[name.n - 1] == '/') {
		zv_say_error("-o FILE is missing: where to write",
			     "не указано, куда писать: -o FILE");
		return ZV_EXIT_USAGE;
	}
	if (name.n >= PATH_MAX_BYTES) {
		zv_say_error("the name of the file is too long",
			     "имя файла слишком длинное");
		return ZV_EXIT_USAGE;
	}
	snprintf(stem, PATH_MAX_BYTES, "%.*s", ZV_ARG(name));
	return 0;
}

/* ---- recording ---------------------------------------------------------------------- */

/* "352 < 525 80": ms since the connection opened, direction, offset, length. */
static void
add_to_index(struct capture *c, const struct way *way, size_t n)
{
	zv_buf_clear(&c->scratch);
	zv_buf_printf(&c->scratch, "%lld %c %lld %zu\n",
		      (long long)(zv_clock_ms() - c->start_ms), way->mark, way->bytes,
		      n);
	if (zv_buf_failed(&c->scratch))
		c->error = ENOMEM;
	else if (zv_write_all(c->index_fd, zv_buf_str(&c->scratch)) < 0)
		c->error = errno;
}

static void
on_bytes(void *user, enum zv_direction direction, struct zv_str bytes)
{
	struct capture *c = user;
	struct way *way = &c->ways[direction];

	if (c->error)
		return;
	zv_buf_clear(&c->scratch);
	if (zv_buf_add(&c->scratch, bytes) < 0) {
		c->error = ENOMEM;
	} else {
		zvon_redact(&way->redactor, c->scratch.p, c->scratch.n);
		if (zv_write_all(way->fd, zv_buf_str(&c->scratch)) < 0)
			c->error = errno;
	}
	if (!c->error)
		add_to_index(c, way, bytes.n);
	way->bytes += (long long)bytes.n;
	if (c->error)
		zvon_client_interrupt(c->client);
}

static void
on_closed(struct capture *c, const struct zv_client_status *status)
{
	c->lost_during = c->state;
	c->reason = status->reason;
	snprintf(c->text, sizeof c->text, "%s", status->text);
	if (c->reason == ZV_ECLOSED && !c->error) /* the server closed */
		add_to_index(c, &c->ways[ZV_FROM_SERVER], 0);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct capture *c = user;

	if (status->state == ZV_STATE_LOGIN)
		c->start_ms = zv_clock_ms();
	if (status->state == ZV_STATE_BOOTING)
		zv_say_note("connected to %s (AMI %.*s), Ctrl-C ends",
			    "соединено с %s (AMI %.*s), Ctrl-C завершает", c->place,
			    ZV_ARG(status->ami_version));
	if (status->state == ZV_STATE_CLOSED)
		on_closed(c, status);
	c->state = status->state;
}

static void
wake(void *user)
{
	zvon_client_interrupt(user);
}

static void
record(struct capture *c)
{
	int64_t end_ms = zv_clock_ms() + for_ms;
	int64_t left = for_ms ? for_ms : -1;

	zv_stop_on_signals(wake, c->client);
	while (!zv_stop_asked() && !c->error && c->state != ZV_STATE_CLOSED &&
	       (!for_ms || left > 0)) {
		zvon_client_run(c->client, (int)left);
		if (for_ms)
			left = end_ms - zv_clock_ms();
	}
}

/* ---- the whole ------------------------------------------------------------------------ */

static int
exit_code(const struct capture *c)
{
	char why[ZV_REASON_MAX];

	if (c->error) {
		zv_say_error("cannot write the capture: %s", "не записать файлы: %s",
			     zv_file_reason(c->error, why));
		return ZV_EXIT_NEGATIVE;
	}
	if (c->reason)
		zv_say_error("%s", "%s", zv_reason(c->text, why));
	return zv_link_exit_code(c->reason, c->lost_during);
}

static int
capture(struct capture *c, const char *stem)
{
	struct zv_client_counters counters;
	struct zv_error err = { 0 };

	if (zvon_client_open(c->client, &err) < 0) {
		zv_say_reason(&err);
		return ZV_EXIT_NEGATIVE;
	}
	record(c);
	zvon_client_close(c->client);
	zv_stop_forget_wake();
	close_files(c);
	zvon_client_counters(c->client, &counters);
	zv_say_note(
		"%s.ami: %lld bytes received, %llu packets; %lld bytes sent; %.1f s",
		"%s.ami: принято байт %lld, пакетов %llu; отправлено байт %lld; "
		"%.1f с",
		stem, c->ways[ZV_FROM_SERVER].bytes,
		(unsigned long long)counters.packets, c->ways[ZV_TO_SERVER].bytes,
		c->start_ms ? (double)(zv_clock_ms() - c->start_ms) / 1000 : 0.0);
	return exit_code(c);
}

static int
run(char **args, int n)
{
	static const struct zv_client_handlers handlers = {
		.on_state = on_state,
		.on_bytes = on_bytes,
	};
	struct zv_client_options own = { .events = events, .no_reconnect = true };
	struct capture c = {
		.ways = {
			[ZV_FROM_SERVER] = { .fd = -1, .mark = '<' },
			[ZV_TO_SERVER] = { .fd = -1, .mark = '>',
					   .redactor = { .to_server = true } },
		},
		.index_fd = -1,
		.place = zv_link_place(args[0]),
	};
	char stem[PATH_MAX_BYTES];
	int code = stem_of_output(stem);

	(void)n;
	if (code)
		return code;
	c.client = zv_link_client(args[0], &own, &handlers, &c, &code);
	if (c.client)
		code = create_files(&c, stem);
	if (c.client && code == 0)
		code = capture(&c, stem);
	else
		close_files(&c);
	zvon_client_free(c.client);
	zv_buf_deinit(&c.scratch);
	return code;
}

const struct zv_cmd zv_cmd_capture = {
	.name = "capture",
	.arguments = "URL -o FILE",
	.summary = { "record a connection into files, without secrets",
		     "записать соединение в файлы без секретов" },
	.about = { "Writes every byte of one connection: FILE.ami what the server "
		   "sent, "
		   "FILE.sent what we sent, FILE.idx when: a line `ms < offset length` "
		   "or "
		   "`ms > offset length` for each read and write (length 0: the server "
		   "closed). Over HTTP: the packets as AMI would carry them, without "
		   "the "
		   "login. Secrets are overwritten with *. The files can be read by "
		   "their owner only. `zvon parse` shows them, `zvon serve` plays "
		   "them.",
		   "Пишет каждый байт одного соединения: FILE.ami — что прислал "
		   "сервер, "
		   "FILE.sent — что отправили мы, FILE.idx — когда: строка `мс < "
		   "позиция "
		   "длина` или `мс > позиция длина` на каждое чтение и запись (длина "
		   "0: "
		   "сервер закрыл). По HTTP: пакеты, какими их нёс бы AMI, без входа. "
		   "Секреты забиты *. Файлы читает только владелец. "
		   "`zvon parse` их показывает, `zvon serve` проигрывает." },
	.options = options,
	.connects = true,
	.least = 1,
	.most = 1,
	.run = run,
};
