#include "hist/recording.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "base/str.h"

/* ---- texts ------------------------------------------------------------------------------- */

static bool
has_control(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool
is_part(struct zv_str part)
{
	return part.n && !zvon_str_equal(part, ZV_STR(".")) &&
	       !zvon_str_equal(part, ZV_STR(".."));
}

bool
zv_recording_is_beneath(struct zv_str path)
{
	struct zv_str rest = path, part;

	if (path.n == 0 || path.n > ZV_RECORDING_PATH_MAX || has_control(path))
		return false;
	while (zv_str_split(&rest, '/', &part))
		if (!is_part(part))
			return false;
	return path.p[path.n - 1] != '/';
}

struct zv_str
zv_recording_name(struct zv_str file)
{
	size_t at = file.n;

	while (at > 0 && file.p[at - 1] != '/')
		at--;
	return zv_str_from(file, at);
}

/* ---- dates ---------------------------------------------------------------------------------- */

static bool
read_digits(const char *p, size_t n, int *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

/* "YYYYMMDD-HHMMSS" */
static bool
read_date(const char *p, struct zv_date *out)
{
	return read_digits(p, 4, &out->year) && read_digits(p + 4, 2, &out->month) &&
	       read_digits(p + 6, 2, &out->day) && p[8] == '-' &&
	       read_digits(p + 9, 2, &out->hour) &&
	       read_digits(p + 11, 2, &out->minute) &&
	       read_digits(p + 13, 2, &out->second) && out->month >= 1 &&
	       out->month <= 12 && out->day >= 1 && out->day <= 31 && out->hour < 24;
}

/* FreePBX takes the fourth part between dashes, and fails when a number has one: searched for
 * by its form instead, the last one in the name. */
static bool
find_date(struct zv_str name, struct zv_date *out)
{
	const size_t length = 17; /* with a dash on each side */

	for (size_t at = name.n; at >= length; at--) {
		const char *p = name.p + at - length;

		if (p[0] == '-' && p[16] == '-' && read_date(p + 1, out))
			return true;
	}
	return false;
}

/* ---- templates -------------------------------------------------------------------------------- */

static bool
add_date_part(struct zv_buf *out, char letter, const struct zv_date *d)
{
	const struct {
		char letter;
		int digits, value;
	} parts[] = {
		{ 'Y', 4, d->year },   { 'y', 2, d->year % 100 }, { 'm', 2, d->month },
		{ 'd', 2, d->day },    { 'H', 2, d->hour },	  { 'M', 2, d->minute },
		{ 'S', 2, d->second },
	};

	if (letter == '%')
		return zv_buf_add_char(out, '%') == 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].letter == letter)
			return zv_buf_printf(out, "%0*d", parts[i].digits,
					     parts[i].value) == 0;
	return false;
}

/* false: a letter that is none, or no memory. */
static bool
expand(struct zv_buf *out, struct zv_str text, struct zv_str name,
       const struct zv_date *date)
{
	const struct zv_str mark = ZV_STR("{file}");

	zv_buf_clear(out);
	for (size_t i = 0; i < text.n; i++) {
		if (zv_str_starts(zv_str_from(text, i), mark)) {
			zv_buf_add(out, name);
			i += mark.n - 1;
		} else if (text.p[i] != '%') {
			zv_buf_add_char(out, text.p[i]);
		} else if (++i == text.n || !add_date_part(out, text.p[i], date)) {
			return false;
		}
	}
	return !zv_buf_failed(out);
}

int
zv_recording_template_check(struct zv_str text, struct zv_error *err)
{
	const struct zv_str mark = ZV_STR("{file}");
	struct zv_buf path = { 0 };
	struct zv_date date = { 2026, 11, 21, 1, 2, 3 };
	size_t at = zv_str_find(text, mark);
	bool good = expand(&path, text, ZV_STR("file"), &date);
	bool beneath = zv_recording_is_beneath(zv_buf_str(&path));

	zv_buf_deinit(&path);
	if (!good)
		return zv_fail(err, ZV_EINVAL,
			       "behind %% stands one of Y y m d H M S %%");
	if (at == text.n || memchr(text.p + at, '/', text.n - at))
		return zv_fail(err, ZV_EINVAL, "its last part must have {file}");
	if (!beneath)
		return zv_fail(err, ZV_EINVAL,
			       "it is a path beneath the root: no / at its beginning, "
			       "no '..'");
	return 0;
}

/* ---- candidates ----------------------------------------------------------------------------------- */

struct search {
	const struct zv_recording_places *places;
	zv_recording_fn fn;
	void *context;
};

static int
try_path(const struct search *s, size_t root, struct zv_str path)
{
	return zv_recording_is_beneath(path) ? s->fn(s->context, root, path) : 0;
}

/* file without that folder in front; false: it is not in it. */
static bool
cut_folder(struct zv_str *file, struct zv_str folder)
{
	while (folder.n && folder.p[folder.n - 1] == '/')
		folder.n--;
	if (folder.n == 0 || !zv_str_starts(*file, folder) || file->n <= folder.n ||
	    file->p[folder.n] != '/')
		return false;
	*file = zv_str_from(*file, folder.n + 1);
	return true;
}

/* As it was told: beneath the root that this is at the PBX. */
static int
try_told(const struct search *s, struct zv_str file)
{
	const struct zv_recording_places *p = s->places;
	int rc = 0;

	for (size_t i = 0; i < p->n_roots && rc == 0; i++) {
		struct zv_str path = file;

		if (file.n && file.p[0] != '/')
			rc = try_path(s, i, file);
		else if ((i < p->n_from && cut_folder(&path, p->from[i])) ||
			 cut_folder(&path, p->roots[i]))
			rc = try_path(s, i, path);
	}
	return rc;
}

static int
try_templates(const struct search *s, struct zv_str name, const struct zv_date *date)
{
	const struct zv_recording_places *p = s->places;
	struct zv_buf path = { 0 };
	int rc = 0;

	for (size_t i = 0; i < p->n_roots * p->n_templates && rc == 0; i++)
		if (expand(&path, p->templates[i % p->n_templates], name, date))
			rc = try_path(s, i / p->n_templates, zv_buf_str(&path));
	zv_buf_deinit(&path);
	return rc;
}

int
zv_recording_candidates(const struct zv_recording_places *places, struct zv_str file,
			int64_t started_s, zv_recording_fn fn, void *context)
{
	const struct search s = { places, fn, context };
	struct zv_str name = zv_recording_name(file);
	struct zv_date in_name, of_call = zv_date_of(started_s);
	int rc;

	if (file.n > ZV_RECORDING_FILE_MAX || !is_part(name) || has_control(file))
		return 0;
	rc = try_told(&s, file);
	if (rc == 0 && find_date(name, &in_name))
		rc = try_templates(&s, name, &in_name);
	if (rc == 0)
		rc = try_templates(&s, name, &of_call);
	return rc;
}
