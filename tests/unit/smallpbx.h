/* smallpbx.h - a very small Asterisk for tests, of either generation: channels, bridges,
 * a queue. What happens in it makes events, which wait until they are fetched; its lists
 * can be taken at any moment. */
#ifndef UNIT_SMALLPBX_H
#define UNIT_SMALLPBX_H

#include "helper.h"

#define SMALLPBX_CHANNELS 32
#define SMALLPBX_EVENTS	  1024
#define SMALLPBX_TEXT	  700

struct smallpbx_chan {
	unsigned id; /* of the Uniqueid "SECONDS.id"; 0: free */
	unsigned linked;
	unsigned bridge; /* 0: none */
	int line, state;
	unsigned from; /* who dialled it; 0: nobody */
	bool queued;
	bool by_queue; /* it is in a queue, or was; it is called by one */
};

struct smallpbx {
	struct smallpbx_chan chans[SMALLPBX_CHANNELS];
	bool old;	  /* AMI 1.x; there nobody goes to another conversation */
	unsigned seconds; /* of its start */
	unsigned last_id, last_bridge;
	char events[SMALLPBX_EVENTS][SMALLPBX_TEXT];
	size_t first, n; /* a ring */
	char items[4 * SMALLPBX_CHANNELS][SMALLPBX_TEXT];
	size_t n_items;
};

/* seconds: begin its Uniqueids. */
void smallpbx_start(struct smallpbx *p, unsigned seconds);

/* Something happens. */
void smallpbx_step(struct smallpbx *p);

/* All channels are hung up. */
void smallpbx_hang_up(struct smallpbx *p);

/* The oldest event, or NULL. */
const char *smallpbx_event(struct smallpbx *p);

/* Fills `items` with what the lists would say now. */
void smallpbx_list(struct smallpbx *p);

void smallpbx_uniqueid(const struct smallpbx *p, unsigned id, char out[32]);

#endif
