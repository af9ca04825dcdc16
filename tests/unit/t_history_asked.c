/* fault_060, fault_073: queries of the history as they are written: in a URL, a form, JSON. */
#include <stdlib.h>

#include "hist/flat.h"
#include "helper.h"
#include "zvond/history_form.h"

static void
add_list(struct zv_buf *out, const char *name, const struct zv_str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		zv_buf_printf(out, " %s=%.*s", name, ZV_ARG(list[i]));
}

static void
add_query(struct zv_buf *out, const struct zv_history_asked *a)
{
	const struct zv_history_query *q = &a->query;

	add_list(out, "number", q->numbers, q->n_numbers);
	add_list(out, "line", q->lines, q->n_lines);
	add_list(out, "queue", q->queues, q->n_queues);
	add_list(out, "server", q->servers, q->n_servers);
	if (q->directions)
		zv_buf_printf(out, " directions=%x", q->directions);
	if (q->results)
		zv_buf_printf(out, " results=%x", q->results);
	zv_buf_printf(out, "%s%s%s%s%s", q->missed ? " missed" : "",
		      q->recorded ? " recorded" : "", q->oldest_first ? " oldest" : "",
		      q->by_number ? " by_number" : "", a->bom ? " bom" : "");
	if (q->from_ms || q->to_ms)
		zv_buf_printf(out, " %lld-%lld", (long long)q->from_ms,
			      (long long)q->to_ms);
	if (q->limit)
		zv_buf_printf(out, " limit=%d", q->limit);
	if (q->after_number)
		zv_buf_printf(out, " after=%lld", (long long)q->after_number);
	if (q->cursor.n)
		zv_buf_printf(out, " cursor=%.*s", ZV_ARG(q->cursor));
	if (a->has_format)
		zv_buf_printf(out, " format=%d", (int)a->format);
	if (a->has_by)
		zv_buf_printf(out, " by=%d", (int)a->by);
	for (size_t i = 0; i < a->fields.n; i++)
		zv_buf_printf(out, " .%s", zv_history_fields[a->fields.list[i]].name);
	if (a->own_zone && zv_zone_offset_s(a->zone, 0))
		zv_buf_printf(out, " tz=%d", zv_zone_offset_s(a->zone, 0));
	if (a->zone_name.n)
		zv_buf_printf(out, " tz=%s",
			      zv_buf_cstr((struct zv_buf *)&a->zone_name));
}

typedef int (*read_fn)(struct zv_history_asked *a, struct zv_str text,
		       struct zv_buf *client_id, struct zv_error *err);

static int
read_query(struct zv_history_asked *a, struct zv_str text, struct zv_buf *client_id,
	   struct zv_error *err)
{
	(void)client_id;
	return zv_history_read_query(a, text, err);
}

/* What was understood, or "!CODE text". */
static void
understand(read_fn read, struct zv_str text, struct zv_buf *out)
{
	struct zv_history_asked a;
	struct zv_buf client_id = { 0 };
	struct zv_error err = { 0 };
	char *copy = exact_copy(text);
	int rc;

	zv_history_asked_init(&a, NULL);
	rc = read(&a, (struct zv_str){ copy, text.n }, &client_id, &err);
	if (rc == 0)
		rc = zv_history_asked_end(&a, &err);
	if (rc == 0)
		add_query(out, &a);
	else
		zv_buf_printf(out, "!%s %s", zvon_err_name(rc), err.text);
	if (rc == 0 && client_id.n)
		zv_buf_printf(out, " id=%.*s", ZV_ARG(zv_buf_str(&client_id)));
	assert_int_equal(rc, rc == 0 ? 0 : err.code);
	zv_buf_deinit(&client_id);
	zv_history_asked_deinit(&a);
	free(copy);
}

struct row {
	struct zv_str text;
	const char *wanted; /* or its beginning, if it is an error */
};

static void
check_rows(read_fn read, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_buf out = { 0 };
		struct zv_str got;

		understand(read, rows[i].text, &out);
		got = zv_buf_str(&out);
		if (rows[i].wanted[0] == '!' && got.n > strlen(rows[i].wanted))
			got.n = strlen(rows[i].wanted);
		check_text(rows[i].text.p, got, zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
	}
}

/* ---- URLs ------------------------------------------------------------------------------ */

