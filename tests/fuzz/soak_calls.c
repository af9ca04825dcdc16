/* soak_calls - the fuzzer of the call model over inputs of chance, the same ones each
 * time, by any compiler; and after each all memory must have been given back.
 * usage: soak_calls INPUTS [FIRST] */
#include "../unit/heap.h"
#include "fuzz.h"

#define MOST_BYTES 600

/* A linear congruential generator; Knuth's MMIX. */
static uint64_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Mostly "play a few", or the scenes would be over too soon or hardly begin. */
static size_t
make_input(uint8_t *out, uint64_t seed)
{
	static const char letters[] = "nnnnnnnnod2scfr-ftmBIEIu";
	uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
	size_t n = draw(&state) % MOST_BYTES + 4;

	out[0] = (uint8_t)(draw(&state) & 0xe);
	for (size_t i = 1; i < n; i++)
		out[i] =
			draw(&state) % 3
				? (uint8_t)(draw(&state) % 48)
				: (uint8_t)letters[draw(&state) % (sizeof letters - 1)];
	return n;
}

/* The recordings are read when they are first wanted, and kept. */
static void
read_recordings(void)
{
	for (unsigned i = 0; i < 256; i++) {
		const uint8_t input[] = { 0, (uint8_t)i, (uint8_t)i, 'x', 0 };

		LLVMFuzzerTestOneInput(input, sizeof input);
	}
}

int
main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	uint8_t input[MOST_BYTES + 4];
	size_t blocks;

	printf("1..1\n");
	read_recordings();
	blocks = heap_blocks();
	for (unsigned long i = first; i < first + n; i++) {
		size_t bytes = make_input(input, i);

		printf("# input %lu\n", i);
		fflush(stdout);
		LLVMFuzzerTestOneInput(input, bytes);
		CHECK(heap_blocks() == blocks);
	}
	printf("ok 1 - %lu inputs\n", n);
	return 0;
}
