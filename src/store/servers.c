#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"

void
zv_store_forget_servers(struct zv_store *s)
{
	for (size_t i = 0; i < s->n_servers; i++)
		zv_free(s->servers[i].name);
	s->n_servers = 0;
}

static int
add(struct zv_store *s, int id, struct zv_str name)
{
	struct zv_store_server *server = &s->servers[s->n_servers];

	if (s->n_servers == ZV_STORE_SERVERS_MAX)
		return ZV_ETOOBIG;
	server->id = id;
	server->name = zv_memdup(name.p, name.n);
	if (!server->name)
		return ZV_ENOMEM;
	s->n_servers++;
	return 0;
}

static const struct zv_store_server *
find(const struct zv_store *s, int id)
{
	for (size_t i = 0; i < s->n_servers; i++)
		if (s->servers[i].id == id)
			return &s->servers[i];
	return NULL;
}

/* Those that are new: what is known stays where it is, calls that were read point to it. */
static int
read_new(struct zv_store *s, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, ZV_SQL_SERVERS, NULL, 0, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		int id = (int)zv_store_int(&row[0]);

		if (!find(s, id))
			rc = add(s, id, row[1].text);
	}
	zv_db_end(rows);
	return rc == ZV_ENOMEM ? zv_fail_nomem(err) : rc;
}

static int
known(const struct zv_store *s, struct zv_str name)
{
	for (size_t i = 0; i < s->n_servers; i++)
		if (zvon_str_equal(zvon_str(s->servers[i].name), name))
			return s->servers[i].id;
	return 0;
}

static int
make_one(struct zv_store *s, struct zv_str name, struct zv_error *err)
{
	int id = s->n_servers ? s->servers[s->n_servers - 1].id + 1 : 1;
	struct zv_db_value v[] = { zv_db_int(id), zv_db_text(name) };
	long long rc;

	if (id > ZV_STORE_SERVERS_MAX)
		return zv_fail(
			err, ZV_ETOOBIG,
			"server %.*s: the store has %d servers already, the most "
			"there may be",
			ZV_ARG(name), ZV_STORE_SERVERS_MAX);
	rc = zv_store_run(s, ZV_SQL_SERVER_NEW, v, 2, err);
	if (rc < 0)
		return (int)rc;
	rc = add(s, id, name);
	return rc < 0 ? zv_fail(err, (int)rc, "server %.*s", ZV_ARG(name)) : id;
}

int
zv_store_server(struct zv_store *s, struct zv_str name, bool make, struct zv_error *err)
{
	struct zv_str cut = zv_store_cut(name, ZV_STORE_TEXT_MAX).text;
	int id = known(s, cut);
	int rc;

	if (id)
		return id;
	rc = read_new(s, err);
	if (rc < 0)
		return rc;
	id = known(s, cut);
	return id || !make ? id : make_one(s, cut, err);
}

struct zv_str
zv_store_server_name(struct zv_store *s, int id, struct zv_error *err)
{
	for (int again = 0; again < 2; again++) {
		const struct zv_store_server *server = find(s, id);

		if (server)
			return zvon_str(server->name);
		if (read_new(s, err) < 0)
			break;
	}
	return ZV_STR("");
}
