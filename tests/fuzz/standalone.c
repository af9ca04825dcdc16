/* Runs a fuzzer over the files and folders named, where there is no libFuzzer: what
 * was once found is found again by any compiler. Prints TAP; when a check fails, the
 * last line names the input. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int files;

static void
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long size;

	printf("# %s\n", path);
	fflush(stdout);
	CHECK(file);
	CHECK(fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0);
	rewind(file);
	bytes = malloc(size ? (size_t)size : 1);
	CHECK(bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, (size_t)size);
	free(bytes);
	files++;
}

static void
run_folder(DIR *folder, const char *path)
{
	struct dirent *entry;
	char inner[1000];

	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		run_file(inner);
	}
}

int
main(int argc, char **argv)
{
	printf("1..1\n");
	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);

		if (folder) {
			run_folder(folder, argv[i]);
			closedir(folder);
		} else {
			run_file(argv[i]);
		}
	}
	printf("%sok 1 - %d inputs\n", files ? "" : "not ", files);
	return files == 0;
}