static void
test_query(void **state)
{
	static const struct row rows[] = {
		{ VIEW(""), "" },
		{ VIEW("number=%2B7+(916)+555-00-01"), " number=+7 (916) 555-00-01" },
		{ VIEW("number=1&number=2,3;4"),
		  " number=1 number=2 number=3 number=4" },
		{ VIEW("number=&line=&limit="), "" },
		{ VIEW("line=101&queue=sales&server=office"),
		  " line=101 queue=sales server=office" },
		{ VIEW("direction=in,internal&result=busy&result=answered"),
		  " directions=3 results=6" },
		{ VIEW("missed=yes&recorded=1"), " missed recorded" },
		{ VIEW("missed=no&recorded=false"), "" },
		{ VIEW("from=1000&to=2000"), " 1000000-2000000" },
		{ VIEW("from=1970-01-02&tz=%2B03:00"), " 75600000-0 tz=10800" },
		{ VIEW("tz=-0330&from=1970-01-02+00:00"), " 99000000-0 tz=-12600" },
		{ VIEW("tz=+03:00"), " tz=10800" },
		/* by its name: times wait for it, even wrong ones */
		{ VIEW("tz=Europe/Berlin&from=1970-01-02"), " tz=Europe/Berlin" },
		{ VIEW("tz=Europe/Berlin&from=soon"), " tz=Europe/Berlin" },
		{ VIEW("tz=Europe/Berlin&tz=%2B01:00"), " tz=3600" },
		{ VIEW("tz=utc&from=1970-01-02"), " 86400000-0" },
		{ VIEW("tz=local&from=1970-01-02"), " 86400000-0" },
		{ VIEW("tz=%2Fetc"), "!EINVAL tz" },
		{ VIEW("tz=..%2Fetc"), "!EINVAL tz" },
		{ VIEW("limit=1&cursor=abc&order=oldest"),
		  " oldest limit=1 cursor=abc" },
		{ VIEW("limit=1000"), " limit=1000" },
		{ VIEW("offset=17"), " by_number after=17" },
		{ VIEW("offset=0"), " by_number" },
		{ VIEW("format=csv&bom=yes&fields=to,from"),
		  " bom format=1 .to .from" },
		{ VIEW("by=day&tz=Z"), " by=1" },
		{ VIEW("token=secret&number=1"), " number=1" },
		{ VIEW("&&number=1&"), " number=1" },
		/* wrong ones */
		{ VIEW("colour=red"), "!EINVAL unknown 'colour'; there are number" },
		{ VIEW("limit=0"), "!EINVAL limit: a number from 1 to 1000" },
		{ VIEW("limit=1001"), "!EINVAL limit" },
		{ VIEW("limit=-1"), "!EINVAL limit" },
		{ VIEW("offset=-1"), "!EINVAL offset" },
		{ VIEW("offset=1&cursor=a"), "!EINVAL offset goes without" },
		{ VIEW("offset=1&order=oldest"), "!EINVAL offset goes without" },
		{ VIEW("order=up"), "!EINVAL order: 'up' is none of newest|oldest" },
		{ VIEW("missed=perhaps"), "!EINVAL missed" },
		{ VIEW("format=yaml"), "!EINVAL format" },
		{ VIEW("direction=up"), "!EINVAL unknown direction 'up'; there are" },
		{ VIEW("result=good"), "!EINVAL unknown result 'good'; there are" },
		{ VIEW("by=moon"), "!EINVAL" },
		{ VIEW("from=yesterday"), "!EINVAL from: " },
		{ VIEW("from=2000&to=1000"), "!EINVAL from is not before to" },
		{ VIEW("tz=%2B15"), "!EINVAL tz" },
		{ VIEW("tz=%2B14:30"), "!EINVAL tz" },
		{ VIEW("tz=%2B3:5"), "!EINVAL tz" },
		{ VIEW("fields=salary"), "!EINVAL fields: there is no salary" },
		{ VIEW("number=%zz"), "!EINVAL byte" },
		{ VIEW("number=%00"), "!EINVAL byte" },
		{ VIEW("number=%ff"), "!EINVAL byte" },
		{ VIEW("number=1&line=%c3"), "!EINVAL byte" },
	};

	(void)state;
	check_rows(read_query, rows, N_OF(rows));
}

