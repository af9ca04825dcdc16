/* mixture - a stream of calls as recorded, many at once.
 * usage: mixture EVENTS CALLS SEED WEIGHT:FILE... > stream.ami
 * After EVENTS no call begins; those that go on are brought to their end. */
#include <stdio.h>
#include <stdlib.h>

#include "mix.h"

int
main(int argc, char **argv)
{
	static char packet[1 << 20];
	long events = argc > 4 ? atol(argv[1]) : 0;
	struct mix *m =
		argc > 4 ? mix_new((unsigned)atoi(argv[2]), strtoull(argv[3], NULL, 10))
			 : NULL;
	const char *banner;
	int64_t ms;
	size_t n;

	for (int i = 4; i < argc; i++)
		if (!m || mix_add(m, argv[i], NULL) < 0) {
			fprintf(stderr, "mixture: cannot read %s\n", argv[i]);
			return 2;
		}
	if (!m) {
		fprintf(stderr, "usage: mixture EVENTS CALLS SEED WEIGHT:FILE...\n");
		return 2;
	}
	n = mix_banner(m, &banner);
	fwrite(banner, 1, n, stdout);
	while ((n = mix_next(m, packet, sizeof packet, &ms))) {
		fwrite(packet, 1, n, stdout);
		if (--events == 0)
			mix_stop(m);
	}
	mix_free(m);
	return fflush(stdout) == 0 ? 0 : 1;
}
