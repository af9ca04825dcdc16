/* list.h - intrusive doubly linked list: the node lives in the object.
 *
 * A list is a ring through its head. Zeroed nodes are in no list. */
#ifndef ZV_BASE_LIST_H
#define ZV_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct zv_node {
	struct zv_node *prev, *next;
};

/* The object of `type` whose member is that node. */
#define ZV_OWNER(node, type, member)                                                   \
 ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Safe when the body takes `node` out of the list. `next` is a second node pointer. */
#define ZV_EACH(list, node, following)                                                 \
 for ((node) = (list)->next, (following) = (node)->next; (node) != (list);             \
      (node) = (following), (following) = (node)->next)

static inline void
zv_list_init(struct zv_node *list)
{
	list->prev = list->next = list;
}

static inline bool
zv_list_is_empty(const struct zv_node *list)
{
	return list->next == list;
}

static inline void
zv_list_append(struct zv_node *list, struct zv_node *node)
{
	node->prev = list->prev;
	node->next = list;
	list->prev->next = node;
	list->prev = node;
}

static inline bool
zv_list_is_linked(const struct zv_node *node)
{
	return node->next != NULL;
}

static inline void
zv_list_remove(struct zv_node *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->prev = node->next = NULL;
}

/* The first node, or NULL. */
static inline struct zv_node *
zv_list_first(const struct zv_node *list)
{
	return list->next == list ? NULL : list->next;
}

#endif