/* Values that are SQL, to somebody: they stay what they are, or are refused. */
static void
test_fault_073_values(void **state)
{
	static const struct row rows[] = {
		{ VIEW("number=%27+OR+1%3D1+--"), " number=' OR 1=1 --" },
		{ VIEW("number=%25"), " number=%" },
		{ VIEW("line=_"), " line=_" },
		{ VIEW("queue=a%5C%27"), " queue=a\\'" },
		{ VIEW("order=started;DROP+TABLE+calls"), "!EINVAL order" },
		{ VIEW("limit=1;2"), "!EINVAL limit" },
		{ VIEW("limit=1+OR+1"), "!EINVAL limit" },
		{ VIEW("from=2026-01-01%27"), "!EINVAL from" },
		{ VIEW("to=0+UNION+SELECT"), "!EINVAL to" },
		{ VIEW("number=%f0%9f%98"), "!EINVAL byte" },
		{ VIEW("fields=id%20FROM%20call"), "!EINVAL fields" },
		{ VIEW("by=line)--"), "!EINVAL" },
	};

	(void)state;
	check_rows(read_query, rows, N_OF(rows));
}

static void
test_limits(void **state)
{
	struct zv_buf query = { 0 }, out = { 0 };

	(void)state;
	for (int i = 0; i < ZV_HISTORY_NUMBERS_MAX; i++)
		zv_buf_printf(&query, "%snumber=%d", i ? "&" : "", i + 100);
	understand(read_query, zv_buf_str(&query), &out);
	assert_true(out.p[0] == ' ');
	zv_buf_add(&query, ZV_STR("&number=9"));
	zv_buf_clear(&out);
	understand(read_query, zv_buf_str(&query), &out);
	check_text("101", zv_buf_str(&out),
		   zvon_str("!ETOOBIG number: more than 100 in one query"));
	zv_buf_clear(&query);
	zv_buf_clear(&out);
	zv_buf_printf(&query, "line=%0*d", ZV_HISTORY_TEXT_MAX, 1);
	understand(read_query, zv_buf_str(&query), &out);
	assert_true(out.p[0] == ' ');
	zv_buf_add(&query, ZV_STR("0"));
	zv_buf_clear(&out);
	understand(read_query, zv_buf_str(&query), &out);
	check_text("257", zv_buf_str(&out),
		   zvon_str("!ETOOBIG line: longer than 256 bytes"));
	zv_buf_deinit(&query);
	zv_buf_deinit(&out);
}

/* ---- forms -------------------------------------------------------------------------------- */

