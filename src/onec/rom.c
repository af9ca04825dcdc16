#include "onec/rom.h"

#include "base/mem.h"

void
zv_rom_free(void *own)
{
	struct zv_rom *r = own;

	if (!r)
		return;
	zvon_legacy_free(r->legacy);
	zv_rom_filter_deinit(&r->filter);
	zv_buf_deinit(&r->text);
	zv_buf_deinit(&r->regex);
	zv_buf_deinit(&r->key);
	zv_buf_deinit(&r->held);
	zv_buf_deinit(&r->shown);
	zv_free(r);
}

static const struct zv_rom_kind *
kind_of(const struct zv_class *class)
{
	for (size_t i = 0; i < zv_rom_n_kinds; i++)
		if (zv_rom_kinds[i].class == class)
			return &zv_rom_kinds[i];
	return NULL;
}

void *
zv_rom_open(struct zv_component *c)
{
	struct zv_rom *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->component = c;
	r->kind = kind_of(zv_component_class(c));
	r->port = ZV_ROM_PORT;
	r->key.secret = true;
	return r;
}
