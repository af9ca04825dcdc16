/* schemas.h - what bodies and answers of the HTTP API look like, for the OpenAPI document. */
#ifndef ZV_ZVOND_SCHEMAS_H
#define ZV_ZVOND_SCHEMAS_H

#include "json/writer.h"

/* {NAME: schema, …} of all. */
void zv_schemas_write(struct zv_json *j);

/* A reference: "Call", or "[Call]" for a list of them. */
void zv_schema_ref_write(struct zv_json *j, const char *name);

#endif
