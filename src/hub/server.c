/* server.c - the servers of the hub: what is configured of each, and whether it is up. */
#include "hub/hub_impl.h"

#include "base/mem.h"
#include "hub/jobs.h"
#include "zvon/error.h"

int
zv_hub_copy_text(struct zv_str *text, struct zv_str from)
{
	char *copy = zv_memdup(from.p, from.n);

	*text = (struct zv_str){ copy, copy ? from.n : 0 };
	return copy ? 0 : ZV_ENOMEM;
}

void
zv_hub_free_text(struct zv_str *text)
{
	zv_free((char *)(uintptr_t)text->p);
	*text = (struct zv_str){ NULL, 0 };
}

struct zv_server *
zv_hub_server_at(const struct zv_hub *h, size_t server)
{
	return server < h->n_servers ? h->servers[server] : NULL;
}

size_t
zv_hub_n_servers(const struct zv_hub *h)
{
	return h->n_servers;
}

const struct zv_hub_server *
zv_hub_find_server(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at ? &at->pub : NULL;
}

int64_t
zv_hub_wall_us(const struct zv_hub *h)
{
	return h->wall_us;
}

bool
zv_hub_server_is_up(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at && at->up;
}

int
zv_hub_server_ami_major(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at ? at->ami_major : 0;
}

/* Where the texts of a server are. */
static const size_t texts[] = {
	offsetof(struct zv_hub_server, name),
	offsetof(struct zv_hub_server, technology),
	offsetof(struct zv_hub_server, context),
	offsetof(struct zv_hub_server, transfer_context),
	offsetof(struct zv_hub_server, parking),
	offsetof(struct zv_hub_server, conference_context),
	offsetof(struct zv_hub_server, recordings),
	offsetof(struct zv_hub_server, queue_interface),
	offsetof(struct zv_hub_server, caller_id),
	offsetof(struct zv_hub_server, dnd),
	offsetof(struct zv_hub_server, auto_answer),
};

#define N_TEXTS (sizeof texts / sizeof *texts)

static struct zv_str *
text_at(struct zv_hub_server *server, size_t i)
{
	return (struct zv_str *)(void *)((char *)server + texts[i]);
}

static void
free_pub(struct zv_hub_server *pub)
{
	for (size_t i = 0; i < N_TEXTS; i++)
		zv_hub_free_text(text_at(pub, i));
}

static int
copy_pub(struct zv_hub_server *to, const struct zv_hub_server *from)
{
	struct zv_hub_server copy = *from;
	int rc = 0;

	for (size_t i = 0; i < N_TEXTS; i++)
		rc |= zv_hub_copy_text(text_at(&copy, i), *text_at(&copy, i));
	if (rc)
		free_pub(&copy);
	else
		*to = copy;
	return rc ? ZV_ENOMEM : 0;
}

static bool
name_is_taken(const struct zv_hub *h, struct zv_str name, size_t by_other_than)
{
	for (size_t i = 0; i < h->n_servers; i++)
		if (i != by_other_than && h->servers[i] &&
		    zvon_str_equal(h->servers[i]->pub.name, name))
			return true;
	return false;
}

void
zv_hub_free_server(struct zv_hub *h, struct zv_server *server)
{
	zv_trails_free(h, &server->trails);
	zv_seats_free(h, server);
	zv_topic_unref(&h->topics, server->topic);
	free_pub(&server->pub);
	zv_free(server);
}

/* What the text that was loaded says of its calls. */
static void
take_restored(struct zv_hub *h, struct zv_server *server)
{
	struct zv_node *node, *following;

	ZV_EACH(&h->restored, node, following)
	{
		struct zv_restored *r = ZV_OWNER(node, struct zv_restored, node);

		if (r->server != server->topic)
			continue;
		server->trails = r->trails;
		r->trails = (struct zv_map){ 0 };
		zv_list_remove(node);
		zv_restored_free(h, r);
	}
}

static struct zv_server *
new_server(struct zv_hub *h, const struct zv_hub_server *pub)
{
	struct zv_server *server = zv_calloc(1, sizeof *server);

	if (!server)
		return NULL;
	zv_list_init(&server->seats);
	server->trails.seed = h->map_seed;
	server->topic = zv_topic_get(&h->topics, ZV_TOPIC_SERVER, pub->name);
	if (!server->topic || copy_pub(&server->pub, pub) < 0) {
		zv_hub_free_server(h, server);
		return NULL;
	}
	return server;
}

int
zv_hub_add_server(struct zv_hub *h, const struct zv_hub_server *pub)
{
	struct zv_server **servers, *server;

	if (name_is_taken(h, pub->name, SIZE_MAX))
		return ZV_EBUSY;
	servers = zv_realloc(h->servers, (h->n_servers + 1) * sizeof *servers);
	if (!servers)
		return ZV_ENOMEM;
	h->servers = servers;
	server = new_server(h, pub);
	if (!server)
		return ZV_ENOMEM;
	take_restored(h, server);
	zv_sync_begin(h, server);
	h->servers[h->n_servers] = server;
	return (int)h->n_servers++;
}

/* Another name is another server for all that is said by name. */
int
zv_hub_change_server(struct zv_hub *h, size_t number, const struct zv_hub_server *now)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	struct zv_hub_server copy;

	if (!server)
		return ZV_ENOTFOUND;
	if (!zvon_str_equal(server->pub.name, now->name))
		return ZV_EINVAL;
	if (copy_pub(&copy, now) < 0)
		return ZV_ENOMEM;
	free_pub(&server->pub);
	server->pub = copy;
	return 0;
}

void
zv_hub_remove_server(struct zv_hub *h, size_t number, int64_t now_ms)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	bool was_silent;

	h->now_ms = now_ms;
	if (!server)
		return;
	zv_jobs_on_server_removed(h->jobs, number, now_ms);
	h->servers[number] = NULL;
	was_silent = server->silent;
	zv_hub_free_server(h, server);
	zv_sync_removed(h, was_silent, now_ms);
}

void
zv_hub_on_state(struct zv_hub *h, size_t number, const struct zv_client_status *status,
		int64_t now_ms)
{
	struct zv_server *server = zv_hub_server_at(h, number);

	h->now_ms = now_ms;
	if (!server)
		return;
	server->up = status->state == ZV_STATE_READY;
	if (status->ami_major)
		server->ami_major = status->ami_major;
	zv_jobs_on_state(h->jobs, number, server->up, now_ms);
	zv_sync_on_state(h, server);
}
