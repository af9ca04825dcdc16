/* snapshot.h - what the lists of a server say, kept until all of them are there, and what
 * the events between have said already: those count more, for a list may be older than
 * what has arrived before it (AJAM), or newer (12 and later: events travel behind).
 *
 * zvon_calls_snapshot_item fills it, zvon_calls_snapshot_end makes calls of it, in the
 * order in which events would have told: callers, whom they dial, who talks to whom. */
#ifndef ZV_CALL_SNAPSHOT_H
#define ZV_CALL_SNAPSHOT_H

#include "call/model.h"

/* A channel of CoreShowChannels and Status, which say different things of it. */
struct zv_listed {
	struct zv_str unique_id;
	struct zv_str channel, linked_id, number, name, connected;
	struct zv_str exten, dnid; /* where it stands now; the number dialled first */
	struct zv_str bridge;	   /* 12 and later */
	struct zv_str peer;	   /* AMI 1.x: Uniqueid of the one it talks to */
	struct zv_str application, data;
	int state;
	long long seconds; /* it is there, -1: not told */

	/* while calls are made of it */
	struct zv_chan *chan;	 /* NULL: gone meanwhile */
	struct zv_listed *group; /* the next one with the same Linkedid */
	struct zv_listed *from;	 /* who dialled it */
	bool is_new;		 /* not known before */
	bool moved;		 /* into another bridge */
	bool in_room;		 /* that is told */
};

/* What else is listed. */
enum zv_listing {
	ZV_LISTING_BRIDGE,
	ZV_LISTING_QUEUE,
	ZV_LISTING_ENTRY, /* a caller in a queue */
	ZV_LISTING_MEMBER,
	ZV_LISTING_PARKED,
	ZV_LISTING_ROOM, /* somebody in a conference */
	ZV_LISTING_DEVICE,
	ZV_N_LISTINGS,
};

/* What events have told since the snapshot began. */
enum zv_heard {
	ZV_HEARD_GONE,
	ZV_HEARD_BRIDGE,  /* it came into one, or left it */
	ZV_HEARD_QUEUE,	  /* it came into one, or left it */
	ZV_HEARD_WAITING, /* how many wait in that queue */
	ZV_HEARD_PARKED,
	ZV_HEARD_MEMBER, /* queue, interface */
	ZV_HEARD_DEVICE,
};

struct zv_kept { /* an item as it came */
	struct zv_kept *next;
	struct zv_packet *packet;
};

struct zv_snapshot {
	struct zv_map channels; /* of struct zv_listed */
	struct zv_kept *kept[ZV_N_LISTINGS], **kept_end[ZV_N_LISTINGS];
	size_t n_kept;
	struct zv_map heard;		/* of their keys */
	struct zv_map holding, entries; /* bridges where one waits, who waits in a
					 * queue; of items in `kept` */
	bool has_queues, has_parked;	/* those lists have come to their end */
	bool failed;			/* something was lost for want of memory */
};

/* ---- snapshot.c ---- */

void zv_snapshot_free(struct zv_snapshot *s); /* NULL is fine */

/* The connection is lost: what was listed counts no more, and whoever is known now may
 * be gone when it is there again. */
void zv_snapshot_lose(struct zv_calls *t);

/* An event, before the rules have it. */
void zv_snapshot_hear(struct zv_calls *t, const struct zv_packet *event);
bool zv_snapshot_has_heard(const struct zv_snapshot *s, enum zv_heard what,
			   struct zv_str a, struct zv_str b);

/* ---- snapshot_items.c ---- */

void zv_snapshot_take(struct zv_calls *t, const struct zv_packet *item);
void zv_listed_free(struct zv_listed *l);

/* ---- snapshot_channels.c, snapshot_rest.c ---- */

/* First: what the channels need to know. */
void zv_snapshot_index(struct zv_calls *t);

/* all: oldest first. */
void zv_snapshot_make_channels(struct zv_calls *t, struct zv_listed **all, size_t n);

/* complete: what is not listed is not there. */
void zv_snapshot_make_rest(struct zv_calls *t, bool complete);

#endif
