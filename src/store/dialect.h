/* dialect.h - where SQLite, MariaDB and PostgreSQL want the same thing said differently.
 *
 * Statements are written once, with words in braces that each database spells in its own way:
 *
 *   {key} {int} {small} {id} {text} {long} {file}   types of columns
 *   {table}                        what follows the columns: no row id, character set
 *   {new}, {skip}                  INSERT that passes over a row that is there
 *   {upsert:a, b}                  if a row with these keys is there, then
 *   {add:table.column}             … add to it
 *   {set:column}                   … replace it
 *   {server_bit}                   1 << server, of the number `what`
 *   {time:column}                  a time for people, of milliseconds (UTC)
 *   {join:separator column}        a list of lines as one line
 *   {in:count}                     "?, ?, …"
 *   {order:columns}                ORDER BY that SQLite does not need (see scan.c) */
#ifndef ZV_STORE_DIALECT_H
#define ZV_STORE_DIALECT_H

#include "base/buf.h"
#include "db/db.h"

/* Adds the statement as that database wants it. 0, ZV_ENOMEM, ZV_EINVAL: an unknown word. */
int zv_store_dialect(enum zv_db_dialect dialect, const char *text, struct zv_buf *out);

#endif
