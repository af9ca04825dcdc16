/* views.h - the tables as people read them: words, names and times instead of numbers. */
#ifndef ZV_STORE_VIEWS_H
#define ZV_STORE_VIEWS_H

/* Statements in the words of dialect.h; ends with NULL. */
extern const char *const zv_store_views[];

#endif
