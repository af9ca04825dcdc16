#include "input.h"

#include <pthread.h>
#include <stdlib.h>

static bool pumped;

/* Where it is pumped, a thread reads: one line at a time, taken by the main thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t taken = PTHREAD_COND_INITIALIZER;
static struct text read_line;
static bool is_there, is_over;

static void *
read_lines(void *unused)
{
	struct text line = { 0 };

	while (text_read_line(&line, stdin)) {
		pthread_mutex_lock(&lock);
		while (is_there)
			pthread_cond_wait(&taken, &lock);
		read_line.n = 0;
		text_add(&read_line, line.p, line.n);
		is_there = true;
		pthread_mutex_unlock(&lock);
		face_wake();
	}
	pthread_mutex_lock(&lock);
	is_over = true;
	pthread_mutex_unlock(&lock);
	free(line.p);
	return unused;
}

void
input_start(bool is_pumped)
{
	pthread_t reader;

	pumped = is_pumped && pthread_create(&reader, NULL, read_lines, NULL) == 0;
	if (pumped)
		pthread_detach(reader);
}

bool
input_is_pumped(void)
{
	return pumped;
}

/* 1 a line, 0 none yet, -1 none any more. */
static int
look(struct text *line)
{
	int found = 0;

	pthread_mutex_lock(&lock);
	if (is_there) {
		line->n = 0;
		text_add(line, read_line.p, read_line.n);
		is_there = false;
		pthread_cond_signal(&taken);
		found = 1;
	} else if (is_over) {
		found = -1;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

bool
input_next(struct text *line)
{
	int found;

	if (!pumped)
		return text_read_line(line, stdin);
	while (!(found = look(line)))
		face_pump(INPUT_SLICE_MS);
	return found > 0;
}