static void
test_form(void **state)
{
	static const struct row rows[] = {
		{ VIEW("CLIENT_ID=crm&N=79165550001"), " number=79165550001 id=crm" },
		{ VIEW("client_id=crm&n=1&n=2"), " number=1 number=2 id=crm" },
		{ VIEW("N=1%2C2;3"), " number=1 number=2 number=3" },
		{ VIEW("N=1&FROM=1000&Limit=5"), " number=1 1000000-0 limit=5" },
		{ VIEW(""), "" },
		{ VIEW("CLIENT_ID=a&CLIENT_ID=b"),
		  "!EINVAL CLIENT_ID stands there twice" },
		{ VIEW("X=1"), "!EINVAL unknown 'x'" },
		{ VIEW("N=%e0%80"), "!EINVAL byte" },
	};

	(void)state;
	check_rows(zv_history_read_form, rows, N_OF(rows));
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void
test_json(void **state)
{
	static const struct row rows[] = {
		{ VIEW("{\"CLIENT_ID\":\"crm\",\"N\":\"79165550001\"}"),
		  " number=79165550001 id=crm" },
		{ VIEW("{\"N\":[\"1\",79165550001,\"3,4\"]}"),
		  " number=1 number=79165550001 number=3 number=4" },
		{ VIEW("{\"N\":null,\"missed\":true,\"recorded\":false}"), " missed" },
		{ VIEW("{\"N\":\"1\",\"limit\":7,\"from\":1000}"),
		  " number=1 1000000-0 limit=7" },
		{ VIEW("{}"), "" },
		{ VIEW("{\"CLIENT_ID\":5}"), " id=5" },
		{ VIEW("[]"), "!EINVAL byte 1: an object is needed" },
		{ VIEW("\"1\""), "!EINVAL byte 1: an object is needed" },
		{ VIEW("{\"N\":{}}"), "!EINVAL N: a text, a whole number" },
		{ VIEW("{\"N\":[[\"1\"]]}"), "!EINVAL N: a text" },
		{ VIEW("{\"N\":1.5}"), "!EINVAL N: a text" },
		{ VIEW("{\"N\":\"1\",\"colour\":1}"), "!EINVAL unknown 'colour'" },
	};

	(void)state;
	check_rows(zv_history_read_json, rows, N_OF(rows));
}

static void
test_fault_060_json(void **state)
{
	static const struct row rows[] = {
		{ VIEW(""), "!EPROTO bad JSON, byte " },
		{ VIEW("{"), "!EPROTO bad JSON, byte 1, line 1" },
		{ VIEW("{\"N\":\"1\",\"N\":\"2\"}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":1e400}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":\"\\u0000\"}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":\"\xff\"}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":\"\xed\xa0\x80\"}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":\"\\ud800\"}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":99999999999999999999}"), "!EPROTO bad JSON, byte " },
		{ VIEW("{\"N\":1}{}"), "!EPROTO bad JSON, byte " },
	};
	struct zv_buf deep = { 0 }, out = { 0 };

	(void)state;
	check_rows(zv_history_read_json, rows, N_OF(rows));
	for (int i = 0; i < 100000; i++)
		zv_buf_add_char(&deep, '[');
	understand(zv_history_read_json, zv_buf_str(&deep), &out);
	check_text(
		"deep", zv_buf_str(&out),
		zvon_str("!ETOOBIG bad JSON, byte 33, line 1: nested deeper than 32"));
	zv_buf_deinit(&deep);
	zv_buf_deinit(&out);
}

/* ---- the plain members ------------------------------------------------------------------------ */

static void
test_flat(void **state)
{
	static struct zv_past_recording recordings[] = {
		{ .file = VIEW("a.wav") },
		{ .id = VIEW("00ff") },
	};
	const struct zv_conversation c = {
		.server = VIEW("office"),
		.id = VIEW("1.1"),
		.direction = ZV_DIRECTION_OUT,
		.from_number = VIEW("101"),
		.to_number = VIEW("79165550001"),
		.result = ZV_RESULT_ANSWERED,
		.started_ms = 86400000,
		.ended_ms = 86465999,
		.talk_ms = 60999,
		.recordings = recordings,
		.n_recordings = 2,
	};
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };
	struct zv_zone *zone = zv_zone_new_fixed(10800);
	const struct zv_str wanted = ZV_STR(
		"{\"date\":\"1970-01-02\",\"time\":\"03:00:00\",\"caller\":\"101\","
		"\"callee\":\"79165550001\",\"number\":\"79165550001\","
		"\"duration\":65,\"talk\":60,\"recording\":\"/v1/recordings/00ff\","
		"\"call\":\"1.1\",\"server\":\"office\",");

	(void)state;
	zv_conversation_flat_json(&j, &c, zone, ZV_STR("/v1/recordings/"));
	zv_zone_free(zone);
	assert_true(out.n > wanted.n);
	assert_true(out.p[out.n - 1] == '}' && out.p[out.n - 2] != '}');
	check_text("flat", (struct zv_str){ out.p, wanted.n }, wanted);
	zv_buf_deinit(&out);
}

/* ---- memory ------------------------------------------------------------------------------------- */

static int
scene(void *user)
{
	struct zv_history_asked a;
	struct zv_buf client_id = { 0 };
	struct zv_error err = { 0 };
	int rc;

	(void)user;
	zv_history_asked_init(&a, NULL);
	rc = zv_history_read_form(&a,
				  ZV_STR("CLIENT_ID=crm&N=1,2&line=3&queue=4&server=5&"
					 "from=1000&to=2000&cursor=abc"),
				  &client_id, &err);
	if (rc == 0)
		rc = zv_history_asked_end(&a, &err);
	zv_buf_deinit(&client_id);
	zv_history_asked_deinit(&a);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	check_out_of_memory(scene, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),  cmocka_unit_test(test_fault_073_values),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_form),
		cmocka_unit_test(test_json),   cmocka_unit_test(test_fault_060_json),
		cmocka_unit_test(test_flat),   cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
