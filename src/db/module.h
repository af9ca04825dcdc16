/* module.h - a driver that is a file of its own, loaded when a URL asks for it, so that the
 * programs need no client library that nobody uses. */
#ifndef ZV_DB_MODULE_H
#define ZV_DB_MODULE_H

#include "db/driver.h"

/* The driver in zvon-db-NAME.so: in the folder of ZVON_DB_MODULES if that is set, else beside
 * the program as it was built, else in libdir/zvon. It stays loaded. NULL: ZV_ENOTFOUND, naming
 * the package of Debian. */
const struct zv_db_driver *zv_db_module_load(const char *name, const char *package,
					     struct zv_error *err);

#endif
