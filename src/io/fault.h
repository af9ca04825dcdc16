/* fault.h - libcurl's failures in words of use: what, where, what to do. */
#ifndef ZV_IO_FAULT_H
#define ZV_IO_FAULT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "io/fault_kind.h"
#include "zvon/error.h"

/* Where and when it went wrong. */
struct zv_fault_scene {
	CURL *easy;
	enum zv_fault_protocol protocol;
	const char *where;  /* "host:port" */
	const char *detail; /* CURLOPT_ERRORBUFFER */
	bool tls;
	int timeout_ms; /* what a timeout took */
	/* HTTP */
	bool of_zvond;	   /* spoken with a zvond, not with Asterisk */
	bool has_answered; /* this server has answered before */
	bool has_proxy;
	long long got; /* bytes of the body that came */
};

/* Fills *err, system = code; says what it is. */
enum zv_fault zv_fault_explain(const struct zv_fault_scene *s, CURLcode code,
			       struct zv_error *err);

#endif
