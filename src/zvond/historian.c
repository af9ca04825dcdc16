#include "zvond/historian.h"

#include "base/err.h"
#include "zvond/daemon_impl.h"

int
zv_historian_new(struct zv_daemon *d, struct zv_historian **out, struct zv_error *err)
{
	*out = NULL;
	return 0;
}

void
zv_historian_free(struct zv_historian *h)
{
}

int
zv_historian_ask(struct zv_historian *h, const struct zv_historian_ask *ask,
		 struct zv_error *err)
{
	return zv_fail(err, ZV_ENOTFOUND,
		       "there is no history: set store in [history]");
}

int
zv_historian_write(struct zv_historian *h, const struct zv_historian_ask *ask,
		   struct zv_error *err)
{
	return zv_fail(err, ZV_ENOTFOUND,
		       "there is no history: set store in [history]");
}
