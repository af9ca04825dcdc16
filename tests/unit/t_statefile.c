/* State across restarts: whole files, one owner, numbers that never come twice. */
#include "helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zvond/numbering.h"
#include "zvond/statefile.h"

static char folder[] = "/tmp/zvon-state-XXXXXX";
static int told;

static void
on_line(void *user, enum zv_log_level level, const char *area, const char *text)
{
	(void)user;
	(void)level;
	(void)area;
	(void)text;
	told++;
}

static const struct zv_log log_here = { .fn = on_line, .level = ZV_LOG_TRACE };

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "lock",	       "text",
					     "text.damaged",   "text.new",
					     "numbers",	       "numbers.new",
					     "numbers.damaged" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		unlink(path_of(names[i]));
		rmdir(path_of(names[i]));
	}
	return rmdir(folder);
}

static void
keeps_a_text(void **state)
{
	struct zv_buf out = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(zv_state_read(folder, "text", &out, NULL), ZV_ENOTFOUND);
	assert_int_equal(zv_state_write(folder, "text", ZV_STR("a\nb\0c"), NULL), 0);
	assert_int_equal(zv_state_read(folder, "text", &out, NULL), 0);
	assert_true(zvon_str_equal(zv_buf_str(&out), ZV_STR("a\nb\0c")));
	assert_int_equal(stat(path_of("text"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	zv_buf_deinit(&out);
}

/* Cut at each byte, or with one changed: never a text, always set aside and told. */
static void
sees_damage(void **state)
{
	struct zv_buf out = { 0 };
	struct stat st;

	(void)state;
	zv_state_write(folder, "text", ZV_STR("some text"), NULL);
	assert_int_equal(stat(path_of("text"), &st), 0);
	for (off_t n = 0; n < st.st_size; n++) {
		struct zv_error err = { 0 };

		zv_state_write(folder, "text", ZV_STR("some text"), NULL);
		assert_int_equal(truncate(path_of("text"), n), 0);
		assert_int_equal(zv_state_read(folder, "text", &out, &err),
				 ZV_ENOTFOUND);
		assert_non_null(strstr(err.text, "text.damaged"));
		assert_int_equal(access(path_of("text.damaged"), F_OK), 0);
		assert_int_equal(access(path_of("text"), F_OK), -1);
	}
	zv_buf_deinit(&out);
}

static void
fault_091_second_daemon(void **state)
{
	struct zv_error err = { 0 };
	int fd = zv_state_lock(folder, &err), status;
	char pid[32];
	pid_t child;

	(void)state;
	assert_true(fd >= 0);
	snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	child = fork();
	if (child == 0) {
		int rc = zv_state_lock(folder, &err);

		_exit(rc == ZV_EBUSY && strstr(err.text, pid) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	close(fd);
	fd = zv_state_lock(folder, NULL);
	assert_true(fd >= 0);
	close(fd);
}

static void
numbers_go_on(void **state)
{
	struct zv_numbering *n = zv_numbering_open(folder, &log_here, NULL);
	char stream[80];
	uint64_t last;

	(void)state;
	assert_int_equal(zv_numbering_first(n), 1);
	assert_false(zv_numbering_is_clean(n));
	snprintf(stream, sizeof stream, "%s", zv_numbering_stream(n).p);
	/* used to the very edge of what is reserved, then kill -9 */
	last = ZV_NUMBERING_AHEAD;
	assert_false(zv_numbering_is_due(n, last / 2, 0));
	assert_true(zv_numbering_is_due(n, last / 2 + 1, 0));
	zv_numbering_free(n);

	n = zv_numbering_open(folder, &log_here, NULL);
	assert_true(zv_numbering_first(n) > last);
	assert_false(zv_numbering_is_clean(n));
	assert_string_equal(zv_numbering_stream(n).p, stream);
	last = zv_numbering_first(n) + 41;
	assert_int_equal(zv_numbering_stop(n, last, NULL), 0);
	zv_numbering_free(n);

	n = zv_numbering_open(folder, &log_here, NULL);
	assert_true(zv_numbering_is_clean(n));
	assert_int_equal(zv_numbering_first(n), last + 1);
	zv_numbering_free(n);
	n = zv_numbering_open(folder, &log_here, NULL); /* again kill -9 */
	assert_false(zv_numbering_is_clean(n));
	zv_numbering_free(n);
}

static void
damaged_numbers_begin_anew(void **state)
{
	struct zv_numbering *n = zv_numbering_open(folder, &log_here, NULL);
	char stream[80];

	(void)state;
	snprintf(stream, sizeof stream, "%s", zv_numbering_stream(n).p);
	zv_numbering_free(n);
	assert_int_equal(truncate(path_of("numbers"), 20), 0);
	told = 0;
	n = zv_numbering_open(folder, &log_here, NULL);
	assert_int_equal(told, 1);
	assert_string_not_equal(zv_numbering_stream(n).p, stream);
	assert_int_equal(zv_numbering_first(n), 1);
	zv_numbering_free(n);
}

/* What cannot be written: a folder stands where the file beside would be. */
static void
fault_098_disk_full(void **state)
{
	struct zv_numbering *n = zv_numbering_open(folder, &log_here, NULL);
	uint64_t last = zv_numbering_first(n) + ZV_NUMBERING_AHEAD;
	int64_t now = 0;

	(void)state;
	unlink(path_of("numbers.new"));
	assert_int_equal(mkdir(path_of("numbers.new"), 0700), 0);
	told = 0;
	for (; now < 3 * ZV_NUMBERING_TELL_MS; now += 100) {
		if (!zv_numbering_is_due(n, last, now))
			continue;
		assert_false(zv_numbering_is_due(n, last, now));
		zv_numbering_reserve(n);
		assert_true(zv_numbering_reserved(n, now, &log_here) < 0);
	}
	assert_int_equal(told, 3);
	assert_int_equal(rmdir(path_of("numbers.new")), 0);
	now += 5000;
	assert_true(zv_numbering_is_due(n, last, now));
	zv_numbering_reserve(n);
	assert_int_equal(zv_numbering_reserved(n, now, &log_here), 0);
	assert_int_equal(told, 4);
	assert_false(zv_numbering_is_due(n, last, now));
	zv_numbering_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_text),
		cmocka_unit_test(sees_damage),
		cmocka_unit_test(fault_091_second_daemon),
		cmocka_unit_test(numbers_go_on),
		cmocka_unit_test(damaged_numbers_begin_anew),
		cmocka_unit_test(fault_098_disk_full),
	};

	return cmocka_run_group_tests_name("statefile", tests, set_up, tear_down);
}
