#include "hist/conversation.h"

#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Where the texts are in each kind of part. */
static const size_t call_texts[] = {
	offsetof(struct zv_conversation, server),
	offsetof(struct zv_conversation, id),
	offsetof(struct zv_conversation, from_number),
	offsetof(struct zv_conversation, from_name),
	offsetof(struct zv_conversation, to_number),
	offsetof(struct zv_conversation, did),
	offsetof(struct zv_conversation, queue),
	offsetof(struct zv_conversation, reason),
	offsetof(struct zv_conversation, picked_up_by),
};
static const size_t leg_texts[] = {
	offsetof(struct zv_past_leg, line),	 offsetof(struct zv_past_leg, number),
	offsetof(struct zv_past_leg, name),	 offsetof(struct zv_past_leg, channel),
	offsetof(struct zv_past_leg, unique_id),
};
static const size_t transfer_texts[] = {
	offsetof(struct zv_past_transfer, by),
	offsetof(struct zv_past_transfer, to),
};
static const size_t recording_texts[] = {
	offsetof(struct zv_past_recording, id),
	offsetof(struct zv_past_recording, file),
};
static const size_t plain_texts[] = { 0 };

/* The lists of a conversation: which pointer, which count, what one part is. */
struct list {
	size_t pointer, count, size;
	const size_t *texts;
	size_t n_texts;
};

#define LIST(member, counter, type, table)                                             \
 {                                                                                     \
  offsetof(struct zv_conversation, member), offsetof(struct zv_conversation, counter), \
	  sizeof(type), table, COUNT(table)                                            \
 }

static const struct list lists[] = {
	LIST(legs, n_legs, struct zv_past_leg, leg_texts),
	LIST(transfers, n_transfers, struct zv_past_transfer, transfer_texts),
	LIST(recordings, n_recordings, struct zv_past_recording, recording_texts),
	LIST(talked, n_talked, struct zv_str, plain_texts),
	LIST(linked_ids, n_linked_ids, struct zv_str, plain_texts),
};

static size_t
count_of(const struct zv_conversation *c, const struct list *l)
{
	size_t n;

	memcpy(&n, (const char *)c + l->count, sizeof n);
	return n;
}

static char *
parts_of(const struct zv_conversation *c, const struct list *l)
{
	char *p;

	memcpy(&p, (const char *)c + l->pointer, sizeof p);
	return p;
}

static size_t
text_bytes(const char *part, const size_t *texts, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((const struct zv_str *)(const void *)(part + texts[i]))->n;
	return sum;
}

/* Moves the texts of a part to *end. */
static void
take_texts(char *part, const size_t *texts, size_t n, char **end)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_str *s = (struct zv_str *)(void *)(part + texts[i]);

		if (s->n)
			memcpy(*end, s->p, s->n);
		s->p = *end;
		*end += s->n;
	}
}

static size_t
bytes_of(const struct zv_conversation *c)
{
	size_t sum =
		sizeof *c + text_bytes((const char *)c, call_texts, COUNT(call_texts));

	for (size_t i = 0; i < COUNT(lists); i++) {
		const struct list *l = &lists[i];
		const char *part = parts_of(c, l);

		for (size_t k = count_of(c, l); k > 0; k--, part += l->size)
			sum += l->size + text_bytes(part, l->texts, l->n_texts);
	}
	return sum;
}

/* The arrays come first, so that each is aligned, then all texts. */
static char *
take_arrays(struct zv_conversation *to, const struct zv_conversation *c)
{
	char *end = (char *)(to + 1);

	for (size_t i = 0; i < COUNT(lists); i++) {
		const struct list *l = &lists[i];
		size_t bytes = count_of(c, l) * l->size;

		if (bytes)
			memcpy(end, parts_of(c, l), bytes);
		memcpy((char *)to + l->pointer, &end, sizeof end);
		end += bytes;
	}
	return end;
}

struct zv_conversation *
zv_conversation_copy(const struct zv_conversation *c)
{
	struct zv_conversation *to = zv_malloc(bytes_of(c));
	char *end;

	if (!to)
		return NULL;
	*to = *c;
	end = take_arrays(to, c);
	take_texts((char *)to, call_texts, COUNT(call_texts), &end);
	for (size_t i = 0; i < COUNT(lists); i++) {
		const struct list *l = &lists[i];
		char *part = parts_of(to, l);

		for (size_t k = count_of(to, l); k > 0; k--, part += l->size)
			take_texts(part, l->texts, l->n_texts, &end);
	}
	return to;
}
