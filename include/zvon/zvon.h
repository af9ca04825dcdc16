/* zvon.h - all of libzvon. */
#ifndef ZVON_ZVON_H
#define ZVON_ZVON_H

#include "zvon/ajam.h"
#include "zvon/call.h"
#include "zvon/client.h"
#include "zvon/error.h"
#include "zvon/filter.h"
#include "zvon/legacy.h"
#include "zvon/log.h"
#include "zvon/packet.h"
#include "zvon/parser.h"
#include "zvon/redact.h"
#include "zvon/request.h"
#include "zvon/str.h"

ZVON_BEGIN_DECLS

#define ZVON_VERSION_MAJOR 0
#define ZVON_VERSION_MINOR 1
#define ZVON_VERSION_PATCH 0

/* "0.1.0": of the library at run time. */
ZVON_API const char *zvon_version(void);

ZVON_END_DECLS

#endif
