#include "zvond/delay.h"

static const uint64_t edges_us[ZV_DELAY_BUCKETS - 1] = {
	25,    50,    100,   200,    500,    1000,   2000,    5000,
	10000, 20000, 50000, 100000, 200000, 500000, 1000000,
};

void
zv_delay_begin(struct zv_delay *d, uint64_t last_seq, int64_t now_ns)
{
	if (d->since_ns)
		return;
	d->since_ns = now_ns;
	d->after_seq = last_seq;
}

void
zv_delay_end(struct zv_delay *d, uint64_t last_seq, int64_t now_ns)
{
	uint64_t n = last_seq - d->after_seq, ns;
	size_t i = 0;

	if (!d->since_ns)
		return;
	ns = (uint64_t)(now_ns - d->since_ns);
	while (i < ZV_DELAY_BUCKETS - 1 && ns > edges_us[i] * 1000)
		i++;
	d->buckets[i] += n;
	d->count += n;
	d->sum_ns += n * ns;
	d->since_ns = 0;
}

void
zv_delay_forget(struct zv_delay *d)
{
	d->since_ns = 0;
}

void
zv_delay_write(const struct zv_delay *d, struct zv_buf *out)
{
	uint64_t sum = 0;

	zv_buf_add(out,
		   ZV_STR("# HELP zvond_event_seconds From the reading of an event to "
			  "the writing to all who get it.\n"
			  "# TYPE zvond_event_seconds histogram\n"));
	for (size_t i = 0; i < ZV_DELAY_BUCKETS - 1; i++) {
		sum += d->buckets[i];
		zv_buf_printf(out, "zvond_event_seconds_bucket{le=\"%g\"} %llu\n",
			      (double)edges_us[i] / 1e6, (unsigned long long)sum);
	}
	zv_buf_printf(out,
		      "zvond_event_seconds_bucket{le=\"+Inf\"} %llu\n"
		      "zvond_event_seconds_sum %.6f\nzvond_event_seconds_count %llu\n",
		      (unsigned long long)d->count, (double)d->sum_ns / 1e9,
		      (unsigned long long)d->count);
}
