#include "db/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

#ifndef ZV_DB_MODULE_FOLDER
# define ZV_DB_MODULE_FOLDER "/usr/lib/zvon"
#endif

#define PATH_MAX_BYTES 4096

/* The folder of the running program, without the last '/'; "" if it is not known. */
static void
find_program_folder(char out[PATH_MAX_BYTES])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX_BYTES - 1);
	char *slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
}

/* In the folder of a build: programs are in src/NAME and tests/NAME of it. An installed program
 * takes only what is installed. */
static bool
is_built(const char *folder)
{
	return strstr(folder, "/src/") || strstr(folder, "/tests/");
}

static void
find_module(const char *name, char out[PATH_MAX_BYTES])
{
	const char *named = secure_getenv("ZVON_DB_MODULES");
	char folder[PATH_MAX_BYTES];

	if (named) {
		snprintf(out, PATH_MAX_BYTES, "%.3000s/zvon-db-%s.so", named, name);
		return;
	}
	find_program_folder(folder);
	snprintf(out, PATH_MAX_BYTES, "%.3000s/../../src/db/zvon-db-%s.so", folder,
		 name);
	if (is_built(folder) && access(out, R_OK) == 0)
		return;
	snprintf(out, PATH_MAX_BYTES, "%s/zvon-db-%s.so", ZV_DB_MODULE_FOLDER, name);
}

const struct zv_db_driver *
zv_db_module_load(const char *name, const char *package, struct zv_error *err)
{
	const struct zv_db_driver *driver;
	char path[PATH_MAX_BYTES];
	void *module;

	find_module(name, path);
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		const char *why = dlerror();

		zv_fail(err, ZV_ENOTFOUND,
			"the module for this database cannot be loaded: %s; on Debian: "
			"apt "
			"install %s",
			why ? why : path, package);
		return NULL;
	}
	driver = dlsym(module, ZV_DB_MODULE);
	if (!driver || driver->version != ZV_DB_DRIVER_VERSION) {
		zv_fail(err, ZV_ENOTFOUND,
			"%s is of another version of zvon; install the same of both",
			path);
		return NULL;
	}
	return driver; /* the module stays: its libraries have threads and handlers */
}
