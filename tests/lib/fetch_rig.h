/* fetch_rig.h - a fetch under test, driven as hosts drive it: wait for its descriptors
 * and its timeout, process, take the news. */
#ifndef TESTS_LIB_FETCH_RIG_H
#define TESTS_LIB_FETCH_RIG_H

#include "base/buf.h"
#include "io/fetch.h"
#include "support.h"
#include "web.h"

/* What came of one exchange. */
struct taken {
	struct zv_buf head, body;
	int heads, ends;
	enum zv_fault fault;
	struct zv_error err;
};

struct fetch_rig {
	struct zv_fetch *fetch;
	struct zv_dial_options options;
	struct taken taken[ZV_FETCH_MAX_EXCHANGES];
	long turns; /* calls of zv_fetch_process */
	bool takes_nothing;
	int n_ended;
};

/* For a server on that port of 127.0.0.1; the options may be changed until
 * fetch_rig_open. */
struct fetch_rig *fetch_rig_new(int port);
void fetch_rig_open(struct fetch_rig *r);
void fetch_rig_free(struct fetch_rig *r);

/* Begins an exchange; body NULL: a GET. What came of the last one of that id is
 * forgotten. */
void fetch_rig_start(struct fetch_rig *r, int id, const char *target, const char *body,
		     int timeout_ms);

/* Lets it work until that many exchanges have ended since the last call; false: not
 * within ms. n 0: for all of the time. */
bool fetch_rig_until(struct fetch_rig *r, int n, int ms);

/* One exchange from start to end with id 0; checks the code of its end. */
struct taken *fetch_rig_run(struct fetch_rig *r, const char *target, const char *body,
			    int code);

/* Checks that the text of the last error of id 0 has these words and no secrets. */
void check_words(const char *row, const struct taken *taken, const char *words);

#endif
