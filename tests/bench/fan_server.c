#include "fan_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double
fan_server_cpu_s(long pid)
{
	unsigned long user = 0, system = 0;
	char line[1024] = "";
	FILE *file;

	snprintf(line, sizeof line, "/proc/%ld/stat", pid);
	file = pid ? fopen(line, "r") : NULL;
	if (!file)
		return 0;
	if (fgets(line, sizeof line, file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')') + 2,
		       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &system);
	fclose(file);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

long
fan_server_kb(long pid, const char *key)
{
	size_t n = strlen(key);
	char line[256];
	long kb = 0;
	FILE *file;

	snprintf(line, sizeof line, "/proc/%ld/status", pid);
	file = pid ? fopen(line, "r") : NULL;
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (strncmp(line, key, n) == 0 && line[n] == ':')
			kb = strtol(line + n + 1, NULL, 10);
	fclose(file);
	return kb;
}
