/* A log that does not grow for ever. */
#include <stdlib.h>
#include <unistd.h>

#include "helper.h"
#include "onec/logfile.h"

static char folder[] = "/tmp/zvon-logfile-XXXXXX";
static char path[80], old[90];

static int
make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/журнал.log", folder);
	snprintf(old, sizeof old, "%s.1", path);
	return 0;
}

static int
drop_folder(void **state)
{
	unlink(path);
	unlink(old);
	return rmdir(folder);
}

static size_t
lines_of(const char *name)
{
	struct zv_str text;
	size_t n = 0;

	if (access(name, F_OK) != 0)
		return 0;
	text = read_file(name);
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	free((char *)(uintptr_t)text.p);
	return n;
}

static void
test_lines(void **state)
{
	struct zv_logfile l = { 0 };
	struct zv_buf text = { 0 };
	struct zv_str all;

	zv_logfile_write(&l, ZV_LOG_WARN, "client", "nowhere");
	assert_int_equal(zv_logfile_open(&l, zvon_str(path), NULL), 0);
	zv_logfile_write(&l, ZV_LOG_WARN, "client", "нечто");
	zv_logfile_close(&l);
	assert_int_equal(zv_logfile_open(&l, zvon_str(path), NULL), 0);
	zv_logfile_write(&l, ZV_LOG_INFO, "hub", "more"); /* appended */
	assert_int_equal(zv_logfile_open(&l, ZV_STR(""), NULL), 0);
	zv_logfile_write(&l, ZV_LOG_INFO, "hub", "closed");
	all = read_file(path);
	zv_buf_add(&text, all);
	free((char *)(uintptr_t)all.p);
	assert_non_null(strstr(zv_buf_cstr(&text), "Z warn client: нечто\n"));
	assert_non_null(strstr(zv_buf_cstr(&text), "Z info hub: more\n"));
	assert_int_equal(lines_of(path), 2);
	zv_buf_deinit(&text);
	unlink(path);
}

/* At its size the next line goes to a new file; there are never more than two. */
static void
test_turns(void **state)
{
	struct zv_logfile l = { .most = 1040 };

	assert_int_equal(zv_logfile_open(&l, zvon_str(path), NULL), 0);
	for (int i = 0; i < 20; i++) /* of 52 bytes */
		zv_logfile_write(&l, ZV_LOG_INFO, "hub", "123456789 123456");
	assert_int_equal(lines_of(path), 20);
	assert_int_equal(l.bytes, 1040);
	assert_int_equal(lines_of(old), 0);
	for (int i = 0; i < 20; i++)
		zv_logfile_write(&l, ZV_LOG_INFO, "hub", "123456789 123456");
	assert_int_equal(lines_of(old), 20);
	assert_int_equal(lines_of(path), 20);
	zv_logfile_write(&l, ZV_LOG_INFO, "hub", "123456789 123456");
	assert_int_equal(lines_of(old), 20);
	assert_int_equal(lines_of(path), 1);
	zv_logfile_close(&l);
	unlink(path);
	unlink(old);
}

static void
test_cannot_be_opened(void **state)
{
	struct zv_logfile l = { 0 };
	struct zv_error err = { 0 };

	assert_int_equal(zv_logfile_open(&l, ZV_STR("/nowhere/at/all"), &err), ZV_EIO);
	assert_non_null(strstr(err.text, "/nowhere/at/all"));
	assert_null(l.file);
	zv_logfile_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
