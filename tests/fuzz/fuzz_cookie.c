/* Set-Cookie fields of any content: what is found can be sent back as it is, and is the
 * same when the values come with quotes; a field that cannot hold it changes nothing.
 *
 * Input: values of Set-Cookie fields, each ended by 0x1f. */
#include "ajam/cookie.h"
#include "base/str.h"
#include "fuzz.h"

#define END	   0x1f
#define MAX_FIELDS 20 /* leaves room in the head for one more */

static int
read_fields(const struct zv_str *values, size_t n, struct zv_cookie *cookie)
{
	struct zv_http_head head = { .status = 200, .n_fields = n };

	for (size_t i = 0; i < n; i++)
		head.fields[i] =
			(struct zv_http_field){ ZV_STR("Set-Cookie"), values[i] };
	*cookie = (struct zv_cookie){ "before", 7 };
	return zv_cookie_read(cookie, &head);
}

static void
check_cookie(int rc, const struct zv_cookie *cookie)
{
	CHECK(rc == 1 || rc == 0 || rc == ZV_EPROTO);
	CHECK(rc == 1 ||
	      (strcmp(cookie->value, "before") == 0 && cookie->max_age_s == 7));
	CHECK(strlen(cookie->value) <= ZV_COOKIE_MAX && cookie->max_age_s >= -1);
	CHECK(cookie->max_age_s != 0 || !cookie->value[0]);
	for (const char *p = cookie->value; *p; p++)
		CHECK(*p > ' ' && *p < 0x7f && !strchr("\",;\\", *p));
}

static bool
same(const struct zv_cookie *a, const struct zv_cookie *b)
{
	return strcmp(a->value, b->value) == 0 && a->max_age_s == b->max_age_s;
}

/* Behind the others it is the last one and counts, quoted or not. */
static void
check_sent_back(struct zv_str *values, size_t n, const struct zv_cookie *found)
{
	static const char *const quotes[] = { "", "\"" };

	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
		const char *quote = quotes[i];
		struct zv_cookie again;
		char text[200];

		snprintf(text, sizeof text,
			 "Mansession_ID=%s%s%s ;Path=/;max-age=%s%d%s", quote,
			 found->value, quote, quote, found->max_age_s, quote);
		values[n] = zvon_str(text);
		CHECK(read_fields(values, n + 1, &again) == 1);
		CHECK(same(&again, found));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str values[MAX_FIELDS + 1];
	char *copies[MAX_FIELDS];
	size_t n_values = 0;
	struct zv_cookie found, again;
	int rc;

	while (in.n && n_values < MAX_FIELDS) {
		values[n_values] = fuzz_until(&in, END);
		copies[n_values] = fuzz_copy(values[n_values]);
		values[n_values].p = copies[n_values];
		n_values++;
	}
	rc = read_fields(values, n_values, &found);
	check_cookie(rc, &found);
	if (rc == 1 && found.max_age_s > 0)
		check_sent_back(values, n_values, &found);
	values[n_values] = ZV_STR("other=\"mansession_id=x, y\"; mansession_id=z");
	CHECK(read_fields(values, n_values + 1, &again) == rc && same(&again, &found));
	while (n_values)
		free(copies[--n_values]);
	return 0;
}
