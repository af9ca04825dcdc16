#include "scenes.h"

/* Inputs name a scene by its number: new ones come last. */
static const char *const names[] = {
	"22.10.1/call-answered-callee-hangs-up",
	"11.25.3/call-answered-callee-hangs-up",
	"22.10.1/call-busy",
	"11.25.3/call-busy",
	"22.10.1/call-noanswer",
	"11.25.3/call-noanswer",
	"22.10.1/call-caller-cancels",
	"11.25.3/call-caller-cancels",
	"22.10.1/inbound-one-answers",
	"11.25.3/inbound-one-answers",
	"22.10.1/queue-call",
	"11.25.3/queue-call",
	"22.10.1/queue-abandon",
	"11.25.3/queue-abandon",
	"22.10.1/attended-transfer-sip",
	"11.25.3/attended-transfer-sip",
	"22.10.1/blind-transfer-sip",
	"11.25.3/blind-transfer-sip",
	"22.10.1/hold-unhold",
	"11.25.3/hold-unhold",
	"22.10.1/pickup",
	"11.25.3/pickup",
	"22.10.1/originate-local",
	"11.25.3/originate-local",
	"22.10.1/recording-mixmonitor",
	"11.25.3/recording-mixmonitor",
	"22.10.1/conference",
	"11.25.3/conference",
	"22.10.1/parking",
	"1.8.32.3/attended-transfer-ami",
	"22.10.1/originate-answer-hangup",
	"1.8.32.3/originate-answer-hangup",
	"16.28.0/inbound-one-answers",
	"1.8.32.3/hold-unhold",
	"22.10.1/lists",
	"11.25.3/lists",
	"22.10.1/z-killed",
	"22.10.1/z-shutdown-gracefully-in-call",
	"22.10.1/dtmf",
	"1.8.32.3/queue-call",
};

#define N_SCENES (sizeof names / sizeof *names)

static const char *const folders[] = { "tests/calls/captures", "tests/wire/captures" };

static FILE *
open_recording(const char *name)
{
	FILE *file = NULL;
	char path[1000];

	for (size_t i = 0; !file && i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, "%s/%s/%s.ami", FUZZ_SOURCE_ROOT,
			 folders[i], name);
		file = fopen(path, "rb");
	}
	if (!file)
		fprintf(stderr, "scenes: %s is missing\n", name);
	CHECK(file);
	return file;
}

static void
add_packet(struct fuzz_scene *s, const struct zv_packet *p)
{
	s->packets = realloc(s->packets, (s->n + 1) * sizeof *s->packets);
	CHECK(s->packets);
	s->packets[s->n] = zvon_packet_copy(p);
	CHECK(s->packets[s->n++]);
}

static void
read_scene(struct fuzz_scene *s, const char *name)
{
	static char bytes[1 << 20];
	FILE *file = open_recording(name);
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;
	size_t n = fread(bytes, 1, sizeof bytes, file);

	CHECK(parser && n < sizeof bytes);
	fclose(file);
	CHECK(zvon_parser_feed(parser, (struct zv_str){ bytes, n }) == 0);
	while (zvon_parser_next(parser, &p) == 1)
		add_packet(s, p);
	zvon_parser_free(parser);
	CHECK(s->n);
}

const struct fuzz_scene *
fuzz_scene(unsigned number)
{
	static struct fuzz_scene scenes[N_SCENES];
	struct fuzz_scene *s = &scenes[number % N_SCENES];

	if (!s->n)
		read_scene(s, names[number % N_SCENES]);
	return s;
}
