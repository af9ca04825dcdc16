#include "hub/message.h"

#include "base/mem.h"

struct zv_message *
zv_message_new(struct zv_str text, uint64_t seq)
{
	struct zv_message *m = zv_malloc(sizeof *m + ZV_MESSAGE_HEAD + text.n);
	char *bytes;

	if (!m)
		return NULL;
	bytes = zv_message_bytes(m);
	if (text.n)
		memcpy(bytes, text.p, text.n);
	*m = (struct zv_message){ .refs = 1, .seq = seq, .text = { bytes, text.n } };
	return m;
}

void
zv_message_unref(struct zv_message *m)
{
	if (!m || --m->refs > 0)
		return;
	for (size_t i = 0; i < ZV_FORMS; i++)
		zv_free((char *)(uintptr_t)m->form[i].p);
	zv_free(m);
}
