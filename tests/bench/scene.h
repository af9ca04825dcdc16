/* scene.h - a recorded call as a template: the same events again, with other channels,
 * other lines, other ids, so that any number of them can go on side by side. */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include <stddef.h>
#include <stdint.h>

struct scene;

/* The events of FILE (.ami) at the times of its .idx; without one, all at once. Left out:
 * what tells of no call (the login, answers, lists, TestEvent). until: the name of the
 * event before which it is cut off, or NULL. NULL: cannot be read. */
struct scene *scene_load(const char *path, const char *until);
void scene_free(struct scene *s); /* NULL is fine */

size_t scene_packets(const struct scene *s);
int64_t scene_ms(const struct scene *s, size_t packet); /* since its first */
size_t scene_ids(const struct scene *s); /* how many of them one playing uses up */

/* The server's greeting, with its line end. */
size_t scene_banner(const struct scene *s, const char **line);

#define SCENE_GROWTH 16 /* bytes that one replaced word may grow, at most */

/* What a packet needs at most. */
size_t scene_room(const struct scene *s, size_t packet);

/* Writes a packet as it stands on the wire; returns its length. slot: whose lines,
 * ids: the first of those that belong to this playing. */
size_t scene_write(const struct scene *s, size_t packet, unsigned slot, uint64_t ids,
		   char *out);

#endif
