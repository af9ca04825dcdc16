#include "hub/hub_impl.h"

#include "base/mem.h"

static struct zv_seat *
find_seat(const struct zv_server *server, struct zv_topic *line, struct zv_str queue,
	  struct zv_str interface)
{
	struct zv_node *node, *following;

	if (!line)
		return NULL;
	ZV_EACH(&line->queues, node, following)
	{
		struct zv_seat *seat = ZV_OWNER(node, struct zv_seat, of_line);

		if (seat->server == server &&
		    zvon_str_equal(seat->queue->name, queue) &&
		    zvon_str_equal(seat->interface, interface))
			return seat;
	}
	return NULL;
}

static void
free_seat(struct zv_hub *h, struct zv_seat *seat)
{
	if (zv_list_is_linked(&seat->of_line)) {
		zv_list_remove(&seat->of_line);
		zv_list_remove(&seat->of_server);
	}
	zv_topic_unref(&h->topics, seat->line);
	zv_topic_unref(&h->topics, seat->queue);
	zv_free(seat);
}

static int
add_seat(struct zv_hub *h, struct zv_server *server, const struct zv_queue_member *m)
{
	struct zv_seat *seat = zv_calloc(1, sizeof *seat + m->interface.n);
	char *text;

	if (!seat)
		return ZV_ENOMEM;
	text = (char *)(seat + 1);
	if (m->interface.n)
		memcpy(text, m->interface.p, m->interface.n);
	seat->interface = (struct zv_str){ text, m->interface.n };
	seat->server = server;
	seat->line = zv_topic_get(&h->topics, ZV_TOPIC_LINE, m->line);
	seat->queue = zv_topic_get(&h->topics, ZV_TOPIC_QUEUE, m->queue);
	if (!seat->line || !seat->queue) {
		free_seat(h, seat);
		return ZV_ENOMEM;
	}
	zv_list_append(&seat->line->queues, &seat->of_line);
	zv_list_append(&server->seats, &seat->of_server);
	return 0;
}

int
zv_seats_on_member(struct zv_hub *h, struct zv_server *server,
		   const struct zv_queue_member *m)
{
	struct zv_topic *line = zv_topic_find(&h->topics, ZV_TOPIC_LINE, m->line);
	struct zv_seat *seat = find_seat(server, line, m->queue, m->interface);

	if (m->state == ZV_MEMBER_REMOVED) {
		if (seat)
			free_seat(h, seat);
		return 0;
	}
	return seat || !m->line.n ? 0 : add_seat(h, server, m);
}

void
zv_seats_free(struct zv_hub *h, struct zv_server *server)
{
	struct zv_node *node;

	while ((node = zv_list_first(&server->seats)))
		free_seat(h, ZV_OWNER(node, struct zv_seat, of_server));
}

int
zv_seats_tag(struct zv_hub *h, struct zv_tags *tags, const struct zv_server *server,
	     struct zv_str name)
{
	const struct zv_topic *line;
	struct zv_node *node, *following;
	int rc = zv_tags_add(tags, &h->topics, ZV_TOPIC_LINE, name);

	line = zv_topic_find(&h->topics, ZV_TOPIC_LINE, name);
	if (!line)
		return rc;
	ZV_EACH(&line->queues, node, following)
	{
		const struct zv_seat *seat = ZV_OWNER(node, struct zv_seat, of_line);

		if (seat->server == server && zv_tags_add_topic(tags, seat->queue) < 0)
			rc = ZV_ENOMEM;
	}
	return rc;
}
